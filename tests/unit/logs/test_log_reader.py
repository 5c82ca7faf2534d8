from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.engine.log_reader import LONGEST_ENTRY, LogReader
from cockpit.engine.loglines import parse_line
from cockpit.model.logs import Level

NOW = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)


def test_a_trace_stays_with_its_head() -> None:
    reader = LogReader("api")
    head = reader.read("2026-11-21T12:01:07Z ERROR it broke", NOW)
    traced = reader.read("    at org.shop.Cart(Cart.java:12)", NOW)
    following = reader.read("2026-11-21T12:01:08Z INFO fine", NOW)
    assert not head.continues
    assert (traced.continues, traced.at, traced.level) == (True, head.at, Level.ERROR)
    assert (following.continues, following.level) == (False, Level.INFO)


def test_a_log_that_stops_writing_times_is_read_by_its_arrival_again() -> None:
    reader = LogReader("api")
    reader.read("2026-11-21T12:01:07Z started", NOW)
    lines = [reader.read(f"line {n}", NOW) for n in range(LONGEST_ENTRY + 2)]
    assert lines[LONGEST_ENTRY - 1].continues
    assert not lines[-1].continues
    assert lines[-1].at == NOW


@pytest.mark.parametrize(
    ("text", "hour", "minute"),
    [
        ("12:01:07.123 [main] INFO x", 12, 1),
        ("[12:01:07] x", 12, 1),
        ("Nov 21, 2026 2:01:07 PM org.x.Y start", 14, 1),
        ("Nov 21, 2026 12:01:07 AM org.x.Y start", 0, 1),
        ("I, [2026-11-21T12:01:07.123456 #123]  INFO -- : x", 12, 1),
        ("2026/11/21 12:01:07 main.go:12: x", 12, 1),
    ],
)
def test_more_forms_of_time_are_read(text: str, hour: int, minute: int) -> None:
    at = LogReader("api").read(text, datetime(2026, 11, 21, 23, 0, tzinfo=UTC)).at
    assert (at.day, at.hour, at.minute, at.second) == (21, hour, minute, 7)


def test_a_time_without_a_day_that_lies_ahead_is_yesterdays() -> None:
    assert LogReader("api").read("23:59:58 x", NOW).at == datetime(2026, 11, 20, 23, 59, 58, tzinfo=UTC)


def test_the_zone_of_a_log_holds_for_times_without_one() -> None:
    berlin = timezone(timedelta(hours=1))
    assert LogReader("api", berlin).read("2026-11-21 13:01:07 x", NOW).at.hour == 12


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["2026-11-21T12:01:0{}.{}Z {} x", "2026-11-2{} 12:01:07,{} {} y", "1795262467.{}{} {} z"]),
            st.integers(0, 9),
            st.integers(0, 999_999),
            st.sampled_from(["INFO", "ERROR", "WARN", "nothing"]),
        ),
        max_size=12,
    )
)
def test_what_was_learnt_from_earlier_lines_never_changes_what_one_says(
    written: list[tuple[str, int, int, str]],
) -> None:
    reader = LogReader("api")
    for form, digit, fraction, word in written:
        text = form.format(digit, fraction, word)
        assert reader.read(text, NOW) == parse_line("api", text, NOW)
