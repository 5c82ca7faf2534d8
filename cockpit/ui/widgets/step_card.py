"""The card of the step under the cursor."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from textual.app import ComposeResult
from textual.containers import Vertical

from cockpit.ui.look import Look
from cockpit.ui.present.card import StepView, card_lines, card_title
from cockpit.ui.spans import EMPTY, Line, Span, Tone
from cockpit.ui.widgets.frame_title import FrameTitle
from cockpit.ui.widgets.lines import Lines


class StepCard(Vertical):
    """Frame and lines."""

    def __init__(self) -> None:
        super().__init__(id="card")
        self.frame = FrameTitle()
        self.body = Lines()

    def compose(self) -> ComposeResult:
        """Title and lines."""
        self.body.add_class("framed")
        yield self.frame
        yield self.body

    def bring_up(self, view: StepView | None, now: datetime, look: Look) -> None:
        """Show a step."""
        if view is None:
            self.say((Span("No step", Tone.DIM),), EMPTY, (), look)
            return
        left, right = card_title(view, look)
        self.say(left, right, card_lines(view, max(10, self.app.size.width - 4), now, look), look)

    def say(self, left: Line, right: Line, lines: Sequence[Line], look: Look) -> None:
        """Show a title and lines; what does not fit is counted."""
        self.frame.shapes = look.shapes
        self.frame.show(left, right)
        room = max(1, self.body.size.height)
        if len(lines) > room:
            left_out = len(lines) - room + 1
            more = (Span(f"{look.shapes.ellipsis} {left_out} more lines, o opens the whole answer", Tone.DIM),)
            lines = [*lines[: room - 1], more]
        self.body.show(lines)
