"""Pane 2: what PostgreSQL is doing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from textual.app import ComposeResult

from cockpit.engine.activity_filter import parse_filter
from cockpit.engine.activity_view import ORDERS, AgeBasis, Shown, View, Wish, arrange, descends, sort_rows
from cockpit.model.activity import ActivitySnapshot, Backend
from cockpit.model.blocking import Blocking
from cockpit.model.database import DatabaseFigures
from cockpit.model.errors import CockpitError
from cockpit.model.readings import Reading, SourceId, SourceKind
from cockpit.ui.bindings import Scope
from cockpit.ui.panes.columned import ColumnedPane
from cockpit.ui.present.activity import (
    CATALOGUE,
    ROOMY,
    USUAL,
    RowMaker,
    activity_summary,
    blocking_words,
    columns_of,
    wish_words,
)
from cockpit.ui.spans import EMPTY, Line, Span, Tone, joined
from cockpit.ui.widgets.columns import Column
from cockpit.ui.widgets.lines import Lines
from cockpit.ui.widgets.table_state import Row

if TYPE_CHECKING:
    from cockpit.engine.session import Session
    from cockpit.ui.screens.sheet import Sheet

TALL = 22
"""Lines of the pane from which the figures of the database stand above the table."""
FIGURES = "figures"
"""The way of a source that tells the figures: `main/figures`."""
_EMPTY = {
    View.BLOCKING: "nobody blocks anybody",
    View.WAITING: "nobody waits for a lock",
    View.RUNNING: "nothing is running",
    View.ALL: "no sessions",
}


class ActivityPane(ColumnedPane):
    """Backends of one database or of all: all of them, those that run or wait, or the blocking tree."""

    number = 2
    label = "Activity"
    scope = Scope.ACTIVITY
    columns = columns_of(USUAL, AgeBasis.TRANSACTION)
    catalogue = CATALOGUE
    usual = USUAL
    roomy = ROOMY
    remembered_as = "activity.columns"

    def __init__(self) -> None:
        super().__init__()
        self.wish = Wish()
        self.head = Lines(name="activity-head")
        self._words = ""
        self._shown_database = 0
        self._maker = RowMaker(self.look)
        self._shown: list[Shown] = []
        self._made_of: tuple[object, ...] = ()
        self._made: list[Row] = []
        self._came_from: list[object] = []
        self._mark()

    def compose(self) -> ComposeResult:
        """Title, figures, table."""
        yield self.title_line
        yield self.head
        yield self.body

    def attach(self, session: Session) -> None:
        """Show this session from now on."""
        super().attach(session)
        self._maker, self._made_of = RowMaker(self.look), ()

    # --- what it shows ---

    @property
    def view(self) -> View:
        """The view that is shown."""
        return self.wish.view

    def readings(self) -> tuple[Reading[object], ...]:
        """The readings of the databases that are shown."""
        found = self._databases()
        if not found or self.shows_all:
            return tuple(found)
        return (found[self._shown_database % _choices(found)],)

    @property
    def shows_all(self) -> bool:
        """Whether the sessions of several databases stand together."""
        found = self._databases()
        return len(found) > 1 and self._shown_database % _choices(found) == len(found)

    def snapshots(self) -> list[tuple[SourceId, ActivitySnapshot]]:
        """The last good snapshot of each database that is shown; a server that is named twice is shown once."""
        servers: set[str] = set()
        found = []
        for reading in self.readings():
            if isinstance(reading.value, ActivitySnapshot) and (not reading.server or reading.server not in servers):
                servers.update([reading.server] if reading.server else [])
                found.append((reading.source, reading.value))
        return found

    def snapshot(self) -> ActivitySnapshot | None:
        """The snapshot of the first database that is shown."""
        return next((snapshot for _, snapshot in self.snapshots()), None)

    def next_database(self) -> None:
        """Show the next database, and after the last one all of them."""
        self._shown_database += 1
        self._choose_columns()

    def show(self, view: View, now: datetime) -> None:
        """Show another view."""
        self.ask(replace(self.wish, view=view), now)

    def ask(self, wish: Wish, now: datetime) -> None:
        """Show the backends in another way."""
        basis = wish.basis is not self.wish.basis
        self.wish = wish
        if basis:
            self._choose_columns()
        self._mark()
        self.refill(now)
        self.retitle(now)

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
        return "greatest first" if descends(self.wish.order, self.wish.reverse) else "least first"

    def find(self, needle: str) -> None:
        """Show only backends that the filter line fits."""
        self._words = needle
        self.wish = replace(self.wish, filter=parse_filter(needle))
        if self.session is not None:
            self.refill(self.session.clock.now())

    def needle(self) -> str:
        """The filter line."""
        return self._words

    def rows(self, now: datetime) -> Sequence[Row]:
        """One row a backend; made anew only when there is something new, since ages are those of the snapshot."""
        snapshots = self.snapshots()
        made_of = (self.wish, self._names, *(snapshot for _, snapshot in snapshots))
        if len(made_of) == len(self._made_of) and all(a is b for a, b in zip(made_of, self._made_of, strict=True)):
            return self._made
        self._made_of, self._shown = made_of, []
        for source, snapshot in snapshots:
            self._shown += arrange(source, snapshot.backends, self.wish, self._maker.visible)
        if self.shows_all and self.view is not View.BLOCKING:
            self._shown = sort_rows(self._shown, self.wish.order, reverse=self.wish.reverse)
        self._made = self._maker.rows(self._shown, self._names)
        return self._made

    def refill(self, now: datetime) -> None:
        """Show what the board says now."""
        super().refill(now)
        if self.snapshot() is not None and self.table.empty == "nothing to show":
            self.table.empty = "no session fits the filter" if self._words else _EMPTY[self.view]
        self._bring_up_head(now)

    def summary(self, now: datetime) -> Line:
        """`42/100 · 3 waiting · all`."""
        snapshots = self.snapshots()
        if not snapshots:
            return EMPTY
        if self.shows_all:
            each = [
                (Span(f"{source.name} ", Tone.ACCENT), Span(f"{s.connections}/{s.max_connections}"))
                for source, s in snapshots
            ]
            return joined([*each, *((word,) for word in wish_words(self.wish))], " · ")
        summary = activity_summary(snapshots[0][1], self.wish)
        several = len(self._databases()) > 1
        return (Span(f"{snapshots[0][0].name}  ", Tone.ACCENT), *summary) if several else summary

    # --- the row under the cursor ---

    def chosen(self) -> tuple[SourceId, list[Backend]] | None:
        """The tagged backends, else the one under the cursor; None when there is none.

        Raises:
            CockpitError: when the tagged ones are on several servers.
        """
        keys = set(self.table.state.chosen)
        found = [
            (source, backend)
            for source, snapshot in self.snapshots()
            for backend in snapshot.backends
            if (backend.pid, backend.backend_start, source) in keys
        ]
        if len({source for source, _ in found}) > 1:
            raise CockpitError("the tagged sessions are on several servers", "act on one server at a time")
        return (found[0][0], [backend for _, backend in found]) if found else None

    def current(self) -> tuple[SourceId, ActivitySnapshot, Backend] | None:
        """The backend under the cursor with its snapshot and source."""
        row = self.table.current
        if row is None:
            return None
        for source, snapshot in self.snapshots():
            for backend in snapshot.backends:
                if (backend.pid, backend.backend_start, source) == row.key:
                    return source, snapshot, backend
        return None

    def sheet(self, now: datetime, cells: int) -> Sheet[None] | None:
        """All about the selected backend."""
        found = self.current()
        if found is None or self.session is None:
            return None
        from cockpit.ui.screens.backend import BackendSheet

        return BackendSheet(*found, self.session, self.look, cells)

    def jump_to_blocker(self) -> str:
        """Put the cursor on the backend that the selected one waits for; why not, or "" when it is there."""
        found = self.current()
        if found is None:
            return "no row is selected"
        source, snapshot, backend = found
        if not backend.blocked_by:
            return f"nobody blocks {backend.pid}"
        named = [snapshot.backend(pid) for pid in backend.blocked_by]
        seen = [one for one in named if one is not None]
        if not seen:
            return f"{', '.join(map(str, backend.blocked_by))} blocks it and cannot be seen by this role"
        blocking = Blocking(snapshot.backends)
        nearest = max(seen, key=lambda one: (blocking.frees(one.pid), -one.pid))
        here = self.table.current.key if self.table.current else None
        if not self._go_to((nearest.pid, nearest.backend_start, source)):
            return f"{nearest.pid} blocks it and is not in this view"
        self._came_from.append(here)
        return ""

    def jump_back(self) -> str:
        """Put the cursor back to where the last jump began; why not, or "" when it is there."""
        while self._came_from:
            if self._go_to(self._came_from.pop()):
                return ""
        return "there is nothing to go back to"

    def copy_text(self) -> str:
        """The query of the selected backend."""
        found = self.current()
        return self.look.query(found[2].query) if found else ""

    def argument(self) -> str:
        """The pid."""
        found = self.current()
        return str(found[2].pid) if found else ""

    # --- columns ---

    def _origin(self) -> str:
        return "server" if self.shows_all else ""

    def _columns(self) -> tuple[Column, ...]:
        return columns_of(self._names, self.wish.basis)

    def _mark(self) -> None:
        """Mark the heading of the column that the rows are sorted by; the tree has an order of its own."""
        order = [name for name in CATALOGUE if name in self._names]
        sorted_by = self.wish.order if self.view is not View.BLOCKING else ""
        index = order.index(sorted_by) if sorted_by in order else -1
        self.table.sort_mark(index, ascending=not descends(self.wish.order, self.wish.reverse))

    # --- figures ---

    def figures(self) -> list[tuple[SourceId, DatabaseFigures]]:
        """The last good figures of the databases that are shown."""
        if self.session is None:
            return []
        shown = {reading.source.name for reading in self.readings()}
        return [
            (r.source, r.value)
            for r in self.session.board.of_kind(SourceKind.POSTGRES)
            if r.source.system in shown and isinstance(r.value, DatabaseFigures)
        ]

    def _bring_up_head(self, now: datetime) -> None:
        from cockpit.ui.present.database import head_lines, hidden_lines

        cells = max(20, self.size.width - 4)
        lines = [found for _, s in self.snapshots() for found in hidden_lines(self.look.text(s.hidden), cells)]
        if self.size.height >= TALL:
            words = blocking_words(self._shown) if self.view is View.BLOCKING else ""
            lines += head_lines(self.snapshots(), self.figures(), words, self.look, cells)
        most = max(0, self.size.height // 3)
        self.head.show(lines[:most])
        self.head.styles.height = min(len(lines), most)
        self.head.display = bool(lines)

    def _go_to(self, key: object) -> bool:
        if not any(row.key == key for row in self.table.state.rows):
            return False
        self.table.move_to_key(key)
        return True

    def _databases(self) -> list[Reading[object]]:
        if self.session is None:
            return []
        return [r for r in self.session.board.of_kind(SourceKind.POSTGRES) if r.source.name == r.source.system]


def _choices(databases: Sequence[object]) -> int:
    """Each database alone, and where there are several, all of them together."""
    return len(databases) + (1 if len(databases) > 1 else 0)
