"""The open runbook: reads run at once, changes ask, what is done by hand is ticked."""

from __future__ import annotations

import pytest

from cockpit.model.answers import Answer
from cockpit.model.errors import SourceUnreachable
from cockpit.model.incident import EntryKind, StepState
from cockpit.model.operations import RedisCommand
from cockpit.ui.screens.ask import Ask
from cockpit.ui.screens.confirm import ConfirmScreen, Stage
from cockpit.ui.walk import Walk
from tests.pilot.support import Screen, a_screen, rows_of
from tests.support.fake_session import KV, MAIN, RUNBOOK_TEXT, a_range

pytestmark = pytest.mark.anyio

DECISION = """---
runbook:
  title: Choose
---
# Choose

## Choose

**Symptoms:**

- The job is late.

### Option A: wait

1. Wait for the worker to come back

### Option B: start another

1. Start another worker by hand
"""


async def opened(screen: Screen) -> Walk:
    """Open the procedure that matches."""
    await screen.press("0")
    assert rows_of(screen.app.main.sidebar.runbooks)[0].strip().startswith("▲ Cron stuck")
    await screen.press("enter")
    await screen.until(lambda: screen.app.main.walking)
    assert screen.app.main.steps is not None
    assert screen.app.main.steps.walk is not None
    return screen.app.main.steps.walk


def state(walk: Walk, number: int) -> StepState:
    return walk.run.record(walk.run.procedure.steps[number - 1]).state


async def test_what_is_failing_puts_its_procedure_first_and_says_why() -> None:
    async with a_screen() as screen:
        rows = rows_of(screen.app.main.sidebar.runbooks)
        assert "matches" in rows[0]
        assert "cron.recalculate is crit" in rows[1]
        assert "2 of 2 match" in screen.app.main.sidebar.runbooks_title.text


async def test_a_read_runs_at_enter_and_its_answer_stands_beside_the_step() -> None:
    async with a_screen() as screen:
        walk = await opened(screen)
        assert "GET lock:cron:recalculate" in screen.app.main.card.body.text
        assert "redis kv on SANDBOX" in screen.app.main.card.body.text
        await screen.press("enter")
        await screen.until(lambda: state(walk, 1) is StepState.DONE)
        await screen.until(lambda: "worker-1:8821" in screen.app.main.card.body.text)
        assert screen.range.readers[KV].asked == [RedisCommand(("GET", "lock:cron:recalculate"))]
        assert any("✓" in row and "See who holds the lock" in row for row in rows_of(screen.app.main.sidebar.steps))


async def test_a_table_is_shown_in_the_card_and_whole_in_the_viewer() -> None:
    rows = tuple((str(n), "worker-1") for n in range(80))
    async with a_screen() as screen:
        screen.range.readers[MAIN].answers = [Answer(("status", "worker"), rows)]
        walk = await opened(screen)
        await screen.press("j", "enter")
        await screen.until(lambda: state(walk, 2) is StepState.DONE)
        assert "more lines, o opens the whole answer" in screen.app.main.card.body.text
        await screen.press("o", "G")
        assert "79" in screen.text
        await screen.press("escape")


async def test_a_failed_read_says_why() -> None:
    async with a_screen() as screen:
        screen.range.readers[KV].answers = [SourceUnreachable("kv does not answer")]
        walk = await opened(screen)
        await screen.press("enter")
        await screen.until(lambda: state(walk, 1) is StepState.FAILED)
        assert "kv does not answer" in screen.app.main.card.body.text


async def test_a_step_by_hand_is_ticked_and_a_held_enter_ticks_no_other() -> None:
    async with a_screen() as screen:
        walk = await opened(screen)
        await screen.press("j", "j", "enter", "enter", "enter")
        await screen.until(lambda: state(walk, 3) is StepState.DONE)
        await screen.pilot.pause()
        assert not isinstance(screen.app.screen, ConfirmScreen)
        assert screen.range.journal.kinds().count(EntryKind.STEP) == 1


async def test_a_change_takes_its_argument_from_the_pane_and_asks() -> None:
    async with a_screen() as screen:
        walk = await opened(screen)
        await screen.press("j", "j", "j")
        assert "asks for key" in screen.app.main.card.body.text
        assert "CHANGE" in screen.app.main.card.frame.text
        await screen.press("a")
        assert walk.run.values == {"key": "lock:cron:recalculate"}
        assert "DEL lock:cron:recalculate" in screen.app.main.card.body.text
        await screen.press("enter")
        await screen.until(
            lambda: isinstance(screen.app.screen, ConfirmScreen) and bool(screen.app.screen.confirmation)
        )
        top = screen.app.screen
        assert isinstance(top, ConfirmScreen)
        screen.range.clock.advance(1.0)
        await screen.press("y")
        await screen.until(lambda: top.stage is Stage.TOLD)
        await screen.until(lambda: state(walk, 4) is StepState.DONE)
        assert len(screen.range.executors[KV].executed) == 1
        assert screen.range.executors[KV].executed[0].action.origin.place == "runbook"


async def test_a_missing_value_is_asked_for_with_live_values_on_offer() -> None:
    async with a_screen() as screen:
        walk = await opened(screen)
        await screen.press("j", "j", "j", "enter")
        await screen.until(lambda: isinstance(screen.app.screen, Ask))
        assert "Which lock?" in screen.text
        assert "stale, worker-1:8821" in screen.text
        await screen.press(*"KEYS *", "enter")
        assert "it must match lock:[a-z:]+" in screen.text
        await screen.press("down", "enter")
        await screen.until(lambda: isinstance(screen.app.screen, ConfirmScreen))
        assert walk.run.values["key"].startswith("lock:cron:")


async def test_leaving_the_question_changes_nothing() -> None:
    async with a_screen() as screen:
        walk = await opened(screen)
        await screen.press("j", "j", "j", "enter")
        await screen.until(lambda: isinstance(screen.app.screen, Ask))
        await screen.press("escape")
        await screen.until(lambda: not screen.app.main.turn.taken_by)
        assert walk.run.values == {}
        assert state(walk, 4) is StepState.PENDING


async def test_a_step_is_skipped_with_a_reason_only() -> None:
    async with a_screen() as screen:
        walk = await opened(screen)
        await screen.press("x")
        await screen.until(lambda: isinstance(screen.app.screen, Ask))
        await screen.press("enter")
        assert "it needs a few words" in screen.text
        await screen.press(*"seen already", "enter")
        await screen.until(lambda: state(walk, 1) is StepState.SKIPPED)
        assert walk.run.record(walk.run.procedure.steps[0]).note == "seen already"


async def test_keys_that_run_ahead_of_a_question_are_typed_into_it() -> None:
    from textual.events import Key

    async with a_screen() as screen:
        walk = await opened(screen)
        for character in "xseen":
            screen.app.post_message(Key(character, character))
        await screen.until(lambda: isinstance(screen.app.screen, Ask))
        await screen.until(lambda: isinstance(screen.app.screen, Ask) and screen.app.screen.field.value == "seen")
        await screen.press("enter")
        await screen.until(lambda: state(walk, 1) is StepState.SKIPPED)


async def test_why_tells_risk_and_reason() -> None:
    async with a_screen() as screen:
        await opened(screen)
        await screen.press("j", "j", "j", "w")
        assert "CHANGE" in screen.text
        assert "Why this risk" in screen.text


async def test_a_runbook_is_closed_and_opened_again() -> None:
    async with a_screen() as screen:
        await opened(screen)
        await screen.press("X")
        assert not screen.app.main.walking
        assert not screen.app.main.card.display
        await opened(screen)


async def test_a_decision_offers_its_branches() -> None:
    async with a_screen(range_=a_range(text=DECISION)) as screen:
        await screen.press("0", "enter")
        await screen.until(lambda: screen.app.main.walking)
        assert screen.app.main.steps is not None
        walk = screen.app.main.steps.walk
        assert walk is not None
        assert len(walk.run.procedure.steps[0].branches) == 2
        await screen.press("enter")
        await screen.until_text("take it")
        await screen.press("2")
        await screen.until(lambda: state(walk, 1) is StepState.DONE)
        assert StepState.NOT_APPLICABLE in {walk.run.record(step).state for step in walk.run.procedure.steps}
        assert EntryKind.DECISION in screen.range.journal.kinds()


async def test_on_a_narrow_screen_the_steps_lie_in_the_drawer() -> None:
    async with a_screen(size=(80, 24)) as screen:
        walk = await opened(screen)
        await screen.press("enter")
        await screen.until(lambda: state(walk, 1) is StepState.DONE)
        assert "See who holds the lock" in screen.text
        await screen.press("3")
        assert screen.app.main.active_pane is screen.app.main.panes.locks
        await screen.press("0")
        assert screen.app.main.focused is screen.app.main.sidebar.steps


async def test_values_are_asked_for_all_at_once_and_commands_are_chosen() -> None:
    async with a_screen() as screen:
        walk = await opened(screen)
        await screen.press("i")
        await screen.until(lambda: isinstance(screen.app.screen, Ask))
        await screen.press(*"lock:cron:enrich", "enter")
        await screen.until(lambda: walk.run.values == {"key": "lock:cron:enrich"})
        await screen.until(lambda: not screen.app.main.turn.taken_by)
        await screen.press("]", "[", "o")
        assert "no answer yet" in screen.app.main.notice.text
        await screen.press("a")
        assert "asks for no value" in screen.app.main.notice.text


async def test_a_value_that_does_not_fit_is_not_taken_from_a_pane() -> None:
    range_ = a_range(text=RUNBOOK_TEXT.replace("lock:[a-z:]+", "queue:.*"))
    async with a_screen(range_=range_) as screen:
        walk = await opened(screen)
        await screen.press("j", "j", "j", "a")
        assert "it must match queue:.*" in screen.app.main.notice.text
        assert walk.run.values == {}


async def test_live_values_come_from_backends_and_services() -> None:
    async with a_screen() as screen:
        await opened(screen)
        assert screen.app.main.steps is not None
        backends = screen.app.main.steps._offers("backends")
        assert backends[0][0] == "4711"
        assert backends[0][1].startswith("blocks 2  idle in transaction 1:07:07")
        assert ("worker", "restarting") in screen.app.main.steps._offers("containers")
        assert screen.app.main.steps._offers("") == []


async def test_a_step_is_ticked_with_a_note() -> None:
    async with a_screen() as screen:
        walk = await opened(screen)
        await screen.press("j", "j", "m")
        await screen.until(lambda: isinstance(screen.app.screen, Ask))
        await screen.press(*"asked ada", "enter")
        await screen.until(lambda: state(walk, 3) is StepState.DONE)
        assert walk.run.record(walk.run.procedure.steps[2]).note == "asked ada"


async def test_a_second_procedure_replaces_the_first() -> None:
    async with a_screen() as screen:
        await opened(screen)
        await screen.press("0", "j", "enter")
        await screen.until(lambda: "Billing degraded" in screen.app.main.sidebar.steps_title.text)
        await screen.press("0", "enter")
        assert screen.app.main.focused is screen.app.main.sidebar.steps
