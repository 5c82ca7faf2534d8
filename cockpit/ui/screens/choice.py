"""A list to choose from: the branches of a decision."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key

from cockpit.ui.look import Look
from cockpit.ui.screens.sheet import TAKE_OR_LEAVE, Sheet
from cockpit.ui.spans import Line, Span, Tone, line
from cockpit.ui.widgets.columns import Column
from cockpit.ui.widgets.frame_title import FrameTitle
from cockpit.ui.widgets.line_table import LineTable
from cockpit.ui.widgets.table_state import Row


class Choice(Sheet[int | None]):
    """Returns the number of the chosen option, None for none; what is typed narrows the list.

    Args:
        title: the question.
        options: the answers.
        look: shapes.
    """

    def __init__(self, title: str, options: Sequence[str], look: Look) -> None:
        super().__init__(look.shapes)
        self._title = title
        self._options = list(options)
        self._typed = ""
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
        self.body.styles.height = min(len(self._options) + 1, max(3, self.app.size.height // 2))
        self._narrow("")
        self.body.focus()

    def pressed(self, key: str, event: Key) -> bool:
        """Narrow, move, take, or leave."""
        if key in ("escape", "ctrl+c"):
            self.dismiss(None)
        elif key in ("down", "ctrl+n"):
            self.body.move(1)
        elif key in ("up", "ctrl+p"):
            self.body.move(-1)
        elif key == "enter" and self.body.current is not None:
            self.dismiss(int(str(self.body.current.key)))
        elif key.isdigit() and not self._typed and 0 < int(key) <= len(self._options):
            self.dismiss(int(key) - 1)
        elif key == "backspace":
            self._narrow(self._typed[:-1])
        elif event.is_printable and event.character:
            self._narrow(self._typed + event.character)
        return True

    def _narrow(self, typed: str) -> None:
        self._typed = typed
        sought: Line = (Span("  /", Tone.KEY), Span(typed, Tone.STRONG)) if typed else ()
        self.frame.show((Span(self._title, Tone.TITLE), *sought), TAKE_OR_LEAVE, edge=Tone.FRAME_LIT)
        fitting = [(n, text) for n, text in enumerate(self._options) if typed.casefold() in text.casefold()]
        self.body.empty = f"nothing matches {typed}"
        self.body.set_rows([Row(n, (line(str(n + 1), Tone.KEY), line(text))) for n, text in fitting])
        self.body.move_to(0)
