"""Pane 1: what the checks say, worst first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cockpit.engine.changes import LATELY, all_changes, since
from cockpit.model.health import CheckResult, HttpSample
from cockpit.model.readings import Reading, SourceId
from cockpit.model.wording import count
from cockpit.ui.bindings import Scope
from cockpit.ui.panes.base import TablePane
from cockpit.ui.present.health import COLUMNS, health_rows, health_summary
from cockpit.ui.present.words import freshness, short_age
from cockpit.ui.spans import EMPTY, Line, Span, Tone, line, width
from cockpit.ui.widgets.table_state import Row

_AROUND = 22
"""Cells of the title that name, age and frame take."""


class HealthPane(TablePane):
    """Checks with value, trend and since when."""

    number = 1
    label = "Health"
    scope = Scope.HEALTH
    columns = COLUMNS

    def rows(self, now: datetime) -> Sequence[Row]:
        """One row a check."""
        return health_rows(self.session.board.health, now, self.look) if self.session else ()

    def refill(self, now: datetime) -> None:
        """Show the results; a check whose source is lost says so itself."""
        self.table.empty = "no checks are configured" if self.session else "starting" + self.look.shapes.ellipsis
        self.table.set_rows(self.rows(now))

    def summary(self, now: datetime) -> Line:
        """`2 crit · 5 ok · 1 change in 1h`, the changes where there is room."""
        if self.session is None:
            return EMPTY
        found = health_summary(self.session.board.health)
        lately = len(since(all_changes(self.session.board), now - LATELY))
        said = f" · {count(lately, 'change')} in 1h"
        room = self.size.width - width(found) - len(said) - _AROUND
        return (*found, Span(said, Tone.ACCENT)) if lately and room >= 0 else found

    def age(self, now: datetime) -> Line:
        """The age of the oldest reading behind a check; when a source is lost, when it is tried again."""
        lost = [r for r in self.session.board.readings.values() if r.next_try and r.failures] if self.session else []
        if lost:
            _, *retry = freshness((min(lost, key=lambda r: r.next_try or now),), now)
            systems = {(r.source.kind, r.source.system) for r in lost}
            return (Span(f"{count(len(systems), 'source')} lost", Tone.WARN), *retry)
        results = self.session.board.health.results if self.session else ()
        ages = [(now - result.taken_at).total_seconds() for result in results if result.taken_at]
        return line(short_age(max(ages)), Tone.DIM) if ages else EMPTY

    def readings(self) -> tuple[Reading[object], ...]:
        """None of its own: each row tells of its source."""
        return ()

    def source_ids(self) -> list[SourceId]:
        """The source behind the selected check."""
        source = self.selected.source if self.selected else None
        return [source] if source is not None and self.session and source in self.session.watch.sources else []

    def detail(self, now: datetime, cells: int) -> tuple[str, list[Line]] | None:
        """All about the selected check."""
        from cockpit.ui.present.check_detail import health_detail

        result = self.selected
        if result is None or self.session is None:
            return None
        value = self.session.board.reading(result.source).value if result.source else None
        sample = value if isinstance(value, HttpSample) else None
        return result.name, health_detail(result, now, self.look, cells, sample)

    @property
    def selected(self) -> CheckResult | None:
        """The check under the cursor."""
        row = self.table.current
        return self.session.board.health.named(str(row.key)) if row and self.session else None
