"""A question that is answered with a line of text: a value, a reason, a name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.widgets import Input

from cockpit.ui.look import Look
from cockpit.ui.present.words import short_age
from cockpit.ui.screens.sheet import TAKE_OR_LEAVE, Sheet
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

    What is typed narrows the offers; Enter on an empty field takes the first of them.

    Args:
        title: the question.
        look: shapes.
        default: the text offered first.
        offers: live values to choose from.
        objection: says what is wrong with a text, "" when nothing is.
        taken_at: UTC time at which the offers were read, None when they do not age.
        now: tells the time.
        selected: whether the default is selected, so that the first character replaces it.
    """

    def __init__(
        self,
        title: str,
        look: Look,
        default: str = "",
        offers: Sequence[Offer] = (),
        objection: Callable[[str], str] = lambda text: "",
        *,
        taken_at: datetime | None = None,
        now: Callable[[], datetime] | None = None,
        selected: bool = True,
    ) -> None:
        self._selected = selected
        super().__init__(look.shapes)
        self._title = title
        self._offers = list(offers)
        self._objection = objection
        self._taken_at = taken_at
        self._now = now
        self.frame = FrameTitle()
        self.framed = Vertical(classes="framed")
        self.field: Input = Input(default, select_on_focus=False, compact=True)
        self.field.cursor_blink = False
        self.list = LineTable((Column("", 8, most=40), Column("", 10, flex=1)), show_header=False)
        self.list.can_focus = False
        self.list.lit = True
        self.problem = Lines()

    def compose(self) -> ComposeResult:
        """Question, field, offers."""
        with Vertical(classes="sheet"):
            yield self.frame
            with self.framed:
                yield self.field
                yield self.problem
            if self._offers:
                yield self.list

    def on_mount(self) -> None:
        """Put the cursor into the field."""
        self.frame.shapes = self.list.shapes = self.shapes
        self._show_title()
        self.set_interval(1.0, self._show_title)
        self.framed.styles.height = 2 if self._offers else 3
        self.framed.set_class(bool(self._offers), "joined")
        self.problem.styles.height = 1
        if self._offers:
            self.list.empty = "none of the offers matches; enter takes what is typed, down shows them all"
            self._narrow("")
            self.list.styles.height = min(len(self._offers) + 1, max(4, self.app.size.height // 2))
        if self._selected:
            self.field.action_select_all()
        else:
            self.field.cursor_position = len(self.field.value)
        self.field.focus()

    def pressed(self, key: str, event: Key) -> bool:
        """Take the text, choose an offer, or leave."""
        self.problem.show(())
        if key in ("escape", "ctrl+c"):
            self.dismiss(None)
        elif key in ("down", "up") and self._offers:
            if not self._chosen():
                self._narrow("")
            elif self.field.value == self._chosen():
                self.list.move(1 if key == "down" else -1)
            self.field.value = self._chosen()
            self.field.cursor_position = len(self.field.value)
        elif key == "enter":
            self._take(self.field.value.strip() or self._chosen())
        else:
            return False
        return True

    def edited(self) -> None:
        """Leave only the offers that contain what was typed."""
        if self._offers:
            self._narrow(self.field.value.strip())

    def _narrow(self, text: str) -> None:
        fitting = [(v, what) for v, what in self._offers if text.casefold() in f"{v} {what}".casefold()]
        self.list.set_rows([Row(v, (line(v, Tone.STRONG), line(what, Tone.DIM))) for v, what in fitting])
        self.list.move_to(0)

    def _chosen(self) -> str:
        row = self.list.current
        return str(row.key) if row else ""

    def _show_title(self) -> None:
        age: Line = ()
        if self._taken_at is not None and self._now is not None:
            age = (Span(f"read {short_age((self._now() - self._taken_at).total_seconds())} ago  ", Tone.DIM),)
        self.frame.show((Span(self._title, Tone.TITLE),), (*age, *TAKE_OR_LEAVE), edge=Tone.FRAME)

    def _take(self, text: str) -> None:
        objection = self._objection(text)
        if objection:
            problem: Line = (Span(f"{self.shapes.warn} {objection}", Tone.WARN),)
            self.problem.show([problem])
        else:
            self.dismiss(text)
