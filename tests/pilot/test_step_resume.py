"""A run that was left is offered again, and a change in SQL is kept or dropped on the card."""

from __future__ import annotations

import asyncio

import pytest

from cockpit.engine.steps.live import live
from cockpit.model.actions import Permit
from cockpit.model.answers import Answer
from cockpit.model.incident import EntryKind, StepState
from cockpit.model.outcomes import Outcome, OutcomeKind
from cockpit.ui.screens.confirm import ConfirmScreen, Stage
from cockpit.ui.walk import Walk
from tests.pilot.support import Screen, a_screen
from tests.support.fake_session import KV, a_range

pytestmark = pytest.mark.anyio


async def opened(screen: Screen) -> Walk:
    await screen.press("0", "enter")
    await screen.until(lambda: screen.app.main.walking)
    assert screen.app.main.steps is not None
    assert screen.app.main.steps.walk is not None
    return screen.app.main.steps.walk


async def test_a_run_that_was_left_is_taken_up_with_its_unknown_outcome_first() -> None:
    range_ = a_range()
    first = await range_.session.runner.start(
        range_.session.library.runbooks[0], range_.session.library.runbooks[0].procedures[0]
    )
    done, skipped, _, released, _ = first.procedure.steps
    first.values["key"] = "lock:cron:enrich"
    await range_.session.runner.tick(first, done, "looked")
    await range_.session.runner.skip(first, skipped, "no time")
    await range_.journal.append(EntryKind.INTENT, {"action": "a-1", "step": released.id})
    async with a_screen(range_=range_) as screen:
        walk = await opened(screen)
        await screen.until(
            lambda: "after 3 steps, 1 with an unknown outcome; U takes it up" in screen.app.main.notice.text
        )
        await screen.press("U")
        await screen.until(lambda: walk.run.id == first.id)
        await screen.until(lambda: not screen.app.main.turn.taken_by)
        states = [walk.run.record(step).state for step in walk.run.procedure.steps]
        assert states[:4] == [StepState.DONE, StepState.SKIPPED, StepState.PENDING, StepState.UNKNOWN]
        assert walk.run.values["key"] == "lock:cron:enrich"
        row = screen.app.main.sidebar.steps.current
        assert row is not None
        assert row.key == released.id
        await screen.press("X")
        await screen.until(lambda: not screen.app.main.walking)
        events = [e.payload["event"] for e in range_.journal.written if e.kind is EntryKind.RUN]
        await screen.until(lambda: range_.journal.written[-1].payload.get("event") == "closed")
        assert "taken up again" in events
        again = await opened(screen)
        await screen.pilot.pause()
        assert again.remains is None


@pytest.mark.parametrize(("key", "kept"), [("y", True), ("n", False)])
async def test_a_change_that_is_open_is_kept_or_dropped_by_a_key(key: str, kept: bool) -> None:
    async with a_screen() as screen:
        decisions: list[bool] = []

        async def execute(permit: Permit) -> Outcome:
            under_way = live()
            assert under_way is not None
            answer = Answer(("id",), (("7",),), notice="1 row affected")
            began = asyncio.get_running_loop().time()
            decisions.append(await under_way.settle(answer, began, 60.0))
            return Outcome(OutcomeKind.SUCCEEDED if decisions[0] else OutcomeKind.REFUSED, "done.")

        screen.range.executors[KV].execute = execute  # type: ignore[method-assign]
        walk = await opened(screen)
        await screen.press("j", "j", "j", "a", "enter")
        await screen.until(
            lambda: isinstance(screen.app.screen, ConfirmScreen) and bool(screen.app.screen.confirmation)
        )
        top = screen.app.screen
        assert isinstance(top, ConfirmScreen)
        screen.range.clock.advance(1.0)
        await screen.press("y")
        await screen.until(lambda: top.stage is Stage.KEEPING)
        await screen.until_text("rolled back by itself in")
        assert "1 row affected" in screen.text
        await screen.press("y")
        assert decisions == [], "too early after the card was drawn"
        screen.range.clock.advance(1.0)
        await screen.press(key)
        await screen.until(lambda: top.stage is Stage.TOLD)
        assert decisions == [kept]
        step = walk.run.procedure.steps[3]
        await screen.until(lambda: walk.run.record(step).state is (StepState.DONE if kept else StepState.REFUSED))
