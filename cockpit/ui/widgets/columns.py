"""Columns of a table, and how a width is shared out among them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cockpit.ui.spans import Line, width

GAP = 2
"""Cells between two columns."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        title: its heading.
        least: cells that it takes at least.
        most: cells that it takes at most when its content asks for them; 0 means `least` exactly.
        flex: its share of what is left over; 0 takes none.
        right: True aligns to the right, for numbers.
        drop: columns with the highest number are left out first when the table is narrow; 0 never is.
    """

    title: str
    least: int
    most: int = 0
    flex: int = 0
    right: bool = False
    drop: int = 0


def share_out(columns: Sequence[Column], needed: Sequence[int], width: int) -> tuple[int, ...]:
    """Cells for each column; 0 for one that is left out.

    A column that may be left out is, before one that may not is cut short.

    Args:
        columns: the columns.
        needed: cells that the widest content of each column takes.
        width: cells of the table.
    """
    kept = set(range(len(columns)))
    while _wished(columns, needed, kept) > width:
        droppable = [index for index in kept if columns[index].drop]
        if not droppable:
            break
        kept.discard(max(droppable, key=lambda index: (columns[index].drop, index)))
    cells = [columns[index].least if index in kept else 0 for index in range(len(columns))]
    left = max(0, width - _minimum(columns, kept))
    for index in sorted(kept, key=lambda i: columns[i].drop):
        wish = min(columns[index].most, needed[index]) - cells[index]
        if wish > 0:
            given = min(wish, max(0, left))
            cells[index] += given
            left -= given
    return tuple(_with_the_rest(columns, kept, cells, left))


def with_room_of_empty(row: Sequence[tuple[int, Line, bool]]) -> list[int]:
    """The cells of each column in one row, where a text that is too long takes over the empty columns right of it.

    Args:
        row: for each column that is shown: its cells, the content, and whether it stands to the right.

    Returns:
        cells for each column, 0 for one whose room was taken.
    """
    places = [cells for cells, _, _ in row]
    for index, (_, content, right) in enumerate(row):
        if right or not places[index]:
            continue
        following = index + 1
        while following < len(row) and width(content) > places[index] and not width(row[following][1]):
            places[index] += GAP + places[following]
            places[following] = 0
            following += 1
    return places


def _with_the_rest(columns: Sequence[Column], kept: set[int], cells: list[int], left: int) -> list[int]:
    flexible = [index for index in sorted(kept) if columns[index].flex]
    total = sum(columns[index].flex for index in flexible)
    if not flexible:
        return cells
    rest = left
    for index in flexible:
        given = left * columns[index].flex // total
        cells[index] += given
        rest -= given
    cells[flexible[-1]] = max(0, cells[flexible[-1]] + rest)
    return cells


def _wished(columns: Sequence[Column], needed: Sequence[int], kept: set[int]) -> int:
    """Cells in which the columns that always stay show all that they may, and the others their least."""
    cells = 0
    for index in kept:
        column = columns[index]
        cells += column.least if column.drop else max(column.least, min(column.most, needed[index]))
    return cells + GAP * max(0, len(kept) - 1)


def _minimum(columns: Sequence[Column], kept: set[int]) -> int:
    return sum(columns[index].least for index in kept) + GAP * max(0, len(kept) - 1)
