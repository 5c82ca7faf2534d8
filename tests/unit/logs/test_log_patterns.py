from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from cockpit.engine.log_moment import moment_ago, moment_at
from cockpit.engine.log_patterns import Grouping, template_of
from cockpit.model.errors import ConfigError
from cockpit.model.logs import Level
from tests.unit.logs.lines import START, a_line


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("order 17 paid in 12.5 ms", "order 99 paid in 3 ms"),
        (
            "2026-11-21T12:01:07Z INFO job 5f3e2a9b-1c2d-4e5f-8a9b-0c1d2e3f4a5b done",
            "2026-11-21T13:00:00Z INFO job 00000000-1c2d-4e5f-8a9b-0c1d2e3f4a5b done",
        ),
        ("object 0xdeadbeef at 10.0.0.7:5432", "object 0x1234 at 10.0.0.8:5433"),
        ("user 'ada' refused", "user 'bob' refused"),
        ('{"msg":"slow","took":5}', '{"msg":"slow","took":6,"more":1}'),
        ("commit 9fceb02d failed", "commit 1a2b3c4d failed"),
    ],
)
def test_lines_that_say_the_same_have_one_template(one: str, other: str) -> None:
    assert template_of(one) == template_of(other)
    assert template_of(one) != template_of("something else entirely")


def test_new_comes_before_known_and_grave_before_harmless() -> None:
    grouping = Grouping(START + timedelta(seconds=100))
    grouping.add([a_line(n, f"tick {n}") for n in range(0, 120, 10)])
    grouping.add([a_line(105, "disk full on sda1", Level.ERROR), a_line(105, "  trace", continues=True)])
    grouping.add([a_line(106, f"hello {n}") for n in range(3)])
    found = grouping.recent()
    assert [(one.template, one.recent, one.before, one.is_new) for one in found] == [
        ("disk full on sda1", 1, 0, True),
        ("hello #", 3, 0, True),
        ("tick #", 2, 10, False),
    ]
    assert found[2].first == START
    assert found[1].last.text == "hello 2"


NOW = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("03:12", datetime(2026, 11, 21, 3, 12, tzinfo=UTC)),
        ("03:12:40.5Z", datetime(2026, 11, 21, 3, 12, 40, 500_000, tzinfo=UTC)),
        ("13:00", datetime(2026, 11, 20, 13, 0, tzinfo=UTC)),
        ("2026-11-19 03:12", datetime(2026, 11, 19, 3, 12, tzinfo=UTC)),
    ],
)
def test_a_clock_time_is_the_last_one(typed: str, expected: datetime) -> None:
    assert moment_at(typed, NOW) == expected


def test_a_clock_time_is_meant_in_the_zone_that_is_shown() -> None:
    assert moment_at("04:12", NOW, timezone(timedelta(hours=1))) == datetime(2026, 11, 21, 3, 12, tzinfo=UTC)
    assert moment_ago("1h30m", NOW) == datetime(2026, 11, 21, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize("typed", ["25:00", "soon", "2026-13-01 03:12", ""])
def test_what_is_no_time_says_so(typed: str) -> None:
    with pytest.raises(ConfigError):
        moment_at(typed, NOW)
    with pytest.raises(ConfigError):
        moment_ago(typed or "x", NOW)
