"""The timeline as rows, newest last."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from cockpit.engine.chronicle import sentence
from cockpit.engine.timeline import Moment
from cockpit.model.incident import EntryKind, JournalEntry
from cockpit.ui.look import Look
from cockpit.ui.present.changes import change_shape
from cockpit.ui.present.words import short_age
from cockpit.ui.spans import EMPTY, Line, Span, Tone, line, wrap
from cockpit.ui.widgets.columns import Column
from cockpit.ui.widgets.table_state import Row

COLUMNS = (
    Column("TIME", 8),
    Column("", 1),
    Column("WHAT", 10, flex=1),
    Column("BY", 4, most=22, drop=1),
)
GAP = 1800.0
"""Seconds without anything from which a line says so."""


def timeline_rows(moments: Iterable[Moment], today: date, look: Look) -> list[Row]:
    """One row a moment; a day other than today, where it begins, and a long silence are lines of their own."""
    rows: list[Row] = []
    before: datetime | None = None
    for moment in moments:
        if moment.at.date() != (before.date() if before else today):
            rows.append(_line_between(("day", moment.at.date()), f"{moment.at:%A %Y-%m-%d}", look))
        elif before is not None and (moment.at - before).total_seconds() >= GAP:
            silence = short_age((moment.at - before).total_seconds())
            rows.append(_line_between(("gap", moment.key), f"nothing for {silence}", look))
        rows.append(_row(moment, look))
        before = moment.at
    return rows


def moment_detail(moment: Moment, look: Look, cells: int) -> list[Line]:
    """One entry in full, or each of those that were joined."""
    if len(moment.entries) == 1:
        return entry_detail(moment.entries[0], look, cells)
    lines: list[Line] = [line(look.text(moment.words), Tone.STRONG), EMPTY]
    for entry in moment.entries:
        shape, tone = _mark(entry, look)
        at = Span(f"{entry.at:%H:%M:%S}Z ", Tone.DIM)
        lines.append((at, Span(f"{shape} ", tone), Span(look.text(sentence(entry)))))
    return lines


def entry_detail(entry: JournalEntry, look: Look, cells: int) -> list[Line]:
    """One entry in full."""
    facts = [
        ("entry", str(entry.sequence)),
        ("time", f"{entry.at:%Y-%m-%d %H:%M:%S}Z"),
        ("by", entry.actor),
        ("incident", entry.incident or "none"),
        ("kind", entry.kind.value),
    ]
    lines: list[Line] = [(Span(f"{label:<10}", Tone.DIM), Span(text)) for label, text in facts]
    lines.append(EMPTY)
    for key, value in entry.payload.items():
        if value not in ("", None, [], {}):
            first, *rest = wrap(look.text(str(value)), max(20, cells - 14))
            lines.append((Span(f"{key:<13} ", Tone.DIM), Span(first)))
            lines += [line(" " * 14 + part) for part in rest]
    return lines


def _line_between(key: tuple[str, object], text: str, look: Look) -> Row:
    dash = look.shapes.horizontal
    return Row(key, ((Span(f"{dash * 2} {text} {dash * 2}", Tone.FAINT),),), heading=True)


def _row(moment: Moment, look: Look) -> Row:
    if moment.noted is not None:
        shape, tone = change_shape(moment.noted.change.kind, look.shapes), Tone.ACCENT
    else:
        mark, tone = _mark(moment.entries[-1], look)
        shape = Span(mark, tone)
    coloured = tone in (Tone.CRIT, Tone.CHANGE, Tone.ACCENT)
    return Row(
        moment.key,
        (
            line(f"{moment.at:%H:%M:%S}", Tone.DIM),
            (shape,),
            line(look.text(moment.words), tone if coloured else Tone.PLAIN),
            line(look.text(moment.who), Tone.FAINT),
        ),
    )


def _mark(entry: JournalEntry, look: Look) -> tuple[str, Tone]:
    shapes = look.shapes
    verdict = str(entry.payload.get("verdict") or entry.payload.get("outcome") or "")
    match entry.kind:
        case EntryKind.VERDICT | EntryKind.OUTCOME:
            return {
                "ok": (shapes.ok, Tone.OK),
                "succeeded": (shapes.done, Tone.OK),
                "warn": (shapes.warn, Tone.WARN),
                "crit": (shapes.crit, Tone.CRIT),
                "failed": (shapes.crit, Tone.CRIT),
            }.get(verdict, (shapes.unknown, Tone.UNKNOWN))
        case EntryKind.INTENT:
            return shapes.current, Tone.CHANGE
        case EntryKind.REFUSAL:
            return shapes.refused, Tone.WARN
        case EntryKind.SOURCE:
            back = entry.payload.get("event") == "back"
            return (shapes.fresh, Tone.OK) if back else (shapes.stale, Tone.WARN)
        case EntryKind.INCIDENT:
            return shapes.warn, Tone.ACCENT
        case EntryKind.NOTE:
            return "#", Tone.ACCENT
        case _:
            return shapes.dot, Tone.DIM
