"""The log pane by keys: filters, past, news, columns, marks."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from textual.events import MouseScrollDown, MouseScrollUp

from cockpit.adapters.log_archive import FileArchive
from cockpit.adapters.pool import BlockingPool
from cockpit.model.incident import EntryKind, Role
from cockpit.model.logs import Level, LogArchive, LogBatch, LogLine
from cockpit.model.readings import SourceId
from cockpit.ui.panes.logs import LogsPane
from cockpit.ui.present.logs import Stamps
from tests.pilot.support import Screen, a_screen
from tests.support.fake_session import API_LOG, START, WORKER_LOG, a_range

pytestmark = pytest.mark.anyio


def structured(number: int, status: int, level: Level = Level.INFO) -> LogLine:
    text = json.dumps({"level": level.value, "msg": f"request {number}", "status": status, "password": "swordfish"})
    return LogLine("api", text, level, START - timedelta(seconds=300 - number))


def plain_lines(stream: str, count: int, first: float, word: str = "line") -> tuple[LogLine, ...]:
    return tuple(LogLine(stream, f"{word} {n}", Level.INFO, START + timedelta(seconds=first + n)) for n in range(count))


@asynccontextmanager
async def logs(
    *batches: tuple[LogLine, ...],
    role: Role = Role.OPERATOR,
    size: tuple[int, int] = (160, 48),
    **changes: Sequence[LogArchive],
) -> AsyncIterator[tuple[Screen, LogsPane]]:
    api, worker = (*batches, (), ())[:2]
    answers: dict[SourceId, object] = {API_LOG: LogBatch(api), WORKER_LOG: LogBatch(worker)}
    range_ = a_range(role, answers=answers, **changes)  # type: ignore[arg-type]
    async with a_screen(role, size, range_) as screen:
        await screen.press("5", "z")
        yield screen, screen.app.main.panes.logs


def shown(pane: LogsPane) -> list[str]:
    return [kept.line.text for kept in pane.log_view.window.all_shown]


async def test_filters_are_added_switched_off_and_taken_away() -> None:
    async with logs(tuple(structured(n, 503 if n % 2 else 200) for n in range(10))) as (screen, pane):
        await screen.press("F", *"status>=500", "enter")
        await screen.until(lambda: len(shown(pane)) == 5)
        assert "status>=500" in pane.title_line.text
        await screen.press("F")
        await screen.until_text("Filters of the logs")
        await screen.press("a")
        await screen.until_text("Show only lines with")
        await screen.press(*"!request", "space", *"9", "enter")
        await screen.until(lambda: len(shown(pane)) == 4)
        await screen.press("F")
        await screen.until_text("Filters of the logs")
        await screen.press("space", "enter")
        await screen.until(lambda: len(shown(pane)) == 9)
        await screen.press("F")
        await screen.until_text("Filters of the logs")
        await screen.press("d", "d", "enter")
        await screen.until(lambda: len(shown(pane)) == 10)


async def test_a_wrong_filter_says_why_and_changes_nothing() -> None:
    async with logs(plain_lines("api", 3, 0)) as (screen, pane):
        await screen.press("F", *"/(a+)+/", "enter")
        await screen.until_text("could take for ever")
        await screen.press("escape")
        assert len(shown(pane)) == 3
        await screen.press("colon", *"filter line", "space", *"2", "enter")
        await screen.until(lambda: shown(pane) == ["line 2"])


async def test_logs_are_switched_on_and_off() -> None:
    async with logs(plain_lines("api", 3, 0), plain_lines("worker", 2, 0)) as (screen, pane):
        await screen.press("s")
        await screen.until_text("Logs that are shown")
        await screen.press("space", "enter")
        await screen.until(lambda: len(shown(pane)) == 2)
        assert "worker" in pane.title_line.text
        await screen.press("s")
        await screen.until_text("Logs that are shown")
        await screen.press("asterisk", "enter")
        await screen.until(lambda: len(shown(pane)) == 5)


async def test_fields_become_columns_and_secrets_among_them_stay_hidden() -> None:
    async with logs((structured(1, 200), structured(2, 503, Level.ERROR))) as (screen, pane):
        assert "ERROR request 2" in screen.text
        assert "swordfish" not in screen.text
        await screen.press("colon", *"columns level status password msg", "enter")
        await screen.until_text("password")
        await screen.until(lambda: pane.style.columns == ("level", "status", "password", "msg"))
        await screen.until_text("503")
        assert "swordfish" not in screen.text
        await screen.press("enter")
        await screen.until_text("Fields")
        await screen.until_text('"status": 503')
        assert "swordfish" not in screen.text
        assert pane.session is not None
        assert pane.session.preferences.get("logs.columns") == ["level", "status", "password", "msg"]


async def test_errors_are_jumped_to_and_a_trace_opens_whole() -> None:
    at = START - timedelta(seconds=10)
    trace = (LogLine("api", "it broke", Level.ERROR, at), LogLine("api", "  at Cart", Level.ERROR, at, continues=True))
    async with logs((*plain_lines("api", 5, -100), *trace, *plain_lines("api", 3, -5))) as (screen, pane):
        await screen.press("E")
        window = pane.log_view.window
        assert window.current is not None
        assert window.current.line.text == "it broke"
        await screen.press("E")
        await screen.until_text("no other error")
        await screen.press("j", "enter")
        await screen.until_text("log api")
        assert "it broke" in screen.text
        assert "at Cart" in screen.text
        await screen.press("escape", "e")
        await screen.until_text("newer than this")


async def test_a_line_that_a_filter_has_hidden_opens_alone() -> None:
    async with logs(plain_lines("api", 5, -60)) as (screen, pane):
        await screen.press("k", "l", "l")
        await screen.until(lambda: not pane.log_view.window.all_shown, "no line is left")
        kept = pane.log_view.window.current
        assert kept is not None
        await screen.press("enter")
        assert kept.line.text in screen.text


async def test_times_wrapping_and_sideways() -> None:
    long = LogLine("api", "start " + "x" * 300 + " the end", Level.INFO, START - timedelta(seconds=90))
    async with logs((long,), size=(100, 30)) as (screen, pane):
        assert "the end" not in screen.text
        await screen.press("w")
        await screen.until_text("the end")
        await screen.press("w", *["right"] * 16)
        await screen.until_text("the end")
        await screen.press(*["left"] * 16)
        await screen.until_text("start x")
        for expected, text in (
            (Stamps.LOCAL, "02:58:30"),
            (Stamps.DATE, "2026-03-14 02:58:30"),
            (Stamps.AGO, "1m api"),
        ):
            await screen.press("t")
            assert pane.style.stamps is expected
            await screen.until_text(text)
        await screen.press("t", "t")
        assert pane.style.stamps is Stamps.UTC


async def test_context_needs_a_filter_and_shows_what_is_around() -> None:
    async with logs(plain_lines("api", 30, -100)) as (screen, pane):
        await screen.press("c")
        await screen.until_text("there is none now")
        await screen.press("F", *"/line", "space", *"15$/", "enter")
        await screen.until(lambda: len(shown(pane)) == 7)
        assert "±3 lines" in pane.title_line.text
        await screen.press("c")
        assert len(shown(pane)) == 21
        await screen.press("c")
        assert shown(pane) == ["line 15"]


async def test_what_is_new_comes_first_and_leads_to_its_line() -> None:
    old = plain_lines("api", 20, -1000, "tick")
    async with logs((*old, *plain_lines("api", 5, -60, "tick"), *plain_lines("api", 3, -40, "disk full on node"))) as (
        screen,
        pane,
    ):
        await screen.press("i")
        await screen.until_text("disk full on node #")
        assert "new" in screen.text
        await screen.press("t")
        await screen.until_text("last 1 min")
        await screen.press("enter")
        await screen.until(lambda: not pane.log_view.window.following)
        current = pane.log_view.window.current
        assert current is not None
        assert current.line.text == "disk full on node 2"


async def test_a_marked_line_goes_to_the_timeline_and_is_found_again() -> None:
    async with logs((LogLine("api", "token=abcdefgh12345 leaked", Level.WARN, START), *plain_lines("api", 30, 1))) as (
        screen,
        pane,
    ):
        await screen.press("g", "m", *"look", "enter")
        await screen.until(lambda: any(entry.kind is EntryKind.NOTE for entry in screen.range.journal.written))
        note = next(entry for entry in screen.range.journal.written if entry.kind is EntryKind.NOTE)
        assert "look [" in str(note.payload["text"])
        assert "abcdefgh12345" not in str(note.payload["text"])
        await screen.press("G", "b")
        current = pane.log_view.window.current
        assert current is not None
        assert "leaked" in current.line.text


async def test_tagged_lines_are_saved_to_a_new_file_only(tmp_path: Path) -> None:
    target = tmp_path / "saved.log"
    async with logs(plain_lines("api", 30, 0)) as (screen, pane):
        await screen.press("k", "space", "k", "k", "k", "V")
        assert len(pane.log_view.window.tags) == 3
        await screen.press("x", *str(target), "enter")
        await screen.until_text("saved 3 lines")
        assert [line.split(" ", 2)[2] for line in target.read_text().splitlines()] == ["line 26", "line 27", "line 28"]
        await screen.press("colon", *f"save {target}", "enter")
        await screen.until_text("exists already")
        assert len(target.read_text().splitlines()) == 3
        await screen.press("y")
        await screen.until_text("copied")
        await screen.press("backspace")
        assert not pane.log_view.window.tags


async def test_an_observer_filters_but_neither_marks_nor_saves(tmp_path: Path) -> None:
    async with logs(plain_lines("api", 30, 0), role=Role.OBSERVER) as (screen, pane):
        await screen.press("x", "m", "F", *"29", "enter")
        await screen.until(lambda: shown(pane) == ["line 29"])
        await screen.press("colon", *"save x", "enter", "escape")
        assert screen.range.journal.written == []


@asynccontextmanager
async def with_a_past(tmp_path: Path, lines: int) -> AsyncIterator[tuple[Screen, LogsPane]]:
    path = tmp_path / "api.log"
    first = START - timedelta(seconds=lines + 100)
    path.write_text(
        "".join(
            f"{first + timedelta(seconds=n):%Y-%m-%dT%H:%M:%S}Z INFO old {n}{' needle' if n in (50, 2500) else ''}\n"
            for n in range(lines)
        )
    )
    pool = BlockingPool("past", 2)
    archive = FileArchive("api", path, pool)
    try:
        async with logs(plain_lines("api", 30, -90), archives=[archive]) as both:
            yield both
    finally:
        await archive.close()
        pool.close()


async def test_moving_up_from_the_oldest_line_reads_the_file_and_capital_g_comes_back(tmp_path: Path) -> None:
    async with with_a_past(tmp_path, 2600) as (screen, pane):
        window = pane.log_view.window
        await screen.press("g", "k")
        await screen.until(lambda: window.past is not None and window.current is not None)
        await screen.until_text("old 2599")
        assert "the past" in pane.title_line.text
        await screen.press("g", "k")
        await screen.until(lambda: any("old 600" in text for text in shown(pane)))
        await screen.press("G")
        assert window.following
        assert "line 29" in screen.text
        assert pane._travel is not None
        pane.changed(START)
        await screen.until(lambda: pane._travel is not None and not pane._travel._opened)


async def test_a_search_goes_on_in_the_files_and_counts_there(tmp_path: Path) -> None:
    async with with_a_past(tmp_path, 2600) as (screen, pane):
        window = pane.log_view.window
        await screen.press("slash", *"needle", "enter")
        await screen.until(lambda: "0 here, 2 in the files" in pane.progress)
        await screen.press("n")
        await screen.until(lambda: window.current is not None and "old 2500" in window.current.line.text)
        await screen.press("n")
        await screen.until(lambda: window.current is not None and "old 50 " in window.current.line.text)
        await screen.press("N")
        await screen.until(lambda: window.current is not None and "old 2500" in window.current.line.text)
        await screen.press("escape")
        assert pane.needle() == ""


async def test_a_time_is_gone_to_in_memory_and_in_the_files(tmp_path: Path) -> None:
    async with with_a_past(tmp_path, 2600) as (screen, pane):
        window = pane.log_view.window
        await screen.press("colon", *"at 02:58:40", "enter")
        await screen.until(lambda: window.current is not None and window.current.line.text == "line 10")
        assert window.past is None
        await screen.press("a", *"30m ago", "enter")
        await screen.until(lambda: window.past is not None)
        assert window.current is not None
        assert window.current.at == START - timedelta(minutes=30)
        await screen.press("colon", *"ago 1m", "enter")
        await screen.until(lambda: window.past is None)
        await screen.press("a", *"soon", "enter")
        await screen.until_text("is no")


async def test_moving_down_through_the_past_comes_back_to_the_newest(tmp_path: Path) -> None:
    async with with_a_past(tmp_path, 2600) as (screen, pane):
        window, view = pane.log_view.window, pane.log_view
        await screen.press("a", *"2000s ago", "enter")
        await screen.until(lambda: window.past is not None and pane.progress == "")
        while window.past is not None:
            view.move(len(window))
            await screen.pilot.pause()
            await screen.until(lambda: pane.progress == "", what="the end of a page")
        assert window.following
        assert "line 29" in screen.text


async def test_the_wheel_scrolls_and_a_click_stands_on_a_line() -> None:
    async with logs(plain_lines("api", 200, 0), size=(100, 30)) as (screen, pane):
        view = pane.log_view
        await screen.pilot._post_mouse_events([MouseScrollUp], view, (5, 5), button=0)
        await screen.until(lambda: not view.window.following)
        await screen.pilot.click(view, offset=(5, 2))
        current = view.window.current
        assert current is not None
        assert current.number == view.window.visible(view.size.height)[2]
        for _ in range(3):
            await screen.pilot._post_mouse_events([MouseScrollDown], view, (5, 5), button=0)
        await screen.until(lambda: view.window.following)


async def test_columns_are_offered_by_their_names() -> None:
    async with logs((structured(1, 200), structured(2, 503))) as (screen, pane):
        await screen.press("o")
        await screen.until_text("level msg status password")
        await screen.press(*"status msg", "enter")
        await screen.until(lambda: pane.style.columns == ("status", "msg"))
        await screen.press("b")
        await screen.until_text("no line is marked")
        await screen.press("o", *["backspace"] * 12, "enter")
        await screen.until(lambda: pane.style.columns == ())


async def test_a_wrapped_line_under_the_cursor_is_always_in_sight() -> None:
    lines = tuple(
        LogLine("api", f"start{n} " + "word " * 150, Level.INFO, START + timedelta(seconds=n)) for n in range(20)
    )
    async with logs(lines, size=(100, 30)) as (screen, pane):
        await screen.press("w", *"kkkkkkkk")
        current = pane.log_view.window.current
        assert current is not None
        await screen.until_text(f"start{current.number} ")
