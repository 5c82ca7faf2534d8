from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.engine.cron import next_fire, parse_cron, period

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "after", "expected"),
    [
        ("*/5 * * * *", "2026-03-14T03:02:10", "2026-03-14T03:05:00"),
        ("*/5 * * * *", "2026-03-14T03:05:00", "2026-03-14T03:10:00"),
        ("7,37 8-10 * * *", "2026-03-14T08:37:00", "2026-03-14T09:07:00"),
        ("0 0 1 jan *", "2026-03-14T00:00:00", "2027-01-01T00:00:00"),
        ("0 12 * * mon-fri", "2026-03-13T12:00:00", "2026-03-16T12:00:00"),
        ("0 12 * * 7", "2026-03-14T12:00:00", "2026-03-15T12:00:00"),
        ("0 12 * * fri-sun", "2026-03-14T12:00:00", "2026-03-15T12:00:00"),
        ("0 0 13 * fri", "2026-03-14T00:00:00", "2026-03-20T00:00:00"),
        ("0 0 29 2 *", "2096-03-01T00:00:00", "2104-02-29T00:00:00"),
        ("10/20 * * * *", "2026-03-14T03:00:00", "2026-03-14T03:10:00"),
        ("10/20 * * * *", "2026-03-14T03:31:00", "2026-03-14T03:50:00"),
        ("@hourly", "2026-03-14T03:00:01", "2026-03-14T04:00:00"),
        ("@Weekly", "2026-03-14T03:00:01", "2026-03-15T00:00:00"),
        ("@yearly", "2026-03-14T03:00:01", "2027-01-01T00:00:00"),
    ],
)
def test_the_next_time(expression: str, after: str, expected: str) -> None:
    assert next_fire(parse_cron(expression), at(after)) == at(expected)


def test_the_zone_counts_and_so_does_its_clock_change() -> None:
    daily = parse_cron("30 2 * * *")
    assert next_fire(daily, at("2026-01-10T00:00:00"), BERLIN) == at("2026-01-10T01:30:00")
    assert next_fire(daily, at("2026-07-10T00:00:00"), BERLIN) == at("2026-07-10T00:30:00")
    # 29 March: the clock goes from 02:00 to 03:00, so that 02:30 is an hour later by the clock.
    assert next_fire(daily, at("2026-03-28T12:00:00"), BERLIN) == at("2026-03-29T01:30:00")
    # 25 October: 02:30 comes twice; a daily job fires at the first, one of every hour at both.
    assert next_fire(daily, at("2026-10-24T12:00:00"), BERLIN) == at("2026-10-25T00:30:00")
    assert next_fire(daily, at("2026-10-25T00:30:00"), BERLIN) == at("2026-10-26T01:30:00")
    assert next_fire(parse_cron("30 * * * *"), at("2026-10-25T00:30:00"), BERLIN) == at("2026-10-25T01:30:00")


def test_a_day_that_never_comes() -> None:
    assert next_fire(parse_cron("0 0 30 feb *"), at("2026-01-01T00:00:00")) is None
    assert period(parse_cron("0 0 30 feb *"), at("2026-01-01T00:00:00")) is None
    assert next_fire(parse_cron("0 0 1 1 *"), datetime(9999, 6, 1, tzinfo=UTC)) is None


def test_the_period() -> None:
    assert period(parse_cron("*/5 * * * *"), at("2026-01-01T00:00:00")) == 300.0
    assert period(parse_cron("@daily"), at("2026-01-01T00:00:00")) == 86_400.0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("* * * *", "4 fields"),
        ("@reboot", "1 fields"),
        ("60 * * * *", "minute, which goes from 0 to 59"),
        ("* * 0 * *", "day of month, which goes from 1 to 31"),
        ("5-1 * * * *", "wrong way round in its minute"),
        ("*/0 * * * *", "step of 0 in its minute"),
        ("*/x * * * *", "'x' as its minute"),
        ("* * * foo *", "'foo' as its month"),
        ("* * * * ,", "'' as its day of week"),
        ("²  * * * *", "'²' as its minute"),
    ],
)
def test_what_is_no_cron_expression(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_cron(text)


_FIELDS = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 7)]


@st.composite
def fields(draw: st.DrawFn, low: int, high: int) -> str:
    kind = draw(st.sampled_from(["*", "one", "range", "step", "list"]))
    one = st.integers(low, high)
    if kind == "range":
        first, last = sorted((draw(one), draw(one)))
        return f"{first}-{last}"
    step = draw(st.integers(1, 30))
    words = {"*": "*", "one": str(draw(one)), "step": f"*/{step}", "list": f"{draw(one)},{draw(one)}"}
    return words[kind]


@given(
    st.tuples(*(fields(low, high) for low, high in _FIELDS)),
    st.integers(1_577_836_800, 2_208_988_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
)
def test_the_next_time_matches_the_fields_and_none_before_it_does(words: tuple[str, ...], after: datetime) -> None:
    cron = parse_cron(" ".join(words))
    found = next_fire(cron, after)
    if found is None:
        return
    assert found > after
    assert found.second == found.microsecond == 0
    assert (found.minute in cron.minutes, found.hour in cron.hours, cron.fires_on(found.date())) == (True, True, True)
    moment = after.replace(second=0, microsecond=0) + timedelta(minutes=1)
    for _ in range(200):
        if moment >= found:
            break
        assert not (cron.fires_on(moment.date()) and moment.hour in cron.hours and moment.minute in cron.minutes)
        moment += timedelta(minutes=1)


@given(st.text(max_size=40) | st.text("0123456789*/,- ", max_size=20))
def test_any_text_is_an_expression_or_one_sentence(text: str) -> None:
    said = ""
    try:
        assert parse_cron(text).minutes
    except ValueError as error:
        said = str(error)
    assert "\n" not in said
