"""The last step before the terminal: what a terminal without colours, or without UTF-8, is sent."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

if TYPE_CHECKING:
    from textual.dom import DOMNode

IN_ASCII = str.maketrans(
    {
        **dict(zip("…·→↦≥≤━─│┃▏└├↑↓∅⏎–—×●▲✗◐○✓▶⊘◆▾▴µ", "~-->><=-|||`|^v0<--x*!x~o+>0#v^u", strict=False)),
        **dict.fromkeys("╭╮╰╯┌┐└┘┏┓┗┛├┤┬┴┼", "+"),
        **dict(zip("▁▂▃▄▅▆▇█", "_.-=+*#@", strict=True)),
    }
)
"""The cockpit's own shapes, one cell each, as ASCII."""
REPLACED = "?"
"""Stands for each cell of anything else."""

_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")


class Colourless(LineFilter):
    """Takes every colour out and leaves bold, dim, underlined and reversed (https://no-color.org)."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments without colours."""
        return [Segment(text, _without_colour(style) if style else style, None) for text, style, _ in segments]


@lru_cache(2048)
def _without_colour(style: Style) -> Style:
    return Style(
        bold=style.bold,
        dim=style.dim,
        italic=style.italic,
        underline=style.underline,
        reverse=style.reverse,
        strike=style.strike,
        meta=style.meta,
    )


class AsciiOnly(LineFilter):
    """Lets nothing but ASCII through while the app has the class `ascii`; every text keeps its width."""

    def __init__(self, app: DOMNode) -> None:
        super().__init__()
        self._app = app

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments in ASCII."""
        if not self._app.has_class("ascii") or all(segment.text.isascii() for segment in segments):
            return segments
        return [Segment(in_ascii(text), style, control) for text, style, control in segments]


def in_ascii(text: str) -> str:
    """A text in as many cells, without any character beyond ASCII; what is replaced can be seen."""
    if text.isascii():
        return text
    return _BEYOND_ASCII.sub(lambda found: REPLACED * cell_len(found[0]), text.translate(IN_ASCII))
