"""A run that was left, by a key or by a crash: what the journal knows of it, and taking it up again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from cockpit.engine.run import Run, StepRecord
from cockpit.model.incident import EntryKind, JournalEntry, StepState
from cockpit.model.runbook import Step

_STATES = {state.value: state for state in StepState}
_ENDED = frozenset({"closed"})


@dataclass(slots=True)
class Remains:
    """What is left of a run.

    Attributes:
        run: its id.
        sha256: of the file that it began with.
        left_at: UTC time of its last entry.
        records: what became of each step, by id.
        branches: the way that was taken at each decision, by step id.
        values: what placeholders were filled with, as far as it was no secret.
    """

    run: str
    sha256: str
    left_at: datetime
    records: dict[str, StepRecord] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)

    @property
    def unknown(self) -> int:
        """How many steps have an outcome that nobody knows."""
        return sum(1 for record in self.records.values() if record.state is StepState.UNKNOWN)


def left_open(entries: Iterable[JournalEntry], path: str, slug: str, but: str = "") -> Remains | None:
    """The last run of a procedure in which something was done and which nobody put away.

    Args:
        entries: of the journal, in order.
        path: the runbook's file.
        slug: of the procedure.
        but: id of a run that does not count, since it is the one that is open now.
    """
    found: Remains | None = None
    for entry in entries:
        said = entry.payload
        if entry.kind is EntryKind.RUN and said.get("run") != but and _is_of(entry, path, slug):
            found = _after_run_entry(found, entry)
        elif found is not None and said.get("run") == found.run:
            _take_in(found, entry)
        elif found is not None and entry.kind is EntryKind.INTENT and _step_of(entry).startswith(f"{slug}/"):
            found.records[_step_of(entry)] = StepRecord(StepState.UNKNOWN, note="it never reported back", at=entry.at)
            found.left_at = entry.at
    return found if found is not None and found.records else None


def take_up(run: Run, remains: Remains) -> Step | None:
    """Let a run that has just begun stand where the earlier one was left.

    Returns:
        The step to look at first: one whose outcome is unknown, else the next one.
    """
    run.id = remains.run
    run.values.update({name: value for name, value in remains.values.items() if name in _inputs(run)})
    for step in run.procedure.steps:
        if step.id in remains.records:
            run.update(step, remains.records[step.id])
    for step in run.procedure.steps:
        _decided(run, step, remains.branches.get(step.id))
    unknown = (step for step in run.procedure.steps if run.record(step).state is StepState.UNKNOWN)
    return next(unknown, run.next_step)


def _inputs(run: Run) -> frozenset[str]:
    names = {name for step in run.procedure.steps for command in step.commands for name in command.placeholders}
    return frozenset(names | {item.name for item in run.procedure.inputs})


def _is_of(entry: JournalEntry, path: str, slug: str) -> bool:
    return (entry.payload.get("path"), entry.payload.get("slug")) == (path, slug)


def _after_run_entry(found: Remains | None, entry: JournalEntry) -> Remains | None:
    event, run = entry.payload.get("event"), str(entry.payload.get("run"))
    if event == "started":
        return _begun(entry, run)
    if found is not None and run == found.run:
        return None if event in _ENDED else found
    return found


def _begun(entry: JournalEntry, run: str) -> Remains:
    return Remains(run, str(entry.payload.get("sha256")), entry.at)


def _take_in(found: Remains, entry: JournalEntry) -> None:
    said, step = entry.payload, _step_of(entry)
    found.left_at = entry.at
    values = said.get("values")
    if isinstance(values, dict):
        found.values.update({str(name): str(value) for name, value in values.items()})
    if entry.kind is EntryKind.DECISION:
        found.branches[step] = str(said.get("branch"))
        found.records[step] = StepRecord(StepState.DONE, note=str(said.get("branch")), at=entry.at, by=entry.actor)
        return
    state = _STATES.get(str(said.get("state")))
    if state is not None and step:
        found.records[step] = StepRecord(state, note=str(said.get("note") or ""), at=entry.at, by=entry.actor)


def _step_of(entry: JournalEntry) -> str:
    return str(entry.payload.get("step") or "")


def _decided(run: Run, step: Step, title: str | None) -> None:
    """The steps of the ways that were not taken are not applicable."""
    taken = next((branch for branch in step.branches if branch.title == title), None)
    if taken is None:
        return
    others = {step_id for branch in step.branches if branch is not taken for step_id in branch.steps}
    for other in run.procedure.steps:
        if other.id in others - set(taken.steps):
            run.note(other, state=StepState.NOT_APPLICABLE)
