"""Pane 5: the logs of all services, by arrival."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from cockpit.model.logs import Level, LogLine
from cockpit.model.readings import Reading, SourceKind
from cockpit.ui.bindings import Scope
from cockpit.ui.panes.base import Pane
from cockpit.ui.present.logs import log_spans
from cockpit.ui.spans import Line, Span, Tone, wrap
from cockpit.ui.widgets.ring_log import RingLog

if TYPE_CHECKING:
    from cockpit.engine.session import Session

LEVELS = (Level.NONE, Level.WARN, Level.ERROR)


class LogsPane(Pane):
    """Follows; moving up lets go of the end, `G` takes hold of it again."""

    number = 5
    label = "Logs"
    scope = Scope.LOGS

    def __init__(self) -> None:
        super().__init__()
        self.log_view = RingLog(self._draw)
        self._names = 0

    @property
    def body(self) -> RingLog:
        """The window on the ring."""
        return self.log_view

    def attach(self, session: Session) -> None:
        """Show this session from now on."""
        super().attach(session)
        names = [r.source.name for r in session.board.of_kind(SourceKind.LOGS)]
        self._names = min(14, max(map(len, names))) if len(names) > 1 else 0
        self.log_view.attach(session.logs)

    def readings(self) -> tuple[Reading[object], ...]:
        """The readings of all logs."""
        return self.session.board.of_kind(SourceKind.LOGS) if self.session else ()

    def refill(self, now: datetime) -> None:
        """Take in what is new."""
        self.log_view.look_again()

    def freeze(self, frozen: bool) -> None:
        """Stand still, or go on."""
        super().freeze(frozen)
        self.log_view.window.freeze(frozen)

    def changed(self, now: datetime) -> None:
        """Take in what is new; a frozen window counts what it misses."""
        self.log_view.look_again()
        self.retitle(now)

    def summary(self, now: datetime) -> Line:
        """What is shown, and how: `api, worker · follow`."""
        window = self.log_view.window
        mode = Span("follow", Tone.OK) if window.following else Span("held, G follows", Tone.WARN)
        spans = [Span(window.stream or "all", Tone.DIM), Span(" · ", Tone.FAINT), mode]
        if window.least is not Level.NONE:
            spans += [Span(" · ", Tone.FAINT), Span(f"{window.least.value} and worse", Tone.WARN)]
        if window.missed:
            spans += [Span(" · ", Tone.FAINT), Span(f"{window.missed:,} new", Tone.WARN)]
        if window.dropped:
            spans += [Span(" · ", Tone.FAINT), Span(f"{window.dropped:,} dropped", Tone.WARN)]
        return tuple(spans)

    def next_level(self) -> None:
        """Show all, then warnings and errors, then errors."""
        window = self.log_view.window
        window.filter(LEVELS[(LEVELS.index(window.least) + 1) % len(LEVELS)], window.stream)
        self.log_view.refresh()

    def next_stream(self) -> None:
        """Show the next single log, then all again."""
        window = self.log_view.window
        names = ["", *window.streams]
        here = names.index(window.stream) if window.stream in names else 0
        window.filter(window.least, names[(here + 1) % len(names)])
        self.log_view.refresh()

    def find(self, needle: str) -> None:
        """Search upwards from the newest line."""
        self.log_view.window.match = None
        self.log_view.find(needle)

    def needle(self) -> str:
        """What is searched for now."""
        return self.log_view.window.needle

    def copy_text(self) -> str:
        """The matched line, else the newest on the screen."""
        entry = self._current()
        return self.look.text(entry.text) if entry else ""

    def detail(self, now: datetime, cells: int) -> tuple[str, list[Line]] | None:
        """The matched line, else the newest on the screen, in full."""
        entry = self._current()
        if entry is None:
            return None
        head = (Span(f"{entry.at:%Y-%m-%d %H:%M:%S}Z  {entry.stream}  {entry.level.value}", Tone.DIM),)
        return f"log {entry.stream}", [head, *((Span(part),) for part in wrap(self.look.text(entry.text), cells))]

    def _current(self) -> LogLine | None:
        window, shown = self.log_view.window, self.log_view.lines()
        if window.match is not None:
            return window.line(window.match)
        return shown[-1] if shown else None

    def _draw(self, entry: LogLine) -> Line:
        return (Span(" "), *log_spans(entry, self.log_view.window.needle, self._names, self.look))
