"""The top edge of a frame: number, name and summary on the left, the age of the data on the right."""

from __future__ import annotations

from textual.strip import Strip
from textual.widget import Widget

from cockpit.ui.shapes import UNICODE, Shapes
from cockpit.ui.spans import EMPTY, Line, Span, Tone, fit, width
from cockpit.ui.theme import paint_for
from cockpit.ui.widgets.painting import strip_of


class FrameTitle(Widget):
    """One line that closes a frame at the top.

    The sides and the bottom are the border of the widget below it.
    """

    def __init__(self, name: str | None = None) -> None:
        super().__init__(id=name)
        self.shapes: Shapes = UNICODE
        self._left: Line = EMPTY
        self._right: Line = EMPTY
        self._edge = Tone.FRAME

    def show(self, left: Line, right: Line = EMPTY, *, edge: Tone = Tone.FRAME) -> None:
        """Show these texts, with the edge in the tone of the border below."""
        if (left, right, edge) != (self._left, self._right, self._edge):
            self._left, self._right, self._edge = left, right, edge
            self.refresh()

    @property
    def text(self) -> str:
        """What is written, for tests."""
        return "".join(span.text for span in (*self._left, Span("  "), *self._right))

    def render_line(self, y: int) -> Strip:
        """The line."""
        return strip_of(self._spans(self.size.width, self._edge), self.size.width, paint_for(self))

    def _spans(self, cells: int, edge: Tone) -> Line:
        shapes = self.shapes
        room = max(0, cells - 4)
        right = self._right if width(self._right) + 8 <= room else EMPTY
        right_cells = width(right) + 2 if right else 0
        left = self._left
        if width(left) > room - right_cells - 3:
            left = fit(left, max(0, room - right_cells - 3), ellipsis=shapes.ellipsis)
        rule = room - right_cells - width(left) - 2
        spans = [Span(shapes.top_left + shapes.horizontal, edge), Span(" "), *left, Span(" ")]
        spans.append(Span(shapes.horizontal * max(0, rule), edge))
        if right:
            spans += [Span(" "), *right, Span(" ")]
        spans.append(Span(shapes.horizontal + shapes.top_right, edge))
        return tuple(spans)
