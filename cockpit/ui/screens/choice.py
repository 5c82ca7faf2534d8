"""A list to choose from: the branches of a decision."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key

from cockpit.ui.look import Look
from cockpit.ui.screens.sheet import Sheet
from cockpit.ui.spans import Span, Tone, line
from cockpit.ui.widgets.columns import Column
from cockpit.ui.widgets.frame_title import FrameTitle
from cockpit.ui.widgets.line_table import LineTable
from cockpit.ui.widgets.table_state import Row


class Choice(Sheet[int | None]):
    """Returns the number of the chosen option, None for none.

    Args:
        title: the question.
        options: the answers.
        look: shapes.
    """

    def __init__(self, title: str, options: Sequence[str], look: Look) -> None:
        super().__init__(look.shapes)
        self._title = title
        self._options = list(options)
        self.body = LineTable((Column("", 2), Column("", 10, flex=1)), show_header=False)
        self.frame = FrameTitle()

    def compose(self) -> ComposeResult:
        """Question and answers."""
        with Vertical(classes="sheet"):
            yield self.frame
            yield self.body

    def on_mount(self) -> None:
        """Show them."""
        self.frame.shapes = self.body.shapes = self.shapes
        keys = (Span("⏎", Tone.KEY), Span(" take it  ", Tone.DIM), Span("esc", Tone.KEY), Span(" not now", Tone.DIM))
        self.frame.show((Span(self._title, Tone.TITLE),), keys, edge=Tone.FRAME_LIT)
        rows = [Row(n, (line(str(n + 1), Tone.KEY), line(text))) for n, text in enumerate(self._options)]
        self.body.set_rows(rows)
        self.body.styles.height = min(len(rows) + 1, max(3, self.app.size.height // 2))
        self.body.focus()

    def pressed(self, key: str, event: Key) -> bool:
        """Move, take, or leave."""
        if key in ("escape", "q", "ctrl+c"):
            self.dismiss(None)
        elif key in ("j", "down"):
            self.body.move(1)
        elif key in ("k", "up"):
            self.body.move(-1)
        elif key == "enter":
            self.dismiss(self.body.state.cursor)
        elif key.isdigit() and 0 < int(key) <= len(self._options):
            self.dismiss(int(key) - 1)
        return True
