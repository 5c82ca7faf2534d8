"""A sheet with a list in which one finds: the base of the source, the outline and the lists of links."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.widgets import Input

from cockpit.ui.look import Look
from cockpit.ui.screens.sheet import Sheet
from cockpit.ui.spans import Line, Span, Tone
from cockpit.ui.widgets.columns import Column
from cockpit.ui.widgets.frame_title import FrameTitle
from cockpit.ui.widgets.line_table import LineTable
from cockpit.ui.widgets.table_state import Row

T = TypeVar("T")

_MOVES = {"j": 1, "down": 1, "k": -1, "up": -1}


class FindingSheet(Sheet[T]):
    """Moves, and finds with `/`, n and N.

    Args:
        title: what it is.
        rows: what it lists.
        look: shapes.
        start: key of the row to begin at, None for the first.
        columns: of the list; one that takes all the room unless said otherwise.
        keys: what else can be pressed, as key and word, for the frame.
    """

    def __init__(
        self,
        title: Line,
        rows: Sequence[Row],
        look: Look,
        start: object = None,
        columns: Sequence[Column] = (Column("", 10, flex=1),),
        keys: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__(look.shapes)
        self._title = title
        self._rows = list(rows)
        self._start = start
        self._keys = tuple(keys)
        self._needle = ""
        self.frame = FrameTitle()
        self.body = LineTable(columns, show_header=False)
        self.input = Input(compact=True, select_on_focus=True, placeholder="find")
        self.input.cursor_blink = False

    def compose(self) -> ComposeResult:
        """Title, list, and the line for what to find."""
        with Vertical(classes="sheet"):
            yield self.frame
            yield self.body
            yield self.input

    def on_mount(self) -> None:
        """Show the rows, and begin where asked."""
        self.frame.shapes = self.body.shapes = self.shapes
        self.input.display = False
        height = max(4, self.app.size.height * 8 // 10)
        self.body.styles.height = min(len(self._rows) + 1, height)
        self.body.focus()
        self.body.set_rows(self._rows)
        self.retitle()
        self.call_after_refresh(self._begin)

    def retitle(self) -> None:
        """Title on the left, what was found and the keys on the right."""
        spans = list(self._title)
        if self._needle:
            spans.append(Span(f"  {len(self._matches())} found", Tone.ACCENT))
        right: list[Span] = []
        for key, word in (*self._keys, ("/", "find"), ("esc", "close")):
            right += [Span(f"{'  ' if right else ''}{key}", Tone.KEY), Span(f" {word}", Tone.DIM)]
        self.frame.show(tuple(spans), tuple(right), edge=Tone.FRAME_LIT)

    def edited(self) -> None:
        """Find while typing: the first match at or below the place where the search began."""
        self._needle = self.input.value
        self._go(1, inclusive=True)
        self.retitle()

    def on_input_changed(self) -> None:
        """Find what was pasted."""
        if self.field is not None and self.input.value != self._needle:
            self.edited()

    def pressed(self, key: str, event: Key) -> bool:
        """Type what to find, else move, find, or act."""
        if self.field is not None:
            return self._typed(key)
        if key == "/":
            self._open_input()
        elif key in ("n", "N"):
            self._go(1 if key == "n" else -1)
        elif key == "escape" and self._needle:
            self._needle = ""
            self.retitle()
        elif key in ("escape", "q", "ctrl+c"):
            self.dismiss(None)
        elif not self._moved(key):
            self.act(key)
        return True

    def act(self, key: str) -> None:
        """Act on any other key."""

    def _typed(self, key: str) -> bool:
        if key not in ("enter", "escape", "ctrl+c", "down", "up"):
            return False
        self.field = None
        self.input.display = False
        if key in ("escape", "ctrl+c"):
            self._needle = ""
        self.body.focus()
        self.retitle()
        return True

    def _open_input(self) -> None:
        self.input.display = True
        self.input.value = self._needle
        self.input.action_select_all()
        self.field = self.input
        self.input.focus()

    def _moved(self, key: str) -> bool:
        body = self.body
        if key in _MOVES:
            body.move(_MOVES[key])
        elif key in ("ctrl+d", "pagedown", "space"):
            body.move(body.page())
        elif key in ("ctrl+u", "pageup"):
            body.move(-body.page())
        elif key in ("g", "home"):
            body.move_to(0)
        elif key in ("G", "end"):
            body.move_to(len(self._rows))
        else:
            return False
        return True

    def _begin(self) -> None:
        """Put the row to begin at under the cursor, with some of what follows below it."""
        self.body.move_to(len(self._rows))
        self.body.move_to(0)
        if self._start is not None:
            number = next((n for n, row in enumerate(self._rows) if row.key == self._start), 0)
            self.body.move_to(number + self.body.page())
            self.body.move_to_key(self._start)

    def _matches(self) -> list[int]:
        wanted = self._needle.casefold()
        rows = enumerate(self._rows)
        return [n for n, row in rows if wanted and not row.heading and wanted in row.text.casefold()]

    def _go(self, step: int, *, inclusive: bool = False) -> None:
        """Go to the next match in a direction, around the end."""
        found, here = self._matches(), self.body.state.cursor
        if not found:
            return
        if step > 0:
            ahead = [n for n in found if n > here or (inclusive and n == here)]
            self.body.move_to((ahead or found)[0])
        else:
            behind = [n for n in found if n < here]
            self.body.move_to((behind or found)[-1])
