"""One line that says what just happened; it goes by itself."""

from __future__ import annotations

from cockpit.ui.spans import Span, Tone
from cockpit.ui.widgets.lines import Lines

SHOWN_FOR = 8.0
"""Seconds that a notice stays."""


class Notice(Lines):
    """Plain text only: whatever it says is never markup."""

    def __init__(self) -> None:
        super().__init__(raised=True, name="notice")
        self._until = 0.0
        self.lasting = False

    def say(self, text: str, tone: Tone, at: float, *, lasting: bool = False) -> None:
        """Show a sentence.

        Args:
            text: clean text.
            tone: its tone.
            at: monotonic seconds now.
            lasting: True keeps it until it is put away.
        """
        self.show([(Span(" "), Span(text, tone))])
        self.lasting = lasting
        self._until = at + SHOWN_FOR
        self.add_class("shown")

    def put_away(self) -> bool:
        """Take it off the screen; False when there was none."""
        shown = self.has_class("shown")
        self.remove_class("shown")
        self.show(())
        self.lasting = False
        return shown

    def tick(self, at: float) -> None:
        """Let it go when its time is over."""
        if not self.lasting and at >= self._until and self.has_class("shown"):
            self.put_away()
