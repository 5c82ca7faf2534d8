"""The open run: which step and command the person stands on, and what the card says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.engine.run import Run
from cockpit.model.actions import Risk
from cockpit.model.errors import RunbookError
from cockpit.model.incident import Role, StepState
from cockpit.model.runbook import Command, Kind, Procedure, Runbook, Step
from cockpit.ui.present.card import StepView
from cockpit.ui.spans import Tone

if TYPE_CHECKING:
    from cockpit.engine.session import Session

RUN_BY_ITSELF = frozenset({Kind.HTTP, Kind.SQL, Kind.REDIS, Kind.DOCKER, Kind.SHELL, Kind.LOGS})
"""Kinds of commands that the cockpit runs; the others a person does and ticks."""


class Walk:
    """Knows the run and the position in it.

    Args:
        session: the session.
        run: the run.
    """

    def __init__(self, session: Session, run: Run) -> None:
        self.run = run
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
        """Whether the cockpit runs it."""
        return command is not None and command.kind in RUN_BY_ITSELF and not command.streaming

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
        )

    def _remarks(self, step: Step, command: Command | None) -> tuple[tuple[str, Tone], ...]:
        from cockpit.ui.papers import link_remark

        found: list[tuple[str, Tone]] = []
        changed = self.run.edit_of(step, command) if command else None
        if changed is not None:
            found.append((f"edited; the runbook says: {' '.join(changed.before.split())}", Tone.WARN))
        if command is not None and command.unwrapped_from and self._session.road is not None:
            found.append(("runs on the cockpit's own connection; W runs it as it is written", Tone.DIM))
        if self.changed():
            found.append(("the file has changed since this run began; d shows how", Tone.WARN))
        link = link_remark(self.run.runbook, step)
        return (*found, link) if link else tuple(found)

    def _place(self, command: Command) -> str:
        label = self._session.environment.label
        if not self.runs(command):
            return f"{command.kind.value}: by hand"
        try:
            source = self._session.runner.source(command)
        except RunbookError as error:
            return str(error)
        return f"{source.kind.value} {source.system} on {label}"

    def _hint(self, step: Step, command: Command | None) -> str:
        observer = self._session.role is Role.OBSERVER
        if self.finished(step):
            return "enter goes on to the next step, . runs this one again"
        if command is not None and self.runs(command):
            if command.risk is Risk.READ:
                return "enter runs it"
            return "an operator can run this" if observer else "enter shows what would happen, and asks"
        if observer:
            return ""
        return "enter offers the branches" if step.kind is Kind.DECISION else "enter ticks it as done"


def enter_word(walk: Walk, step: Step) -> str:
    """What Enter does on a step, in one or two words."""
    command = walk.command(step)
    if walk.finished(step) and walk.run.next_step is not None:
        return "go on"
    if command is not None and walk.runs(command):
        return "run" if command.risk is Risk.READ else "ask"
    return "choose" if step.kind is Kind.DECISION else "tick"
