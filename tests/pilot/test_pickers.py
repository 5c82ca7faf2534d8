"""Questions and lists to choose from: typing narrows them, and they say what they show and how old it is."""

from __future__ import annotations

import pytest

from cockpit.ui.look import PLAIN_LOOK
from cockpit.ui.screens.ask import Ask
from cockpit.ui.screens.choice import Choice
from cockpit.ui.screens.palette import Palette
from tests.pilot.support import Screen, a_screen, rows_of

pytestmark = pytest.mark.anyio

OFFERS = [("lock:cron:recalculate", "stale"), ("lock:cron:enrich", "free"), ("lock:cron:bill", "free")]
BRANCHES = ["The worker hangs", "Redis is slow", "Another deploy is running"]


def needs_a_value(text: str) -> str:
    return "" if text else "it needs a value"


async def shown(screen: Screen, sheet: Ask | Choice, answers: list[object]) -> None:
    screen.app.push_screen(sheet, answers.append)
    await screen.until(lambda: screen.app.screen is sheet and bool(getattr(sheet, "ready", False)), "the sheet")


async def test_typing_narrows_the_offers_and_enter_on_an_empty_field_takes_the_first() -> None:
    async with a_screen() as screen:
        answers: list[object] = []
        ask = Ask("Which lock?", PLAIN_LOOK, offers=OFFERS, objection=needs_a_value)
        await shown(screen, ask, answers)
        await screen.press(*"FREE")
        assert [row.split()[0] for row in rows_of(ask.list)] == ["lock:cron:enrich", "lock:cron:bill"]
        await screen.press("down", "down", "enter")
        await screen.until(lambda: answers == ["lock:cron:bill"])
        again = Ask("Which lock?", PLAIN_LOOK, offers=OFFERS, objection=needs_a_value)
        await shown(screen, again, answers)
        await screen.press("enter")
        await screen.until(lambda: answers == ["lock:cron:bill", "lock:cron:recalculate"])


async def test_offers_that_do_not_match_are_said_and_what_is_typed_is_taken() -> None:
    async with a_screen() as screen:
        answers: list[object] = []
        await shown(screen, Ask("Which lock?", PLAIN_LOOK, offers=OFFERS), answers)
        await screen.press(*"xyz")
        await screen.until_text("none of the offers matches")
        await screen.press("enter")
        await screen.until(lambda: answers == ["xyz"])
        await shown(screen, Ask("Which lock?", PLAIN_LOOK, offers=OFFERS), answers)
        await screen.press(*"xyz", "down", "enter")
        await screen.until(lambda: answers == ["xyz", "lock:cron:recalculate"])


async def test_an_objection_disappears_at_the_next_key() -> None:
    async with a_screen() as screen:
        ask = Ask("Why?", PLAIN_LOOK, objection=needs_a_value)
        await shown(screen, ask, [])
        await screen.press("enter")
        assert "it needs a value" in ask.problem.text
        await screen.press("a")
        assert ask.problem.text == ""


async def test_a_question_says_how_old_its_offers_are_and_counts_on() -> None:
    async with a_screen() as screen:
        taken_at = screen.range.clock.now()
        ask = Ask("Which lock?", PLAIN_LOOK, offers=OFFERS, taken_at=taken_at, now=screen.range.clock.now)
        await shown(screen, ask, [])
        assert "read 0s ago" in ask.frame.text
        screen.range.clock.advance(12)
        await screen.until(lambda: "read 12s ago" in ask.frame.text, "the age")


async def test_the_question_for_a_value_says_how_old_its_offers_are() -> None:
    async with a_screen() as screen:
        await screen.press("0", "enter")
        await screen.until(lambda: screen.app.main.walking)
        screen.range.clock.advance(3)
        await screen.press("i")
        await screen.until(lambda: isinstance(screen.app.screen, Ask))
        await screen.until_text(" ago  enter take it")


async def test_a_choice_is_narrowed_by_typing_and_taken_by_number_or_enter() -> None:
    async with a_screen() as screen:
        answers: list[object] = []
        choice = Choice("What do you see?", BRANCHES, PLAIN_LOOK)
        await shown(screen, choice, answers)
        await screen.press(*"deploy")
        assert len(rows_of(choice.body)) == 1
        assert "/deploy" in choice.frame.text
        await screen.press("enter")
        await screen.until(lambda: answers == [2])
        await shown(screen, Choice("What do you see?", BRANCHES, PLAIN_LOOK), answers)
        await screen.press("2")
        await screen.until(lambda: answers == [2, 1])


async def test_a_choice_that_nothing_matches_says_so_and_enter_takes_nothing() -> None:
    async with a_screen() as screen:
        answers: list[object] = []
        choice = Choice("What do you see?", BRANCHES, PLAIN_LOOK)
        await shown(screen, choice, answers)
        await screen.press(*"zz", "enter")
        await screen.until_text("nothing matches zz")
        assert answers == []
        await screen.press("backspace", "backspace", "down", "up", "enter")
        await screen.until(lambda: answers == [0])


async def test_a_filter_that_nothing_matches_says_so() -> None:
    async with a_screen() as screen:
        await screen.press("3", "slash", *"zzz")
        await screen.until_text("nothing here matches zzz")


async def test_a_palette_that_nothing_matches_says_so() -> None:
    async with a_screen() as screen:
        await screen.press("colon", *"zzzz")
        await screen.until(lambda: isinstance(screen.app.screen, Palette))
        await screen.until_text("nothing matches")
        await screen.press("enter")
        assert isinstance(screen.app.screen, Palette)


async def test_the_palette_reaches_what_other_panes_do_and_shows_the_keys() -> None:
    async with a_screen() as screen:
        await screen.press("3", "colon", *"who blocks whom")
        top = screen.app.screen
        assert isinstance(top, Palette)
        assert rows_of(top.list)[0].split() == ["Activity:", "show", "who", "blocks", "whom", "2", "f3"]
        await screen.press("enter")
        await screen.until(lambda: screen.active() == "activity")
        await screen.until(lambda: "blocking" in screen.app.main.panes.activity.title_text())


async def test_the_palette_never_offers_a_change_at_a_row_that_is_not_in_sight() -> None:
    async with a_screen() as screen:
        await screen.press("1", "colon", *"release the lock")
        top = screen.app.screen
        assert isinstance(top, Palette)
        assert not any("release the lock" in row for row in rows_of(top.list))
