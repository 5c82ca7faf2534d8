"""Pane 4: containers, pm2 applications and processes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from cockpit.engine.services_view import ORDERS, Arranged, Found, ServicesWish, arrange, descends
from cockpit.model.errors import CockpitError
from cockpit.model.readings import Reading, SourceId, SourceKind
from cockpit.model.services import Service, ServicesSnapshot
from cockpit.ui.bindings import Scope
from cockpit.ui.panes.columned import ColumnedPane
from cockpit.ui.present.services import (
    CATALOGUE,
    COLUMNS,
    ROOMY,
    STRIP_CELLS,
    USUAL,
    ServiceRows,
    columns_of,
    service_detail,
    services_summary,
)
from cockpit.ui.present.words import short_age
from cockpit.ui.spans import EMPTY, Line, Span, Tone, joined, line
from cockpit.ui.widgets.columns import Column
from cockpit.ui.widgets.table_state import Row

if TYPE_CHECKING:
    from cockpit.engine.session import Session
    from cockpit.ui.screens.sheet import Sheet

RESTART_SAID = 600.0
"""Seconds for which the title says that an engine was restarted."""
_KINDS = (SourceKind.DOCKER, SourceKind.PM2, SourceKind.PROCESSES)


class ServicesPane(ColumnedPane):
    """Services of all engines and supervisors, what does not run first."""

    number = 4
    label = "Services"
    scope = Scope.SERVICES
    columns = COLUMNS
    catalogue = CATALOGUE
    usual = USUAL
    roomy = ROOMY
    remembered_as = "services.columns"

    def __init__(self) -> None:
        super().__init__()
        self.wish = ServicesWish()
        self.arranged = Arranged((), grouped=False)
        self._maker = ServiceRows(self.look)
        self._history: dict[tuple[object, str], tuple[float, ...]] = {}
        self._counted: dict[SourceId, datetime | None] = {}
        self._made_of: tuple[object, ...] = ()
        self._made: list[Row] = []
        self._mark()

    def attach(self, session: Session) -> None:
        """Show this session from now on."""
        super().attach(session)
        self._maker, self._made_of = ServiceRows(self.look), ()

    # --- what it shows ---

    def readings(self) -> tuple[Reading[object], ...]:
        """The readings of all engines and supervisors."""
        if self.session is None:
            return ()
        return tuple(reading for kind in _KINDS for reading in self.session.board.of_kind(kind))

    def rows(self, now: datetime) -> Sequence[Row]:
        """One row a service, and a heading above each project; made anew only when there is something new."""
        self._remember()
        made_of = (self.wish, self._names, *(snapshot for _, snapshot in self.snapshots()))
        if len(made_of) != len(self._made_of) or any(a is not b for a, b in zip(made_of, self._made_of, strict=True)):
            self._made_of = made_of
            self.arranged = arrange(self.found(), self.wish, self._maker.visible, now)
            self._made = self._maker.rows(self.arranged, self._names, self._history, now)
        return self._made

    def found(self) -> list[Found]:
        """All services of all sources."""
        return [Found(source, service) for source, snapshot in self.snapshots() for service in snapshot.services]

    def snapshots(self) -> list[tuple[SourceId, ServicesSnapshot]]:
        """The last good snapshot of each source."""
        return [(r.source, r.value) for r in self.readings() if isinstance(r.value, ServicesSnapshot)]

    def refill(self, now: datetime) -> None:
        """Show what the board says now."""
        super().refill(now)
        if self.table.empty == "nothing to show":
            if self.wish.filter:
                self.table.empty = "no service fits the filter"
            elif self.arranged.hidden:
                self.table.empty = "nothing runs; h shows what does not"

    def summary(self, now: datetime) -> Line:
        """`5 running · 1 not running`."""
        services = [one.service for one in self.found()]
        parts = [services_summary(services, self.arranged.hidden)]
        if self.wish.order != "state":
            parts.append(line(f"by {self.wish.order}", Tone.DIM))
        if self.arranged.filtered:
            parts.append(line(f"{self.arranged.filtered} filtered out", Tone.DIM))
        parts += [line(f"{self.look.text(s.remark)}", Tone.WARN) for _, s in self.snapshots() if s.remark]
        parts += [line(said, Tone.WARN) for said in self._restarted(now)]
        return joined([part for part in parts if part], " · ")

    def _restarted(self, now: datetime) -> list[str]:
        """Which engines were restarted lately."""
        found = []
        for reading in self.readings():
            at = reading.restarted_at
            if at is not None and (now - at).total_seconds() < RESTART_SAID:
                found.append(f"{reading.source.name} restarted {short_age((now - at).total_seconds())} ago")
        return found

    # --- how it shows it ---

    def ask(self, wish: ServicesWish, now: datetime) -> None:
        """Show the services in another way."""
        self.wish = wish
        self._mark()
        self.refill(now)
        self.retitle(now)

    def toggle_stopped(self, now: datetime) -> str:
        """Hide what does not run, or show it; says what is so now."""
        self.ask(replace(self.wish, stopped=not self.wish.stopped), now)
        return "all services are shown" if self.wish.stopped else f"{self.arranged.hidden} that do not run are hidden"

    def toggle_groups(self, now: datetime) -> str:
        """Group by project, or do not; says what is so now."""
        self.ask(replace(self.wish, grouped=not self.arranged.grouped), now)
        return "grouped by project" if self.wish.grouped else "all projects together"

    def sort_next(self, now: datetime) -> str:
        """Sort by the next column that is shown, and say by which."""
        orders = [name for name in ORDERS if name in self._names]
        here = orders.index(self.wish.order) if self.wish.order in orders else -1
        order = orders[(here + 1) % len(orders)]
        self.ask(replace(self.wish, order=order, reverse=False), now)
        return order

    def sort_other_way(self, now: datetime) -> str:
        """Turn the order round, and say how it is now."""
        self.ask(replace(self.wish, reverse=not self.wish.reverse), now)
        return "greatest first" if descends(self.wish.order, reverse=self.wish.reverse) else "least first"

    def find(self, needle: str) -> None:
        """Show only services that the filter line fits."""
        self.wish = replace(self.wish, filter=needle)
        if self.session is not None:
            self.refill(self.session.clock.now())

    def needle(self) -> str:
        """The filter line."""
        return self.wish.filter

    def _origin(self) -> str:
        return "host" if len(self.readings()) > 1 else ""

    def _columns(self) -> tuple[Column, ...]:
        return columns_of(self._names)

    def _mark(self) -> None:
        """Mark the heading of the column that the rows are sorted by; worst first is the order of no column."""
        shown = [name for name in CATALOGUE if name in self._names]
        order = self.wish.order
        index = shown.index(order) if order in shown and (order != "state" or self.wish.reverse) else -1
        self.table.sort_mark(index, ascending=not descends(order, reverse=self.wish.reverse))

    # --- the row under the cursor ---

    def chosen(self) -> tuple[SourceId, Service] | None:
        """The service under the cursor, None when there is none."""
        row = self.table.current
        for one in self.found():
            if row is not None and row.key == (one.source, one.service.id):
                return one.source, one.service
        return None

    def all_chosen(self) -> tuple[SourceId, list[Service]] | None:
        """The tagged services, else the one under the cursor; None when there is none.

        Raises:
            CockpitError: when the tagged ones are of several sources.
        """
        keys = set(self.table.state.chosen)
        found = [one for one in self.found() if (one.source, one.service.id) in keys]
        if len({one.source for one in found}) > 1:
            raise CockpitError("the tagged services are on several hosts", "act on one host at a time")
        return (found[0].source, [one.service for one in found]) if found else None

    def sheet(self, now: datetime, cells: int) -> Sheet[None] | None:
        """All about the selected service, when somebody can look closely at it."""
        found = self.chosen()
        if found is None or self.session is None or found[0] not in self.session.service_inspectors:
            return None
        from cockpit.ui.screens.service import ServiceSheet

        events = next((s.events for source, s in self.snapshots() if source == found[0]), ())
        return ServiceSheet(*found, self.session, self.look, events)

    def detail(self, now: datetime, cells: int) -> tuple[str, list[Line]] | None:
        """What the list knows of the selected service."""
        found = self.chosen()
        return (found[1].name, service_detail(found[1], now, self.look)) if found else None

    def argument(self) -> str:
        """The service's name."""
        found = self.chosen()
        return found[1].name if found else ""

    def copy_text(self) -> str:
        """Name and id of the selected service, and its image."""
        found = self.chosen()
        if found is None:
            return ""
        service = found[1]
        return self.look.text("  ".join(filter(None, (service.name, service.id, service.image))))

    def event_lines(self) -> list[Line]:
        """What happened to services lately, the last first."""
        found = [(source, event) for source, snapshot in self.snapshots() for event in snapshot.events]
        found.sort(key=lambda pair: pair[1].at, reverse=True)
        several = len({source for source, _ in found}) > 1
        return [
            (
                Span(f"{event.at:%H:%M:%S}Z  ", Tone.DIM),
                *((Span(f"{source.name}  ", Tone.ACCENT),) if several else EMPTY),
                Span(f"{self.look.text(event.name)}  ", Tone.STRONG if event.grave else Tone.PLAIN),
                Span(self.look.text(event.what), Tone.WARN if event.grave else Tone.DIM),
                Span(f"  {self.look.text(event.detail)}" if event.detail else "", Tone.FAINT),
            )
            for source, event in found
        ]

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
