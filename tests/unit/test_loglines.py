from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cockpit.engine.loglines import level_of, parse_line, time_of
from cockpit.model.logs import Level
from cockpit.model.text import clean

NOW = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)


def at(hour: int, minute: int, second: int, micro: int = 0) -> datetime:
    return datetime(2026, 11, 21, hour, minute, second, micro, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("2026-11-21T12:01:07Z worker ERROR x", at(12, 1, 7)),
        ("2026-11-21T12:01:07.123456789Z x", at(12, 1, 7, 123456)),
        ("2026-11-21T14:01:07+02:00 x", at(12, 1, 7)),
        ("2026-11-21T14:01:07.5+0200 x", at(12, 1, 7, 500_000)),
        ("2026-11-21T09:01:07-03 x", at(12, 1, 7)),
        ("2026-11-21 12:01:07,042 INFO x", at(12, 1, 7, 42_000)),
        ("2026-11-21 12:01:07.042 UTC [4711] LOG:  x", at(12, 1, 7, 42_000)),
        ("2026/11/21 12:01:07 [error] 31#31: x", at(12, 1, 7)),
        ('127.0.0.1 - - [21/Nov/2026:14:01:07 +0200] "GET / HTTP/1.1" 200 5', at(12, 1, 7)),
        ("Nov 21 12:01:07 host sshd[1]: x", at(12, 1, 7)),
        ("<34>Nov 21 12:01:07 host su: x", at(12, 1, 7)),
        ("[Sat Nov 21 12:01:07.902022 2026] [core:error] x", at(12, 1, 7, 902_022)),
        ("1:M 21 Nov 2026 12:01:07.123 * Ready", at(12, 1, 7, 123_000)),
        ("E1121 12:01:07.123456 1 main.go:1] x", at(12, 1, 7, 123_456)),
        ("1795262467 x", at(12, 1, 7)),
        ("1795262467.25 x", at(12, 1, 7, 250_000)),
        ("1795262467000 x", at(12, 1, 7)),
        ('{"ts":1795262467,"msg":"x"}', at(12, 1, 7)),
        ('{"time":1795262467000,"msg":"x"}', at(12, 1, 7)),
        ('{"time":"2026-11-21T12:01:07Z","msg":"x"}', at(12, 1, 7)),
        ('time="2026-11-21T12:01:07Z" level=info msg=x', at(12, 1, 7)),
        ("2026-11-21T12:01:60Z leap", at(12, 1, 59)),
    ],
)
def test_the_time_written_in_a_line_is_found(line: str, expected: datetime) -> None:
    assert parse_line("api", line, NOW).at == expected


@pytest.mark.parametrize(
    "line", ["", "hello", "2026-13-41T99:00:00Z", "99 bottles", "12345 x", "0001-01-01T00:00:00+23:00", '{"ts":true}']
)
def test_a_line_without_a_time_has_the_time_it_was_read(line: str) -> None:
    assert parse_line("api", line, NOW).at == NOW


def test_a_time_without_a_zone_means_the_given_zone() -> None:
    zone = timezone(timedelta(hours=2))

    assert time_of("2026-11-21 14:01:07 x", NOW, zone) == at(12, 1, 7)
    assert time_of("2026-11-21 12:01:07 UTC x", NOW, zone) == at(12, 1, 7)


def test_a_stamp_without_a_year_before_new_year_belongs_to_the_old_year() -> None:
    new_year = datetime(2027, 1, 1, 0, 5, tzinfo=UTC)

    assert time_of("Dec 31 23:59:58 host x", new_year) == datetime(2026, 12, 31, 23, 59, 58, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("2026-11-21 12:01:07 worker ERROR lock held", Level.ERROR),
        ("2026-11-21 12:01:07 UTC [1] FATAL:  no", Level.ERROR),
        ("2026-11-21 12:01:07 UTC [1] LOG:  ready", Level.INFO),
        ("2026-11-21 12:01:07 UTC [1] DETAIL:  x", Level.NONE),
        ("2026/11/21 12:01:07 [warn] 3#3: x", Level.WARN),
        ("npm error: it broke", Level.ERROR),
        ("WARNING:root:careful", Level.WARN),
        ("time=x level=debug msg=ERROR", Level.DEBUG),
        ('ts=1 severity="warning" x', Level.WARN),
        ('{"level":"error","msg":"INFO"}', Level.ERROR),
        ('{"level":50,"msg":"x"}', Level.ERROR),
        ('{"level":40,"msg":"x"}', Level.WARN),
        ('{"level":30,"msg":"x"}', Level.INFO),
        ('{"level":20,"msg":"x"}', Level.DEBUG),
        ('{"level":true,"severity":"WARN"}', Level.WARN),
        ("W1121 12:01:07.123456 1 main.go:1] x", Level.WARN),
        ("1:M 21 Nov 2026 12:01:07.123 # memory", Level.WARN),
        ("<11>Nov 21 12:01:07 host su: x", Level.ERROR),
        ("<12>Nov 21 12:01:07 host su: x", Level.WARN),
        ("<15>Nov 21 12:01:07 host su: x", Level.DEBUG),
        ("<14>Nov 21 12:01:07 host su: x", Level.INFO),
        ("Traceback (most recent call last):", Level.ERROR),
        ("psycopg.errors.DeadlockError: deadlock", Level.ERROR),
        ('1.2.3.4 - - [21/Nov/2026:14:01:07 +0200] "GET /ERROR-page HTTP/1.1" 503 5', Level.ERROR),
        ('1.2.3.4 - - [21/Nov/2026:14:01:07 +0200] "GET / HTTP/1.1" 404 5', Level.WARN),
        ('1.2.3.4 - - [21/Nov/2026:14:01:07 +0200] "GET / HTTP/1.1" 200 -', Level.INFO),
        ("an error-free day without errors", Level.NONE),
        ("", Level.NONE),
    ],
)
def test_the_level_of_a_line_is_found(line: str, expected: Level) -> None:
    assert parse_line("api", line, NOW).level is expected


_PIECES = st.sampled_from(
    [
        "2026-11-21",
        "T",
        "25:61:61",
        "+99:99",
        "[",
        "]",
        '{"level":',
        "1e999",
        "}",
        "<999>",
        "Nov 31 ",
        "level=",
        "ERROR",
    ]
)


@given(
    st.one_of(st.text(), st.lists(_PIECES).map("".join), st.binary().map(lambda raw: raw.decode("utf-8", "replace")))
)
@example("{" * 100_000 + "}")
@example('{"a":' * 50_000 + "}")
@example('{"ts":1e400}')
@example('{"ts":' + "9" * 5000 + "}")
@example("9999-12-31T23:59:59-23:59 end of time")
@example("0001-01-01T00:00:00+23:59 its start")
@example("Feb 29 12:00:00 host no leap year")
def test_no_text_makes_the_parsers_fail(text: str) -> None:
    line = parse_line("api", clean(text), NOW)

    assert line.at.tzinfo is UTC
    assert line.level is level_of(line.text) or line.text.startswith("{")
