"""What the keys do on the steps of the open run."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from cockpit.engine.confirmation import ARMING
from cockpit.model.activity import Backend, waiters_behind
from cockpit.model.incident import StepState
from cockpit.model.outcomes import Outcome, OutcomeKind
from cockpit.model.runbook import Command, Input, Procedure, Runbook, Step
from cockpit.ui.acts import StepActs
from cockpit.ui.present.answer import answer_lines
from cockpit.ui.present.card import why_lines
from cockpit.ui.present.words import clock_duration
from cockpit.ui.remake import StepRemake
from cockpit.ui.screens.ask import Ask, Offer
from cockpit.ui.screens.choice import Choice
from cockpit.ui.screens.confirm import ConfirmScreen
from cockpit.ui.screens.viewer import Viewer
from cockpit.ui.spans import Tone
from cockpit.ui.walk import Act, Walk

if TYPE_CHECKING:
    from cockpit.engine.road import Road
    from cockpit.engine.session import Session
    from cockpit.ui.screens.main import MainScreen


_FOR_OBSERVER = frozenset({Act.READ, Act.CHANGE, Act.COPY})
"""What an observer's Enter may begin; a change says that it needs an operator."""


class StepKeys:
    """Runs, ticks, skips and explains steps.

    Args:
        screen: the main screen.
        session: the session.
    """

    def __init__(self, screen: MainScreen, session: Session) -> None:
        self._screen = screen
        self._session = session
        self._reading: set[str] = set()
        self._pressed_at = float("-inf")
        self.walk: Walk | None = None
        self.remake = StepRemake(self, screen, session)
        self.acts = StepActs(screen, session)

    async def open(self, runbook: Runbook, procedure: Procedure, values: dict[str, str] | None = None) -> None:
        """Begin a run of a procedure.

        Args:
            runbook: where the procedure is written.
            procedure: what to open.
            values: values for inputs of these names.
        """
        run = await self._session.runner.start(runbook, procedure)
        names = {item.name for item in procedure.inputs}
        run.values.update({name: value for name, value in (values or {}).items() if name in names})
        self.walk = Walk(self._session, run)
        self._screen.show_walk(self.walk)
        self._screen.launch(self._look_for_remains(self.walk))

    async def _look_for_remains(self, walk: Walk) -> None:
        """Say that an earlier run of the procedure was left in the middle."""
        walk.remains = await self._session.runner.left_open(walk.run)
        if walk.remains is not None and walk is self.walk:
            left = walk.remains
            unknown = f", {left.unknown} with an unknown outcome" if left.unknown else ""
            self._screen.say(
                f"a run of this was left at {left.left_at:%Y-%m-%d %H:%M}Z after {len(left.records)} steps{unknown}; "
                "U takes it up",
                Tone.WARN,
            )

    def take_up(self) -> None:
        """Go on with the earlier run where it was left."""
        walk = self.walk
        if walk is None or walk.remains is None:
            self._screen.say("no earlier run of this was left in the middle", Tone.DIM)
        elif walk.run.records:
            self._screen.say(
                "this run has begun already; close it (X) and open it anew to take the other up", Tone.WARN
            )
        else:
            self._screen.turn.take("a run", lambda: self._take_up(walk), asks=False)

    async def _take_up(self, walk: Walk) -> None:
        left = walk.remains
        if left is None:
            return
        walk.remains = None
        step = await self._session.runner.take_up(walk.run, left)
        self._screen.update_walk()
        if step is not None:
            self._screen.sidebar.steps.move_to_key(step.id)
            self._screen.update_walk()
        changed = left.sha256 != walk.run.runbook.sha256
        more = "; the file has changed since it began, so look at each step" if changed else ""
        self._screen.say(f"taken up where it was left{more}", Tone.WARN if changed else Tone.OK)

    def resume(self, walk: Walk) -> None:
        """Show a run again that was left for another."""
        self.walk = walk
        self._screen.show_walk(walk)

    def close(self) -> None:
        """Put the open run away; its record stays in the journal."""
        if self.walk is not None and self._session.road is not None:
            self._screen.launch(self._session.runner.close(self.walk.run))
        self.walk = None
        self._screen.show_walk(None)

    def current(self) -> tuple[Walk, Step] | None:
        """The run and the step under the cursor."""
        row = self._screen.sidebar.steps.current
        if self.walk is None or row is None:
            return None
        step = self.walk.step(row.key)
        return (self.walk, step) if step else None

    def go_on(self) -> None:
        """Run the step; from one that is done, go to the next that is not."""
        found = self.current()
        if found is None:
            return
        walk, step = found
        ahead = walk.run.next_step
        if ahead is not None and walk.finished(step) and step.id not in self._reading:
            self._screen.sidebar.steps.move_to_key(ahead.id)
            self._screen.update_walk()
        else:
            self.run()

    def again(self) -> None:
        """Run the step whatever was said against it: its condition, what should come first."""
        self.run(regardless=True)

    def run(self, *, regardless: bool = False) -> None:
        """Do what Enter does on the step: run a read, ask before a change, count down, open, copy, choose or tick."""
        found = self.current()
        if found is None:
            return
        walk, step = found
        act = walk.act(step)
        if self._repeated() and act is not Act.READ:
            self._screen.say("that came too fast after the last key, so it was not taken; press it again", Tone.DIM)
            return
        objection = "" if regardless or act is Act.END_WAIT else self._against(walk, step)
        if step.id in self._reading or step.id in walk.run.live:
            self._screen.say("this step is still running; x stops it", Tone.WARN)
        elif objection:
            self._screen.say(objection, Tone.WARN)
        elif self._session.road is None and act not in _FOR_OBSERVER:
            self._screen.say("an observer ticks nothing", Tone.WARN)
        else:
            self._act(Act.CHANGE if regardless and act is Act.REHEARSE else act, walk, step, regardless=regardless)

    def _act(self, act: Act, walk: Walk, step: Step, *, regardless: bool) -> None:
        command, screen = walk.command(step), self._screen
        match act:
            case Act.READ if command is not None:
                self._reading.add(step.id)
                screen.launch(self.read(walk, step, command))
            case Act.CHANGE if self._session.road is None:
                screen.say("an observer cannot change anything", Tone.WARN)
            case Act.REHEARSE if command is not None:
                self._reading.add(step.id)
                screen.launch(self._rehearse(walk, step, command))
            case Act.CHANGE if command is not None and not regardless:
                screen.turn.take("a step", lambda: self._change_after_dry_run(walk, step, command))
            case Act.CHANGE if command is not None:
                screen.turn.take("a step", lambda: _dropped(self.change(walk, step, command)))
            case Act.WAIT:
                self.acts.wait(walk, step)
            case Act.END_WAIT:
                self.acts.stop(walk, step)
            case Act.OPEN:
                screen.launch(self.acts.open(walk, step))
            case Act.COPY:
                screen.launch(self.acts.copy(walk, step))
            case Act.SETTINGS:
                screen.launch(self.acts.settings(walk, step))
            case Act.DECIDE:
                screen.turn.take("a decision", lambda: self._decide(walk, step))
            case _:
                screen.turn.take("a step", lambda: self._tick(walk, step, ""))

    def _against(self, walk: Walk, step: Step) -> str:
        """What the author has written against running the step now, "" when nothing."""
        runner = self._session.runner
        unmet = runner.unmet(walk.run, step)
        if unmet:
            return f"first: {', '.join(unmet)}; . runs it all the same"
        applies = runner.applies(walk.run, step)
        if applies is True:
            return ""
        word = "does not hold now" if applies is False else "cannot be told now"
        return f"its condition {word}; x skips it, . runs it all the same"

    def _repeated(self) -> bool:
        """Whether the key repeats because it is held: a held Enter must not tick its way through a procedure."""
        before, self._pressed_at = self._pressed_at, self._screen.monotonic()
        return self._pressed_at - before < ARMING

    def note(self) -> None:
        """Tick the step with a note."""
        self._with_text("What was done?", lambda walk, step, text: self._tick(walk, step, text))

    def skip(self) -> None:
        """Stop what the step is doing; skip one that does nothing, with a reason."""
        found = self.current()
        if found is not None and self.acts.stop(*found):
            return
        self._with_text("Why is it skipped?", self._skip)

    def longer(self) -> None:
        """Wait a minute more."""
        found = self.current()
        if found is not None:
            self.acts.longer(*found)

    def tokens(self) -> tuple[tuple[str, datetime], ...]:
        """Names of the secrets that the open run has obtained and UTC times of their ends, the first to end first."""
        held = self.walk.run.tokens.values() if self.walk else ()
        return tuple(sorted(((t.name, t.expires_at) for t in held if t.expires_at), key=lambda pair: pair[1]))

    async def forget_expired(self) -> None:
        """Forget secrets whose lifetime is over, and say so."""
        if self.walk is not None:
            gone = await self._session.runner.drop_expired(self.walk.run)
            if gone:
                self._screen.say(
                    f"the time of {', '.join(gone)} is over; obtain it again before the next step", Tone.WARN
                )

    def why(self) -> None:
        """Say why the step has its risk."""
        found = self.current()
        if found is not None:
            walk, step = found
            look = self._screen.look
            cells = min(104, self._screen.size.width - 10)
            self._screen.app.push_screen(Viewer("Why this risk", why_lines(walk.view(step), cells, look), look))

    def answer(self) -> None:
        """Open the whole answer of the step."""
        found = self.current()
        answer = found[0].run.record(found[1]).answer if found else None
        if found is None or answer is None:
            self._screen.say("this step has no answer yet", Tone.DIM)
            return
        look = self._screen.look
        lines = answer_lines(answer, min(500, self._screen.size.width * 3), look)
        self._screen.app.push_screen(Viewer(found[1].title, lines, look))

    def choose_command(self, by: int) -> None:
        """Stand on another command of the step."""
        found = self.current()
        if found is not None:
            found[0].choose(found[1], by)
            self._screen.update_walk()

    def argument(self) -> None:
        """Fill the step's first open value, else its first value, from the selected row of the fitting pane."""
        found = self.current()
        command = found[0].command(found[1]) if found else None
        if found is None or command is None or not command.placeholders:
            self._screen.say("this step asks for no value", Tone.DIM)
            return
        run = found[0].run
        missing = self._session.runner.missing(run, command)
        known = {item.name: item for item in run.procedure.inputs}
        name = missing[0].name if missing else command.placeholders[0]
        wanted = known.get(name, Input(name))
        value = self._screen.argument_for(wanted.source)
        objection = "no row is selected" if not value else _objection(wanted, value)
        if objection:
            self._screen.say(f"{name} was not taken: {objection}", Tone.WARN)
            return
        run.values[name] = value
        self._screen.say(f"{name} = {self._screen.look.text(value)}", Tone.OK)
        self._screen.update_walk()

    def values(self) -> None:
        """Ask for every value of the runbook."""
        if self.walk is not None:
            walk = self.walk
            self._screen.turn.take("a value", lambda: self._ask_all(walk))

    async def _ask_all(self, walk: Walk) -> None:
        for wanted in walk.run.procedure.inputs:
            if not await self._fill(walk, wanted):
                return
        if not walk.run.procedure.inputs:
            self._screen.say("this runbook asks for no values", Tone.DIM)

    async def _filled(self, walk: Walk, command: Command) -> bool:
        """Ask for what is missing; False when a question was left."""
        for wanted in self._session.runner.missing(walk.run, command):
            if not await self._fill(walk, wanted):
                return False
        return True

    async def _fill(self, walk: Walk, wanted: Input) -> bool:
        default = walk.run.values.get(wanted.name, wanted.default)
        title = wanted.prompt or f"{wanted.name}?"
        offers = self._offers(wanted.source)
        value = await self._screen.turn.ask(
            Ask(
                title,
                self._screen.look,
                default,
                offers,
                lambda text: _objection(wanted, text),
                taken_at=self._screen.taken_at(wanted.source) if offers else None,
                now=self._screen.now,
            )
        )
        if value is None:
            return False
        walk.run.values[wanted.name] = value
        self._screen.update_walk()
        return True

    def _offers(self, source: str) -> list[Offer]:
        panes = self._screen.panes
        if source == "locks":
            return panes.locks.offers()
        if source == "containers":
            return [
                (service.name, service.state)
                for reading in panes.services.readings()
                for service in getattr(reading.value, "services", ())
            ]
        snapshot = panes.activity.snapshot()
        if source != "backends" or snapshot is None:
            return []
        frees = {b.pid: len(waiters_behind(snapshot.backends, b.pid)) for b in snapshot.backends}
        ordered = sorted(snapshot.backends, key=lambda b: (-frees[b.pid], -(b.transaction_age or 0.0)))
        return [(str(b.pid), self._in_short(b, frees[b.pid])) for b in ordered]

    def _in_short(self, backend: Backend, frees: int) -> str:
        look, age = self._screen.look, clock_duration(backend.transaction_age)
        query = look.query(backend.query)[:80]
        return f"blocks {frees}  {backend.state} {age}  {look.text(backend.application)}  {query}"

    async def read(self, walk: Walk, step: Step, command: Command) -> None:
        """Run a command that only reads, once its values are known."""
        try:
            if await self._filled(walk, command):
                record = await self._session.runner.read(walk.run, step, command, self._screen.update_walk)
                if record.state is StepState.DONE:
                    walk.choose_after(step, command)
                elif record.state is StepState.FAILED:
                    self._go_where_failure_leads(walk, step)
        finally:
            self._reading.discard(step.id)
            self._screen.update_walk()

    def _go_where_failure_leads(self, walk: Walk, step: Step) -> None:
        following = self._session.runner.after_failure(walk.run, step)
        if following is not None and walk is self.walk:
            self._screen.sidebar.steps.move_to_key(following.id)
            self._screen.say(f"it failed, and the runbook leads to: {following.title}", Tone.WARN)

    async def _rehearse(self, walk: Walk, step: Step, command: Command) -> None:
        """Send the dry run of a step."""
        try:
            dry = walk.dry_run(step, command)
            if dry is not None:
                await self._session.runner.rehearse(walk.run, step, command, dry, self._screen.update_walk)
        finally:
            self._reading.discard(step.id)
            self._screen.update_walk()

    async def _change_after_dry_run(self, walk: Walk, step: Step, command: Command) -> None:
        """Ask for what is missing; a dry run that can be sent then comes first."""
        if not await self._filled(walk, command):
            return
        if walk.dry_run(step, command) is not None:
            await self._rehearse(walk, step, command)
        else:
            await self.change(walk, step, command)

    async def change(self, walk: Walk, step: Step, command: Command) -> Outcome | None:
        """Ask before a command that may change something; None when it was not wanted."""
        road = self._session.road
        if road is None:
            self._screen.say("an observer cannot change anything", Tone.WARN)
            return None
        if not await self._filled(walk, command):
            return None
        leases = self._session.leases
        if leases is None:
            return await self._change(road, walk, step, command)
        run = walk.run
        async with leases.on(f"{run.runbook.sha256[:16]}:{run.procedure.slug}:{step.id}") as other:
            if not other:
                return await self._change(road, walk, step, command)
        self._screen.say(f"{other} is at this step now; the timeline will say what became of it", Tone.WARN)
        return None

    async def _change(self, road: Road, walk: Walk, step: Step, command: Command) -> Outcome | None:
        draft = self._session.runner.draft(walk.run, step, command)

        async def conclude(outcome: Outcome) -> str:
            runner, shown = self._session.runner, self._screen.update_walk
            if outcome.kind in (OutcomeKind.SUCCEEDED, OutcomeKind.UNKNOWN):
                self._screen.launch(runner.look_afterwards(walk.run, step, shown))
            record = await runner.conclude(walk.run, step, outcome, shown, command)
            if record.verified is None:
                return ""
            return "the verify step holds" if record.verified else f"the verify step does not hold: {record.note}"

        sheet = ConfirmScreen(road, draft, self._session.clock, self._screen.look, conclude, self._screen.low_lines)
        sheet.begin = lambda: self._session.runner.about_to_change(walk.run, step)
        outcome = await self._screen.turn.ask(sheet)
        if outcome is not None and outcome.follow_up is not None:
            following = self._session.runner.following(draft, outcome.follow_up)
            await self._screen.turn.ask(ConfirmScreen(road, following, self._session.clock, self._screen.look))
        self._screen.update_walk()
        return outcome

    async def _tick(self, walk: Walk, step: Step, text: str) -> None:
        await self._session.runner.tick(walk.run, step, text)
        self._screen.go_to_next_step()

    async def _skip(self, walk: Walk, step: Step, text: str) -> None:
        await self._session.runner.skip(walk.run, step, text)
        self._screen.go_to_next_step()

    async def _decide(self, walk: Walk, step: Step) -> None:
        titles = [branch.title for branch in step.branches]
        number = await self._screen.turn.ask(Choice(step.title, titles, self._screen.look))
        if number is not None:
            await self._session.runner.decide(walk.run, step, step.branches[number])
            self._screen.go_to_next_step()

    def _with_text(self, question: str, act: _StepAct) -> None:
        found = self.current()
        if found is None:
            return
        walk, step = found

        async def ask() -> None:
            text = await self._screen.turn.ask(
                Ask(question, self._screen.look, objection=lambda text: "" if text else "it needs a few words")
            )
            if text:
                await act(walk, step, text)

        self._screen.turn.take("a step", ask)


if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    _StepAct = Callable[[Walk, Step, str], Awaitable[None]]


async def _dropped(work: Awaitable[Outcome | None]) -> None:
    """Wait for something whose outcome the card has shown already."""
    await work


def _objection(wanted: Input, text: str) -> str:
    """Why a value cannot be taken, "" when it can."""
    if not text:
        return "it needs a value"
    try:
        fits = not wanted.pattern or re.fullmatch(wanted.pattern, text) is not None
    except re.error:
        return f"the runbook's pattern {wanted.pattern!r} is no pattern"
    return "" if fits else f"it must match {wanted.pattern}"
