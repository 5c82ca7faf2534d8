"""A text to read: a row in full, an answer in full, the help."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key

from cockpit.ui.look import Look
from cockpit.ui.screens.sheet import Sheet
from cockpit.ui.spans import Line, Span, Tone, plain
from cockpit.ui.widgets.columns import Column
from cockpit.ui.widgets.frame_title import FrameTitle
from cockpit.ui.widgets.line_table import LineTable
from cockpit.ui.widgets.table_state import Row

_MOVES = {"j": 1, "down": 1, "k": -1, "up": -1}


class Viewer(Sheet[None]):
    """Shows lines; moves, finds, copies, closes.

    Args:
        title: what it is.
        lines: the text.
        look: shapes.
    """

    def __init__(self, title: str, lines: Sequence[Line], look: Look) -> None:
        super().__init__(look.shapes)
        self._title = title
        self._content = list(lines)
        self.body = LineTable((Column("", 10, flex=1),), show_header=False)
        self.frame = FrameTitle()

    def compose(self) -> ComposeResult:
        """Title and text."""
        with Vertical(classes="sheet"):
            yield self.frame
            yield self.body

    def on_mount(self) -> None:
        """Show the text."""
        self.frame.shapes = self.body.shapes = self.shapes
        keys = (Span("y", Tone.KEY), Span(" copy  ", Tone.DIM), Span("esc", Tone.KEY), Span(" close", Tone.DIM))
        self.frame.show((Span(self._title, Tone.TITLE),), keys, edge=Tone.FRAME_LIT)
        self.replace_lines(self._content)
        self.body.focus()

    def replace_lines(self, lines: Sequence[Line]) -> None:
        """Show other lines; the cursor keeps its number."""
        self._content = list(lines)
        self.body.set_rows([Row(number, (spans,)) for number, spans in enumerate(self._content)])
        self.body.styles.height = min(len(self._content) + 1, max(4, self.app.size.height * 8 // 10))

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join(plain(spans) for spans in self._content)

    def pressed(self, key: str, event: Key) -> bool:
        """Move, copy, or close."""
        body = self.body
        if key in ("escape", "q", "enter", "ctrl+c"):
            self.dismiss(None)
        elif key in _MOVES:
            body.move(_MOVES[key])
        elif key in ("ctrl+d", "pagedown", "space"):
            body.move(body.page())
        elif key in ("ctrl+u", "pageup"):
            body.move(-body.page())
        elif key in ("g", "home"):
            body.move_to(0)
        elif key in ("G", "end"):
            body.move_to(len(self._content))
        elif key == "y":
            self.app.copy_to_clipboard(self.text)
        return True
