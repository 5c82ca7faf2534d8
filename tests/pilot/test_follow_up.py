"""What a change calls for next is offered with a question of its own."""

from __future__ import annotations

import pytest

from cockpit.model.incident import EntryKind, StepState
from cockpit.model.operations import SignalMatchingBackends
from cockpit.model.outcomes import FollowUp, Outcome, OutcomeKind
from cockpit.ui.screens.confirm import ConfirmScreen, Stage
from tests.pilot.support import Screen, a_screen
from tests.support.fake_session import MAIN, Range, a_range

pytestmark = pytest.mark.anyio
TEXT = """# Full

## Full

**Mitigation:**

1. Let nobody write

   ```sql
   ALTER DATABASE shop SET default_transaction_read_only = on
   ```
"""
FOLLOWING = FollowUp(SignalMatchingBackends(True, "true"), "end the sessions of database shop", "they keep the old one")


def a_range_that_offers(outcome: Outcome) -> Range:
    range_ = a_range(text=TEXT)
    range_.executors[MAIN].outcome = outcome
    return range_


async def asked(screen: Screen, but: object = None) -> ConfirmScreen:
    def is_up() -> bool:
        top = screen.app.screen
        return isinstance(top, ConfirmScreen) and top is not but and top.confirmation is not None

    await screen.until(is_up)
    top = screen.app.screen
    assert isinstance(top, ConfirmScreen)
    return top


async def first_done(screen: Screen) -> ConfirmScreen:
    await screen.press("0", "enter")
    await screen.until(lambda: screen.app.main.walking)
    await screen.press("enter")
    first = await asked(screen)
    screen.range.clock.advance(1.0)
    await screen.press("y")
    await screen.until(lambda: first.stage is Stage.TOLD)
    screen.range.clock.advance(1.0)
    await screen.press("enter")
    return first


@pytest.mark.parametrize(("key", "executed"), [("n", 1), ("y", 2)])
async def test_it_is_asked_for_after_the_outcome_and_done_only_when_wanted(key: str, executed: int) -> None:
    offers = a_range_that_offers(Outcome(OutcomeKind.SUCCEEDED, "done.", follow_up=FOLLOWING))
    async with a_screen(range_=offers) as screen:
        second = await asked(screen, but=await first_done(screen))
        assert "end the sessions of database shop" in screen.text
        assert "they keep the old one" in screen.text
        screen.range.clock.advance(1.0)
        await screen.press(key)
        if key == "y":
            await screen.until(lambda: second.stage is Stage.TOLD)
            screen.range.clock.advance(1.0)
            await screen.press("enter")
        await screen.until(lambda: not isinstance(screen.app.screen, ConfirmScreen))
        await screen.until(lambda: not screen.app.main.turn.taken_by)
        assert len(screen.range.executors[MAIN].executed) == executed
        last = EntryKind.OUTCOME if key == "y" else EntryKind.REFUSAL
        assert last in screen.range.journal.kinds()[-2:]
        assert screen.app.main.steps is not None
        assert screen.app.main.steps.walk is not None
        run = screen.app.main.steps.walk.run
        assert run.record(run.procedure.steps[0]).state is StepState.DONE


async def test_nothing_is_offered_where_nothing_follows() -> None:
    async with a_screen(range_=a_range_that_offers(Outcome(OutcomeKind.SUCCEEDED, "done."))) as screen:
        await first_done(screen)
        await screen.until(lambda: not screen.app.main.turn.taken_by)
        assert not isinstance(screen.app.screen, ConfirmScreen)
