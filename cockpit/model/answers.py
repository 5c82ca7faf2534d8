"""What a system said to a read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias

from cockpit.model.colours import Stretch
from cockpit.model.health import Json

Fact: TypeAlias = "bool | int | float | str | datetime | timedelta | Sequence[Fact] | Mapping[str, Fact] | None"
"""A value that a condition can work with: JSON-like, or a time or duration, which JSON does not have."""


@dataclass(frozen=True, slots=True)
class ShellState:
    """What a command line leaves to the next one of the same session.

    Attributes:
        cwd: the working folder at its end.
        variables: exported variables that it set or changed; they may hold secrets and are never shown.
    """

    cwd: str
    variables: tuple[tuple[str, str], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a source gave back, for reads and for changes alike.

    Attributes:
        columns, rows: a table; cells are cleaned texts, None for SQL NULL.
        lines: plain output, cleaned.
        value: the single value for conditions (a Redis reply, the first cell), JSON-like.
        records: the rows as mappings, for conditions (`row`, `rows`); intervals are timedelta, times are UTC.
        status: HTTP status code.
        headers: HTTP response headers.
        body: HTTP body as JSON when it is JSON.
        exit_code: of a shell command.
        cut: how many rows or lines were left out.
        notice: one sentence about the answer ("3 rows affected"), "" when none.
        codes: the exit code of each part of a shell command's last pipeline.
        carried: what a shell command leaves to the next one of its session, None when that is not known.
        colours: the coloured parts of each of the lines; empty when none has any.
    """

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str | None, ...], ...] = ()
    lines: tuple[str, ...] = ()
    value: Json = None
    records: tuple[dict[str, Fact], ...] = field(default=(), hash=False)
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: Json = None
    exit_code: int | None = None
    cut: int = 0
    notice: str = ""
    codes: tuple[int, ...] = ()
    carried: ShellState | None = field(default=None, repr=False)
    colours: tuple[tuple[Stretch, ...], ...] = ()
