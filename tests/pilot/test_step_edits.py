"""Commands edited in place, run as they are written, and taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.model.incident import EntryKind, Role, StepState
from cockpit.model.operations import RedisCommand
from cockpit.ui.screens.ask import Ask
from cockpit.ui.screens.confirm import ConfirmScreen, Stage
from cockpit.ui.walk import Walk
from tests.pilot.support import Screen, a_screen
from tests.support.fake_session import KV, a_range

pytestmark = pytest.mark.anyio

TEXT = """# Stuck

## Stuck

**Mitigation:**

1. See the lock

   ```redis
   GET lock:cron:recalculate
   ```

2. Release it
   <!-- step: {"undo":"relock"} -->

   ```redis
   DEL lock:cron:recalculate
   ```

3. Take it again

   ```redis {"name":"relock"}
   SET lock:cron:recalculate me
   ```

4. Count the jobs

   ```bash
   docker exec db psql -c "DELETE FROM jobs"
   ```

5. Several lines

   ```sql
   SELECT 1
   FROM jobs
   ```
"""


async def opened(screen: Screen) -> Walk:
    await screen.press("0", "enter")
    await screen.until(lambda: screen.app.main.walking)
    assert screen.app.main.steps is not None
    assert screen.app.main.steps.walk is not None
    return screen.app.main.steps.walk


async def confirmed(screen: Screen) -> None:
    await screen.until(lambda: isinstance(screen.app.screen, ConfirmScreen) and bool(screen.app.screen.confirmation))
    top = screen.app.screen
    assert isinstance(top, ConfirmScreen)
    screen.range.clock.advance(1.0)
    await screen.press("y")
    await screen.until(lambda: top.stage is Stage.TOLD)
    screen.range.clock.advance(1.0)
    await screen.press("enter")
    await screen.until(lambda: not isinstance(screen.app.screen, ConfirmScreen))


async def test_an_edited_read_becomes_a_change_and_asks() -> None:
    async with a_screen(range_=a_range(text=TEXT)) as screen:
        walk = await opened(screen)
        await screen.press("e")
        await screen.until(lambda: isinstance(screen.app.screen, Ask))
        await screen.press(*["backspace"] * 25, *"DEL other", "enter")
        await screen.until(lambda: walk.run.procedure.steps[0].commands[0].text == "DEL other")
        assert "edited; the runbook says: GET lock:cron:recalculate" in screen.app.main.card.body.text
        assert "CHANGE" in screen.app.main.card.frame.text
        await screen.until(lambda: not screen.app.main.turn.taken_by)
        screen.range.clock.advance(1.0)
        await screen.press("enter")
        await confirmed(screen)
        assert screen.range.readers[KV].asked == []
        states = [e.payload.get("state") for e in screen.range.journal.written if e.kind is EntryKind.STEP]
        assert states[0] == "edited"


async def test_an_edit_that_is_left_changes_nothing() -> None:
    async with a_screen(range_=a_range(text=TEXT)) as screen:
        walk = await opened(screen)
        await screen.press("e")
        await screen.until(lambda: isinstance(screen.app.screen, Ask))
        await screen.press("escape")
        await screen.until(lambda: not screen.app.main.turn.taken_by)
        assert walk.run.edits == {}
        assert "as it was" in screen.app.main.notice.text


async def test_several_lines_are_edited_in_the_persons_editor(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hand_over(app: object, command: list[str]) -> int:
        path = Path(command[-1])
        path.write_text(f"{path.read_text('utf-8')}LIMIT 1\n", "utf-8")
        return 0

    monkeypatch.setenv("VISUAL", "ed")
    monkeypatch.setattr("cockpit.ui.editor.hand_over", hand_over)
    async with a_screen(range_=a_range(text=TEXT)) as screen:
        walk = await opened(screen)
        await screen.press("G", "e")
        await screen.until(lambda: bool(walk.run.edits))
        assert walk.run.procedure.steps[4].commands[0].text == "SELECT 1\nFROM jobs\nLIMIT 1"


async def test_what_is_run_as_written_goes_through_the_shell() -> None:
    async with a_screen(range_=a_range(text=TEXT)) as screen:
        walk = await opened(screen)
        await screen.press("W")
        assert "as it is written already" in screen.app.main.notice.text or not screen.app.main.turn.taken_by
        await screen.until(lambda: "as it is written already" in screen.app.main.notice.text)
        await screen.press("j", "j", "j")
        assert "W runs it as it is written" in screen.app.main.card.body.text
        await screen.press("W")
        await screen.until(lambda: "wants the source shell" in screen.app.main.notice.text)
        assert walk.run.record(walk.run.procedure.steps[3]).state is StepState.PENDING


async def test_a_step_is_taken_back_with_its_own_question() -> None:
    async with a_screen(range_=a_range(text=TEXT)) as screen:
        walk = await opened(screen)
        first, second, third = walk.run.procedure.steps[:3]
        await screen.press("j", "enter")
        await confirmed(screen)
        await screen.until(lambda: walk.run.record(second).state is StepState.DONE)
        await screen.until(lambda: not screen.app.main.turn.taken_by)
        await screen.press("u")
        await screen.until(lambda: isinstance(screen.app.screen, ConfirmScreen))
        assert "SET lock:cron:recalculate me" in screen.text
        await confirmed(screen)
        await screen.until(lambda: walk.run.record(second).state is StepState.PENDING)
        assert walk.run.record(second).note == f"taken back by {third.title}"
        assert walk.run.record(third).state is StepState.DONE
        await screen.until(lambda: not screen.app.main.turn.taken_by)
        screen.range.clock.advance(1.0)
        await screen.press("g", "u")
        await screen.until(lambda: "names no way back" in screen.app.main.notice.text)
        assert walk.run.record(first).state is StepState.PENDING


async def test_an_observer_has_none_of_these_keys() -> None:
    async with a_screen(Role.OBSERVER, range_=a_range(Role.OBSERVER, text=TEXT)) as screen:
        walk = await opened(screen)
        await screen.press("e", "W", "u")
        assert not screen.app.main.turn.taken_by
        assert not isinstance(screen.app.screen, Ask | ConfirmScreen)
        assert walk.run.edits == {}
        assert RedisCommand(("DEL", "other")) not in screen.range.readers[KV].asked
