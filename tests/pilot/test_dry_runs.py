"""A documented dry run comes before the question."""

from __future__ import annotations

import pytest

from cockpit.model.answers import Answer
from cockpit.model.errors import SourceUnreachable
from cockpit.model.incident import EntryKind, EnvironmentFacts, StepState
from cockpit.model.operations import HttpRequest, Rehearsal
from cockpit.ui.screens.ask import Ask
from cockpit.ui.screens.confirm import ConfirmScreen
from cockpit.ui.walk import Walk
from tests.pilot.support import Screen, a_screen
from tests.support.fake_session import API, Range, a_range

pytestmark = pytest.mark.anyio
TEXT = """# Stuck

## Stuck

**Mitigation:**

1. Run it once

   ```http {"dry":"POST /api/jobs/<job>?dry=1"}
   POST /api/jobs/<job>
   ```
"""
DRY = Rehearsal(HttpRequest("POST", "/api/jobs/enrich?dry=1"))
SAID = "the dry run answered 200; enter asks for the change"


def answering(*answers: Answer | BaseException, facts: EnvironmentFacts | None = None) -> Range:
    range_ = a_range(text=TEXT, facts=facts)
    range_.readers[API].answers = list(answers)
    return range_


async def opened(screen: Screen, job: str = "enrich") -> Walk:
    await screen.press("0", "enter")
    await screen.until(lambda: screen.app.main.walking)
    assert screen.app.main.steps is not None
    walk = screen.app.main.steps.walk
    assert walk is not None
    if job:
        walk.run.values["job"] = job
    screen.app.main.update_walk()
    return walk


def card(screen: Screen) -> str:
    return screen.app.main.card.body.text


async def again(screen: Screen, key: str = "enter") -> None:
    screen.range.clock.advance(1.0)
    await screen.press(key)


async def test_the_first_enter_sends_the_dry_run_and_the_next_asks() -> None:
    async with a_screen(range_=answering(Answer(status=200, body={"would": "enrich 7 orders"}))) as screen:
        walk = await opened(screen)
        assert "enter sends its dry run, which changes nothing" in card(screen)
        await screen.press("enter")
        await screen.until(lambda: SAID in card(screen))
        assert "enrich 7 orders" in card(screen)
        assert screen.range.readers[API].asked == [DRY]
        assert walk.run.record(walk.run.procedure.steps[0]).state is StepState.PENDING
        assert EntryKind.INTENT not in screen.range.journal.kinds()
        assert screen.range.journal.written[-1].payload["command"] == "dry run: POST /api/jobs/enrich?dry=1"
        await again(screen)
        await screen.until(lambda: isinstance(screen.app.screen, ConfirmScreen))
        assert screen.range.executors[API].executed == []


async def test_another_value_wants_another_dry_run() -> None:
    async with a_screen(range_=answering(Answer(status=200))) as screen:
        walk = await opened(screen)
        await screen.press("enter")
        await screen.until(lambda: SAID in card(screen))
        walk.run.values["job"] = "other"
        await again(screen)
        await screen.until(lambda: len(screen.range.readers[API].asked) == 2)
        assert not isinstance(screen.app.screen, ConfirmScreen)


async def test_a_missing_value_is_asked_for_before_the_dry_run() -> None:
    async with a_screen(range_=answering(Answer(status=200))) as screen:
        await opened(screen, job="")
        await screen.press("enter")
        await screen.until(lambda: isinstance(screen.app.screen, Ask))
        await screen.press(*"enrich", "enter")
        await screen.until(lambda: SAID in card(screen))
        assert screen.range.readers[API].asked == [DRY]


async def test_a_dry_run_without_an_answer_is_said_and_can_be_passed_by() -> None:
    async with a_screen(range_=answering(SourceUnreachable("nothing listens there"))) as screen:
        await opened(screen)
        await screen.press("enter")
        await screen.until(lambda: "the dry run failed: nothing listens there" in card(screen))
        assert "enter sends it again, . asks all the same" in card(screen)
        await again(screen, ".")
        await screen.until(lambda: isinstance(screen.app.screen, ConfirmScreen))


async def test_nothing_is_sent_to_a_closed_environment() -> None:
    facts = EnvironmentFacts("prod", "PROD", True, "", "shop")
    async with a_screen(range_=answering(Answer(status=200), facts=facts)) as screen:
        await opened(screen)
        assert "dry run" not in card(screen)
        await screen.press("enter")
        await screen.until(lambda: isinstance(screen.app.screen, ConfirmScreen))
        await screen.until_text("PROD is protected")
        assert screen.range.readers[API].asked == []
