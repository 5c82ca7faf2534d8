"""Text of unknown origin put into Markdown so that it stays text."""

from __future__ import annotations

import re
from collections.abc import Sequence

_MARKS = re.compile(r"([\\`*\[\]<>|~]|(?<![^\W_])_|_(?![^\W_]))")
_LINE_MARKS = re.compile(r"^(\s*)([#>+\-]|\d+[.)])(?=\s|$)")


def md(text: str) -> str:
    """The text in one line, with nothing in it that Markdown would act on."""
    flat = " ".join(text.split())
    marked = _MARKS.sub(r"\\\1", flat)
    return _LINE_MARKS.sub(r"\1\\\2", marked)


def code(text: str) -> str:
    """The text as code within a line; longer runs of back-ticks go around those in it."""
    flat = " ".join(text.split()).replace("|", "\\|")
    ticks = "`" * (_longest_run(flat) + 1)
    pad = " " if flat.startswith("`") or flat.endswith("`") or not flat else ""
    return f"{ticks}{pad}{flat}{pad}{ticks}"


def fence(text: str, language: str = "") -> list[str]:
    """The text as a block of code, line for line."""
    ticks = "`" * max(3, _longest_run(text) + 1)
    return [f"{ticks}{language}", *text.splitlines(), ticks]


def quote(text: str) -> list[str]:
    """The text as a quotation, line for line."""
    return [f"> {md(line)}".rstrip() for line in text.splitlines()]


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A table; its cells are Markdown already."""
    lines = [_row(headings), _row(["---"] * len(headings))]
    return [*lines, *(_row(row) for row in rows)]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall(r"`+", text)), default=0)
