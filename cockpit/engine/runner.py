"""Runs the steps of a runbook: reads at once, changes as drafts for the one road."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from cockpit.engine.board import Board
from cockpit.engine.conditions import Names, holds
from cockpit.engine.evidence import answer_names, live_names, merge, run_names
from cockpit.engine.run import Run, StepRecord
from cockpit.engine.sharpen import sharpened
from cockpit.engine.steps import captures, flow, rehearsal, shell
from cockpit.engine.steps.edits import edited, put
from cockpit.engine.steps.effects import AFTER, difference, world
from cockpit.engine.steps.live import Live, watched
from cockpit.engine.steps.notes import StepNotes
from cockpit.engine.steps.queries import why_copied
from cockpit.engine.steps.reading import Attempts, plan, seconds
from cockpit.engine.steps.rehearsal import dry_run, plans_in
from cockpit.engine.steps.resume import Remains, left_open, take_up
from cockpit.engine.steps.settings import Expected, expected, presence
from cockpit.engine.steps.waiting import Waiting
from cockpit.engine.unique import unique_id
from cockpit.model.actions import Draft, Origin
from cockpit.model.answers import Answer
from cockpit.model.errors import CockpitError, ConditionError, RunbookError, SourceError
from cockpit.model.health import Json
from cockpit.model.incident import StepState
from cockpit.model.masking import Masker
from cockpit.model.operations import HttpRequest, Operation, Rehearsal, ShellCommand, SqlStatement
from cockpit.model.outcomes import FollowUp, Outcome, OutcomeKind
from cockpit.model.ports import Clock, Journal, Reader
from cockpit.model.readings import SourceId, SourceKind
from cockpit.model.risk import Risk, RiskVerdict
from cockpit.model.runbook import Branch, Command, Input, Kind, Procedure, Runbook, Step
from cockpit.runbook.resolve import missing, render, resolve
from cockpit.runbook.resolve_shell import host_of, is_service

Progress = Callable[[], None]
"""Called whenever the record of a step has changed."""
Places = Callable[[Expected], Awaitable[Mapping[str, Mapping[str, str]]]]
"""Gives the settings in each place that a step names; raises SourceError when one cannot be read."""

CHANGE_TIMEOUT = 30.0
"""Seconds for a change, unless the author said otherwise."""
TERMINAL_TIMEOUT = 12 * 3_600.0
"""Seconds for which a program may have the terminal."""
PATIENCE = 60.0
"""Seconds that a person has to commit a change before it is rolled back by itself."""
_BEAT = 0.25
"""Seconds between two drawings of output that comes in."""

_SOURCE_KINDS = {
    Kind.SQL: SourceKind.POSTGRES,
    Kind.REDIS: SourceKind.REDIS,
    Kind.HTTP: SourceKind.HTTP,
    Kind.SHELL: SourceKind.SHELL,
    Kind.LOGS: SourceKind.SHELL,
    Kind.DOCKER: SourceKind.DOCKER,
    Kind.QUERY: SourceKind.PROMETHEUS,
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
        places: reads the settings that a step names; None for an observer.
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
        places: Places | None = None,
    ) -> None:
        self._sources = sources
        self._readers = readers
        self._journal = journal
        self._board = board
        self._clock = clock
        self._masker = masker
        self._notes = StepNotes(journal, masker, incident)
        self._actor = actor
        self._places = places

    async def start(self, runbook: Runbook, procedure: Procedure) -> Run:
        """Begin a run; the text of the runbook is frozen in it, and so is what the servers say of its commands."""
        procedure = await sharpened(procedure, self._reader_of)
        run = Run(unique_id(self._clock.now()), runbook, procedure)
        run.values.update({item.name: item.default for item in procedure.inputs if item.default})
        await self._notes.run(run, "started")
        return run

    async def close(self, run: Run) -> None:
        """Note that a run was put away: it is not offered again."""
        await self._notes.run(run, "closed")

    async def left_open(self, run: Run) -> Remains | None:
        """An earlier run of the same procedure that was left in the middle, None when there is none."""
        entries = await self._notes.entries()
        return left_open(entries, run.runbook.path, run.procedure.slug, run.id)

    async def take_up(self, run: Run, remains: Remains) -> Step | None:
        """Let the run stand where an earlier one was left; returns the step to look at first."""
        await self._notes.run(run, "closed")
        step = take_up(run, remains)
        await self._notes.run(run, "taken up again")
        return step

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
        if command.kind is Kind.DOCKER and not is_service(command):
            kind = SourceKind.SHELL
        if kind is None:
            raise RunbookError(f"a step of kind {command.kind.value} does not run by itself", "do it and tick it")
        fitting = [source for source in self._sources if source.kind is kind]
        if kind is SourceKind.DOCKER:
            fitting += [source for source in self._sources if source.kind is SourceKind.PROCESSES]
        for source in fitting:
            if command.target in (None, "", source.name):
                return source
        if self._journal is None and not fitting:
            raise RunbookError(f"a {command.kind.value} step does not run for an observer", "an operator can run it")
        wanted = f"{kind.value} {command.target!r}" if command.target else kind.value
        known = ", ".join(source.name for source in fitting) or "none"
        raise RunbookError(
            f"line {command.line} wants the source {wanted}, and this environment has {known}",
            "add it to the configuration",
        )

    def missing(self, run: Run, command: Command) -> tuple[Input, ...]:
        """The inputs that must be filled before the command can run."""
        known = {item.name: item for item in run.procedure.inputs}
        names = missing(shell.whole(run, command), self._values(run))
        return tuple(known.get(name, Input(name, f"{name}?")) for name in names)

    def text(self, run: Run, command: Command) -> str:
        """The command as a person reads it, with the values known so far filled in and secrets masked."""
        return self._masker.secrets(render(command, self._values(run)))

    def risk(self, run: Run, command: Command) -> RiskVerdict:
        """What running the command now may do, the session lines that go before it included."""
        together = shell.whole(run, command)
        return RiskVerdict(together.risk, together.reason)

    def takes_terminal(self, command: Command) -> bool:
        """Whether it needs the terminal for itself until it ends."""
        return shell.takes_terminal(command)

    def goes_first(self, run: Run, command: Command) -> tuple[str, ...]:
        """The session lines that run in the same shell before it."""
        return tuple(self.text(run, line) for line in shell.before(run, command))

    def not_installed(self, run: Run, command: Command) -> tuple[str, ...]:
        """The programs that it needs and that this machine does not have."""
        return shell.not_installed(run, command)

    def why_copied(self, command: Command) -> str:
        """Why a query is copied and not asked here, "" when it is asked or is none."""
        return why_copied(command, self._sources)

    def host(self, run: Run, command: Command) -> str:
        """The other machine on which it runs by ssh, "" for this one."""
        if command.context is None or command.context.program != "ssh":
            return ""
        return host_of(render(replace(command, text=command.context.text, kind=Kind.SHELL), self._values(run)))

    def unmet(self, run: Run, step: Step) -> tuple[str, ...]:
        """What must be done before the step, as a person reads it."""
        return flow.unmet(run, step)

    def after_failure(self, run: Run, step: Step) -> Step | None:
        """Where the author leads a person after the step has failed, None to stay."""
        return flow.after_failure(run, step)

    def applies(self, run: Run, step: Step) -> bool | None:
        """Whether the step's `when` holds; None when that cannot be told. True when it has none."""
        condition = flow.written(step, "when")
        if not condition:
            return True
        try:
            return holds(condition, self._names(run, None))
        except ConditionError:
            return None

    # --- reads ---

    async def read(self, run: Run, step: Step, command: Command, progress: Progress) -> StepRecord:
        """Run a command that only reads, until its condition holds where it has one.

        Never raises a CockpitError: what went wrong is in the record.
        """
        run.note(step, state=StepState.RUNNING, note="", attempts=0, tries=(), at=self._clock.now())
        under_way = run.live[step.id] = Live(self._masker)
        beating = asyncio.create_task(_beat(under_way, progress))
        progress()
        try:
            with watched(under_way):
                record = await self._attempts(run, step, command, under_way, progress).run(plan(step, command))
        finally:
            beating.cancel()
            run.live.pop(step.id, None)
        record = self._kept(run, step, command, replace(record, by=self._actor))
        run.update(step, record)
        await self._notes.read(run, step, self.text(run, command), record, record.answer)
        progress()
        return record

    def _attempts(self, run: Run, step: Step, command: Command, under_way: Live, progress: Progress) -> Attempts:
        async def ask(limit: float) -> Answer:
            return await self._ask(run, command, limit)

        def show(record: StepRecord) -> None:
            run.update(step, replace(record, answer=captures.without_secret(command, record.answer)))
            progress()

        return Attempts(self._clock, ask, lambda answer: self._names(run, answer), show, under_way.stopping)

    def _kept(self, run: Run, step: Step, command: Command, record: StepRecord) -> StepRecord:
        """The record after what its answer leaves behind was kept: captured values, the state of the shell."""
        answer = record.answer
        if answer is None:
            return record
        if answer.carried is not None:
            run.shell = shell.carried(run.shell, answer.carried)
            run.prelude |= {(step.id, line.line) for line in shell.before(run, command)}
        trouble = ""
        if record.state is StepState.DONE:
            trouble = captures.capture(run, command, answer, self._names(run, answer), self._masker, self._clock.now())
        note = "; ".join(part for part in (record.note, trouble) if part)
        return replace(record, answer=captures.without_secret(command, answer), note=note)

    async def _ask(self, run: Run, command: Command, limit: float) -> Answer:
        verdict = self.risk(run, command)
        if verdict.risk is not Risk.READ:
            raise RunbookError(
                f"line {command.line} may change something ({verdict.reason})", "it needs a confirmation"
            )
        source = self.source(command)
        reader = self._readers.get(source)
        if reader is None:
            raise SourceError(f"nothing here may read {source} for a step", "an operator can")
        operation = self._operation(run, command)
        try:
            async with asyncio.timeout(limit + 5.0):
                return await reader.read(operation, limit)
        except TimeoutError as error:
            raise SourceError(f"{source} did not answer within {limit:g} s") from error

    def _operation(self, run: Run, command: Command) -> Operation:
        return shell.in_session(run, command, resolve(shell.whole(run, command), self._values(run)))

    # --- changes ---

    def dry_run(self, run: Run, step: Step, command: Command) -> HttpRequest | None:
        """The documented dry run of a request that may change something; None when there is none to be sent now."""
        if command.kind is not Kind.HTTP or command.risk is Risk.READ or self._journal is None:
            return None
        try:
            operation = self._operation(run, command)
            if not isinstance(operation, HttpRequest):
                return None
            return dry_run(step, command, operation, self._values(run), plans_in(self._board))
        except RunbookError:
            return None

    async def rehearse(self, run: Run, step: Step, command: Command, dry: HttpRequest, progress: Progress) -> None:
        """Send the dry run of a step, and keep what it answered; the step is as open as before."""
        run.note(step, state=StepState.RUNNING, note="the dry run is under way", at=self._clock.now())
        progress()
        shown = self._masker.secrets(f"dry run: {dry.method} {dry.url}")
        try:
            source = self.source(command)
            reader = self._readers.get(source)
            if reader is None:
                raise SourceError(f"nothing here may read {source} for a step", "an operator can")
            answer = await reader.read(Rehearsal(dry), seconds(command.annotations.timeout, rehearsal.TIMEOUT))
        except CockpitError as error:
            record = run.note(step, state=StepState.PENDING, answer=None, note=f"the dry run failed: {error}")
        else:
            run.rehearsed[step.id] = dry
            note = f"the dry run answered {answer.status}"
            record = run.note(step, state=StepState.PENDING, answer=captures.without_secret(command, answer), note=note)
        await self._notes.read(run, step, shown, record, record.answer)
        progress()

    def draft(self, run: Run, step: Step, command: Command) -> Draft:
        """A command that may change something, as a draft for the road.

        Raises:
            RunbookError: when a placeholder is empty or there is no such source.
        """
        changed = run.edit_of(step, command)
        edit = f" (edited in place; the runbook says: {changed.before})" if changed else ""
        operation, verdict = self._operation(run, command), self.risk(run, command)
        terminal = isinstance(operation, ShellCommand) and operation.terminal
        usual = TERMINAL_TIMEOUT if terminal else CHANGE_TIMEOUT
        return Draft(
            source=self.source(command),
            operation=operation,
            command="\n".join(self.text(run, part) for part in (*shell.before(run, command), command)),
            verdict=RiskVerdict(verdict.risk, self._masker.secrets(verdict.reason + edit)),
            origin=Origin("runbook", f"{run.runbook.path}:{command.line}", step.id),
            timeout=seconds(command.annotations.timeout or step.annotations.timeout, usual),
            patience=PATIENCE if isinstance(operation, SqlStatement) else 0.0,
            secret=command.annotations.secret,
        )

    def following(self, draft: Draft, follow_up: FollowUp) -> Draft:
        """What a change calls for next, as a draft for the same road; it is no part of the step itself."""
        return Draft(
            source=draft.source,
            operation=follow_up.operation,
            command=follow_up.command,
            verdict=RiskVerdict(Risk.CHANGE, follow_up.reason),
            origin=Origin(draft.origin.place, draft.origin.reference),
            timeout=CHANGE_TIMEOUT,
        )

    def about_to_change(self, run: Run, step: Step) -> None:
        """Keep what the world looks like, to tell afterwards what is different."""
        run.before[step.id] = world(self._board)

    async def conclude(
        self, run: Run, step: Step, outcome: Outcome, progress: Progress, command: Command | None = None
    ) -> StepRecord:
        """Note what became of a change; when it succeeded and its verify step reads, run that too.

        Args:
            run: the run.
            step: the step that was carried out.
            outcome: how it ended.
            progress: see Progress.
            command: which command of the step it was, for what it leaves behind.
        """
        record = run.note(
            step,
            state=_STATES[outcome.kind],
            outcome=outcome,
            answer=outcome.answer,
            note=outcome.reason,
            at=self._clock.now(),
            attempts=run.record(step).attempts + 1,
            by=self._actor,
            effect=None,
        )
        run.rehearsed.pop(step.id, None)
        if command is not None:
            record = self._kept(run, step, command, record)
            kept = replace(outcome, answer=captures.without_secret(command, outcome.answer))
            record = replace(record, outcome=kept)
            run.update(step, record)
        await self._notes.step(run, step, record)
        progress()
        verify = flow.written(step, "verify")
        if outcome.kind in (OutcomeKind.SUCCEEDED, OutcomeKind.UNKNOWN) and verify:
            record = await self._verify(run, step, verify, progress)
        return record

    async def look_afterwards(self, run: Run, step: Step, progress: Progress) -> None:
        """Some seconds after a change, note what is different in the world."""
        before = run.before.pop(step.id, None)
        if before is None:
            return
        await asyncio.sleep(AFTER)
        lines = difference(before, world(self._board))
        run.note(step, effect=lines)
        await self._notes.effect(run, step, lines)
        progress()

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
        return flow.named(run.procedure, name)

    # --- what a person does ---

    async def edit(self, run: Run, step: Step, command: Command, text: str) -> Command:
        """Let another text run in a command's place, judged anew; the journal keeps both.

        Raises:
            RunbookError: when nothing is left of it.
        """
        new = edited(command, text)
        put(run, step, command, new)
        await self._notes.edit(run, step, command, new)
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
        run.note(step, state=StepState.DONE, note=branch.title, at=self._clock.now(), by=self._actor)
        await self._notes.decision(run, step, branch.title)

    async def wait(self, run: Run, step: Step, progress: Progress) -> StepRecord:
        """Count the step's seconds down until they are over or somebody ends it."""
        waiting = run.waits[step.id] = Waiting(self._clock, step.wait_seconds or 0.0)
        run.note(step, state=StepState.RUNNING, note="", at=self._clock.now())
        try:
            await waiting.over(progress)
        finally:
            run.waits.pop(step.id, None)
        words = "ended early after" if waiting.ended_early else "waited"
        await self._settle(run, step, StepState.DONE, f"{words} {round(waiting.waited())} s")
        progress()
        return run.record(step)

    async def look_at_settings(self, run: Run, step: Step, progress: Progress) -> StepRecord:
        """Say which of the settings that a step names are there; their values never come near a screen."""
        at = self._clock.now()
        try:
            if self._places is None:
                raise SourceError("nothing here may look at settings", "an operator can")
            wanted = expected(step)
            answer = presence(wanted, await self._places(wanted), run.salt)
        except CockpitError as error:
            record = StepRecord(StepState.FAILED, note=str(error), at=at, by=self._actor)
        else:
            state = StepState.FAILED if answer.exit_code else StepState.DONE
            record = StepRecord(state, answer, note=answer.notice, at=at, attempts=1, by=self._actor)
        run.update(step, record)
        await self._notes.read(run, step, f"look at the settings of: {step.title}", record, record.answer)
        progress()
        return record

    async def drop_expired(self, run: Run) -> tuple[str, ...]:
        """Forget secrets whose lifetime is over; returns their names."""
        gone = captures.drop_expired(run, self._clock.now())
        if gone:
            await self._notes.run(run, f"forgot {', '.join(gone)}, whose time was over, in")
        return gone

    async def _settle(self, run: Run, step: Step, state: StepState, note: str) -> None:
        record = run.note(step, state=state, note=note, at=self._clock.now(), by=self._actor)
        await self._notes.step(run, step, record)

    def _values(self, run: Run) -> dict[str, str]:
        captured = {name: _as_text(value) for name, value in run.captured.items()}
        return {**captured, **{name: value for name, value in run.values.items() if value}}

    def _names(self, run: Run, answer: Answer | None) -> Names:
        known = merge(live_names(self._board, self._clock), run_names(run.values, run.captured))
        return known if answer is None else merge(known, answer_names(answer))


async def _beat(under_way: Live, progress: Progress) -> None:
    """Draw output as it comes in, a few times a second however much it is."""
    shown = 0
    while True:
        await asyncio.sleep(_BEAT)
        if under_way.total != shown:
            shown = under_way.total
            progress()


def _as_text(value: Json) -> str:
    return value if isinstance(value, str) else str(value)
