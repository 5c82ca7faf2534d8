"""Pane 7: the timeline that writes itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cockpit.model.incident import JournalEntry
from cockpit.ui.bindings import Scope
from cockpit.ui.panes.base import TablePane
from cockpit.ui.present.timeline import COLUMNS, entry_detail, timeline_rows
from cockpit.ui.spans import EMPTY, Line, Span, Tone, line
from cockpit.ui.widgets.table_state import Row

KEPT = 2_000
"""Entries that the pane holds."""


class TimelinePane(TablePane):
    """The journal's entries, newest last; it stays at the end while the cursor is there."""

    number = 7
    label = "Timeline"
    scope = Scope.TIMELINE
    columns = COLUMNS

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[JournalEntry] = []

    @property
    def last(self) -> int:
        """Sequence of the newest entry that is shown, 0 for none."""
        return self.entries[-1].sequence if self.entries else 0

    def add(self, entries: Sequence[JournalEntry], now: datetime) -> None:
        """Show more entries."""
        if entries:
            state = self.table.state
            at_end = state.cursor >= len(state.rows) - 1
            self.entries = [*self.entries, *entries][-KEPT:]
            self.changed(now)
            if at_end and not self.frozen:
                self.table.move_to(len(self.table.state.rows) - 1)

    def rows(self, now: datetime) -> Sequence[Row]:
        """One row an entry."""
        return timeline_rows(self.entries, self.look)

    def refill(self, now: datetime) -> None:
        """Show the entries."""
        no_journal = self.session is not None and self.session.journal is None
        self.table.empty = "an observer keeps no journal" if no_journal else "nothing has happened yet"
        self.table.set_rows(self.rows(now))

    def summary(self, now: datetime) -> Line:
        """The incident, when there is one."""
        incident = self.session.incident.current if self.session else None
        return (Span(f"{incident.id} {self.look.text(incident.title)}", Tone.DIM),) if incident else EMPTY

    def age(self, now: datetime) -> Line:
        """How many entries there are."""
        return line(f"{len(self.entries)} entries", Tone.DIM)

    def detail(self, now: datetime, cells: int) -> tuple[str, list[Line]] | None:
        """The selected entry in full."""
        row = self.table.current
        entry = next((e for e in self.entries if row and e.sequence == row.key), None)
        return (f"entry {entry.sequence}", entry_detail(entry, self.look, cells)) if entry else None
