"""The source documents as they stand, walked in the screen: each step can be done, and none does anything else.

Every system is a fake that keeps what it was asked, so that nothing of these documents is run. Skipped where the
documents are absent.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.worker import WorkerState

from cockpit.engine.library import load_runbook
from cockpit.model.incident import StepState
from cockpit.model.operations import (
    HttpRequest,
    RedisCommand,
    ServiceOperation,
    ShellCommand,
    SignalMatchingBackends,
    SqlStatement,
)
from cockpit.model.readings import SourceId
from cockpit.model.risk import Risk
from cockpit.model.runbook import Command, Step
from cockpit.ui import opener
from cockpit.ui.screens.ask import Ask
from cockpit.ui.screens.choice import Choice
from cockpit.ui.screens.confirm import ConfirmScreen, Stage
from cockpit.ui.walk import Act, Walk
from tests.pilot.support import Screen, a_screen
from tests.support.every_source import DOCKER, AnySystem, a_range_of_everything
from tests.support.fake_session import API, KV, MAIN, SHELL

SOURCES = Path(__file__).resolve().parents[3] / "shared" / "source-runbooks"
DOCUMENTS = sorted(SOURCES.rglob("*.md"))
pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not DOCUMENTS, reason="the source documents are not here"),
]
MOST_QUESTIONS = 12
"""Values that one step asks for at the most, and a few more."""
SETTLED = {
    Act.READ: {StepState.DONE},
    Act.SETTINGS: {StepState.DONE, StepState.FAILED},
    Act.CHANGE: {StepState.PENDING},
    Act.WAIT: {StepState.DONE},
    Act.OPEN: {StepState.DONE},
    Act.COPY: {StepState.DONE},
    Act.DECIDE: {StepState.DONE},
    Act.TICK: {StepState.DONE},
}
"""What a step may be after Enter; a change was refused at its question."""


HOMES: dict[type[object], SourceId] = {
    HttpRequest: API,
    SqlStatement: MAIN,
    SignalMatchingBackends: MAIN,
    RedisCommand: KV,
    ShellCommand: SHELL,
    ServiceOperation: DOCKER,
}
"""The system on which each sort of operation belongs."""
KNOWN_REFUSALS: tuple[str, ...] = ()
"""What is said of steps that cannot be run as they are written, which a person then skips or edits."""


class Walker:
    """Goes through a document as a person does who tries everything and wants no change."""

    def __init__(self, screen: Screen, systems: dict[str, AnySystem]) -> None:
        self.screen = screen
        self.systems = systems
        self.refusals: list[str] = []
        self.questions = 0

    @property
    def walk(self) -> Walk:
        assert self.screen.app.main.steps is not None
        walk = self.screen.app.main.steps.walk
        assert walk is not None
        return walk

    async def step(self, step: Step) -> None:
        """Every command of a step, then a skip when nothing else is possible."""
        walk = self.walk
        commands = walk.commands(step)
        for number in range(max(1, len(commands))):
            self.screen.app.main.go_to_step(step.id)
            walk._chosen[step.id] = number
            await self._enter(step, commands[number] if commands else None)
        if walk.run.record(step).state is StepState.PENDING:
            await self._skip(step)

    async def _enter(self, step: Step, command: Command | None) -> None:
        act, notice = self.walk.act(step), self.screen.app.main.notice
        self.walk.run.records.pop(step.id, None)
        for system in self.systems.values():
            system.read_of.clear()
            system.looked_at.clear()
        notice.put_away()
        self.questions = 0
        self.screen.range.clock.advance(1.0)
        await self.screen.press(".")
        await self._answer_all(step)
        state = self.walk.run.record(step).state
        asked = act is Act.CHANGE and self.questions > 0
        refused = notice.text if state is StepState.PENDING and not asked else ""
        if refused:
            self.refusals.append(refused)
        assert refused or state in SETTLED[act], f"{act} of {step.title!r} left it {state}: {notice.text}"
        self._judge(command, act)

    def _judge(self, command: Command | None, act: Act) -> None:
        """Of its own system alone the command was asked, nothing else, and only a read without a question."""
        runner, run = self.screen.range.session.runner, self.walk.run
        for source, system in self.systems.items():
            assert system.executed == [], "a change was made that nobody confirmed"
            for operation in (*system.read_of, *system.looked_at):
                assert command is not None
                assert source == str(HOMES[type(operation)])
                assert not isinstance(operation, ShellCommand) or operation.host == host_in(command)
                assert operation == runner._operation(run, command)
            if system.read_of:
                assert act is Act.READ
                assert runner.risk(run, command).risk is Risk.READ if command else False

    async def _answer_all(self, step: Step) -> None:
        for _ in range(MOST_QUESTIONS):
            await self.screen.until(lambda: self._sheet() is not None or self._quiet(step), f"an end of {step.title!r}")
            sheet = self._sheet()
            if sheet is None:
                return
            await self._answer(sheet)
        raise AssertionError(f"{step.title!r} asks without end")

    def _sheet(self) -> object | None:
        top = self.screen.app.screen
        return top if isinstance(top, Ask | Choice | ConfirmScreen) else None

    def _quiet(self, step: Step) -> bool:
        main = self.screen.app.main
        assert main.steps is not None
        if step.id in self.walk.run.waits:
            main.steps.acts.stop(self.walk, step)
        busy = step.id in main.steps._reading or step.id in self.walk.run.live or step.id in self.walk.run.waits
        working = any(worker.state in (WorkerState.PENDING, WorkerState.RUNNING) for worker in self.screen.app.workers)
        return not busy and not main.turn.taken_by and not working

    async def _answer(self, sheet: object) -> None:
        screen = self.screen
        if isinstance(sheet, Ask):
            sheet.field.value = value_for(sheet.frame.text)
            await screen.press("enter")
        elif isinstance(sheet, Choice):
            await screen.press("1")
        elif isinstance(sheet, ConfirmScreen):
            await screen.until(lambda: sheet.confirmation is not None or sheet.stage is Stage.TOLD)
            self.questions += sheet.stage is Stage.ASKING
            screen.range.clock.advance(1.0)
            await screen.press("escape" if sheet.stage is Stage.ASKING else "enter")
        await screen.until(lambda: screen.app.screen is not sheet, "the end of the question")

    async def _skip(self, step: Step) -> None:
        self.screen.app.main.go_to_step(step.id)
        self.screen.range.clock.advance(1.0)
        await self.screen.press("x")
        await self.screen.until(lambda: isinstance(self.screen.app.screen, Ask))
        sheet = self.screen.app.screen
        assert isinstance(sheet, Ask)
        sheet.field.value = "not tonight"
        await self.screen.press("enter")
        await self.screen.until(lambda: self.walk.run.record(step).state is StepState.SKIPPED)


def host_in(command: Command) -> str:
    """The host of the ssh session that a command is written for, "" for none."""
    context = command.context
    return context.text.split()[-1] if context is not None and context.program == "ssh" else ""


def value_for(title: str) -> str:
    """A value that fits what the question names."""
    return "https://shop.example" if any(word in title.upper() for word in ("URL", "HOST", "DOMAIN", "...")) else "7"


async def no_browser(_address: str) -> bool:
    return False


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
async def test_every_step_can_be_done_and_does_nothing_else(document: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opener, "open_address", no_browser)
    book = load_runbook(document)
    range_, systems = a_range_of_everything(document.read_text("utf-8", "replace"))
    async with a_screen(range_=range_) as screen:
        walker = Walker(screen, {str(source): system for source, system in systems.items()})
        for procedure in book.procedures:
            assert screen.app.main.steps is not None
            await screen.app.main.steps.open(book, procedure)
            for step in walker.walk.run.procedure.steps:
                await walker.step(step)
            states = {walker.walk.run.record(step).state for step in walker.walk.run.procedure.steps}
            assert states <= {StepState.DONE, StepState.FAILED, StepState.SKIPPED, StepState.NOT_APPLICABLE}
    assert set(walker.refusals) <= set(KNOWN_REFUSALS), walker.refusals
