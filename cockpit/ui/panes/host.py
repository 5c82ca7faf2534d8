"""Pane 6: the machine that the cockpit runs on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cockpit.model.host import HostSnapshot
from cockpit.model.readings import Reading, SourceKind
from cockpit.ui.panes.base import TablePane
from cockpit.ui.present.host import COLUMNS, host_rows, host_summary
from cockpit.ui.spans import EMPTY, Line
from cockpit.ui.widgets.table_state import Row


class HostPane(TablePane):
    """Gauges, then the processes that use most."""

    number = 6
    label = "Host"
    columns = COLUMNS

    def readings(self) -> tuple[Reading[object], ...]:
        """The host's reading."""
        return self.session.board.of_kind(SourceKind.HOST) if self.session else ()

    def rows(self, now: datetime) -> Sequence[Row]:
        """Gauges and processes."""
        host = self._snapshot()
        return host_rows(host, self.look) if host else ()

    def summary(self, now: datetime) -> Line:
        """`web1 · load 0.4 0.3 0.2 · up 3d04h`."""
        host = self._snapshot()
        return host_summary(host) if host else EMPTY

    def argument(self) -> str:
        """The process id."""
        row = self.table.current
        return str(row.key) if row and not row.heading else ""

    def _snapshot(self) -> HostSnapshot | None:
        readings = self.readings()
        value = readings[0].value if readings else None
        return value if isinstance(value, HostSnapshot) else None
