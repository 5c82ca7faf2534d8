"""Coloured text before it has colours: spans of plain text with a tone, and lines of spans."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from rich.cells import cell_len, set_cell_size


class Tone(StrEnum):
    """What a piece of text is meant to look like; the theme turns it into a style."""

    PLAIN = "plain"
    DIM = "dim"
    FAINT = "faint"
    STRONG = "strong"
    TITLE = "title"
    KEY = "key"
    ACCENT = "accent"
    OK = "ok"
    WARN = "warn"
    CRIT = "crit"
    UNKNOWN = "unknown"
    HIGH = "high"
    CHANGE = "change"
    FOUND = "found"
    FRAME = "frame"
    FRAME_LIT = "lit frame"
    BADGE_RED = "badge red"
    BADGE_YELLOW = "badge yellow"
    BADGE_GREEN = "badge green"
    BADGE_BLUE = "badge blue"
    BADGE_ROLE = "badge role"
    BADGE_OBSERVER = "badge observer"


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of plain text and its tone; the text is clean and never markup."""

    text: str
    tone: Tone = Tone.PLAIN


Line: TypeAlias = tuple[Span, ...]
"""One line on the screen."""

EMPTY: Line = ()


def line(text: str, tone: Tone = Tone.PLAIN) -> Line:
    """A line of one span."""
    return (Span(text, tone),)


def plain(spans: Line) -> str:
    """The text of a line without its tones."""
    return "".join(span.text for span in spans)


def width(spans: Line) -> int:
    """Cells that a line takes."""
    return sum(cell_len(span.text) for span in spans)


def fit(spans: Line, cells: int, *, right: bool = False, ellipsis: str = "…") -> Line:
    """The line in exactly `cells` cells: padded with spaces, or cut with an ellipsis.

    Args:
        spans: the line.
        cells: the cells to fill.
        right: True pads on the left.
        ellipsis: what a cut ends in.
    """
    if cells <= 0:
        return EMPTY
    spans = _near(spans, cells)
    length = width(spans)
    if length <= cells:
        padding = (Span(" " * (cells - length)),) if length < cells else ()
        return (*padding, *spans) if right else (*spans, *padding)
    room = cells - cell_len(ellipsis)
    kept: list[Span] = []
    tone = spans[0].tone
    for span in spans:
        taken = cell_len(span.text)
        tone = span.tone
        if taken > room:
            kept.append(Span(set_cell_size(span.text, max(0, room)), tone))
            break
        kept.append(span)
        room -= taken
    return (*kept, Span(ellipsis, tone))


def slid(spans: Line, cells: int, ellipsis: str = "…") -> Line:
    """The line without its first cells; an ellipsis in their place says so."""
    if cells <= 0:
        return spans
    left = cells + cell_len(ellipsis)
    kept: list[Span] = []
    for span in spans:
        taken = cell_len(span.text)
        if taken <= left:
            left -= taken
        else:
            kept.append(Span(_without_first(span.text, left), span.tone) if left else span)
            left = 0
    tone = kept[0].tone if kept else Tone.PLAIN
    return (Span(ellipsis, tone), *kept)


def _without_first(text: str, cells: int) -> str:
    """A text without its first cells; half of a wide character becomes a space."""
    for position, character in enumerate(text):
        if cells <= 0:
            return " " * -cells + text[position:]
        cells -= cell_len(character)
    return " " * -cells


def wrap_spans(spans: Line, cells: int) -> list[Line]:
    """Break a line into lines of at most `cells` cells, each piece in its tone."""
    if width(spans) <= cells or cells <= 0:
        return [spans]
    lines: list[Line] = []
    position, text = 0, plain(spans)
    for part in wrap(text, cells):
        start = text.index(part, position) if part else position
        position = start + len(part)
        lines.append(_between(spans, start, position))
    return lines


def _between(spans: Line, start: int, end: int) -> Line:
    kept: list[Span] = []
    at = 0
    for span in spans:
        piece = span.text[max(0, start - at) : max(0, end - at)]
        if piece:
            kept.append(Span(piece, span.tone))
        at += len(span.text)
    return tuple(kept)


def _near(spans: Line, cells: int) -> Line:
    """The line without what lies far beyond its end, so that a huge text costs no more than a short one."""
    reach = 4 * cells + 64
    if sum(len(span.text) for span in spans) <= reach:
        return spans
    return tuple(Span(span.text[:reach], span.tone) for span in spans)


def joined(parts: list[Line], separator: str = "  ", tone: Tone = Tone.FAINT) -> Line:
    """Lines one after the other with a separator between them; empty ones are left out."""
    result: list[Span] = []
    for part in parts:
        if part:
            if result:
                result.append(Span(separator, tone))
            result.extend(part)
    return tuple(result)


def wrap(text: str, cells: int) -> list[str]:
    """Break a text into lines of at most `cells` cells, at spaces where there are any."""
    if cells <= 0:
        return [text]
    lines: list[str] = []
    for paragraph in text.split("\n"):
        rest = paragraph
        while cell_len(rest) > cells:
            wide = cell_len(rest[:cells]) > cells
            head = set_cell_size(rest[: cells + 1], cells).rstrip(" ") if wide else rest[:cells]
            cut = len(head) or 1
            space = rest.rfind(" ", 1, cut + 1)
            if space > cut // 3:
                cut = space
            lines.append(rest[:cut].rstrip(" "))
            rest = rest[cut:].lstrip(" ")
        lines.append(rest)
    return lines
