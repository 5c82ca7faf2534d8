"""One run of a procedure: what has been done, with what values, and where it stands."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from datetime import datetime

from cockpit.engine.steps.live import Live
from cockpit.engine.steps.waiting import Waiting
from cockpit.model.answers import Answer, ShellState
from cockpit.model.health import Json
from cockpit.model.incident import StepState
from cockpit.model.operations import HttpRequest
from cockpit.model.outcomes import Outcome
from cockpit.model.runbook import Command, Procedure, Runbook, Step


@dataclass(frozen=True, slots=True)
class Edit:
    """A command that was changed in a run: the text before and after."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Token:
    """A secret that a step has obtained: its name, and UTC time of its end, None when that is not known."""

    name: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class StepRecord:
    """What became of one step so far.

    Attributes:
        state: where it stands.
        answer: what the last read or change gave back.
        outcome: of the last change, None for a read.
        note: one sentence: why it failed, was skipped, which branch was taken, which attempt is under way.
        at: UTC time of the last change of state.
        attempts: how often it was run.
        verified: what the verify step that ran by itself came to: None when none ran.
        by: who did it, user@host, "" when nobody did.
        effect: what was different some seconds after a change, one line each; None before it was looked at.
        tries: the last attempts of a step that waits for something, one line each.
    """

    state: StepState = StepState.PENDING
    answer: Answer | None = None
    outcome: Outcome | None = None
    note: str = ""
    at: datetime | None = None
    attempts: int = 0
    verified: bool | None = None
    by: str = ""
    effect: tuple[str, ...] | None = None
    tries: tuple[str, ...] = ()


@dataclass(slots=True)
class Run:
    """A run; lives on the event loop and is changed by the Runner only.

    Attributes:
        id: unique within the journal.
        runbook, procedure: frozen at the start of the run.
        values: what placeholders are filled with; one value a name.
        records: what became of each step, by step id.
        captured: values that steps captured, for conditions and placeholders.
        edits: commands that were changed in this run, by step id and number within the step.
        tokens: which of the captured values are secrets, by name.
        shell: what the last command line has left to the next one, None before the first.
        prelude: session lines that have run, by step id and line.
        live: what is under way, by step id.
        waits: the waits that count down, by step id.
        before: what the world looked like just before a change, by step id.
        rehearsed: the dry run that was answered last, by step id.
        salt: of this run's fingerprints.
    """

    id: str
    runbook: Runbook
    procedure: Procedure
    values: dict[str, str] = field(default_factory=dict)
    records: dict[str, StepRecord] = field(default_factory=dict)
    captured: dict[str, Json] = field(default_factory=dict)
    edits: dict[tuple[str, int], Edit] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    shell: ShellState | None = None
    prelude: set[tuple[str, int]] = field(default_factory=set)
    live: dict[str, Live] = field(default_factory=dict)
    waits: dict[str, Waiting] = field(default_factory=dict)
    before: dict[str, dict[str, str]] = field(default_factory=dict)
    rehearsed: dict[str, HttpRequest] = field(default_factory=dict)
    salt: bytes = field(default_factory=lambda: os.urandom(16), repr=False)

    def record(self, step: Step) -> StepRecord:
        """What became of a step so far."""
        return self.records.get(step.id, StepRecord())

    def update(self, step: Step, record: StepRecord) -> None:
        """Replace what is known of a step."""
        self.records[step.id] = record

    def note(self, step: Step, **changes: object) -> StepRecord:
        """Change some fields of a step's record and return it."""
        record = replace(self.record(step), **changes)  # type: ignore[arg-type]
        self.records[step.id] = record
        return record

    def edit_of(self, step: Step, command: Command) -> Edit | None:
        """How a command was changed in this run, None when it was not."""
        return self.edits.get((step.id, step.commands.index(command))) if command in step.commands else None

    @property
    def next_step(self) -> Step | None:
        """The first step that is neither done, skipped nor not applicable; None when all are."""
        settled = {StepState.DONE, StepState.SKIPPED, StepState.NOT_APPLICABLE}
        return next((step for step in self.procedure.steps if self.record(step).state not in settled), None)

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do."""
        return self.next_step is None
