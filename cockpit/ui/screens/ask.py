"""A question that is answered with a line of text: a value, a reason, a name."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.widgets import Input

from cockpit.ui.look import Look
from cockpit.ui.screens.sheet import Sheet
from cockpit.ui.spans import Line, Span, Tone, line
from cockpit.ui.widgets.columns import Column
from cockpit.ui.widgets.frame_title import FrameTitle
from cockpit.ui.widgets.line_table import LineTable
from cockpit.ui.widgets.lines import Lines
from cockpit.ui.widgets.table_state import Row

Offer = tuple[str, str]
"""A live value and what it is."""


class Ask(Sheet[str | None]):
    """Returns the text, None when it was left.

    Args:
        title: the question.
        look: shapes.
        default: the text offered first.
        offers: live values to choose from.
        objection: says what is wrong with a text, "" when nothing is.
    """

    def __init__(
        self,
        title: str,
        look: Look,
        default: str = "",
        offers: Sequence[Offer] = (),
        objection: Callable[[str], str] = lambda text: "",
    ) -> None:
        super().__init__(look.shapes)
        self._title = title
        self._offers = list(offers)
        self._objection = objection
        self.frame = FrameTitle()
        self.field: Input = Input(default, select_on_focus=False, compact=True)
        self.field.cursor_blink = False
        self.list = LineTable((Column("", 8, most=40), Column("", 10, flex=1)), show_header=False)
        self.list.can_focus = False
        self.problem = Lines()

    def compose(self) -> ComposeResult:
        """Question, field, offers."""
        with Vertical(classes="sheet"):
            yield self.frame
            with Vertical(classes="framed"):
                yield self.field
                yield self.problem
            if self._offers:
                yield self.list

    def on_mount(self) -> None:
        """Put the cursor into the field."""
        self.frame.shapes = self.list.shapes = self.shapes
        keys = (Span("⏎", Tone.KEY), Span(" take it  ", Tone.DIM), Span("esc", Tone.KEY), Span(" not now", Tone.DIM))
        self.frame.show((Span(self._title, Tone.TITLE),), keys, edge=Tone.FRAME)
        framed = self.query_one(".framed")
        framed.styles.height = 2 if self._offers else 3
        framed.set_class(bool(self._offers), "joined")
        self.problem.styles.height = 1
        if self._offers:
            self.list.set_rows([Row(v, (line(v, Tone.STRONG), line(what, Tone.DIM))) for v, what in self._offers])
            self.list.styles.height = min(len(self._offers) + 1, max(4, self.app.size.height // 2))
        self.field.action_select_all()
        self.field.focus()

    def pressed(self, key: str, event: Key) -> bool:
        """Take the text, choose an offer, or leave."""
        if key in ("escape", "ctrl+c"):
            self.dismiss(None)
        elif key in ("down", "up") and self._offers:
            if self.field.value != self._chosen():
                self.field.value = self._chosen()
            else:
                self.list.move(1 if key == "down" else -1)
                self.field.value = self._chosen()
            self.field.cursor_position = len(self.field.value)
        elif key == "enter":
            self._take(self.field.value.strip())
        else:
            return False
        return True

    def _chosen(self) -> str:
        row = self.list.current
        return str(row.key) if row else ""

    def _take(self, text: str) -> None:
        objection = self._objection(text)
        if objection:
            problem: Line = (Span(f"{self.shapes.warn} {objection}", Tone.WARN),)
            self.problem.show([problem])
        else:
            self.dismiss(text)
