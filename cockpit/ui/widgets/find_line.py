"""The line in which one types what to find."""

from __future__ import annotations

from textual.events import Key
from textual.message import Message
from textual.widgets import Input


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

    def on_key(self, event: Key) -> None:
        """Leave on Enter, Esc, and the arrow keys."""
        if event.key in ("enter", "escape", "down", "up", "tab", "ctrl+c"):
            event.stop()
            event.prevent_default()
            self.post_message(self.Done(event.key not in ("escape", "ctrl+c")))
