"""The sidebar: procedures ranked by what is failing, and the steps of the open one."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical

from cockpit.ui.present.runbooks import STEP_COLUMNS, SUGGESTION_COLUMNS
from cockpit.ui.widgets.frame_title import FrameTitle
from cockpit.ui.widgets.line_table import LineTable


class Sidebar(Vertical):
    """Two lists, one above the other; the lower one shows while a procedure is open."""

    def __init__(self) -> None:
        super().__init__(id="sidebar")
        self.runbooks_title = FrameTitle()
        self.runbooks = LineTable(SUGGESTION_COLUMNS, show_header=False, name="runbooks", pin_on_focus=False)
        self.steps_title = FrameTitle()
        self.steps = LineTable(STEP_COLUMNS, show_header=False, name="steps")

    def share(self, lines: int) -> None:
        """Give the upper list that many lines while a procedure is open; 0 gives it all."""
        self.query_one("#runbooks-box").styles.height = lines or "1fr"

    def compose(self) -> ComposeResult:
        """The two lists with their titles."""
        with Vertical(id="runbooks-box"):
            yield self.runbooks_title
            yield self.runbooks
        with Vertical(id="steps-box"):
            yield self.steps_title
            yield self.steps
