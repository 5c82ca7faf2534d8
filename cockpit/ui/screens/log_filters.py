"""The filters of the log pane, and which logs it shows: lists with marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key

from cockpit.engine.log_filter import LogFilter
from cockpit.ui.look import Look
from cockpit.ui.screens.sheet import Sheet
from cockpit.ui.spans import Span, Tone, line
from cockpit.ui.widgets.columns import Column
from cockpit.ui.widgets.frame_title import FrameTitle
from cockpit.ui.widgets.line_table import LineTable
from cockpit.ui.widgets.table_state import Row


@dataclass(frozen=True, slots=True)
class Marked:
    """What a list of marks was left with.

    Attributes:
        on: numbers of the marked entries.
        kept: numbers of the entries that were not taken away.
        add: True when one more is wanted.
    """

    on: frozenset[int]
    kept: tuple[int, ...]
    add: bool = False


class MarkSheet(Sheet[Marked | None]):
    """Returns what was marked, None for no change.

    Args:
        title: what is listed.
        entries: name and explanation of each.
        on: numbers of those that are marked now.
        look: shapes.
        editable: True lets entries be added and taken away.
    """

    def __init__(
        self, title: str, entries: Sequence[tuple[str, str]], on: frozenset[int], look: Look, *, editable: bool = False
    ) -> None:
        super().__init__(look.shapes)
        self._title = title
        self._entries = list(entries)
        self.on = set(on)
        self.kept = list(range(len(entries)))
        self._editable = editable
        self.body = LineTable((Column("", 2), Column("", 12, flex=1), Column("", 4, most=24)), show_header=False)
        self.frame = FrameTitle()

    def compose(self) -> ComposeResult:
        """Title and list."""
        with Vertical(classes="sheet"):
            yield self.frame
            yield self.body

    def on_mount(self) -> None:
        """Show the list."""
        self.frame.shapes = self.body.shapes = self.shapes
        words = [("space", "on or off"), ("o", "only it"), ("*", "all")]
        words += [("a", "add"), ("d", "delete")] if self._editable else []
        keys = []
        for key, word in (*words, ("enter", "take"), ("esc", "leave")):
            keys += [Span(key, Tone.KEY), Span(f" {word}  ", Tone.DIM)]
        self.frame.show((Span(self._title, Tone.TITLE),), tuple(keys), edge=Tone.FRAME_LIT)
        self.body.styles.height = min(len(self._entries) + 1, max(4, self.app.size.height * 8 // 10))
        self._fill()
        self.body.focus()

    def pressed(self, key: str, event: Key) -> bool:
        """Move, mark, take, or leave."""
        row = self.body.current
        here = int(str(row.key)) if row is not None else -1
        if key in ("escape", "q", "ctrl+c"):
            self.dismiss(None)
        elif key in ("j", "down"):
            self.body.move(1)
        elif key in ("k", "up"):
            self.body.move(-1)
        elif key == "enter":
            self._leave()
        elif key == "a" and self._editable:
            self._leave(add=True)
        elif row is not None:
            self._mark(key, here)
        return True

    def _mark(self, key: str, here: int) -> None:
        if key == "space":
            self.on.symmetric_difference_update({here})
        elif key == "o":
            self.on = {here}
        elif key == "*":
            self.on = set(self.kept)
        elif key == "d" and self._editable:
            self.kept.remove(here)
        else:
            return
        self._fill()

    def _leave(self, *, add: bool = False) -> None:
        self.dismiss(Marked(frozenset(self.on), tuple(self.kept), add))

    def _fill(self) -> None:
        rows = []
        for number in self.kept:
            name, what = self._entries[number]
            on = number in self.on
            mark = line(self.shapes.done if on else "", Tone.OK)
            rows.append(Row(number, (mark, line(name, Tone.PLAIN if on else Tone.FAINT), line(what, Tone.DIM))))
        self.body.set_rows(rows)


def filter_sheet(filters: Sequence[LogFilter], look: Look) -> MarkSheet:
    """The list of filters."""
    entries = [(look.text(one.label), "leaves out" if one.out else "shows only") for one in filters]
    on = frozenset(number for number, one in enumerate(filters) if one.on)
    return MarkSheet("Filters of the logs", entries, on, look, editable=True)


def filters_after(filters: Sequence[LogFilter], marked: Marked) -> tuple[LogFilter, ...]:
    """The filters as the list was left."""
    return tuple(replace(filters[number], on=number in marked.on) for number in marked.kept)


def stream_sheet(names: Sequence[str], hidden: frozenset[str], look: Look) -> MarkSheet:
    """The list of logs."""
    on = frozenset(number for number, name in enumerate(names) if name not in hidden)
    return MarkSheet("Logs that are shown", [(name, "") for name in names], on, look)
