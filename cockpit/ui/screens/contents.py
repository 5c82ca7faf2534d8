"""A list to jump from: the outline of a document, its links, the rows of an index page."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.engine.document import Item, Level
from cockpit.engine.links import Link
from cockpit.model.runbook import IndexEntry
from cockpit.ui.look import Look
from cockpit.ui.present.verdicts import risk_word
from cockpit.ui.screens.finding import FindingSheet
from cockpit.ui.spans import EMPTY, Line, Span, Tone, line
from cockpit.ui.widgets.columns import Column
from cockpit.ui.widgets.table_state import Row

_COLUMNS = (Column("", 20, flex=1), Column("", 4, most=44, drop=1), Column("", 3, most=8, right=True))


class Contents(FindingSheet[object]):
    """Returns the key of the chosen row, None when it was left."""

    def __init__(self, title: str, rows: Sequence[Row], look: Look, start: object = None) -> None:
        words = (Span(title, Tone.TITLE),)
        super().__init__(words, rows, look, start, _COLUMNS, keys=(("enter", "go there"),))

    def act(self, key: str) -> None:
        """Choose."""
        row = self.body.current
        if key == "enter" and row is not None and not row.heading:
            self.dismiss(row.key)


def outline_rows(items: Sequence[Item], look: Look) -> list[Row]:
    """The outline: what lies deeper stands further in; each row's key is its number."""
    return [Row(number, _item(item, look)) for number, item in enumerate(items)]


def link_rows(links: Sequence[Link], broken: frozenset[str], look: Look) -> list[Row]:
    """Links; each row's key is the target."""
    rows = []
    for link in links:
        wrong = link.target in broken
        where = f"{look.shapes.warn} broken" if wrong else "web" if link.web else ""
        tone = Tone.WARN if wrong else Tone.FAINT
        cells = (line(link.text), line(link.target, Tone.DIM), line(where, tone))
        rows.append(Row(link.target, cells))
    return rows


def index_rows(entries: Sequence[IndexEntry], broken: frozenset[str], look: Look) -> list[Row]:
    """The rows of an index page: its link, the alert or signal, the severity; a broken link is said in place of it."""
    rows = []
    for number, entry in enumerate(entries):
        wrong = entry.target in broken
        last = line(f"{look.shapes.warn} broken", Tone.WARN) if wrong else line(entry.severity, Tone.ACCENT)
        rows.append(Row((number, entry.target), (line(entry.title), line(look.text(entry.signal), Tone.DIM), last)))
    return rows


def _item(item: Item, look: Look) -> tuple[Line, ...]:
    number = line(str(item.line), Tone.FAINT)
    match item.level:
        case Level.PROCEDURE:
            severity = item.procedure.severity if item.procedure else ""
            return line(item.title, Tone.STRONG), line(severity, Tone.ACCENT), number
        case Level.PHASE:
            return line(f"  {item.title}", Tone.ACCENT), EMPTY, number
        case Level.STEP:
            risk = (risk_word(item.step.risk),) if item.step is not None and item.step.commands else EMPTY
            return (Span(f"    {item.number:>2} ", Tone.FAINT), Span(item.title)), risk, number
        case Level.TEXT:
            return line(f"       {look.text(item.title)}", Tone.DIM), EMPTY, number
