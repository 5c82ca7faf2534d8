"""Pane 7: the timeline that writes itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from cockpit.engine.changes import LATELY, Noted, all_changes, change_readings, since
from cockpit.engine.timeline import Moment, TimelineFilter, moments, parse_timeline_filter
from cockpit.model.incident import JournalEntry
from cockpit.model.readings import Reading
from cockpit.model.wording import count
from cockpit.ui.bindings import Scope
from cockpit.ui.panes.base import TablePane
from cockpit.ui.present.timeline import COLUMNS, moment_detail, timeline_rows
from cockpit.ui.spans import Line, Span, Tone, joined, line
from cockpit.ui.widgets.table_state import Row

if TYPE_CHECKING:
    from cockpit.ui.screens.sheet import Sheet

KEPT = 2_000
"""Entries that the pane holds."""
BEFORE = timedelta(days=1)
"""How old changes are shown, and older ones when the record reaches further back."""


class TimelinePane(TablePane):
    """The journal's entries and the changes around them, newest last; it stays at the end while the cursor is there."""

    number = 7
    label = "Timeline"
    scope = Scope.TIMELINE
    columns = COLUMNS

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[JournalEntry] = []
        self._moments: list[Moment] = []
        self._words = ""
        self._filter = TimelineFilter()
        self._made_of: tuple[object, ...] = ()
        self._made: list[Row] = []

    @property
    def last(self) -> int:
        """Sequence of the newest entry that is shown, 0 for none."""
        return self.entries[-1].sequence if self.entries else 0

    def add(self, entries: Sequence[JournalEntry], now: datetime) -> None:
        """Show more entries."""
        if entries:
            self.entries = [*self.entries, *entries][-KEPT:]
            self.changed(now)

    def begin_anew(self) -> None:
        """Forget the entries: they will come once more, and tell another story."""
        self.entries = []

    def readings(self) -> tuple[Reading[object], ...]:
        """The readings of what tells changes; the journal is no source."""
        return change_readings(self.session.board) if self.session else ()

    def rows(self, now: datetime) -> Sequence[Row]:
        """One row a moment; made anew only when there is something new."""
        values = [reading.value for reading in self.readings()]
        minute = now.replace(second=0, microsecond=0) if self._filter.within is not None else None
        made_of = (self.entries, self._words, minute, now.date(), *values)
        if not _same(made_of, self._made_of):
            self._made_of = made_of
            every = moments(self.entries, self._marks(now))
            self._moments = [moment for moment in every if self._filter.fits(moment, now)]
            self._made = timeline_rows(self._moments, now.date(), self.look)
        return self._made

    def refill(self, now: datetime) -> None:
        """Show the entries; the cursor stays at the end while it is there."""
        state = self.table.state
        at_end = state.cursor >= len(state.rows) - 1
        newest = state.rows[-1].key if state.rows else None
        no_journal = self.session is not None and self.session.record is None
        self.table.empty = "an observer keeps no journal" if no_journal else "nothing has happened yet"
        if self._words:
            self.table.empty = "nothing fits the filter"
        self.table.set_rows(self.rows(now))
        rows = self.table.state.rows
        if at_end and rows and rows[-1].key != newest:
            self.table.move_to(len(rows) - 1)

    def find(self, needle: str) -> None:
        """Show only what the filter line fits."""
        self._words, self._filter = needle, parse_timeline_filter(needle)
        if self.session is not None:
            self.refill(self.session.clock.now())

    def needle(self) -> str:
        """The filter line."""
        return self._words

    def summary(self, now: datetime) -> Line:
        """The incident, when there is one, and how much changed in the last hour."""
        incident = self.session.incident.current if self.session else None
        parts: list[Line] = [line(f"{incident.id} {self.look.text(incident.title)}", Tone.DIM)] if incident else []
        lately = len(since(self._noted(), now - LATELY))
        if lately:
            parts.append((Span(f"{count(lately, 'change')} in 1h", Tone.ACCENT),))
        return joined(parts, " · ")

    def age(self, now: datetime) -> Line:
        """How many entries there are."""
        if self._words:
            return line(f"{len(self._moments)} of {len(self.entries)} entries", Tone.DIM)
        return line(f"{len(self.entries)} entries", Tone.DIM)

    def current(self) -> Moment | None:
        """The moment under the cursor."""
        row = self.table.current
        return next((moment for moment in self._moments if row is not None and moment.key == row.key), None)

    def detail(self, now: datetime, cells: int) -> tuple[str, list[Line]] | None:
        """The selected entry in full."""
        moment = self.current()
        if moment is None or not moment.entries:
            return None
        single = len(moment.entries) == 1
        title = f"entry {moment.entries[0].sequence}" if single else f"{len(moment.entries)} entries"
        return title, moment_detail(moment, self.look, cells)

    def sheet(self, now: datetime, cells: int) -> Sheet[None] | None:
        """The selected change in full."""
        moment = self.current()
        if moment is None or moment.noted is None or self.session is None:
            return None
        from cockpit.ui.screens.changes import ChangeSheet

        return ChangeSheet(moment.noted, self.session, self.look, cells)

    def _noted(self) -> list[Noted]:
        return all_changes(self.session.board) if self.session else []

    def _marks(self, now: datetime) -> list[Noted]:
        """The changes that are shown: of the last day, and of all the time that the entries tell of."""
        first = self.entries[0].at if self.entries else now
        return since(self._noted(), min(first, now - BEFORE))


def _same(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    """Whether nothing was replaced; lists and snapshots are compared by identity, which is fast."""
    pairs = zip(one, other, strict=False)
    return len(one) == len(other) and all(a is b or (isinstance(a, str | date) and a == b) for a, b in pairs)
