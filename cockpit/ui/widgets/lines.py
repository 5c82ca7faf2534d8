"""A block of prepared lines: header, footer, card, notice."""

from __future__ import annotations

from collections.abc import Sequence

from textual.strip import Strip
from textual.widget import Widget

from cockpit.ui.spans import EMPTY, Line, plain
from cockpit.ui.theme import paint_for
from cockpit.ui.widgets.painting import strip_of


class Lines(Widget):
    """Shows lines as they are, without wrapping; redraws only when they change.

    Args:
        raised: True draws on the raised background of bars.
    """

    def __init__(self, *, raised: bool = False, name: str | None = None) -> None:
        super().__init__(id=name)
        self._raised = raised
        self._lines: tuple[Line, ...] = ()

    def show(self, lines: Sequence[Line]) -> None:
        """Show these lines."""
        if tuple(lines) != self._lines:
            self._lines = tuple(lines)
            self.refresh()

    @property
    def lines(self) -> tuple[Line, ...]:
        """What is shown."""
        return self._lines

    @property
    def text(self) -> str:
        """What is written, line by line."""
        return "\n".join(plain(spans) for spans in self._lines)

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        paint = paint_for(self)
        content = self._lines[y] if y < len(self._lines) else EMPTY
        return strip_of(content, self.size.width, paint, paint.colours.raised if self._raised else "")
