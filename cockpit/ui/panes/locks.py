"""Pane 3: cron locks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from cockpit.model.jobs import JobsSnapshot
from cockpit.model.locks import CronLock, LocksSnapshot
from cockpit.model.readings import Reading, SourceId, SourceKind
from cockpit.ui.bindings import Scope
from cockpit.ui.panes.base import TablePane
from cockpit.ui.present.locks import COLUMNS, lock_detail, lock_rows, locks_summary
from cockpit.ui.spans import EMPTY, Line
from cockpit.ui.widgets.table_state import Row


class LocksPane(TablePane):
    """Locks of all Redis servers, the troubled ones first."""

    number = 3
    label = "Cron locks"
    scope = Scope.LOCKS
    columns = COLUMNS

    def readings(self) -> tuple[Reading[object], ...]:
        """The readings of the servers' locks."""
        if self.session is None:
            return ()
        return tuple(r for r in self.session.board.of_kind(SourceKind.REDIS) if r.source.name == r.source.system)

    def rows(self, now: datetime) -> Sequence[Row]:
        """One row a lock."""
        jobs = self._jobs()
        rows: list[Row] = []
        for source, snapshot in self._snapshots():
            found = lock_rows(snapshot, jobs, now, self.look)
            rows += [replace(row, key=(source, row.key)) for row in found]
        return rows

    def summary(self, now: datetime) -> Line:
        """`1 stale · 2 held`."""
        found = self._snapshots()
        if not found:
            return EMPTY
        every = tuple(lock for _, snapshot in found for lock in snapshot.locks)
        return locks_summary(LocksSnapshot(every, truncated=any(snapshot.truncated for _, snapshot in found)))

    def chosen(self) -> tuple[SourceId, CronLock] | None:
        """The lock under the cursor, None when there is none."""
        row = self.table.current
        for source, snapshot in self._snapshots():
            for lock in snapshot.locks:
                if row is not None and row.key == (source, lock.key):
                    return source, lock
        return None

    def offers(self) -> list[tuple[str, str]]:
        """All keys, and what is known of each in a few words."""
        found = []
        for _, snapshot in self._snapshots():
            for lock in snapshot.locks:
                owner = f", {self.look.text(lock.owner)}" if lock.owner else ""
                found.append((lock.key, f"{lock.state.value}{owner}"))
        return found

    def detail(self, now: datetime, cells: int) -> tuple[str, list[Line]] | None:
        """All about the selected lock."""
        found = self.chosen()
        return (found[1].key, lock_detail(found[1], self._jobs(), now, self.look)) if found else None

    def argument(self) -> str:
        """The key."""
        found = self.chosen()
        return found[1].key if found else ""

    def _snapshots(self) -> list[tuple[SourceId, LocksSnapshot]]:
        return [(r.source, r.value) for r in self.readings() if isinstance(r.value, LocksSnapshot)]

    def _jobs(self) -> JobsSnapshot | None:
        if self.session is None:
            return None
        values = (reading.value for reading in self.session.board.readings.values())
        return next((value for value in values if isinstance(value, JobsSnapshot)), None)
