"""The line in which one types what to find."""

from __future__ import annotations

from textual.widgets import Input

LEAVING = ("enter", "escape", "down", "up", "tab", "ctrl+c")
"""The keys that give the keys back to the pane."""
DROPPING = ("escape", "ctrl+c")
"""Those that end the search too."""


class FindLine(Input):
    """One line below everything; the main screen gives it its keys and reads its text."""

    def __init__(self) -> None:
        super().__init__(id="prompt", compact=True, placeholder="find", select_on_focus=False)
        self.cursor_blink = False
