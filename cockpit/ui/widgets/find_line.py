"""The line in which one types what to find."""

from __future__ import annotations

from textual.events import Key
from textual.message import Message
from textual.widgets import Input

_LEAVING = ("enter", "escape", "down", "up", "tab", "ctrl+c")
_DROPPING = ("escape", "ctrl+c")


class FindLine(Input):
    """Tells each change at once; Enter keeps the search, Esc ends it."""

    class Done(Message):
        """The person left the line.

        Args:
            kept: whether the search stays.
        """

        def __init__(self, kept: bool) -> None:
            super().__init__()
            self.kept = kept

    def __init__(self) -> None:
        super().__init__(id="prompt", compact=True, placeholder="find")
        self.cursor_blink = False

    def typed_ahead(self, event: Key) -> None:
        """Take a key that was pressed before the line had the focus."""
        if event.key in _LEAVING:
            self.post_message(self.Done(event.key not in _DROPPING))
        elif event.is_printable and event.character:
            self.insert_text_at_cursor(event.character)

    def on_key(self, event: Key) -> None:
        """Leave on Enter, Esc, and the arrow keys."""
        if event.key in _LEAVING:
            event.stop()
            event.prevent_default()
            self.post_message(self.Done(event.key not in _DROPPING))
