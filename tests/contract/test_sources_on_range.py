"""Every native read of the source documents on a healthy range: it answers or says why not, and none hangs."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cockpit.config.load import load
from cockpit.engine.library import load_runbook
from cockpit.engine.run import Run
from cockpit.engine.session import Session
from cockpit.model.incident import Role, StepState
from cockpit.model.risk import Risk
from cockpit.model.runbook import Command, Kind, Step
from cockpit.wiring.session import open_session
from tests.support.range import start_range

SOURCES = Path(__file__).resolve().parents[3] / "shared" / "source-runbooks"
DOCUMENTS = sorted(SOURCES.rglob("*.md"))
NATIVE = (Kind.SQL, Kind.REDIS, Kind.HTTP)
LONGEST = 30.0
"""Seconds that one read may take at the most, its deadline included."""
pytestmark = pytest.mark.skipif(not DOCUMENTS, reason="the source documents are not here")


@pytest.mark.anyio
async def test_every_native_read_of_the_source_documents_comes_to_an_end() -> None:
    states: list[StepState] = []
    with start_range() as info:
        session = open_session(load(Path(info.config)), None, Role.OPERATOR)
        try:
            for document in DOCUMENTS:
                book = load_runbook(document)
                for procedure in book.procedures:
                    run = await session.runner.start(book, procedure)
                    for step in run.procedure.steps:
                        states += [await asked(session, run, step, c) for c in step.commands if is_native_read(c)]
        finally:
            await session.close()
    assert len(states) > 10, states
    assert set(states) <= {StepState.DONE, StepState.FAILED}
    assert states.count(StepState.DONE) >= 5, states


def is_native_read(command: Command) -> bool:
    """One that this range can be asked, and no other host."""
    return command.risk is Risk.READ and command.kind in NATIVE and "://" not in command.text


async def asked(session: Session, run: Run, step: Step, command: Command) -> StepState:
    """How a read ended; whatever it waits for is filled in."""
    for wanted in session.runner.missing(run, command):
        run.values[wanted.name] = "/" if wanted.name.isupper() else "7"
    async with asyncio.timeout(LONGEST):
        record = await session.runner.read(run, step, command, lambda: None)
    assert record.note or record.answer is not None
    return record.state
