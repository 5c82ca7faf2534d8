"""The filters of the log pane, and which logs it shows: lists with marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cockpit.engine.log_filter import LogFilter
from cockpit.ui.look import Look
from cockpit.ui.screens.list_sheet import ListSheet
from cockpit.ui.spans import Tone, line
from cockpit.ui.widgets.columns import Column
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


_KEYS = (("space", "on or off"), ("o", "only it"), ("*", "all"))
_EDITS = (("a", "add"), ("d", "delete"))


class MarkSheet(ListSheet[Marked]):
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
        words = [*_KEYS, *(_EDITS if editable else ()), ("enter", "take"), ("esc", "leave")]
        super().__init__(title, words, (Column("", 2), Column("", 12, flex=1), Column("", 4, most=24)), look.shapes)
        self._entries = list(entries)
        self.on = set(on)
        self.kept = list(range(len(entries)))
        self._editable = editable

    def act(self, key: str) -> None:
        """Mark, or take what is marked."""
        row = self.body.current
        if key == "enter":
            self._leave()
        elif key == "a" and self._editable:
            self._leave(add=True)
        elif row is not None:
            self._mark(key, int(str(row.key)))

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
        self.fill()

    def _leave(self, *, add: bool = False) -> None:
        self.dismiss(Marked(frozenset(self.on), tuple(self.kept), add))

    def rows(self) -> list[Row]:
        """The entries that are left, those that are on marked."""
        rows = []
        for number in self.kept:
            name, what = self._entries[number]
            on = number in self.on
            mark = line(self.shapes.done if on else "", Tone.OK)
            rows.append(Row(number, (mark, line(name, Tone.PLAIN if on else Tone.FAINT), line(what, Tone.DIM))))
        return rows


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
