"""What changed lately, as lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from cockpit.engine.changes import LATELY, Noted, since
from cockpit.model.readings import Reading, ReadingState
from cockpit.model.wording import count
from cockpit.ui.look import Look
from cockpit.ui.present.words import short_age
from cockpit.ui.shapes import Shapes
from cockpit.ui.spans import EMPTY, Line, Span, Tone, line, wrap
from cockpit.ui.widgets.columns import Column
from cockpit.ui.widgets.table_state import Row

COLUMNS = (
    Column("AGE", 6, right=True),
    Column("TIME", 12, drop=3),
    Column("KIND", 6, most=12),
    Column("WHAT", 12, flex=1),
    Column("WHO", 4, most=18, drop=1),
    Column("FROM", 4, most=14, drop=2),
)
_ARRIVES = frozenset({"deployment", "move", "container", "image"})
"""Kinds that bring something new to where it runs, other than being written."""


def change_shape(kind: str, shapes: Shapes) -> Span:
    """The mark of a change: full for what arrived where it runs, hollow for what was written or noted."""
    return Span(shapes.arrow[:1] if kind in _ARRIVES else shapes.pending, Tone.ACCENT)


def changes_title(noted: list[Noted], now: datetime) -> Line:
    """`3 changes in the last hour`, faint when there are none."""
    lately = len(since(noted, now - LATELY))
    words = f"{count(lately, 'change')} in the last hour" if lately else "no change in the last hour"
    return (Span(words, Tone.WARN if lately else Tone.DIM),)


def change_rows(noted: Iterable[Noted], now: datetime, look: Look) -> list[Row]:
    """One row a change."""
    return [_row(one, now, look) for one in noted]


def trouble_rows(readings: Iterable[Reading[object]], look: Look) -> list[Row]:
    """One row for each source that cannot tell, with the reason."""
    lost = [r for r in readings if r.state in (ReadingState.FAILED, ReadingState.STALE)]
    return [
        Row(("trouble", str(r.source)), ((Span(f"{r.source.name}: {look.text(r.error or '')}", Tone.WARN),),), True)
        for r in lost
    ]


def change_detail(noted: Noted, whole: Sequence[str], now: datetime, look: Look, cells: int) -> list[Line]:
    """One change in full.

    Args:
        noted: the change.
        whole: its whole text, empty when there is none.
        now: UTC now.
        look: what is hidden.
        cells: cells of a line.
    """
    change = noted.change
    facts = [
        ("when", f"{change.at:%Y-%m-%d %H:%M:%S}Z, {short_age((now - change.at).total_seconds())} ago"),
        ("kind", change.kind),
        ("who", change.who),
        ("what", change.what),
        *change.facts,
        ("told by", noted.source.name),
    ]
    lines: list[Line] = []
    for label, value in facts:
        if value:
            first, *rest = wrap(look.text(value), max(20, cells - 12))
            lines.append((Span(f"{label[:10]:<11} ", Tone.DIM), Span(first)))
            lines += [line(" " * 12 + part) for part in rest]
    if whole:
        lines += [EMPTY, *(line(look.text(text)) for text in whole)]
    return lines


def _row(noted: Noted, now: datetime, look: Look) -> Row:
    change = noted.change
    seconds = (now - change.at).total_seconds()
    recent = seconds <= LATELY.total_seconds()
    return Row(
        noted.key,
        (
            line(short_age(seconds), Tone.WARN if recent else Tone.DIM),
            line(f"{change.at:%m-%d %H:%M}Z", Tone.FAINT),
            line(look.text(change.kind), Tone.ACCENT),
            line(look.text(change.what)),
            line(look.text(change.who), Tone.DIM),
            line(noted.source.name, Tone.FAINT),
        ),
    )
