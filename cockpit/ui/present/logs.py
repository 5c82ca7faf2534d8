"""Log lines as coloured text."""

from __future__ import annotations

import re

from cockpit.model.logs import Level, LogLine
from cockpit.ui.look import Look
from cockpit.ui.spans import Line, Span, Tone

_STAMP = re.compile(r"^\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?\]?\s+")
"""The time that a line begins with; the pane shows it already."""

_TONES = {
    Level.ERROR: Tone.CRIT,
    Level.WARN: Tone.WARN,
    Level.INFO: Tone.PLAIN,
    Level.DEBUG: Tone.FAINT,
    Level.NONE: Tone.PLAIN,
}


def log_spans(entry: LogLine, needle: str, name_cells: int, look: Look) -> Line:
    """`12:01:07 worker ERROR lock held`, with what was searched for marked.

    Args:
        entry: the line.
        needle: what was searched for, "" for nothing.
        name_cells: cells for the log's name, 0 leaves it out.
        look: masking.
    """
    tone = _TONES[entry.level]
    head = [Span(f"{entry.at:%H:%M:%S} ", Tone.FAINT)]
    if name_cells:
        head.append(Span(f"{entry.stream[:name_cells]:<{name_cells}} ", Tone.DIM))
    return (*head, *marked(look.text(_STAMP.sub("", entry.text, count=1)), needle, tone))


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
