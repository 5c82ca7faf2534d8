from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.engine.conditions import LONGEST, Names, evaluate, holds, parse
from cockpit.model.errors import ConditionError

NAMES: Names = {
    "status": 200,
    "age": timedelta(hours=2),
    "now": datetime(2026, 1, 1, tzinfo=UTC),
    "body": {"n": 1, "list": [1, timedelta(seconds=1)]},
    "check": lambda name: {"verdict": "crit"} if name == "api" else {},
}


@pytest.mark.parametrize(
    "text", ["status == 200", "age > duration('1h')", "check('api').verdict == 'crit'", "body.n == 1 && true"]
)
def test_true(text: str) -> None:
    assert holds(text, NAMES)


@pytest.mark.parametrize(
    "text", ["nothing == 1", "check('other').verdict == 'crit'", "body.m", "status", "1 +", "1 / 0 == 1", "'a' < 1"]
)
def test_what_cannot_be_told_is_never_true(text: str) -> None:
    with pytest.raises(ConditionError):
        holds(text, NAMES)


def test_values_come_back_as_ours() -> None:
    assert evaluate("age", NAMES) == timedelta(hours=2)
    assert evaluate("now", NAMES) == datetime(2026, 1, 1, tzinfo=UTC)
    assert evaluate("body", NAMES) == {"n": 1, "list": [1, timedelta(seconds=1)]}
    assert evaluate("b'a'", NAMES) == "b'a'"


def test_a_condition_that_would_crash_the_library_is_refused() -> None:
    with pytest.raises(ConditionError, match="keep it under"):
        parse("(" * (LONGEST + 1))


@given(st.text(max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    with contextlib.suppress(ConditionError):
        evaluate(text, NAMES)


def test_a_hostile_condition_does_not_reach_the_terminal_through_its_error() -> None:
    with pytest.raises(ConditionError) as raised:
        parse("\x1b]52;c;aGk=\x07 +")
    assert "\x1b" not in str(raised.value)
