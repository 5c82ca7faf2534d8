from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from cockpit.engine.log_buffer import LogBuffer
from cockpit.engine.log_filter import LogWish, parse_filter
from cockpit.model.logs import Level, LogLine
from cockpit.ui.widgets import log_choice
from cockpit.ui.widgets.log_window import LogWindow
from tests.unit.logs.lines import START, a_line


def a_window(lines: Iterable[LogLine], capacity: int = 100, height: int = 10) -> tuple[LogBuffer, LogWindow]:
    buffer = LogBuffer(capacity)
    window = LogWindow(buffer)
    buffer.extend(lines)
    window.catch_up(height)
    return buffer, window


def test_a_window_follows_and_lets_go() -> None:
    buffer, window = a_window(a_line(n) for n in range(30))
    assert window.visible(10) == tuple(range(20, 30))
    window.move(-5, 10)
    assert window.match == 24
    buffer.extend([a_line(30)])
    window.catch_up(10)
    assert window.visible(10) == tuple(range(20, 30))
    assert not window.following
    window.move(-10, 10)
    assert (window.match, window.visible(10)[0]) == (14, 14)
    window.follow()
    assert window.visible(10)[-1] == 30


def test_down_from_the_last_line_is_to_follow() -> None:
    _, window = a_window(a_line(n) for n in range(30))
    window.move(-2, 10)
    window.move(1, 10)
    assert window.match == 28
    window.move(5, 10)
    assert window.following


def test_scrolling_takes_the_cursor_along_only_as_far_as_it_must() -> None:
    _, window = a_window(a_line(n) for n in range(30))
    window.scroll(-3, 10)
    assert (window.visible(10), window.match) == (tuple(range(17, 27)), 26)
    window.scroll(-100, 10)
    assert (window.visible(10), window.match) == (tuple(range(10)), 9)
    window.scroll(5, 10)
    assert (window.visible(10), window.match) == (tuple(range(5, 15)), 9)
    window.scroll(100, 10)
    assert window.following


def test_what_the_person_looks_at_stays_when_it_falls_out_of_the_ring() -> None:
    buffer, window = a_window((a_line(n) for n in range(20)), capacity=20, height=5)
    window.move(-100, 5)
    window.toggle_tag()
    for start in (20, 40):
        buffer.extend(a_line(n) for n in range(start, start + 20))
        window.catch_up(5)
    assert (window.visible(5), window.match, window.missed) == ((0, 1, 2, 3, 4), 0, 40)
    window.follow()
    window.catch_up(5)
    assert (window.visible(5), window.missed) == ((55, 56, 57, 58, 59), 0)
    assert [kept.number for kept in window.chosen()] == [0], "what is tagged can still be copied"


def test_a_held_window_takes_in_what_pushes_nothing_away() -> None:
    buffer, window = a_window((a_line(n) for n in range(10)), capacity=20, height=5)
    window.move(-3, 5)
    buffer.extend(a_line(n) for n in range(10, 20))
    window.catch_up(5)
    assert (window.match, len(window), window.missed) == (6, 20, 0)


def test_a_frozen_window_counts_what_it_misses() -> None:
    buffer, window = a_window(a_line(n) for n in range(5))
    window.freeze(True)
    buffer.extend(a_line(n) for n in range(5, 8))
    window.catch_up(5)
    assert (window.visible(5)[-1], window.missed) == (4, 3)
    window.freeze(False)
    window.catch_up(5)
    assert (window.visible(5)[-1], window.missed) == (7, 0)


def test_a_window_filters_by_level_and_stream_and_finds() -> None:
    levels = [
        a_line(0),
        a_line(1, "", Level.ERROR),
        a_line(2, "", Level.WARN, "worker"),
        a_line(3, "", Level.ERROR, "worker"),
    ]
    _, window = a_window(levels)
    assert window.streams == ["api", "worker"]
    window.filter(Level.WARN, "worker")
    assert window.visible(10) == (2, 3)
    window.filter(Level.ERROR, "")
    assert window.visible(10) == (1, 3)
    assert window.seek("LINE 1", 10)
    assert window.match == 1
    assert not window.find(-1, 10)
    assert not window.find(1, 10)
    assert not window.seek("", 10)
    assert not window.find(-1, 10)


def test_while_a_search_is_typed_it_begins_where_the_person_stood() -> None:
    _, window = a_window(a_line(n, "ab" if n % 2 else "ac") for n in range(10))
    window.move(-4, 10)
    assert window.match == 5
    window.seek("a", 10)
    assert window.match == 5
    window.seek("ac", 10)
    assert window.match == 4
    window.seek("ab", 10)
    assert window.match == 5


def test_late_lines_of_another_log_are_sorted_in_and_the_cursor_stays() -> None:
    buffer, window = a_window(a_line(n) for n in (0, 10, 20))
    window.move(-1, 10)
    buffer.extend([a_line(5, stream="web"), a_line(15, stream="web")])
    window.catch_up(10)
    assert [kept.line.at.second for kept in window.shown(10)] == [0, 5, 10, 15, 20]
    current = window.current
    assert current is not None
    assert current.line.at.second == 10


def test_a_trace_is_shown_with_the_head_that_fits() -> None:
    lines = [a_line(0, "fine"), a_line(1, "broke", Level.ERROR), a_line(1, "  at x", continues=True), a_line(2, "fine")]
    _, window = a_window(lines)
    window.ask(LogWish((parse_filter("broke"),)))
    assert [kept.line.text for kept in window.all_shown] == ["broke", "  at x"]


def test_context_shows_lines_around_what_fits_also_for_lines_that_come_later() -> None:
    buffer, window = a_window(a_line(n, "hit" if n in (5, 20) else f"line {n}") for n in range(25))
    window.ask(LogWish((parse_filter("hit"),), context=3))
    assert window.visible(30) == (2, 3, 4, 5, 6, 7, 8, 17, 18, 19, 20, 21, 22, 23)
    buffer.extend([a_line(25), a_line(26), a_line(27, "hit"), a_line(28)])
    window.catch_up(30)
    assert window.visible(30)[-8:] == (20, 21, 22, 23, 24, 25, 26, 27, 28)[-8:]


@given(
    st.lists(st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=6), max_size=10),
    st.sampled_from([0, 1, 3]),
)
def test_lines_one_by_one_or_all_at_once_are_shown_alike(batches: list[list[tuple[int, bool]]], context: int) -> None:
    wish = LogWish((parse_filter("hit"),), context=context)
    buffer = LogBuffer(1_000)
    growing = LogWindow(buffer)
    growing.ask(wish)
    for batch in batches:
        buffer.extend(a_line(second, "hit" if hit else "other") for second, hit in batch)
        growing.catch_up(10)
    fresh = LogWindow(buffer)
    fresh.ask(wish)
    assert growing.visible(1_000) == fresh.visible(1_000)


def test_a_filter_over_many_lines_judges_the_newest_first_and_the_rest_later() -> None:
    buffer = LogBuffer(log_choice.JUDGED_AT_ONCE + 500)
    buffer.extend(a_line(n, "hit" if n % 100 == 0 else "x") for n in range(log_choice.JUDGED_AT_ONCE + 500))
    window = LogWindow(buffer)
    window.catch_up(10)
    window.ask(LogWish((parse_filter("hit"),)))
    first = len(window)
    portions = [window.filtering]
    window.catch_up(10)
    portions.append(window.filtering)
    assert portions == [True, False]
    assert (first, len(window)) == (log_choice.JUDGED_AT_ONCE // 100, log_choice.JUDGED_AT_ONCE // 100 + 5)


def test_the_cursor_stays_near_its_line_when_the_filter_changes() -> None:
    _, window = a_window(a_line(n, "hit" if n % 10 == 0 else "x") for n in range(50))
    window.move(-10, 10)
    assert window.match == 39
    window.ask(LogWish((parse_filter("hit"),)), 10)
    assert window.match == 40
    window.ask(LogWish(), 10)
    assert window.match == 40


def test_tags_single_lines_and_ranges() -> None:
    _, window = a_window(a_line(n) for n in range(20))
    window.move(-9, 10)
    window.tag_range()
    window.move(4, 10)
    window.tag_range()
    assert [kept.number for kept in window.chosen()] == [10, 11, 12, 13, 14]
    window.toggle_tag()
    assert len(window.chosen()) == 4
    window.tags.clear()
    assert [kept.number for kept in window.chosen()] == [14]


def test_jumping_to_a_time() -> None:
    _, window = a_window(a_line(n) for n in range(50))
    assert window.go_to_time(START + timedelta(seconds=7, milliseconds=500), 10)
    assert window.match == 8
    assert not window.go_to_time(START + timedelta(hours=1), 10)


def test_an_empty_window_bears_everything() -> None:
    window = LogWindow(LogBuffer(5))
    window.catch_up(10)
    window.move(-3, 10)
    window.scroll(3, 10)
    window.toggle_tag()
    window.tag_range()
    window.ask(replace(window.wish, least=Level.ERROR), 10)
    assert window.visible(10) == ()
    assert window.at_first()
    assert window.at_last()
    assert window.current is None
    assert window.chosen() == []
    assert not window.seek("x", 10)
    assert len(window) == 0
