"""The timeline pane and the list of changes, by keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from cockpit.model.changes import Change, ChangesSnapshot
from cockpit.model.errors import SourceUnreachable
from cockpit.model.incident import EntryKind, Role
from cockpit.model.readings import SourceId, SourceKind
from tests.pilot.support import Screen, a_screen, rows_of
from tests.support.fake_session import START, Range, a_range

pytestmark = pytest.mark.anyio
GIT = SourceId(SourceKind.CHANGES, "shop")
LOST = SourceId(SourceKind.CHANGES, "flags")


class Told:
    """FAKE: tells every commit in full, or fails."""

    def __init__(self, answer: Sequence[str] | Exception) -> None:
        self.answer = answer

    async def whole(self, change: Change) -> Sequence[str]:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def a_change(what: str, minutes: float, kind: str = "commit", who: str = "bob") -> Change:
    return Change(what, START - timedelta(minutes=minutes), kind, what, who, (("commit", "abc1234"),))


CHANGES = ChangesSnapshot(
    (
        a_change("Charge twice", 12),
        a_change("v41", 30, "deployment"),
        a_change("an older thing by eve@example.com", 60 * 20),
        a_change("ancient", 60 * 24 * 9),
    ),
    "/srv/shop main@abc1234",
)


def changed_range(role: Role = Role.OPERATOR, whole: Sequence[str] | Exception = ("Author: Bob",)) -> Range:
    answers: dict[SourceId, object] = {GIT: CHANGES, LOST: SourceUnreachable("the table is gone")}
    return a_range(role, answers=answers, change_readers={GIT: Told(whole)})


async def noted(screen: Screen, *texts: str) -> None:
    for text in texts:
        await screen.range.journal.append(EntryKind.NOTE, {"text": text})
    tick(screen)
    await screen.until(lambda: any(texts[-1] in row for row in timeline(screen)), "the notes")


def tick(screen: Screen) -> None:
    assert screen.app.main.feed is not None
    screen.app.main.feed.tick()


def timeline(screen: Screen) -> list[str]:
    return rows_of(screen.app.main.panes.timeline.table)


async def test_changes_stand_among_the_entries_by_time() -> None:
    async with a_screen(size=(200, 50), range_=changed_range()) as screen:
        await noted(screen, "prices are old")
        assert [row.split("  ")[-2 if "bob" in row else 2].strip() for row in timeline(screen)[-3:-1]] == [
            "deployment: v41",
            "commit: Charge twice",
        ]
        assert "prices are old" in timeline(screen)[-1]
        assert not any("ancient" in row for row in timeline(screen))
        assert any("Friday" in row for row in timeline(screen))
        assert "2 changes in 1h" in screen.app.main.panes.timeline.title_text()
        assert "2 changes in 1h" in screen.app.main.panes.health.title_text()


async def test_the_filter_line_takes_kinds_and_text_and_n_moves_on() -> None:
    async with a_screen(range_=changed_range()) as screen:
        await noted(screen, "prices are old", "prices are new")
        await screen.press("7", "slash", *"note prices", "enter")
        assert len(timeline(screen)) == 2
        await screen.press("g", "n")
        current = screen.app.main.panes.timeline.current()
        assert current is not None
        assert "new" in current.words
        await screen.press("slash", *" nowhere", "enter")
        assert timeline(screen) == []
        await screen.until_text("nothing fits the filter")
        await screen.press("escape")
        assert any("v41" in row for row in timeline(screen))


async def test_enter_shows_an_entry_or_a_change_in_full() -> None:
    async with a_screen(range_=changed_range()) as screen:
        await noted(screen, "prices are old")
        await screen.press("7", "G", "enter")
        await screen.until_text("entry 1")
        await screen.press("escape", "k", "enter")
        await screen.until_text("Author: Bob")
        assert "abc1234" in screen.text


async def test_a_flapping_check_is_one_line_that_tells_each_change() -> None:
    async with a_screen() as screen:
        for number in range(6):
            said = "ok" if number % 2 else "crit"
            await screen.range.journal.append(EntryKind.VERDICT, {"check": "shop.api", "before": "?", "verdict": said})
        tick(screen)
        await screen.until(lambda: any("changed 6 times" in row for row in timeline(screen)), "the line")
        await screen.press("7", "G", "enter")
        await screen.until_text("6 entries")
        assert screen.text.count("shop.api: ? ") == 6


async def test_eight_lists_the_changes_newest_first_and_enter_shows_one() -> None:
    async with a_screen(range_=changed_range()) as screen:
        await screen.press("8")
        await screen.until_text("2 changes in the last hour")
        assert "flags: the table is gone" in screen.text
        assert screen.text.index("Charge twice") < screen.text.index("v41") < screen.text.index("ancient")
        await screen.press("enter")
        await screen.until_text("Author: Bob")
        await screen.press("escape", "j", "y", "8")
        assert screen.app.clipboard.split()[-3:] == ["v41", "bob", "shop"]
        assert screen.app.screen is screen.app.main


async def test_the_palette_finds_the_list() -> None:
    async with a_screen(range_=changed_range()) as screen:
        await screen.press("colon", *"changes", "enter")
        await screen.until_text("What changed lately")


async def test_a_text_that_cannot_be_read_is_said() -> None:
    async with a_screen(range_=changed_range(whole=SourceUnreachable("git hangs", "wait"))) as screen:
        await screen.press("8", "enter")
        await screen.until_text("git hangs; wait.")


async def test_without_sources_the_list_says_how_to_name_one() -> None:
    async with a_screen() as screen:
        await screen.press("8")
        await screen.until_text("no source of changes is configured")
        await screen.press("enter", "y", "escape")
        assert screen.app.screen is screen.app.main


async def test_an_observer_sees_changes_with_personal_data_hidden() -> None:
    async with a_screen(Role.OBSERVER, range_=changed_range(Role.OBSERVER)) as screen:
        await screen.press("7")
        await screen.until(lambda: any("v41" in row for row in timeline(screen)), "the changes")
        await screen.press("8")
        await screen.until_text("an older thing by •••")
        assert "eve@example.com" not in screen.text


async def test_l_shows_the_logs_at_the_moment_under_the_cursor() -> None:
    async with a_screen(range_=changed_range()) as screen:
        await screen.press("7", "G", "k", "l")
        assert screen.active() == "logs"
        assert not screen.follows()


async def test_l_without_a_row_says_so() -> None:
    async with a_screen() as screen:
        await screen.press("7", "l")
        await screen.until_text("no row is selected")
