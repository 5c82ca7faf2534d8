"""Log lines as coloured text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import StrEnum

from rich.cells import cell_len

from cockpit.engine.log_counts import MinuteCount
from cockpit.engine.log_fields import field, fields_of, shown
from cockpit.model.logs import Level, LogLine
from cockpit.model.masking import MASK
from cockpit.ui.look import Look
from cockpit.ui.present.words import short_age, strip
from cockpit.ui.spans import Line, Span, Tone, fit, line, wrap

_STAMP = re.compile(r"^\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?\]?\s+")
"""The time that a line begins with; the pane shows it already."""

_TONES = {
    Level.ERROR: Tone.CRIT,
    Level.WARN: Tone.WARN,
    Level.INFO: Tone.PLAIN,
    Level.DEBUG: Tone.FAINT,
    Level.NONE: Tone.PLAIN,
}
_TIME_FIELDS = frozenset({"time", "timestamp", "ts", "@timestamp", "datetime", "date"})
_SAID = frozenset({"msg", "message", "event", "text", "level", "lvl", "severity", "levelname", "loglevel"})
_WIDEST = 24


class Stamps(StrEnum):
    """How times are written."""

    UTC = "time in UTC"
    LOCAL = "local time"
    DATE = "date and time in UTC"
    AGO = "age"
    OFF = "no time"


@dataclass(frozen=True, slots=True)
class LogStyle:
    """How lines are written.

    Attributes:
        stamps: how times are.
        columns: names of the fields that are shown as columns; () for the text.
        name_cells: cells for the log's name, 0 leaves it out.
        zone: what local means.
        now: UTC now, for ages.
    """

    stamps: Stamps = Stamps.UTC
    columns: tuple[str, ...] = ()
    name_cells: int = 0
    zone: tzinfo = UTC
    now: datetime | None = None


def head_spans(entry: LogLine, style: LogStyle) -> Line:
    """Time and log."""
    spans = []
    written = stamp(entry.at, style)
    if written:
        spans.append(Span(f"{written} ", Tone.FAINT))
    if style.name_cells:
        spans.append(Span(f"{entry.stream[: style.name_cells]:<{style.name_cells}} ", Tone.DIM))
    return tuple(spans)


def stamp(at: datetime, style: LogStyle) -> str:
    """A time as it is written in this style."""
    match style.stamps:
        case Stamps.UTC:
            return f"{at:%H:%M:%S}"
        case Stamps.LOCAL:
            return f"{at.astimezone(style.zone):%H:%M:%S}"
        case Stamps.DATE:
            return f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03d}"
        case Stamps.AGO:
            return f"{short_age((style.now - at).total_seconds() if style.now else 0):>6}"
        case Stamps.OFF:
            return ""


def body_spans(entry: LogLine, needle: str, style: LogStyle, look: Look, cells: dict[str, int] | None = None) -> Line:
    """What the line says: its text, its message and fields, or the chosen columns.

    Args:
        entry: the line.
        needle: what was searched for, "" for nothing.
        style: which columns.
        look: masking.
        cells: how wide each column has become; it grows here.
    """
    tone = _TONES[entry.level]
    structured = entry.text.endswith("}") or bool(style.columns)
    fields = fields_of(entry.text) if structured else {}
    if fields and style.columns:
        spans: list[Span] = []
        for name in style.columns:
            text = entry.level.value if name == "level" and "level" not in fields else shown(field(fields, name))
            text = masked_value(name, text, look)
            if name != style.columns[-1]:
                widths = {} if cells is None else cells
                widths[name] = min(_WIDEST, max(widths.get(name, len(name)), cell_len(text)))
                spans += fit(marked(text, needle, tone), widths[name], ellipsis=look.shapes.ellipsis)
                spans.append(Span("  "))
            else:
                spans += marked(text, needle, tone)
        return tuple(spans)
    if fields and field(fields, "msg") is not None and entry.text.startswith("{"):
        others = ((k, shown(v)) for k, v in fields.items() if k not in _SAID and k not in _TIME_FIELDS)
        rest = "  ".join(f"{look.text(name)}={masked_value(name, text, look)}" for name, text in others)
        level = (Span(f"{entry.level.value.upper()} ", tone),) if entry.level is not Level.NONE else ()
        said = (*level, *marked(look.text(shown(field(fields, "msg"))), needle, tone))
        return (*said, Span("  "), *marked(rest, needle, Tone.DIM)) if rest else said
    return marked(look.text(_STAMP.sub("", entry.text, count=1)), needle, tone)


def marked(text: str, needle: str, tone: Tone) -> Line:
    """The text with every occurrence of the needle marked, whatever the case."""
    if not needle:
        return (Span(text, tone),)
    spans: list[Span] = []
    folded, wanted, start = text.lower(), needle.lower(), 0
    while (found := folded.find(wanted, start)) >= 0 and len(folded) == len(text):
        if found > start:
            spans.append(Span(text[start:found], tone))
        spans.append(Span(text[found : found + len(wanted)], Tone.FOUND))
        start = found + len(wanted)
    return (*spans, Span(text[start:], tone))


def masked_value(name: str, value: str, look: Look) -> str:
    """A field's value as this person may see it: all of it is hidden when the name says that it is a secret."""
    secret = MASK in look.text(f"{name.rpartition('.')[2]}=value")
    return MASK if secret and value else look.text(value)


def columns_line(style: LogStyle, cells: Mapping[str, int], look: Look) -> Line:
    """The names of the columns above them."""
    width = len(stamp(datetime.fromtimestamp(0, UTC), style))
    lead = (width + 1 if width else 0) + (style.name_cells + 1 if style.name_cells else 0)
    names = [f"{look.text(name):<{cells.get(name, len(name))}}" for name in style.columns]
    return (Span(" " * lead + "  ".join(names), Tone.DIM),)


def detail_lines(entries: Sequence[LogLine], look: Look, cells: int) -> list[Line]:
    """A line with what continues it, its fields, and its JSON laid out.

    Args:
        entries: the line first, then its continuations.
        look: masking.
        cells: how wide.
    """
    entry = entries[0]
    stamped = f"{entry.at:%Y-%m-%d %H:%M:%S}.{entry.at.microsecond // 1000:03d}Z"
    lines: list[Line] = [line(f"{stamped}  {entry.stream}  {entry.level.value}", Tone.DIM)]
    for one in entries:
        lines += [(Span(part),) for part in wrap(look.text(one.text), cells)]
    fields = fields_of(entry.text)
    if fields:
        widest = min(_WIDEST, max(cell_len(name) for name in fields))
        lines += [(), line("Fields", Tone.TITLE)]
        for name, value in fields.items():
            first, *more = wrap(masked_value(name, shown(value), look), max(20, cells - widest - 2))
            lines.append((Span(f"{look.text(name):<{widest}}  ", Tone.DIM), Span(first)))
            lines += [(Span(" " * (widest + 2)), Span(part)) for part in more]
    pretty = _pretty(entry.text)
    if pretty:
        lines += [(), line("JSON", Tone.TITLE), *(line(look.text(part)) for part in pretty)]
    return lines


def _pretty(text: str) -> list[str]:
    start = text.find("{")
    if start < 0 or not text.endswith("}"):
        return []
    try:
        value = json.loads(text[start:])
    except (ValueError, RecursionError):
        return []
    return json.dumps(value, indent=2, ensure_ascii=False).splitlines() if isinstance(value, dict) else []


def strip_lines(counts: Sequence[MinuteCount], look: Look) -> list[Line]:
    """Lines and errors by minute as two strips, the newest minute on the right."""
    every = tuple(float(count.lines) for count in counts)
    errors = tuple(float(count.errors) for count in counts)
    rows: list[Line] = []
    for name, numbers, tone in (("lines ", every, Tone.ACCENT), ("errors", errors, Tone.CRIT)):
        most = max(numbers, default=0.0)
        drawn = strip(numbers, len(numbers), most or 1.0, look.shapes)
        last = f" {int(numbers[-1]):,} this minute, {int(most):,} at most" if numbers else ""
        rows.append((Span(f"{name} ", Tone.DIM), Span(drawn, tone if most else Tone.FAINT), Span(last, Tone.DIM)))
    return rows
