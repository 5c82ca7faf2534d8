"""The open run: which step and command the person stands on, and what the card says of it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from cockpit.engine.run import Run
from cockpit.model.errors import RunbookError
from cockpit.model.incident import Role, StepState
from cockpit.model.operations import HttpRequest
from cockpit.model.risk import Risk
from cockpit.model.runbook import Command, Kind, Procedure, Runbook, Step
from cockpit.ui.present.card import StepView
from cockpit.ui.spans import Tone

if TYPE_CHECKING:
    from cockpit.engine.session import Session
    from cockpit.engine.steps.resume import Remains

RUN_BY_ITSELF = frozenset({Kind.HTTP, Kind.SQL, Kind.REDIS, Kind.DOCKER, Kind.SHELL, Kind.LOGS, Kind.QUERY})
"""Kinds of commands that the cockpit runs; the others a person does and ticks."""


DRY_RUN = "the dry run"
"""How the note of a step begins whose dry run was sent."""


class Act(StrEnum):
    """What Enter does on a step; the value is the footer's word for it."""

    READ = "run"
    CHANGE = "ask"
    REHEARSE = "dry run"
    SETTINGS = "look"
    WAIT = "wait"
    END_WAIT = "end"
    OPEN = "open"
    COPY = "copy"
    DECIDE = "choose"
    TICK = "tick"


_BY_KIND = {Kind.OPEN: Act.OPEN, Kind.COPY: Act.COPY, Kind.QUERY: Act.COPY, Kind.SETTINGS: Act.SETTINGS}
_HINTS = {
    Act.READ: "enter runs it",
    Act.CHANGE: "enter shows what would happen, and asks",
    Act.REHEARSE: "enter sends its dry run, which changes nothing; the next enter asks for the change",
    Act.SETTINGS: "enter says which of the settings are there, never their values",
    Act.WAIT: "enter begins to count down",
    Act.END_WAIT: "enter or x ends the wait, + adds a minute",
    Act.OPEN: "enter copies the address, and opens it where there is a browser",
    Act.COPY: "enter copies it",
    Act.DECIDE: "enter offers the branches",
    Act.TICK: "enter ticks it as done, m with a note",
}


class Walk:
    """Knows the run and the position in it.

    Args:
        session: the session.
        run: the run.
    """

    def __init__(self, session: Session, run: Run) -> None:
        self.run = run
        self.remains: Remains | None = None
        self._session = session
        self._chosen: dict[str, int] = {}

    def is_of(self, runbook: Runbook, procedure: Procedure) -> bool:
        """Whether it is a run of that procedure, also when the file was read again since it began."""
        run = self.run
        return (run.runbook.path, run.procedure.slug) == (runbook.path, procedure.slug)

    def changed(self) -> bool:
        """Whether the file now holds another text than the one that this run began with, or is gone."""
        run, library = self.run, self._session.library
        now = library.at(run.runbook.path)
        if now is not None:
            return now.sha256 != run.runbook.sha256
        return any(str(error.path) == run.runbook.path for error in library.errors)

    def step(self, step_id: object) -> Step | None:
        """The step of that id, None when there is none."""
        return self.run.procedure.step(str(step_id))

    def commands(self, step: Step) -> tuple[Command, ...]:
        """The step's commands that are something of their own."""
        return tuple(command for command in step.commands if not command.session) or step.commands

    def command(self, step: Step) -> Command | None:
        """The command that Enter runs, None when the step runs nothing."""
        commands = self.commands(step)
        return commands[self._chosen.get(step.id, 0) % len(commands)] if commands else None

    def choose(self, step: Step, by: int) -> None:
        """Stand on another command of the step."""
        commands = self.commands(step)
        if commands:
            self._chosen[step.id] = (self._chosen.get(step.id, 0) + by) % len(commands)

    def choose_after(self, step: Step, command: Command) -> None:
        """Stand on the command after that one, when there is one."""
        commands = self.commands(step)
        position = commands.index(command) + 1 if command in commands else len(commands)
        if position < len(commands):
            self._chosen[step.id] = position

    def finished(self, step: Step) -> bool:
        """Whether nothing of the step is left to do; one with several commands may always hold more."""
        return len(self.commands(step)) <= 1 and self.run.record(step).state is StepState.DONE

    def runs(self, command: Command | None) -> bool:
        """Whether the cockpit runs it; what does not end by itself needs the shell, which an observer has not."""
        if command is None or command.kind not in RUN_BY_ITSELF or self._session.runner.why_copied(command):
            return False
        return self._session.road is not None or not command.streaming

    def act(self, step: Step) -> Act:
        """What Enter does on a step."""
        command = self.command(step)
        if step.id in self.run.waits:
            return Act.END_WAIT
        if command is None:
            return self._act_by_hand(step)
        if not self.runs(command):
            return _BY_KIND.get(command.kind, Act.TICK)
        reads = self._session.runner.risk(self.run, command).risk is Risk.READ
        if reads and not self._session.runner.takes_terminal(command):
            return Act.READ
        return Act.CHANGE if self.dry_run(step, command) is None else Act.REHEARSE

    def dry_run(self, step: Step, command: Command) -> HttpRequest | None:
        """The dry run that comes before the question, None when there is none or it was answered already.

        Nothing at all is sent to a closed environment.
        """
        road = self._session.road
        if road is None or (self._session.environment.protected and road.policy.unlocked_until is None):
            return None
        found = self._session.runner.dry_run(self.run, step, command)
        return None if found is None or self.run.rehearsed.get(step.id) == found else found

    def _act_by_hand(self, step: Step) -> Act:
        if step.kind is Kind.WAIT and step.wait_seconds:
            return Act.WAIT
        if step.kind is Kind.DECISION and step.branches:
            return Act.DECIDE
        return Act.OPEN if step.kind is Kind.OPEN and step.link else _BY_KIND.get(step.kind, Act.TICK)

    def address(self, step: Step) -> str:
        """The address that a step opens: the first word of its command that is one, else its link."""
        command = self.command(step)
        words = self._session.runner.text(self.run, command).split() if command else []
        return next((word for word in words if "/" in word), step.link)

    def view(self, step: Step) -> StepView:
        """What the card says of a step."""
        run, runner = self.run, self._session.runner
        command, commands = self.command(step), self.commands(step)
        steps = run.procedure.steps
        return StepView(
            step=step,
            number=steps.index(step) + 1,
            total=len(steps),
            record=run.record(step),
            command=command,
            command_number=commands.index(command) + 1 if command else 0,
            command_total=len(commands),
            text=runner.text(run, command) if command else "",
            place=self._place(command) if command else "",
            missing=runner.missing(run, command) if command else (),
            applies=runner.applies(run, step),
            hint=self._hint(step, command),
            remarks=self._remarks(step, command),
            waits_for=self._waits_for(step),
            said=tuple(live.lines) if (live := run.live.get(step.id)) else (),
            said_total=live.total if live else 0,
        )

    def _remarks(self, step: Step, command: Command | None) -> tuple[tuple[str, Tone], ...]:
        from cockpit.ui.papers import link_remark

        found: list[tuple[str, Tone]] = []
        changed = self.run.edit_of(step, command) if command else None
        if changed is not None:
            found.append((f"edited; the runbook says: {' '.join(changed.before.split())}", Tone.WARN))
        if command is not None and command.unwrapped_from and self._session.road is not None:
            found.append(("runs on the cockpit's own connection; W runs it as it is written", Tone.DIM))
        copied = self._session.runner.why_copied(command) if command else ""
        if copied:
            found.append((copied, Tone.DIM))
        if self.changed():
            found.append(("the file has changed since this run began; d shows how", Tone.WARN))
        if command is not None and self._session.road is not None:
            found += [(text, tone) for text, tone in self._about_shell(command)]
        link = link_remark(self.run.runbook, step)
        return (*found, link) if link else tuple(found)

    def _about_shell(self, command: Command) -> list[tuple[str, Tone]]:
        """Programs that are not there, lines that go before it, and what it will do to this terminal."""
        runner, found = self._session.runner, list[tuple[str, Tone]]()
        absent = runner.not_installed(self.run, command)
        if absent:
            found.append((f"not installed on this machine: {', '.join(absent)}", Tone.WARN))
        first = runner.goes_first(self.run, command)
        if first:
            found.append((f"in the same shell first: {'; '.join(first)}", Tone.DIM))
        if runner.takes_terminal(command):
            found.append(("it gets this terminal until it ends", Tone.DIM))
        return found

    def _waits_for(self, step: Step) -> float | None:
        waiting = self.run.waits.get(step.id)
        return waiting.left() if waiting is not None else None

    def _place(self, command: Command) -> str:
        label = self._session.environment.label
        if not self.runs(command):
            words = {Act.OPEN: "open", Act.COPY: "to copy", Act.SETTINGS: "settings"}
            act = _BY_KIND.get(command.kind)
            return words[act] if act is not None else f"{command.kind.value}: by hand"
        host = self._session.runner.host(self.run, command)
        if host:
            return f"on {host} by ssh"
        try:
            source = self._session.runner.source(command)
        except RunbookError as error:
            return str(error)
        return f"{source.kind.value} {source.system} on {label}"

    def _hint(self, step: Step, command: Command | None) -> str:
        observer, act = self._session.role is Role.OBSERVER, self.act(step)
        if self.finished(step):
            return "enter goes on to the next step, . runs this one again"
        unmet = self._session.runner.unmet(self.run, step)
        if unmet:
            return f"first: {', '.join(unmet)}; . runs it all the same"
        told = self.run.record(step).note
        if act in (Act.CHANGE, Act.REHEARSE) and told.startswith(DRY_RUN):
            return (
                f"{told}; enter {'asks for the change' if act is Act.CHANGE else 'sends it again, . asks all the same'}"
            )
        if observer and act is Act.CHANGE:
            return "an operator can run this"
        return "" if observer and act not in (Act.READ, Act.COPY) else _HINTS[act]


def enter_word(walk: Walk, step: Step) -> str:
    """What Enter does on a step, in one or two words."""
    if walk.finished(step) and walk.run.next_step is not None:
        return "go on"
    return walk.act(step).value
