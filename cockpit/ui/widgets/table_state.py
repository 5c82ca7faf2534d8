"""What a table shows and where its cursor is; the cursor and the tags belong to rows, not to numbers."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from cockpit.ui.spans import Line, plain
from cockpit.ui.widgets.table_filter import matching


@dataclass(frozen=True, slots=True)
class Row:
    """One row.

    Attributes:
        key: its identity, which survives sorting and refreshing.
        cells: one line for each column; a heading has one that spans the table.
        heading: True for a row that the cursor passes over.
        below: True for a heading that is a note on the row above it.
    """

    key: Hashable
    cells: tuple[Line, ...]
    heading: bool = False
    below: bool = False

    @property
    def text(self) -> str:
        """What a filter looks at."""
        return "  ".join(filter(None, (plain(cell).strip() for cell in self.cells)))


class TableState:
    """Rows, filter, cursor and tags, without any widget.

    Attributes:
        rows: what is shown.
        cursor: number of the row under the cursor.
        tags: keys of tagged rows.
        needle: what rows are filtered by.
        pinned: True once a person has looked at the cursor's row: from then on the cursor belongs to that row;
            before, it stays on the first one.
    """

    def __init__(self) -> None:
        self.rows: tuple[Row, ...] = ()
        self.cursor = 0
        self.tags: set[Hashable] = set()
        self.needle = ""
        self.pinned = False
        self._all: tuple[Row, ...] = ()

    @property
    def total(self) -> int:
        """Rows before the filter."""
        return len(self._all)

    @property
    def current(self) -> Row | None:
        """The row under the cursor, None when there is none."""
        return self.rows[self.cursor] if 0 <= self.cursor < len(self.rows) else None

    @property
    def chosen(self) -> list[Hashable]:
        """Keys of the tagged rows in order, else of the row under the cursor."""
        tagged = [row.key for row in self.rows if row.key in self.tags]
        if tagged or self.current is None:
            return tagged
        return [self.current.key]

    def replace(self, rows: Sequence[Row]) -> None:
        """Show other rows; the cursor stays on its row when it is still there, and tags of lost rows go."""
        self._all = tuple(rows)
        self._apply()

    def filter(self, needle: str) -> None:
        """Show only rows that contain the text; a tag on a row that is hidden by it is taken off."""
        self.needle = needle
        self._apply()

    def _apply(self) -> None:
        key = self.current.key if self.current and self.pinned else None
        self.rows = matching(self._all, self.needle)
        self.tags.intersection_update({row.key for row in self.rows})
        found = next((index for index, row in enumerate(self.rows) if row.key == key), None)
        stay = self.cursor if self.pinned else 0
        self.cursor = self._selectable(stay if found is None else found, 1)

    def to(self, index: int) -> None:
        """Put the cursor on the row of that number, or the nearest one that can be selected."""
        self.pinned = True
        step = -1 if index < self.cursor else 1
        self.cursor = self._selectable(index, step)

    def to_key(self, key: Hashable) -> bool:
        """Put the cursor on the row of that identity; False when it is not there."""
        for index, row in enumerate(self.rows):
            if row.key == key:
                self.cursor = index
                self.pinned = True
                return True
        return False

    def move(self, by: int) -> None:
        """Move the cursor by a number of rows."""
        self.to(self.cursor + by)

    def toggle_tag(self) -> None:
        """Tag the row under the cursor, or take its tag off."""
        if self.current is not None and not self.current.heading:
            self.tags.symmetric_difference_update({self.current.key})

    def _selectable(self, index: int, step: int) -> int:
        if not self.rows:
            return 0
        index = max(0, min(len(self.rows) - 1, index))
        for direction in (step, -step):
            probe = index
            while 0 <= probe < len(self.rows):
                if not self.rows[probe].heading:
                    return probe
                probe += direction
        return index
