"""What all panes share: a frame with a title that tells the age of the data, and a body that takes the keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from cockpit.model.readings import Reading, ReadingState, SourceId
from cockpit.ui.bindings import Scope
from cockpit.ui.look import PLAIN_LOOK, Look, look_of
from cockpit.ui.present.words import freshness, trouble
from cockpit.ui.spans import EMPTY, Line, Span, Tone, line
from cockpit.ui.widgets.columns import Column
from cockpit.ui.widgets.frame_title import FrameTitle
from cockpit.ui.widgets.line_table import LineTable
from cockpit.ui.widgets.ring_log import RingLog
from cockpit.ui.widgets.table_state import Row

if TYPE_CHECKING:
    from cockpit.engine.session import Session
    from cockpit.ui.screens.sheet import Sheet


class Pane(Vertical):
    """A numbered pane.

    Attributes:
        number, label: as in the title and on the keys.
        scope: whose keys are valid here besides the common ones.
        frozen: True while the person wants it to stand still.
    """

    number: ClassVar[int] = 0
    label: ClassVar[str] = ""
    scope: ClassVar[Scope] = Scope.TABLE

    def __init__(self) -> None:
        super().__init__(id=self.label.lower().replace(" ", "-").replace("cron-", ""))
        self.session: Session | None = None
        self.look: Look = PLAIN_LOOK
        self.frozen = False
        self.tabs: tuple[str, ...] = ()
        self.title_line = FrameTitle()

    @property
    def body(self) -> LineTable | RingLog:
        """What takes the keys."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """Title and body."""
        yield self.title_line
        yield self.body

    def attach(self, session: Session) -> None:
        """Show this session from now on."""
        self.session = session
        self.look = look_of(session)
        self.title_line.shapes = self.look.shapes

    def readings(self) -> tuple[Reading[object], ...]:
        """The readings that it shows."""
        return ()

    def refill(self, now: datetime) -> None:
        """Show what the board says now."""

    def summary(self, now: datetime) -> Line:
        """The gist, for the title."""
        return EMPTY

    def copy_text(self) -> str:
        """What `y` copies, "" for nothing."""
        return ""

    def argument(self) -> str:
        """What a step takes from the selected row, "" for nothing."""
        return ""

    def detail(self, now: datetime, cells: int) -> tuple[str, list[Line]] | None:
        """Title and text of the selected row in full, None when there is none."""
        return None

    def sheet(self, now: datetime, cells: int) -> Sheet[None] | None:
        """A sheet of its own for the selected row; None shows `detail`."""
        return None

    def find(self, needle: str) -> None:
        """Find or filter; "" ends it."""

    def needle(self) -> str:
        """What is searched for now."""
        return ""

    def freeze(self, frozen: bool) -> None:
        """Stand still, or go on."""
        self.frozen = frozen

    def source_ids(self) -> list[SourceId]:
        """The sources whose interval the keys change."""
        return [reading.source for reading in self.readings()]

    def changed(self, now: datetime) -> None:
        """Take in what is new, unless frozen; bring title and trouble up to date."""
        if not self.frozen:
            self.refill(now)
        self.retitle(now)

    def retitle(self, now: datetime) -> None:
        """Bring the title up to date: it tells the age of the data."""
        lit = self.body.has_focus
        left: list[Span] = [Span(f"{self.number} ", Tone.KEY), Span(self.label, Tone.TITLE if lit else Tone.PLAIN)]
        left += [Span(f"  {tab}", Tone.FAINT) for tab in self.tabs]
        summary = self.summary(now) if self.session else EMPTY
        if self.needle():
            left += [Span("  /", Tone.KEY), Span(self.needle(), Tone.STRONG)]
        if summary:
            left += [Span("  "), *summary]
        age = self.age(now) if self.session else line("starting", Tone.DIM)
        right = (Span("frozen  ", Tone.WARN), *age) if self.frozen else age
        self.title_line.show(tuple(left), right, edge=Tone.FRAME_LIT if lit else Tone.FRAME)
        self._tell_trouble()

    def age(self, now: datetime) -> Line:
        """The right end of the title."""
        return freshness(self.readings(), now)

    def _tell_trouble(self) -> None:
        reason = self.look.text(trouble(self.readings())) if self.session else ""
        content = Content(reason) if reason else Content("")
        if str(self.body.border_subtitle or "") != reason:
            self.body.border_subtitle = content


class TablePane(Pane):
    """A pane whose body is a table."""

    columns: ClassVar[tuple[Column, ...]] = ()
    orders: ClassVar[tuple[tuple[str, int], ...]] = ()
    """Names of the ways to sort, with the column that each is marked on."""

    def __init__(self) -> None:
        super().__init__()
        self.table = LineTable(self.columns)
        self.order = 0
        if self.orders:
            self.table.sorted_column = self.orders[0][1]

    @property
    def body(self) -> LineTable:
        """The table."""
        return self.table

    def attach(self, session: Session) -> None:
        """Show this session from now on."""
        super().attach(session)
        self.table.shapes = self.look.shapes

    def rows(self, now: datetime) -> Sequence[Row]:
        """The rows as the board has them now."""
        return ()

    def refill(self, now: datetime) -> None:
        """Show what the board says now; what can no longer be trusted is drawn faintly."""
        readings = self.readings()
        states = {reading.state for reading in readings}
        if self.session is None:
            self.table.empty = "starting" + self.look.shapes.ellipsis
        elif not readings:
            self.table.empty = "no such source is configured"
        elif states <= {ReadingState.PENDING}:
            self.table.empty = "reading" + self.look.shapes.ellipsis
        else:
            self.table.empty = self.look.text(trouble(readings)) or "nothing to show"
        self.table.set_rows(self.rows(now))
        self.table.dim(bool(states) and states <= {ReadingState.STALE, ReadingState.FAILED})

    def sort_next(self, now: datetime) -> str:
        """Sort in the next way and return its name, "" when there is but one."""
        if len(self.orders) < 2:
            return ""
        self.order = (self.order + 1) % len(self.orders)
        name, column = self.orders[self.order]
        self.table.sort_mark(column)
        self.refill(now)
        return name

    def sort_other_way(self, now: datetime) -> str:
        """Turn the order round and say how it is now, "" when it cannot be."""
        return ""

    def find(self, needle: str) -> None:
        """Show only rows that contain the text."""
        self.table.filter(needle)

    def needle(self) -> str:
        """What rows are filtered by."""
        return self.table.state.needle

    def copy_text(self) -> str:
        """The row under the cursor."""
        return self.table.current.text if self.table.current else ""

    def title_text(self) -> str:
        """The title as text, for tests."""
        return self.title_line.text
