"""Redis keys as rows, and one value in full."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.model.keys import KeyEntry, KeyPage, KeyPreview
from cockpit.model.wording import count, short_duration
from cockpit.ui.look import Look
from cockpit.ui.present.words import clock_duration, data_size
from cockpit.ui.spans import EMPTY, Line, Span, Tone, line
from cockpit.ui.widgets.columns import Column
from cockpit.ui.widgets.table_state import Row

COLUMNS = (
    Column("KEY", 20, most=90, flex=1),
    Column("TYPE", 6, most=10),
    Column("TTL", 5, most=9, right=True),
    Column("MEMORY", 6, most=8, right=True, drop=1),
    Column("ENCODING", 8, most=12, drop=2),
)
ORDERS = ("name", "memory", "time left", "type")
_LABEL = 10


def key_row(entry: KeyEntry, look: Look) -> Row:
    """One key."""
    ttl = clock_duration(entry.ttl) if entry.ttl is not None else "never"
    return Row(
        entry.name,
        (
            line(look.text(entry.shown)),
            line(entry.type or "hidden", Tone.ACCENT if entry.type else Tone.DIM),
            line(ttl, Tone.FAINT if entry.ttl is None else Tone.DIM),
            line(data_size(entry.memory), Tone.DIM),
            line(entry.encoding, Tone.FAINT),
        ),
    )


def in_order(entries: Sequence[KeyEntry], order: str) -> list[KeyEntry]:
    """The keys in one of ORDERS; what is not known stands last."""
    match order:
        case "memory":
            return sorted(entries, key=lambda e: (-(e.memory or 0), e.name))
        case "time left":
            return sorted(entries, key=lambda e: (e.ttl is None, e.ttl or 0.0, e.name))
        case "type":
            return sorted(entries, key=lambda e: (e.type, e.name))
        case _:
            return sorted(entries, key=lambda e: e.name)


def how_far(page: KeyPage, found: int, looked: int) -> tuple[str, Tone]:
    """How many keys were found, and how far the search has come."""
    total = f" of {page.total:,}" if page.total is not None else ""
    if page.cursor == 0:
        return f"{count(found, 'key')}, all that match{f'; {page.total:,} in the database' if total else ''}", Tone.OK
    why = {"count": "a page is full", "time": f"{short_duration(page.seconds)} are over"}.get(page.stopped, "")
    seen = min(looked, page.total) if page.total is not None else looked
    return f"{count(found, 'key')} so far, {seen:,}{total} looked through; stopped because {why}; m goes on", Tone.WARN


def preview_lines(found: KeyPreview, look: Look) -> list[Line]:
    """One value with what is known of its key."""
    length = f"{found.length:,} {found.unit}" if found.length is not None else ""
    ttl = clock_duration(found.ttl) if found.ttl is not None else "never expires"
    facts = [
        ("type", found.type or "may not be asked for"),
        ("TTL", ttl),
        ("length", length),
        ("memory", data_size(found.memory)),
        ("encoding", found.encoding),
    ]
    lines: list[Line] = [(Span(f"{label:<{_LABEL}}", Tone.DIM), Span(text)) for label, text in facts if text]
    lines.append(EMPTY)
    lines += [line(look.text(text)) for text in found.lines]
    if found.cut:
        lines.append(line(f"{found.cut:,} more {found.unit} are not shown", Tone.WARN))
    return [*lines, *(line(note, Tone.WARN) for note in found.notes)]
