"""Which columns a pane shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cockpit.ui.look import Look
from cockpit.ui.present.activity import ALWAYS, CATALOGUE
from cockpit.ui.screens.list_sheet import ListSheet
from cockpit.ui.spans import Tone, line
from cockpit.ui.widgets.columns import Column
from cockpit.ui.widgets.table_state import Row

_KEYS = (("space", "show or hide"), ("u", "the usual ones"), ("⏎", "take them"), ("esc", "as before"))


class ColumnSheet(ListSheet[tuple[str, ...]]):
    """Returns the names of the chosen columns, () for the usual ones, None for no change.

    Args:
        shown: names of the columns that are shown now.
        look: shapes.
        catalogue: every column that can be shown, those of the activity pane unless said otherwise.
        always: columns that cannot be put away.
    """

    def __init__(
        self,
        shown: Sequence[str],
        look: Look,
        catalogue: Mapping[str, Column] = CATALOGUE,
        always: Sequence[str] = ALWAYS,
    ) -> None:
        super().__init__("Columns", _KEYS, (Column("", 2), Column("", 12, flex=1)), look.shapes)
        self._catalogue, self._always = catalogue, always
        self.chosen = {*shown, *always}

    def act(self, key: str) -> None:
        """Choose, or take what is chosen."""
        if key == "space":
            self._toggle()
        elif key == "u":
            self.dismiss(())
        elif key == "enter":
            self.dismiss(tuple(name for name in self._catalogue if name in self.chosen))

    def _toggle(self) -> None:
        row = self.body.current
        if row is not None and row.key not in self._always:
            self.chosen.symmetric_difference_update({str(row.key)})
            self.fill()
            self.body.move(1)

    def rows(self) -> list[Row]:
        """Every column, the chosen ones marked."""
        rows = []
        for name, column in self._catalogue.items():
            mark = self.shapes.done if name in self.chosen else ""
            rows.append(Row(name, (line(mark, Tone.OK), line(column.title.lower() or name))))
        return rows
