"""Pane 6: the machine that the cockpit runs on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.events import Resize

from cockpit.engine.host_view import ORDERS, arrange
from cockpit.model.host import HostProcess, HostSnapshot
from cockpit.model.readings import Reading, SourceId, SourceKind
from cockpit.ui.bindings import Scope
from cockpit.ui.panes.base import TablePane
from cockpit.ui.present.host import COLUMNS, brief_lines, full_lines, host_summary, process_rows
from cockpit.ui.spans import EMPTY, Line
from cockpit.ui.widgets.lines import Lines
from cockpit.ui.widgets.table_state import Row

if TYPE_CHECKING:
    from cockpit.ui.screens.sheet import Sheet

TALL = 26
"""Lines of the pane from which all that is known stands above the processes."""


class HostPane(TablePane):
    """Gauges, then the processes."""

    number = 6
    label = "Host"
    scope = Scope.HOST
    columns = COLUMNS
    orders = tuple(zip(ORDERS, (3, 4, 5, 0), strict=True))

    def __init__(self) -> None:
        super().__init__()
        self.head = Lines(name="host-head")
        self.as_tree = False
        self._words = ""
        self._made_of: tuple[object, ...] = ()
        self._made: list[Row] = []

    def compose(self) -> ComposeResult:
        """Title, gauges, table."""
        yield self.title_line
        yield self.head
        yield self.body

    def on_resize(self, event: Resize) -> None:
        """More room shows more above the processes."""
        if self.session is not None:
            self.changed(self.session.clock.now())

    def readings(self) -> tuple[Reading[object], ...]:
        """The host's reading."""
        return self.session.board.of_kind(SourceKind.HOST) if self.session else ()

    def rows(self, now: datetime) -> Sequence[Row]:
        """One row a process; made anew only when there is something new."""
        host = self.snapshot()
        made_of = (host, self.order, self.as_tree, self._words)
        if host is not None and made_of != self._made_of:
            self._made_of = made_of
            processes = host.processes or host.top
            branches = arrange(processes, ORDERS[self.order], tree=self.as_tree, words=self._words)
            self._made = process_rows(branches, self.look)
        return self._made if host is not None else ()

    def refill(self, now: datetime) -> None:
        """Show what the board says now."""
        super().refill(now)
        if self._words and self.snapshot() is not None:
            self.table.empty = "no process fits the filter"
        self._bring_up_head()

    def show_tree(self, now: datetime) -> str:
        """Put children under their parents, or show a list again; say which."""
        self.as_tree = not self.as_tree
        self.refill(now)
        return "children stand under their parents" if self.as_tree else "a list"

    def find(self, needle: str) -> None:
        """Show only processes that the filter line fits."""
        self._words = needle
        if self.session is not None:
            self.refill(self.session.clock.now())

    def needle(self) -> str:
        """The filter line."""
        return self._words

    def summary(self, now: datetime) -> Line:
        """`this host: web1 · load 0.4 0.3 0.2 · up 3d04h`."""
        host = self.snapshot()
        return host_summary(host) if host else EMPTY

    def chosen(self) -> tuple[SourceId, HostProcess] | None:
        """The process under the cursor, None when there is none."""
        host, row = self.snapshot(), self.table.current
        for process in (host.processes or host.top) if host else ():
            if row is not None and row.key == (process.pid, process.created):
                return self.readings()[0].source, process
        return None

    def argument(self) -> str:
        """The process id."""
        found = self.chosen()
        return str(found[1].pid) if found else ""

    def sheet(self, now: datetime, cells: int) -> Sheet[None] | None:
        """All about the selected process."""
        found = self.chosen()
        if found is None or self.session is None:
            return None
        from cockpit.ui.screens.host import ProcessSheet

        return ProcessSheet(found[1], self.session, self.look, cells)

    def snapshot(self) -> HostSnapshot | None:
        """The last good figures."""
        readings = self.readings()
        value = readings[0].value if readings else None
        return value if isinstance(value, HostSnapshot) else None

    def _bring_up_head(self) -> None:
        host, cells = self.snapshot(), max(20, self.size.width - 4)
        height = self.size.height
        lines: list[Line] = []
        if host is not None:
            lines = full_lines(host, self.look, cells) if height >= TALL else brief_lines(host, self.look, cells)
        most = height * 6 // 10 if height >= TALL else max(2, height // 2 - 1)
        self.head.show(lines[:most])
        self.head.styles.height = min(len(lines), most)
        self.head.display = bool(lines)
