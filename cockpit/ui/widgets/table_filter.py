"""Which rows of a table contain a text, with the headings and notes that belong to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cockpit.ui.widgets.table_state import Row


def matching(rows: Sequence[Row], text: str) -> tuple[Row, ...]:
    """The rows that contain the text, whatever the case, in their order; all of them for "".

    A row is taken or left together with the notes below it, and a heading stays while something under it does.
    """
    if not text:
        return tuple(rows)
    found: list[Row] = []
    headings: list[Row] = []
    wanted, open_group = text.casefold(), True
    for block in _blocks(rows):
        first = block[0]
        if first.heading:
            headings = [*headings, first] if open_group else [first]
            open_group = True
            continue
        open_group = False
        if any(wanted in row.text.casefold() for row in block):
            found += [*headings, *block]
            headings = []
    return tuple(found)


def _blocks(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Each heading by itself, each other row with the notes below it."""
    block: list[Row] = []
    for row in rows:
        if row.below and block and not block[0].heading:
            block.append(row)
            continue
        if block:
            yield block
        block = [row]
    if block:
        yield block
