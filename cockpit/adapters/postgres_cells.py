"""PostgreSQL's rows as answers: what is shown is the server's own text, what is judged has a type."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from psycopg.pq.abc import PGresult

from cockpit.model.answers import Answer, Fact
from cockpit.model.health import Json
from cockpit.model.text import clean_bytes

BYTEA_CAP = 200
"""Characters of a bytea that are shown."""

_BOOL, _BYTEA, _DATE, _TIMESTAMP, _TIMESTAMPTZ, _INTERVAL, _JSON, _JSONB = 16, 17, 1082, 1114, 1184, 1186, 114, 3802
_WHOLE = frozenset({20, 21, 23, 26, 28})
_FLOATING = frozenset({700, 701, 1700})
_WHOLE_ARRAYS = frozenset({1005, 1007, 1016})
"""Object identifiers of types, from pg_type.dat: they never change."""

_SPAN = re.compile(
    r"(?:(?P<years>[-+]?\d+) years? ?)?(?:(?P<months>[-+]?\d+) mons? ?)?(?:(?P<days>[-+]?\d+) days? ?)?"
    r"(?:(?P<sign>[-+])?(?P<hours>\d+):(?P<minutes>\d\d):(?P<seconds>\d\d(?:\.\d+)?))?"
)


@dataclass(slots=True)
class Table:
    """Rows as they arrive.

    Attributes:
        columns: their names, cleaned.
        types: object identifiers of their types.
        rows: cells as bytes, None for NULL.
        size: bytes of all cells together.
    """

    columns: tuple[str, ...]
    types: tuple[int, ...]
    rows: list[tuple[bytes | None, ...]]
    size: int = 0

    @classmethod
    def of(cls, result: PGresult | None) -> Table:
        """The rows of a result; an empty table when it has none."""
        if result is None or not result.nfields:
            return cls((), (), [])
        span = range(result.nfields)
        columns = tuple(clean_bytes(result.fname(column) or b"", 200) for column in span)
        table = cls(columns, tuple(result.ftype(column) for column in span), [])
        for row in range(result.ntuples):
            table._add(tuple(result.get_value(row, column) for column in span))
        return table

    def extend(self, other: Table) -> None:
        """Take over the rows of another table with the same columns."""
        self.rows += other.rows
        self.size += other.size

    def _add(self, row: tuple[bytes | None, ...]) -> None:
        self.rows.append(row)
        self.size += sum(len(cell) for cell in row if cell is not None)


def answer_of(table: Table, *, cut: int = 0, notice: str = "") -> Answer:
    """A table as an answer."""
    records = tuple(_record(table, row) for row in table.rows)
    first = records[0][table.columns[0]] if records else None
    return Answer(
        columns=table.columns,
        rows=tuple(tuple(_shown(kind, cell) for kind, cell in _typed(table, row)) for row in table.rows),
        value=json_of(fact(table.types[0], table.rows[0][0]) if records else first),
        records=records,
        cut=cut,
        notice=notice,
    )


def _typed(table: Table, row: tuple[bytes | None, ...]) -> Sequence[tuple[int, bytes | None]]:
    return list(zip(table.types, row, strict=True))


def _record(table: Table, row: tuple[bytes | None, ...]) -> dict[str, Fact]:
    return {name: fact(kind, cell) for name, (kind, cell) in zip(table.columns, _typed(table, row), strict=True)}


def _shown(kind: int, cell: bytes | None) -> str | None:
    if cell is None:
        return None
    if kind == _JSON:
        parsed = _json(cell.decode("utf-8", "replace"))
        if parsed is not None:
            return clean_bytes(
                json.dumps(parsed, separators=(", ", ": "), ensure_ascii=False).encode("utf-8", "replace")
            )
    return clean_bytes(cell, BYTEA_CAP) if kind == _BYTEA else clean_bytes(cell)


def fact(kind: int, cell: bytes | None) -> Fact:
    """A cell as a value that conditions can work with; text where it has no better type.

    Args:
        kind: object identifier of its type.
        cell: as the server wrote it, None for NULL.
    """
    if cell is None:
        return None
    text = cell.decode("utf-8", "replace")
    reader = _READERS.get(kind)
    if reader is None:
        return clean_bytes(cell, BYTEA_CAP if kind == _BYTEA else 10_000)
    try:
        return reader(text)
    except (ValueError, OverflowError):
        return clean_bytes(cell)


def json_of(value: Fact) -> Json:
    """A value as JSON: intervals as seconds, times in ISO 8601."""
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, datetime):
        return value.isoformat()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Sequence):
        return [json_of(item) for item in value]
    return {key: json_of(item) for key, item in value.items()}


def _time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _span(text: str) -> timedelta:
    """An interval in the style postgres; a month counts 30 days and a year 365, as psycopg has it."""
    found = _SPAN.fullmatch(text)
    if found is None:
        raise ValueError(text)
    days = 365 * int(found["years"] or 0) + 30 * int(found["months"] or 0) + int(found["days"] or 0)
    seconds = 3600 * int(found["hours"] or 0) + 60 * int(found["minutes"] or 0) + float(found["seconds"] or 0)
    return timedelta(days=days) + timedelta(seconds=-seconds if found["sign"] == "-" else seconds)


def _number(text: str) -> float:
    number = float(text)
    if number != number or number in (float("inf"), float("-inf")):
        raise ValueError(text)
    return number


def _json(text: str) -> Json:
    try:
        parsed: Json = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return parsed


def _document(text: str) -> Json:
    return _cleaned(_json(text))


def _cleaned(value: Json) -> Json:
    if isinstance(value, str):
        return clean_bytes(value.encode("utf-8", "replace"))
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    if isinstance(value, dict):
        return {clean_bytes(key.encode("utf-8", "replace"), 200): _cleaned(item) for key, item in value.items()}
    return value


def _whole_array(text: str) -> list[Fact]:
    inner = text.removeprefix("{").removesuffix("}")
    return [int(item) for item in inner.split(",")] if inner else []


_READERS: dict[int, Callable[[str], Fact]] = {
    _BOOL: lambda text: text == "t",
    _DATE: _time,
    _TIMESTAMP: _time,
    _TIMESTAMPTZ: _time,
    _INTERVAL: _span,
    _JSON: _document,
    _JSONB: _document,
    **dict.fromkeys(_WHOLE, int),
    **dict.fromkeys(_FLOATING, _number),
    **dict.fromkeys(_WHOLE_ARRAYS, _whole_array),
}
