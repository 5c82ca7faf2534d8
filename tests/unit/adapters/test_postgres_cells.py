"""Cells of PostgreSQL as values."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.adapters.postgres_cells import Table, answer_of, fact, json_of
from cockpit.model.answers import Fact

KINDS = (16, 17, 20, 21, 23, 25, 26, 28, 114, 700, 701, 1005, 1007, 1016, 1082, 1114, 1184, 1186, 1700, 3802, 99_999)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("00:00:00", timedelta()),
        ("-00:00:01.5", timedelta(seconds=-1.5)),
        ("1 year 2 mons -3 days +04:05:06.7", timedelta(days=422, hours=4, minutes=5, seconds=6.7)),
        ("-1 days +02:00:00", timedelta(days=-1, hours=2)),
        ("2 mons", timedelta(days=60)),
        ("100:00:00", timedelta(hours=100)),
        ("P1D", "P1D"),
        ("99999999999 years", "99999999999 years"),
    ],
)
def test_intervals(text: str, value: Fact) -> None:
    assert fact(1186, text.encode()) == value


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (1184, "2026-03-14 03:00:00.25+00", datetime(2026, 3, 14, 3, 0, 0, 250_000, tzinfo=UTC)),
        (1184, "2026-03-14 03:00:00+05:30", datetime(2026, 3, 13, 21, 30, tzinfo=UTC)),
        (1114, "2026-03-14 03:00:00", datetime(2026, 3, 14, 3, 0, tzinfo=UTC)),
        (1184, "0044-03-15 12:00:00+00 BC", "0044-03-15 12:00:00+00 BC"),
        (1184, "-infinity", "-infinity"),
        (1700, "Infinity", "Infinity"),
        (1700, "12345.678", 12345.678),
        (20, "9223372036854775807", 9223372036854775807),
        (1007, "{1,NULL}", "{1,NULL}"),
        (114, "{not json", None),
        (99_999, "anything", "anything"),
    ],
)
def test_other_types(kind: int, text: str, value: Fact) -> None:
    assert fact(kind, text.encode()) == value


@given(st.sampled_from(KINDS), st.binary(max_size=200))
def test_no_bytes_make_it_crash_and_all_become_json(kind: int, raw: bytes) -> None:
    json.dumps(json_of(fact(kind, raw)))
    answer = answer_of(Table(("a",), (kind,), [(raw,)]))
    assert all("\x1b" not in (cell or "") for row in answer.rows for cell in row)


def test_a_bytea_is_capped() -> None:
    [[cell]] = answer_of(Table(("raw",), (17,), [(b"\\x" + b"00" * 1000,)])).rows
    assert cell is not None
    assert cell.startswith("\\x0000")
    assert cell.endswith("more characters")
    assert len(cell) < 250


def test_a_document_is_cleaned_inside() -> None:
    value = fact(3802, b'{"a\\u001b[31m": ["\\u001b]0;x\\u0007y", 1, null]}')
    assert value == {"a": ["y", 1, None]}


def test_no_rows_have_no_value() -> None:
    answer = answer_of(Table(("a",), (23,), []))
    assert (answer.value, answer.records, answer.rows) == (None, (), ())
    assert answer_of(Table.of(None)).columns == ()


def test_two_columns_of_one_name_keep_the_value_of_the_first() -> None:
    answer = answer_of(Table(("a", "a"), (23, 23), [(b"1", b"2")]))
    assert answer.value == 1
    assert answer.rows == (("1", "2"),)


def test_nested_facts_become_json() -> None:
    moment = datetime(2026, 3, 14, tzinfo=UTC)
    assert json_of({"a": [timedelta(minutes=1), moment, (1, "x")]}) == {"a": [60.0, moment.isoformat(), [1, "x"]]}
