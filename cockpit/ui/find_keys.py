"""The find line: which list it narrows, and what its keys do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.events import Key

from cockpit.ui.keyline import edit
from cockpit.ui.panes.base import TablePane
from cockpit.ui.widgets.find_line import DROPPING, LEAVING

if TYPE_CHECKING:
    from cockpit.ui.screens.main import MainScreen


class FindKeys:
    """Opens the one find line for the pane or for the runbooks, and gives it its keys.

    Args:
        screen: the main screen.
    """

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self._for_runbooks = False

    async def take_key(self, event: Key) -> None:
        """Act on a key that is pressed in the find line."""
        await (self._key_for_runbooks(event) if self._for_runbooks else self._key_for_pane(event))

    def open_for_pane(self) -> None:
        """Open the find line for the pane."""
        if self._screen.active_pane is not None:
            self._for_runbooks = False
            self._screen.find_line.value = self._screen.active_pane.needle()
            self._screen.find_line.action_select_all()
            self._screen.find_line.add_class("shown")
            self._screen.lay_out()
            self._screen.set_focus(self._screen.find_line)

    async def _key_for_pane(self, event: Key) -> None:
        if event.key in LEAVING:
            self._close_for_pane(kept=event.key not in DROPPING)
        else:
            await edit(self._screen.find_line, event)
            self.changed()

    def open_for_runbooks(self) -> None:
        """Open the find line for the runbooks; what fits is listed while typing."""
        if self._screen.shelf is None:
            return
        self._for_runbooks = True
        self._screen.open_drawer()
        self._screen.shelf.begin_search()
        self._screen.find_line.value = ""
        self._screen.find_line.add_class("shown")
        self._screen.lay_out()
        self._screen.set_focus(self._screen.find_line)

    async def _key_for_runbooks(self, event: Key) -> None:
        if self._screen.shelf is not None and event.key in ("down", "up", "tab", "shift+tab"):
            self._screen.shelf.pick(1 if event.key in ("down", "tab") else -1)
        elif event.key == "enter":
            self._close_for_runbooks()
            self._screen.open_procedure()
        elif event.key in DROPPING:
            self._close_for_runbooks()
            if self._screen.shelf is not None:
                self._screen.shelf.end_search()
        else:
            await edit(self._screen.find_line, event)
            self.changed()

    def _close_for_runbooks(self) -> None:
        """Give the keys back to the runbooks; what was found stays listed."""
        self._screen.find_line.remove_class("shown")
        self._screen.lay_out()
        self._screen.set_focus(self._screen.sidebar.runbooks)

    def changed(self) -> None:
        """Find while typing."""
        if self._for_runbooks:
            if self._screen.shelf is not None:
                self._screen.shelf.search(self._screen.find_line.value)
            return
        pane, needle = self._screen.panes.named(self._screen.deck.shown), self._screen.find_line.value
        if self._screen.find_line.has_class("shown") and pane.needle() != needle:
            pane.find(needle)
            pane.retitle(self._screen.now())

    def _close_for_pane(self, *, kept: bool) -> None:
        """Give the keys back to the pane."""
        pane = self._screen.panes.named(self._screen.deck.shown)
        self._screen.find_line.remove_class("shown")
        self._screen.lay_out()
        if not kept:
            pane.find("")
        self._screen.set_focus(pane.body)
        pane.retitle(self._screen.now())

    def go_on(self, step: int) -> None:
        """Go to the next match: in logs up for n and down for N, in tables through what is left."""
        pane = self._screen.active_pane
        if pane is self._screen.panes.logs:
            self._screen.panes.logs.find_on(step, self._screen)
            self._screen.panes.logs.retitle(self._screen.now())
        elif isinstance(pane, TablePane):
            pane.table.move(-step)
