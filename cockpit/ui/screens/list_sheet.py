"""A sheet with a list of things that are marked one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key

from cockpit.ui.screens.sheet import Sheet
from cockpit.ui.shapes import Shapes
from cockpit.ui.spans import Span, Tone
from cockpit.ui.widgets.columns import Column
from cockpit.ui.widgets.frame_title import FrameTitle
from cockpit.ui.widgets.line_table import LineTable
from cockpit.ui.widgets.table_state import Row

T = TypeVar("T")


class ListSheet(Sheet[T | None]):
    """Shows the list as `rows` gives it; None is returned when it is left as it was.

    Args:
        title: what is listed.
        keys: each key and what it does, for the title's right end.
        columns: of the list, the first for the mark.
        shapes: how marks are drawn.
    """

    def __init__(
        self, title: str, keys: Sequence[tuple[str, str]], columns: tuple[Column, ...], shapes: Shapes
    ) -> None:
        super().__init__(shapes)
        self._title = title
        self._keys = keys
        self.body = LineTable(columns, show_header=False)
        self.frame = FrameTitle()

    def compose(self) -> ComposeResult:
        """Title and list."""
        with Vertical(classes="sheet"):
            yield self.frame
            yield self.body

    def on_mount(self) -> None:
        """Show the list."""
        self.frame.shapes = self.body.shapes = self.shapes
        hints = [span for key, word in self._keys for span in (Span(key, Tone.KEY), Span(f" {word}  ", Tone.DIM))]
        self.frame.show((Span(self._title, Tone.TITLE),), tuple(hints), edge=Tone.FRAME_LIT)
        self.fill()
        self.body.styles.height = min(len(self.rows()) + 1, max(4, self.app.size.height * 8 // 10))
        self.body.focus()

    def rows(self) -> list[Row]:
        """The entries as they are marked now."""
        raise NotImplementedError

    def fill(self) -> None:
        """Draw the entries anew."""
        self.body.set_rows(self.rows())

    def act(self, key: str) -> None:
        """Do what a key does that neither moves nor leaves."""
        raise NotImplementedError

    def pressed(self, key: str, event: Key) -> bool:
        """Move, leave, or act."""
        if key in ("escape", "q", "ctrl+c"):
            self.dismiss(None)
        elif key in ("j", "down"):
            self.body.move(1)
        elif key in ("k", "up"):
            self.body.move(-1)
        else:
            self.act(key)
        return True
