"""Pane 2: what PostgreSQL is doing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cockpit.model.activity import ActivitySnapshot, Backend
from cockpit.model.readings import Reading, SourceId, SourceKind
from cockpit.ui.bindings import Scope
from cockpit.ui.panes.base import TablePane
from cockpit.ui.present.activity import COLUMNS, SORTS, View, activity_rows, activity_summary, backend_detail
from cockpit.ui.spans import EMPTY, Line, Span, Tone
from cockpit.ui.widgets.table_state import Row


class ActivityPane(TablePane):
    """Backends of one database: all, running, waiting, or the blocking tree."""

    number = 2
    label = "Activity"
    scope = Scope.ACTIVITY
    columns = COLUMNS
    orders = SORTS

    def __init__(self) -> None:
        super().__init__()
        self.view = View.ALL
        self._database = 0

    def readings(self) -> tuple[Reading[object], ...]:
        """The reading of the database that is shown."""
        found = self._databases()
        return (found[self._database % len(found)],) if found else ()

    def snapshot(self) -> ActivitySnapshot | None:
        """The last good snapshot."""
        readings = self.readings()
        value = readings[0].value if readings else None
        return value if isinstance(value, ActivitySnapshot) else None

    def next_database(self) -> None:
        """Show the next database."""
        self._database += 1

    def show(self, view: View, now: datetime) -> None:
        """Show another view."""
        self.view = view
        self.table.sort_mark(-1 if view is View.BLOCKING else self.orders[self.order][1])
        self.table.empty = "nobody blocks anybody" if view is View.BLOCKING else "nothing to show"
        self.refill(now)

    def rows(self, now: datetime) -> Sequence[Row]:
        """One row a backend."""
        snapshot = self.snapshot()
        return activity_rows(snapshot, self.view, self.orders[self.order][0], self.look) if snapshot else ()

    def refill(self, now: datetime) -> None:
        """Show what the board says now."""
        super().refill(now)
        if self.snapshot() is not None and self.table.empty == "nothing to show":
            self.table.empty = {
                View.BLOCKING: "nobody blocks anybody",
                View.WAITING: "nobody waits for a lock",
                View.RUNNING: "nothing is running",
                View.ALL: "no sessions",
            }[self.view]

    def summary(self, now: datetime) -> Line:
        """`42/100 · 3 waiting · all`."""
        snapshot = self.snapshot()
        if snapshot is None:
            return EMPTY
        summary = activity_summary(snapshot, self.view)
        several = len(self._databases()) > 1
        return (Span(f"{self.readings()[0].source.name}  ", Tone.ACCENT), *summary) if several else summary

    def chosen(self) -> tuple[SourceId, list[Backend]] | None:
        """The tagged backends, else the one under the cursor; None when there is none."""
        snapshot = self.snapshot()
        keys = set(self.table.state.chosen)
        backends = [b for b in snapshot.backends if (b.pid, b.backend_start) in keys] if snapshot else []
        return (self.readings()[0].source, backends) if backends else None

    def detail(self, now: datetime, cells: int) -> tuple[str, list[Line]] | None:
        """All about the selected backend, with its whole query."""
        backend, snapshot = self._current(), self.snapshot()
        if backend is None or snapshot is None:
            return None
        return f"backend {backend.pid}", backend_detail(backend, snapshot, self.look, cells)

    def copy_text(self) -> str:
        """The query of the selected backend."""
        backend = self._current()
        return self.look.query(backend.query) if backend else ""

    def argument(self) -> str:
        """The pid."""
        backend = self._current()
        return str(backend.pid) if backend else ""

    def _current(self) -> Backend | None:
        row, snapshot = self.table.current, self.snapshot()
        if row is None or snapshot is None:
            return None
        return next((b for b in snapshot.backends if (b.pid, b.backend_start) == row.key), None)

    def _databases(self) -> list[Reading[object]]:
        if self.session is None:
            return []
        return [r for r in self.session.board.of_kind(SourceKind.POSTGRES) if r.source.name == r.source.system]
