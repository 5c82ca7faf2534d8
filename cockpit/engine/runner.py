"""Runs the steps of a runbook: reads at once, changes as drafts for the one road."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import replace

from cockpit.config.durations import parse_duration
from cockpit.engine.board import Board
from cockpit.engine.conditions import Names, evaluate, holds
from cockpit.engine.evidence import answer_names, live_names, merge, run_names
from cockpit.engine.records import answer_payload
from cockpit.engine.run import Run, StepRecord
from cockpit.engine.sharpen import sharpened
from cockpit.engine.steps.edits import edited, put
from cockpit.model.actions import Answer, Draft, Origin, Outcome, OutcomeKind, Risk, RiskVerdict
from cockpit.model.errors import CockpitError, ConditionError, JournalError, RunbookError, SourceError
from cockpit.model.health import Json
from cockpit.model.incident import EntryKind, StepState
from cockpit.model.masking import Masker
from cockpit.model.ports import Clock, Journal, Reader
from cockpit.model.readings import SourceId, SourceKind
from cockpit.model.runbook import Branch, Command, Input, Kind, Procedure, Runbook, Step
from cockpit.runbook.resolve import missing, render, resolve

Progress = Callable[[], None]
"""Called whenever the record of a step has changed."""

READ_TIMEOUT = 15.0
"""Seconds for a read, unless the author said otherwise."""
CHANGE_TIMEOUT = 30.0
"""Seconds for a change, unless the author said otherwise."""

_SOURCE_KINDS = {
    Kind.SQL: SourceKind.POSTGRES,
    Kind.REDIS: SourceKind.REDIS,
    Kind.HTTP: SourceKind.HTTP,
    Kind.SHELL: SourceKind.SHELL,
    Kind.LOGS: SourceKind.SHELL,
    Kind.DOCKER: SourceKind.DOCKER,
}
_STATES = {
    OutcomeKind.SUCCEEDED: StepState.DONE,
    OutcomeKind.FAILED: StepState.FAILED,
    OutcomeKind.REFUSED: StepState.REFUSED,
    OutcomeKind.UNKNOWN: StepState.UNKNOWN,
}


class Runner:
    """Keeps the runs and moves them on.

    Args:
        sources: all sources in the order of the configuration; a command without a target takes the first of
            its kind.
        readers: what can run reads, by source.
        board: the latest readings, for conditions.
        journal: where reads, steps and decisions are noted; None for an observer.
        clock: tells the time.
        masker: hides secrets in what is noted.
        incident: gives the id of the current incident.
        actor: who sits here, user@host; "" for an observer.
    """

    def __init__(
        self,
        sources: tuple[SourceId, ...],
        readers: Mapping[SourceId, Reader],
        board: Board,
        journal: Journal | None,
        clock: Clock,
        masker: Masker,
        incident: Callable[[], str],
        actor: str = "",
    ) -> None:
        self._actor = actor
        self._sources = sources
        self._readers = readers
        self._board = board
        self._journal = journal
        self._clock = clock
        self._masker = masker
        self._incident = incident
        self._serial = 0

    async def start(self, runbook: Runbook, procedure: Procedure) -> Run:
        """Begin a run; the text of the runbook is frozen in it, and so is what the servers say of its commands."""
        self._serial += 1
        procedure = await sharpened(procedure, self._reader_of)
        run = Run(f"{self._clock.now():%Y%m%dT%H%M%S}-{self._serial}", runbook, procedure)
        run.values.update({item.name: item.default for item in procedure.inputs if item.default})
        await self._note(
            EntryKind.RUN,
            {
                "run": run.id,
                "event": "started",
                "path": runbook.path,
                "sha256": runbook.sha256,
                "title": procedure.title,
            },
        )
        return run

    def _reader_of(self, command: Command) -> Reader | None:
        try:
            return self._readers.get(self.source(command))
        except RunbookError:
            return None

    def source(self, command: Command) -> SourceId:
        """Where a command runs.

        Raises:
            RunbookError: when there is no such source here.
        """
        kind = _SOURCE_KINDS.get(command.kind)
        if kind is None:
            raise RunbookError(f"a step of kind {command.kind.value} does not run by itself", "do it and tick it")
        fitting = [source for source in self._sources if source.kind is kind]
        if command.kind is Kind.DOCKER:
            fitting += [source for source in self._sources if source.kind is SourceKind.PROCESSES]
        for source in fitting:
            if command.target in (None, "", source.name):
                return source
        wanted = f"{kind.value} {command.target!r}" if command.target else kind.value
        known = ", ".join(source.name for source in fitting) or "none"
        raise RunbookError(
            f"line {command.line} wants the source {wanted}, and this environment has {known}",
            "add it to the configuration",
        )

    def missing(self, run: Run, command: Command) -> tuple[Input, ...]:
        """The inputs that must be filled before the command can run."""
        known = {item.name: item for item in run.procedure.inputs}
        names = missing(command, self._values(run))
        return tuple(known.get(name, Input(name, f"{name}?")) for name in names)

    def text(self, run: Run, command: Command) -> str:
        """The command as a person reads it, with the values known so far filled in and secrets masked."""
        return self._masker.secrets(render(command, self._values(run)))

    def applies(self, run: Run, step: Step) -> bool | None:
        """Whether the step's `when` holds; None when that cannot be told. True when it has none."""
        condition = step.annotations.when or next((c.annotations.when for c in step.commands if c.annotations.when), "")
        if not condition:
            return True
        try:
            return holds(condition, self._names(run, None))
        except ConditionError:
            return None

    async def read(self, run: Run, step: Step, command: Command, progress: Progress) -> StepRecord:
        """Run a command that only reads, until its condition holds where it has one.

        Never raises a CockpitError: what went wrong is in the record.
        """
        run.note(step, state=StepState.RUNNING, note="", attempts=0, at=self._clock.now())
        progress()
        record = await self._attempts(run, step, command, progress)
        run.update(step, record)
        self._capture(run, command, record)
        await self._note(
            EntryKind.READ,
            {
                "run": run.id,
                "step": step.id,
                "title": step.title,
                "command": self.text(run, command),
                "state": record.state.value,
                "note": self._masker.secrets(record.note),
                "attempts": record.attempts,
                "answer": answer_payload(record.answer, self._masker),
            },
        )
        progress()
        return record

    async def _attempts(self, run: Run, step: Step, command: Command, progress: Progress) -> StepRecord:
        notes = command.annotations
        until = notes.until or step.annotations.until
        pause = _seconds(notes.every or step.annotations.every, 5.0)
        limit = _seconds(notes.timeout or step.annotations.timeout, 180.0 if until else READ_TIMEOUT)
        deadline = self._clock.monotonic() + limit
        attempts = 0
        while True:
            attempts += 1
            record = await self._once(run, step, command, min(limit, READ_TIMEOUT) if until else limit, attempts)
            if not until or record.state is StepState.DONE:
                return record
            if self._clock.monotonic() + pause >= deadline:
                return replace(record, state=StepState.FAILED, note=f"gave up after {attempts} attempts: {record.note}")
            run.update(
                step,
                replace(
                    record, state=StepState.RUNNING, note=f"attempt {attempts}: {record.note}, again in {pause:g} s"
                ),
            )
            progress()
            await asyncio.sleep(pause)

    async def _once(self, run: Run, step: Step, command: Command, seconds: float, attempts: int) -> StepRecord:
        now = self._clock.now
        try:
            answer = await self._ask(run, command, seconds)
        except CockpitError as error:
            return StepRecord(StepState.FAILED, note=str(error), at=now(), attempts=attempts)
        state, note = self._judge(run, step, command, answer)
        return StepRecord(state, answer, note=note, at=now(), attempts=attempts)

    async def _ask(self, run: Run, command: Command, seconds: float) -> Answer:
        if command.risk is not Risk.READ:
            raise RunbookError(
                f"line {command.line} may change something ({command.reason})", "it needs a confirmation"
            )
        source = self.source(command)
        reader = self._readers.get(source)
        if reader is None:
            raise SourceError(f"nothing here may read {source} for a step", "an operator can")
        operation = resolve(command, self._values(run))
        try:
            async with asyncio.timeout(seconds + 2.0):
                return await reader.read(operation, seconds)
        except TimeoutError as error:
            raise SourceError(f"{source} did not answer within {seconds:g} s") from error

    def _judge(self, run: Run, step: Step, command: Command, answer: Answer) -> tuple[StepState, str]:
        notes = command.annotations
        condition = notes.until or step.annotations.until or notes.expect or step.annotations.expect
        if not condition:
            failed = (answer.status or 0) >= 400 or (answer.exit_code or 0) != 0
            return (StepState.FAILED, "it answered with an error") if failed else (StepState.DONE, "")
        try:
            good = holds(condition, self._names(run, answer))
        except ConditionError as error:
            return StepState.UNKNOWN, str(error)
        return (StepState.DONE, f"{condition}") if good else (StepState.FAILED, f"not yet: {condition}")

    def draft(self, run: Run, step: Step, command: Command) -> Draft:
        """A command that may change something, as a draft for the road.

        Raises:
            RunbookError: when a placeholder is empty or there is no such source.
        """
        reference = f"{run.runbook.path}:{command.line}"
        changed = run.edit_of(step, command)
        edit = f" (edited in place; the runbook says: {changed.before})" if changed else ""
        return Draft(
            source=self.source(command),
            operation=resolve(command, self._values(run)),
            command=self.text(run, command),
            verdict=RiskVerdict(command.risk, self._masker.secrets(command.reason + edit)),
            origin=Origin("runbook", reference, step.id),
            timeout=_seconds(command.annotations.timeout or step.annotations.timeout, CHANGE_TIMEOUT),
        )

    async def conclude(self, run: Run, step: Step, outcome: Outcome, progress: Progress) -> StepRecord:
        """Note what became of a change; when it succeeded and its verify step reads, run that too."""
        record = run.note(
            step,
            state=_STATES[outcome.kind],
            outcome=outcome,
            answer=outcome.answer,
            note=outcome.reason,
            at=self._clock.now(),
            attempts=run.record(step).attempts + 1,
        )
        await self._step_note(run, step, record)
        progress()
        verify = step.annotations.verify or next(
            (c.annotations.verify for c in step.commands if c.annotations.verify), ""
        )
        if outcome.kind in (OutcomeKind.SUCCEEDED, OutcomeKind.UNKNOWN) and verify:
            record = await self._verify(run, step, verify, progress)
        return record

    async def _verify(self, run: Run, step: Step, name: str, progress: Progress) -> StepRecord:
        found = self.named(run, name)
        if found is None or found[1].risk is not Risk.READ:
            return run.record(step)
        checked = await self.read(run, *found, progress)
        record = run.note(step, verified=checked.state is StepState.DONE)
        progress()
        return record

    def named(self, run: Run, name: str) -> tuple[Step, Command] | None:
        """The step and command that the author gave this name, or None."""
        for step in run.procedure.steps:
            for command in step.commands:
                if name in (command.annotations.name, step.annotations.name):
                    return step, command
        return None

    async def edit(self, run: Run, step: Step, command: Command, text: str) -> Command:
        """Let another text run in a command's place, judged anew; the journal keeps both.

        Raises:
            RunbookError: when nothing is left of it.
        """
        new = edited(command, text)
        put(run, step, command, new)
        await self._note(
            EntryKind.STEP,
            {
                "run": run.id,
                "step": step.id,
                "number": step.commands.index(command),
                "title": step.title,
                "state": "edited",
                "before": self._masker.secrets(command.text),
                "after": self._masker.secrets(new.text),
                "risk": new.risk.value,
                "note": self._masker.secrets(f"{command.text} → {new.text}"),
            },
        )
        return new

    async def undone(self, run: Run, step: Step, by: Step) -> None:
        """Note that a step was taken back by another; it is open again."""
        await self._settle(run, step, StepState.PENDING, f"taken back by {by.title}")

    async def tick(self, run: Run, step: Step, note: str = "") -> None:
        """Note that a manual step was done."""
        await self._settle(run, step, StepState.DONE, note)

    async def skip(self, run: Run, step: Step, reason: str) -> None:
        """Note that a step is left out, and why."""
        await self._settle(run, step, StepState.SKIPPED, reason)

    async def decide(self, run: Run, step: Step, branch: Branch) -> None:
        """Take one branch of a decision; the steps of the others become not applicable."""
        others = {step_id for other in step.branches if other is not branch for step_id in other.steps}
        for other in run.procedure.steps:
            if other.id in others - set(branch.steps):
                run.note(other, state=StepState.NOT_APPLICABLE, at=self._clock.now())
        run.note(step, state=StepState.DONE, note=branch.title, at=self._clock.now())
        await self._note(
            EntryKind.DECISION, {"run": run.id, "step": step.id, "title": step.title, "branch": branch.title}
        )

    async def _settle(self, run: Run, step: Step, state: StepState, note: str) -> None:
        record = run.note(step, state=state, note=note, at=self._clock.now(), by=self._actor)
        await self._step_note(run, step, record)

    async def _step_note(self, run: Run, step: Step, record: StepRecord) -> None:
        await self._note(
            EntryKind.STEP,
            {
                "run": run.id,
                "step": step.id,
                "title": step.title,
                "state": record.state.value,
                "note": self._masker.secrets(record.note),
            },
        )

    async def _note(self, kind: EntryKind, payload: dict[str, Json]) -> None:
        """Write a note; reads and notes go on when the journal cannot be written (the screen says so)."""
        if self._journal is not None:
            with contextlib.suppress(JournalError):
                await self._journal.append(kind, payload, self._incident())

    def _capture(self, run: Run, command: Command, record: StepRecord) -> None:
        name = command.annotations.capture
        if name and record.answer is not None and record.state is StepState.DONE:
            key, _, expression = name.partition("=")
            with contextlib.suppress(ConditionError):
                value = evaluate(expression.strip() or "value", self._names(run, record.answer))
                if value is not None:
                    run.captured[key.strip()] = value if isinstance(value, bool | int | float | str) else str(value)

    def _values(self, run: Run) -> dict[str, str]:
        captured = {name: _as_text(value) for name, value in run.captured.items()}
        return {**captured, **{name: value for name, value in run.values.items() if value}}

    def _names(self, run: Run, answer: Answer | None) -> Names:
        known = merge(live_names(self._board, self._clock), run_names(run.values, run.captured))
        return known if answer is None else merge(known, answer_names(answer))


def _as_text(value: Json) -> str:
    return value if isinstance(value, str) else str(value)


def _seconds(text: str, otherwise: float) -> float:
    """A duration that the author wrote, or the given one when there is none or it cannot be read."""
    try:
        return parse_duration(text) if text else otherwise
    except ValueError:
        return otherwise
