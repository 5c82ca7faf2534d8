"""The journal's entries as rows, newest last."""

from __future__ import annotations

from collections.abc import Iterable

from cockpit.engine.chronicle import sentence
from cockpit.model.incident import EntryKind, JournalEntry
from cockpit.ui.look import Look
from cockpit.ui.spans import EMPTY, Line, Span, Tone, line, wrap
from cockpit.ui.widgets.columns import Column
from cockpit.ui.widgets.table_state import Row

COLUMNS = (
    Column("TIME", 8),
    Column("", 1),
    Column("WHAT", 10, flex=1),
    Column("BY", 4, most=22, drop=1),
)


def timeline_rows(entries: Iterable[JournalEntry], look: Look) -> list[Row]:
    """One row an entry."""
    return [_row(entry, look) for entry in entries]


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


def _row(entry: JournalEntry, look: Look) -> Row:
    shape, tone = _mark(entry, look)
    return Row(
        entry.sequence,
        (
            line(f"{entry.at:%H:%M:%S}", Tone.DIM),
            line(shape, tone),
            line(look.text(sentence(entry)), tone if tone in (Tone.CRIT, Tone.CHANGE) else Tone.PLAIN),
            line(entry.actor, Tone.FAINT),
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
