"""Pane 4: containers and processes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cockpit.model.readings import Reading, SourceId, SourceKind
from cockpit.model.services import Service, ServicesSnapshot
from cockpit.ui.bindings import Scope
from cockpit.ui.panes.base import TablePane
from cockpit.ui.present.services import COLUMNS, STRIP_CELLS, service_detail, service_rows, services_summary
from cockpit.ui.spans import Line
from cockpit.ui.widgets.table_state import Row


class ServicesPane(TablePane):
    """Services of all engines and supervisors, what does not run first."""

    number = 4
    label = "Services"
    scope = Scope.SERVICES
    columns = COLUMNS

    def __init__(self) -> None:
        super().__init__()
        self._history: dict[tuple[object, str], tuple[float, ...]] = {}
        self._counted: dict[SourceId, datetime | None] = {}

    def readings(self) -> tuple[Reading[object], ...]:
        """The readings of all engines and supervisors."""
        if self.session is None:
            return ()
        board = self.session.board
        return board.of_kind(SourceKind.DOCKER) + board.of_kind(SourceKind.PROCESSES)

    def rows(self, now: datetime) -> Sequence[Row]:
        """One row a service."""
        self._remember()
        return service_rows(dict(self._snapshots()), self._history, now, self.look)

    def summary(self, now: datetime) -> Line:
        """`5 running · 1 not running`."""
        return services_summary(dict(self._snapshots()))

    def chosen(self) -> tuple[SourceId, Service] | None:
        """The service under the cursor, None when there is none."""
        row = self.table.current
        for source, snapshot in self._snapshots():
            for service in snapshot.services:
                if row is not None and row.key == (source, service.id):
                    return source, service
        return None

    def detail(self, now: datetime, cells: int) -> tuple[str, list[Line]] | None:
        """All about the selected service."""
        found = self.chosen()
        return (found[1].name, service_detail(found[1], now, self.look)) if found else None

    def argument(self) -> str:
        """The service's name."""
        found = self.chosen()
        return found[1].name if found else ""

    def _snapshots(self) -> list[tuple[SourceId, ServicesSnapshot]]:
        return [(r.source, r.value) for r in self.readings() if isinstance(r.value, ServicesSnapshot)]

    def _remember(self) -> None:
        """Add each new reading to the strips once, and forget services that are gone."""
        living: set[tuple[object, str]] = set()
        for reading in self.readings():
            if not isinstance(reading.value, ServicesSnapshot):
                continue
            fresh = self._counted.get(reading.source) != reading.taken_at
            self._counted[reading.source] = reading.taken_at
            for service in reading.value.services:
                key = (reading.source, service.id)
                living.add(key)
                if fresh and service.cpu_percent is not None:
                    self._history[key] = (*self._history.get(key, ()), service.cpu_percent)[-STRIP_CELLS:]
        self._history = {key: numbers for key, numbers in self._history.items() if key in living}
