"""Index pages: a table whose rows link to runbooks and say which alert or severity each is for."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.model.runbook import IndexEntry
from cockpit.runbook import inline
from cockpit.runbook.blocks import Block, BlockType, walk

_SIGNAL = ("alert", "signal", "symptom", "when", "trigger")
_SEVERITY = ("severity", "priority", "sev")


def index_entries(blocks: Sequence[Block]) -> tuple[IndexEntry, ...]:
    """The rows of every table that has a link column and a column of alerts, signals or severities."""
    return tuple(
        entry for block in walk(blocks) if block.type is BlockType.TABLE and block.rows for entry in _entries(block)
    )


def _entries(table: Block) -> list[IndexEntry]:
    header = [inline.plain(cell).casefold() for cell in table.rows[0]]
    signal, severity = _column(header, _SIGNAL), _column(header, _SEVERITY)
    if signal is None and severity is None:
        return []
    found: list[IndexEntry] = []
    for number, row in enumerate(table.rows[1:]):
        links = [link for cell in row for link in inline.links(cell) if not link.target.startswith("#")]
        if links:
            # The header and the line of dashes come before the first row.
            line = table.line + number + 2
            found.append(IndexEntry(links[0].text, links[0].target, line, _cell(row, signal), _cell(row, severity)))
    return found


def _column(header: Sequence[str], words: Sequence[str]) -> int | None:
    return next((index for index, name in enumerate(header) if any(word in name for word in words)), None)


def _cell(row: Sequence[str], column: int | None) -> str:
    return inline.plain(row[column]) if column is not None and column < len(row) else ""
