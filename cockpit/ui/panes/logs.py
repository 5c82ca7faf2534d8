"""Pane 5: the logs of all services, mixed by time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.events import Resize

from cockpit.engine.log_buffer import Kept
from cockpit.engine.log_filter import LogWish
from cockpit.model.logs import Level, LogArchive, LogLine
from cockpit.model.readings import Reading, SourceKind
from cockpit.ui.bindings import Scope
from cockpit.ui.panes.base import Pane
from cockpit.ui.present.logs import LogStyle, Stamps, body_spans, columns_line, detail_lines, head_spans, strip_lines
from cockpit.ui.spans import Line, Span, Tone
from cockpit.ui.widgets.lines import Lines
from cockpit.ui.widgets.ring_log import RingLog

if TYPE_CHECKING:
    from cockpit.engine.session import Session
    from cockpit.ui.log_travel import LogTravel
    from cockpit.ui.screens.main import MainScreen

LEVELS = (Level.NONE, Level.WARN, Level.ERROR)
CONTEXTS = (0, 3, 10)
TALL = 20
"""Lines of the pane from which the counts by minute stand above the lines."""
_STRIP_MINUTES = 60
_REMEMBERED_AS = "logs.columns"
_LABEL_CELLS = 24


class LogsPane(Pane):
    """Follows; moving up lets go of the end, `G` takes hold of it again."""

    number = 5
    label = "Logs"
    scope = Scope.LOGS

    def __init__(self) -> None:
        super().__init__()
        self.log_view = RingLog(self._draw)
        self.head = Lines(name="logs-head")
        self.style = LogStyle()
        self.progress = ""
        """What goes on in the background, for the title; "" for nothing."""
        self.bookmarks: dict[int, Kept] = {}
        self._cells: dict[str, int] = {}
        self._travel: LogTravel | None = None

    @property
    def body(self) -> RingLog:
        """The window on the ring."""
        return self.log_view

    def compose(self) -> ComposeResult:
        """Title, counts, lines."""
        yield self.title_line
        yield self.head
        yield self.body

    def attach(self, session: Session) -> None:
        """Show this session from now on."""
        super().attach(session)
        self.log_view.shapes = self.look.shapes
        kept = session.preferences.get(_REMEMBERED_AS)
        columns = tuple(str(name) for name in kept) if isinstance(kept, list) else ()
        self.style = LogStyle(columns=columns, name_cells=self._name_cells(), zone=_local_zone())
        self.log_view.attach(session.logs)

    def begin_anew(self) -> None:
        """Look at the ring anew: it was emptied, and what comes next may be older."""
        if self.session is not None:
            wish = self.log_view.window.wish
            self.log_view.attach(self.session.logs)
            self.ask(wish)

    def archives(self) -> Sequence[LogArchive]:
        """The past of the logs that are switched on and have one."""
        hidden = self.log_view.window.wish.hidden
        found = self.session.archives if self.session else ()
        return [archive for archive in found if archive.stream not in hidden]

    def readings(self) -> tuple[Reading[object], ...]:
        """The readings of all logs."""
        return self.session.board.of_kind(SourceKind.LOGS) if self.session else ()

    def on_resize(self, event: Resize) -> None:
        """More room shows the counts above the lines."""
        if self.session is not None:
            self._bring_up_head(self.session.clock.now())

    def refill(self, now: datetime) -> None:
        """Take in what is new."""
        cells = self._name_cells()
        if self.style.stamps is Stamps.AGO or cells != self.style.name_cells:
            self.restyle(replace(self.style, now=now, name_cells=cells))
        if not self.readings():
            self.log_view.empty = "no log is configured"
        self.log_view.look_again()

    def freeze(self, frozen: bool) -> None:
        """Stand still, or go on."""
        super().freeze(frozen)
        self.log_view.window.freeze(frozen)

    def changed(self, now: datetime) -> None:
        """Take in what is new; a frozen window counts what it misses."""
        self.refill(now)
        if self._travel is not None:
            self._travel.settle()
        self._bring_up_head(now)
        self.retitle(now)

    def summary(self, now: datetime) -> Line:
        """What is shown, and how: `all · follow · !noise`."""
        window = self.log_view.window
        parts: list[Line] = [(Span(self._which(), Tone.DIM),)]
        if window.past is not None:
            parts.append((Span("the past, G follows", Tone.WARN),))
        elif window.following:
            parts.append((Span("follow", Tone.OK),))
        else:
            parts.append((Span("held, G follows", Tone.WARN),))
        if self.progress:
            parts.append((Span(self.progress, Tone.ACCENT),))
        wish = window.wish
        if wish.least is not Level.NONE:
            parts.append((Span(f"{wish.least.value} and worse", Tone.WARN),))
        parts += [
            (Span(self.look.text(one.label)[:_LABEL_CELLS], Tone.WARN if one.on else Tone.FAINT),)
            for one in wish.filters
        ]
        if wish.context:
            parts.append((Span(f"±{wish.context} lines", Tone.WARN),))
        for count, what in ((len(window.tags), "tagged"), (window.missed, "new"), (window.dropped, "dropped")):
            if count:
                parts.append((Span(f"{count:,} {what}", Tone.WARN),))
        spans: list[Span] = []
        for part in parts:
            spans += [*([Span(" · ", Tone.FAINT)] if spans else []), *part]
        return tuple(spans)

    # --- what its keys do ---

    def ask(self, wish: LogWish) -> None:
        """Show other lines."""
        self.log_view.window.ask(wish, self.log_view.size.height)
        self.log_view.redraw()
        self.log_view.look_again()
        if self.session is not None:
            self.retitle(self.session.clock.now())

    def next_level(self) -> None:
        """Show all, then warnings and errors, then errors."""
        wish = self.log_view.window.wish
        self.ask(replace(wish, least=LEVELS[(LEVELS.index(wish.least) + 1) % len(LEVELS)]))

    def next_stream(self) -> None:
        """Show the next single log, then all again."""
        names = self.names()
        shown = [name for name in names if name not in self.log_view.window.wish.hidden]
        following = 0 if len(shown) != 1 else names.index(shown[0]) + 1
        hidden = frozenset(names) - {names[following]} if following < len(names) else frozenset()
        self.ask(replace(self.log_view.window.wish, hidden=frozenset(hidden)))

    def names(self) -> list[str]:
        """Names of the logs that have said something."""
        return self.log_view.window.streams

    def next_context(self) -> str:
        """Show more lines around those that fit the filters, or none; how it is now."""
        wish = self.log_view.window.wish
        self.ask(replace(wish, context=CONTEXTS[(CONTEXTS.index(wish.context) + 1) % len(CONTEXTS)]))
        context = self.log_view.window.wish.context
        if not wish.narrows:
            return "context shows around what a filter or level leaves; there is none now"
        return f"{context} lines before and after each match" if context else "matches only"

    def next_stamps(self, now: datetime) -> str:
        """Write times in the next way; how it is now."""
        ways = list(Stamps)
        self.restyle(replace(self.style, stamps=ways[(ways.index(self.style.stamps) + 1) % len(ways)], now=now))
        return self.style.stamps.value

    def next_error(self, step: int) -> bool:
        """Go to the next error, older for -1; False when there is none."""
        return self.log_view.go_to_next(lambda line: line.level is Level.ERROR and not line.continues, step)

    def restyle(self, style: LogStyle) -> None:
        """Write lines in another way."""
        self.style = style
        self.log_view.redraw()

    def choose_columns(self, names: Sequence[str]) -> None:
        """Show these fields as columns, and remember them; () shows the text."""
        self._cells.clear()
        self.restyle(replace(self.style, columns=tuple(names)))
        if self.session is not None:
            self.session.preferences.put(_REMEMBERED_AS, list(names))

    def find(self, needle: str) -> None:
        """Search upwards from where the person is, and count the matches in the background."""
        self.log_view.find(needle)
        travel = self._traveller()
        if travel is not None:
            travel.cancel()
            travel.count(needle)

    def find_on(self, step: int, screen: MainScreen) -> None:
        """Go to the next match, in the files too when there is none in memory."""
        if self.needle() and not self.log_view.find_next(step):
            self.travel(screen).search(step)

    def travel(self, screen: MainScreen) -> LogTravel:
        """What takes the pane beyond the lines in memory."""
        if self._travel is None:
            from cockpit.ui.log_travel import LogTravel

            self._travel = LogTravel(screen, self)
        return self._travel

    def _traveller(self) -> LogTravel | None:
        from cockpit.ui.screens.main import MainScreen

        screen = self.screen if self.is_attached else None
        return self.travel(screen) if isinstance(screen, MainScreen) else None

    @on(RingLog.AtEdge)
    def read_on(self, event: RingLog.AtEdge) -> None:
        """The person wants to see what lies beyond."""
        event.stop()
        travel = self._traveller()
        if travel is not None:
            travel.beyond(event.step)

    @on(RingLog.Changed)
    def told(self, event: RingLog.Changed) -> None:
        """Follow, place or search changed."""
        event.stop()
        if self.session is not None:
            self.retitle(self.session.clock.now())

    def needle(self) -> str:
        """What is searched for now."""
        return self.log_view.window.needle

    def copy_text(self) -> str:
        """The tagged lines, else the one under the cursor, else the newest."""
        return "\n".join(self.look.text(kept.line.text) for kept in self.log_view.window.chosen())

    def detail(self, now: datetime, cells: int) -> tuple[str, list[Line]] | None:
        """The line under the cursor in full: with what continues it, its fields and its JSON."""
        kept = self.log_view.window.current
        if kept is None:
            return None
        return f"log {kept.line.stream}", detail_lines(self.entry_of(kept), self.look, cells)

    def entry_of(self, kept: Kept) -> list[LogLine]:
        """A line, the one that it continues, and all that continue that one; alone when a filter hides it."""
        shown = [other for other in self.log_view.window.all_shown if other.line.stream == kept.line.stream]
        here = next((n for n, other in enumerate(shown) if other.number == kept.number), None)
        if here is None:
            return [kept.line]
        start, end = here, here + 1
        while start > 0 and shown[start].line.continues:
            start -= 1
        while end < len(shown) and shown[end].line.continues:
            end += 1
        return [other.line for other in shown[start:end]][:1_000]

    def _which(self) -> str:
        hidden = self.log_view.window.wish.hidden
        names = self.names() if hidden else []
        shown = [name for name in names if name not in hidden]
        if not hidden:
            return "all"
        return ", ".join(shown) if len(shown) <= 3 else f"{len(shown)} of {len(names)} logs"

    def _name_cells(self) -> int:
        names = {reading.source.name for reading in self.readings()} | set(self.names() if self.session else ())
        return min(14, max(map(len, names))) if len(names) > 1 else 0

    def _bring_up_head(self, now: datetime) -> None:
        """The counts by minute when there is room for them, and the names of the columns."""
        lines: list[Line] = []
        if self.size.height >= TALL and self.session is not None:
            minutes = max(10, min(_STRIP_MINUTES, self.size.width - 50))
            lines += strip_lines(self.session.logs.counts.last(minutes, now), self.look)
        if self.style.columns:
            lines.append(columns_line(self.style, self._cells, self.look))
        self.head.show(lines)
        self.head.styles.height = len(lines)
        self.head.display = bool(lines)

    def _draw(self, entry: LogLine) -> tuple[Line, Line]:
        needle = self.log_view.window.needle
        return head_spans(entry, self.style), body_spans(entry, needle, self.style, self.look, self._cells)


def _local_zone() -> tzinfo:
    return datetime.now(UTC).astimezone().tzinfo or UTC
