"""Pane 3: cron locks, and PostgreSQL's advisory locks beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.events import Resize

from cockpit.engine.contention import LogContention
from cockpit.engine.lock_owner import Owners, with_owner
from cockpit.model.jobs import JobRun, JobsSnapshot
from cockpit.model.locks import AdvisorySnapshot, CronLock, LocksSnapshot
from cockpit.model.readings import Reading, ReadingState, SourceId, SourceKind
from cockpit.model.services import ServicesSnapshot
from cockpit.ui.bindings import Scope
from cockpit.ui.panes.base import TablePane
from cockpit.ui.present.locks import COLUMNS, RANK, AnyLock, Seen, columns_for, figures_lines, lock_cells, locks_summary
from cockpit.ui.spans import EMPTY, Line, Tone, line
from cockpit.ui.widgets.lines import Lines
from cockpit.ui.widgets.table_state import Row

if TYPE_CHECKING:
    from cockpit.engine.session import Session
    from cockpit.ui.screens.sheet import Sheet

MOST = 1_000
"""Rows at the most, the troubled ones first; the key browser shows them all."""
RECOUNT = 5
"""Seconds after which refusals are counted anew, since old ones no longer count."""
_TOLD_BY = (LocksSnapshot, AdvisorySnapshot, JobsSnapshot, ServicesSnapshot)
TALL = 16
"""Lines of the pane from which it has room for the servers' figures."""


class LocksPane(TablePane):
    """Locks of all servers, the troubled ones first."""

    number = 3
    label = "Cron locks"
    scope = Scope.LOCKS
    columns = COLUMNS
    orders = (("trouble", 1), ("name", 0), ("time held", 3), ("time left", 4), ("last run", 5))

    def __init__(self) -> None:
        super().__init__()
        self.head = Lines(name="locks-head")
        self._contention: LogContention | None = None
        self._found: list[tuple[SourceId, Seen]] = []
        self._found_in: tuple[object, ...] = ()
        self._counted_in: tuple[int, int] = (-1, -1)
        self._told: Sequence[object] = ()
        self._made: dict[object, tuple[Seen, Row]] = {}

    def compose(self) -> ComposeResult:
        """Title, figures, table."""
        yield self.title_line
        yield self.head
        yield self.body

    def attach(self, session: Session) -> None:
        """Show this session from now on."""
        super().attach(session)
        self._contention = LogContention(session.logs)

    def on_resize(self, event: Resize) -> None:
        """More room shows the servers' figures, and names in full."""
        self.table.columns = columns_for(event.size.width)
        self._bring_up_head()

    def readings(self) -> tuple[Reading[object], ...]:
        """The readings of the servers' locks."""
        if self.session is None:
            return ()
        board = self.session.board
        found = [r for r in board.of_kind(SourceKind.REDIS) if r.source.name == r.source.system]
        return (*found, *(r for r in board.of_kind(SourceKind.POSTGRES) if r.source.name.endswith("/advisory")))

    def refill(self, now: datetime) -> None:
        """Show what the board says now."""
        super().refill(now)
        self._bring_up_head()

    def rows(self, now: datetime) -> Sequence[Row]:
        """One row a lock."""
        self._look_when_changed(now)
        made: dict[object, tuple[Seen, Row]] = {}
        for source, seen in self._found[:MOST]:
            key = (source, _identity(seen.lock))
            before = self._made.get(key)
            fits = before is not None and before[0] == seen and seen.plan is None
            made[key] = before if before and fits else (seen, Row(key, lock_cells(seen, now, self.look)))
        self._made = made
        return [row for _, row in made.values()]

    def _look_when_changed(self, now: datetime) -> None:
        """Put everything together anew only for new readings or another order; refusals follow the log, too."""
        values = [r.value for r in self.session.board.readings.values()] if self.session else []
        told = [v for v in values if isinstance(v, _TOLD_BY)]
        inputs = (*map(id, told), self.order)
        end = self.session.logs.end if self.session else 0
        counted_in = (end, int(now.timestamp()) // RECOUNT)
        if inputs != self._found_in:
            self._found_in, self._told = inputs, told
            self._found = self._look()
            self._found.sort(key=lambda found: self._place(found[1]))
        elif counted_in == self._counted_in:
            return
        self._counted_in = counted_in
        self._take_refusals(now)

    def summary(self, now: datetime) -> Line:
        """`1 stale · 2 held`."""
        if not any(reading.value is not None for reading in self.readings()):
            return EMPTY
        cut = any(snapshot.truncated for _, snapshot in self._snapshots())
        return locks_summary([seen for _, seen in self._found], truncated=cut or len(self._found) > MOST)

    def selected(self) -> tuple[SourceId, Seen] | None:
        """The lock under the cursor with all that is known of it, None when there is none."""
        row = self.table.current
        return self._of(row.key) if row is not None else None

    def chosen(self) -> list[tuple[SourceId, AnyLock]]:
        """The tagged locks in the order of the rows, else the one under the cursor."""
        found = [self._of(key) for key in self.table.state.chosen]
        return [(source, seen.lock) for source, seen in filter(None, found)]

    def offers(self) -> list[tuple[str, str]]:
        """All keys in Redis, and what is known of each in a few words."""
        found = []
        for _, snapshot in self._snapshots():
            for lock in snapshot.locks:
                owner = f", {self.look.text(lock.owner)}" if lock.owner else ""
                found.append((lock.shown, f"{lock.state.value}{owner}"))
        return found

    def sheet(self, now: datetime, cells: int) -> Sheet[None] | None:
        """All about the selected lock."""
        from cockpit.ui.screens.lock import LockSheet

        found = self.selected()
        if found is None or self.session is None:
            return None
        return LockSheet(found[1], self.session, self.look, now)

    def argument(self) -> str:
        """The key, or the pid of the session that holds an advisory lock."""
        found = self.selected()
        if found is None:
            return ""
        lock = found[1].lock
        return lock.shown if isinstance(lock, CronLock) else str(lock.pid)

    def _of(self, key: object) -> tuple[SourceId, Seen] | None:
        return next(((s, seen) for s, seen in self._found if (s, _identity(seen.lock)) == key), None)

    def _place(self, seen: Seen) -> tuple[object, ...]:
        lock, last = seen.lock, seen.run.last_run if seen.run else None
        ttl = lock.ttl if isinstance(lock, CronLock) else None
        by = {
            "name": (seen.name,),
            "time held": (-(lock.age or 0.0),),
            "time left": (ttl is None, ttl or 0.0),
            "last run": (last is None, last.timestamp() if last else 0.0),
        }
        return (*by.get(self.orders[self.order][0], ()), RANK[seen.state], not isinstance(lock, CronLock), seen.name)

    def _look(self) -> list[tuple[SourceId, Seen]]:
        """Every lock with what else is known of it."""
        jobs, owners = self._jobs(), Owners(self._services())
        found: list[tuple[SourceId, Seen]] = []
        for source, snapshot in self._snapshots():
            for lock in snapshot.locks:
                known = with_owner(lock, owners)
                run = jobs.get(lock.job.name) if lock.job else None
                alive = owners.find(lock.owner)[1] if lock.owner_alive is None else ""
                found.append((source, Seen(known, run, alive=alive)))
        for reading in self.readings():
            if isinstance(reading.value, AdvisorySnapshot):
                found += [(reading.source, Seen(held)) for held in reading.value.locks]
        return found

    def _take_refusals(self, now: datetime) -> None:
        """Count anew how often the locks of jobs were found held."""
        if self._contention is None:
            return
        planned = [(index, seen.plan) for index, (_, seen) in enumerate(self._found) if seen.plan is not None]
        self._contention.take_in([plan for _, plan in planned])
        for index, plan in planned:
            source, seen = self._found[index]
            self._found[index] = (source, _with_refusals(seen, self._contention.count(plan, now)))

    def _bring_up_head(self) -> None:
        lines: list[Line] = []
        for source, snapshot in self._snapshots():
            lines += [line(self.look.text(note), Tone.WARN) for note in snapshot.notes]
            if snapshot.figures is not None and self.size.height >= TALL:
                lines.append(figures_lines(source.name, snapshot.figures, self.look))
        most = max(0, self.size.height // 3)
        self.head.show(lines[:most])
        self.head.styles.height = min(len(lines), most)
        self.head.display = bool(lines[:most])

    def _snapshots(self) -> list[tuple[SourceId, LocksSnapshot]]:
        return [(r.source, r.value) for r in self.readings() if isinstance(r.value, LocksSnapshot)]

    def _jobs(self) -> dict[str, JobRun]:
        values = (reading.value for reading in self.session.board.readings.values()) if self.session else ()
        return {run.name: run for value in values if isinstance(value, JobsSnapshot) for run in value.runs}

    def _services(self) -> list[ServicesSnapshot]:
        """The services that were read lately: what is stale proves nobody's death."""
        readings = self.session.board.readings.values() if self.session else ()
        return [r.value for r in readings if r.state is ReadingState.FRESH and isinstance(r.value, ServicesSnapshot)]


def _identity(lock: AnyLock) -> object:
    return lock.key if isinstance(lock, CronLock) else (lock.pid, lock.name, lock.mode)


def _with_refusals(seen: Seen, logged: int) -> Seen:
    """How often the lock was found held: by the job's counter or by log lines, whichever has seen more."""
    counted = seen.run.contended if seen.run is not None else None
    if counted is not None and counted >= logged:
        return replace(seen, refused=counted, counted="its counter")
    return replace(seen, refused=logged, counted="log lines")
