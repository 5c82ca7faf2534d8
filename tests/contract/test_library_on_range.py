"""Every reading step of the shipped runbooks on a healthy range: it answers, and its condition can be judged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cockpit.config.load import load
from cockpit.engine.conditions import holds
from cockpit.engine.evidence import answer_names
from cockpit.engine.run import Run
from cockpit.engine.session import Session
from cockpit.model.errors import ConditionError
from cockpit.model.incident import Role, StepState
from cockpit.model.risk import Risk
from cockpit.model.runbook import Command, Kind, Step
from cockpit.wiring.session import open_session
from tests.support.range import start_range
from tests.support.shipped import NOT_SERVED_YET, SAMPLES

RUNBOOKS = Path(__file__).parents[2] / "runbooks"
NATIVE = (Kind.SQL, Kind.REDIS, Kind.HTTP)


@pytest.mark.anyio
async def test_every_reading_step_answers_and_its_condition_can_be_judged() -> None:
    asked: list[str] = []
    silent: list[str] = []
    with start_range() as info:
        session = open_session(load(Path(info.config)), None, Role.OPERATOR)
        try:
            assert session.librarian is not None
            await session.librarian.once()
            for book in session.library.runbooks:
                for procedure in book.procedures:
                    run = await session.runner.start(book, procedure)
                    run.values.update(SAMPLES | {item.name: item.default for item in procedure.inputs if item.default})
                    for step, command in reads(run):
                        asked.append(command.text)
                        trouble = await ask(session, run, step, command)
                        silent += [f"{Path(book.path).name}:{command.line} {trouble}"] if trouble else []
        finally:
            await session.close()
    assert silent == []
    assert len(asked) > 150


def reads(run: Run) -> Iterator[tuple[Step, Command]]:
    for step in run.procedure.steps:
        for command in step.commands:
            target = command.text.split("\n")[0].partition(" ")[2]
            served = "://" not in target and target.partition("?")[0] not in NOT_SERVED_YET
            if command.risk is Risk.READ and command.kind in NATIVE and (command.kind is not Kind.HTTP or served):
                yield step, command


async def ask(session: Session, run: Run, step: Step, command: Command) -> str:
    """Run a command once; "" when it answered and its condition could be judged, whichever way, else what is wrong."""
    until = command.annotations.until
    once = replace(command, annotations=replace(command.annotations, until="", timeout="", every=""))
    record = await session.runner.read(run, step, once, lambda: None)
    judged = record.state is StepState.DONE or record.note.startswith("not yet: ")
    if not judged or record.answer is None:
        return f"{record.state}: {record.note}"
    try:
        if until:
            holds(until, answer_names(record.answer))
    except ConditionError as error:
        return str(error)
    return ""
