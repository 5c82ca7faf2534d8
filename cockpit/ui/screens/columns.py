"""Which columns a pane shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key

from cockpit.ui.look import Look
from cockpit.ui.present.activity import ALWAYS, CATALOGUE
from cockpit.ui.screens.sheet import Sheet
from cockpit.ui.spans import Span, Tone, line
from cockpit.ui.widgets.columns import Column
from cockpit.ui.widgets.frame_title import FrameTitle
from cockpit.ui.widgets.line_table import LineTable
from cockpit.ui.widgets.table_state import Row


class ColumnSheet(Sheet[tuple[str, ...] | None]):
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
        super().__init__(look.shapes)
        self._catalogue, self._always = catalogue, always
        self.chosen = {*shown, *always}
        self.body = LineTable((Column("", 2), Column("", 12, flex=1)), show_header=False)
        self.frame = FrameTitle()

    def compose(self) -> ComposeResult:
        """Title and list."""
        with Vertical(classes="sheet"):
            yield self.frame
            yield self.body

    def on_mount(self) -> None:
        """Show the list."""
        self.frame.shapes = self.body.shapes = self.shapes
        keys = []
        for key, word in (("space", "show or hide"), ("u", "the usual ones"), ("⏎", "take them"), ("esc", "as before")):
            keys += [Span(key, Tone.KEY), Span(f" {word}  ", Tone.DIM)]
        self.frame.show((Span("Columns", Tone.TITLE),), tuple(keys), edge=Tone.FRAME_LIT)
        self._fill()
        self.body.styles.height = min(len(self._catalogue) + 1, max(4, self.app.size.height * 8 // 10))
        self.body.focus()

    def pressed(self, key: str, event: Key) -> bool:
        """Move, choose, take, or leave."""
        if key in ("escape", "q", "ctrl+c"):
            self.dismiss(None)
        elif key in ("j", "down"):
            self.body.move(1)
        elif key in ("k", "up"):
            self.body.move(-1)
        elif key == "space":
            self._toggle()
        elif key == "u":
            self.dismiss(())
        elif key == "enter":
            self.dismiss(tuple(name for name in self._catalogue if name in self.chosen))
        return True

    def _toggle(self) -> None:
        row = self.body.current
        if row is not None and row.key not in self._always:
            self.chosen.symmetric_difference_update({str(row.key)})
            self._fill()
            self.body.move(1)

    def _fill(self) -> None:
        rows = []
        for name, column in self._catalogue.items():
            mark = self.shapes.done if name in self.chosen else ""
            rows.append(Row(name, (line(mark, Tone.OK), line(column.title.lower() or name))))
        self.body.set_rows(rows)
