"""From lines of spans to strips of segments."""

from __future__ import annotations

from rich.segment import Segment
from textual.strip import Strip

from cockpit.ui.spans import Line, Tone, fit
from cockpit.ui.theme import Paint


def strip_of(spans: Line, cells: int, paint: Paint, background: str = "", *, dimmed: bool = False) -> Strip:
    """A strip of exactly `cells` cells.

    Args:
        spans: what to draw.
        cells: the width.
        paint: turns tones into styles.
        background: colour behind it as #rrggbb, "" for the theme's own.
        dimmed: True draws all but badges faintly, for what cannot be trusted any more.
    """
    behind = background or paint.colours.background
    segments = [
        Segment(span.text, paint.style(_dimmed(span.tone) if dimmed else span.tone, behind))
        for span in fit(spans, cells)
        if span.text
    ]
    return Strip(segments, cells)


def _dimmed(tone: Tone) -> Tone:
    return tone if tone in (Tone.FAINT, Tone.FOUND, Tone.FRAME, Tone.FRAME_LIT) else Tone.DIM
