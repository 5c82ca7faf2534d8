"""What is new in the logs: lines of the last minutes that say the same, counted together, new ones first."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key

from cockpit.engine.log_buffer import Kept
from cockpit.engine.log_patterns import Grouping, Repeated
from cockpit.model.logs import Level
from cockpit.ui.look import Look
from cockpit.ui.present.words import short_age
from cockpit.ui.screens.sheet import Sheet
from cockpit.ui.spans import Line, Span, Tone, line
from cockpit.ui.widgets.columns import Column
from cockpit.ui.widgets.frame_title import FrameTitle
from cockpit.ui.widgets.line_table import LineTable
from cockpit.ui.widgets.table_state import Row

MINUTES = (5, 1, 15, 60)
_SLICE = 2_000
_TONES = {Level.ERROR: Tone.CRIT, Level.WARN: Tone.WARN, Level.DEBUG: Tone.FAINT}


Older = Callable[[datetime], Awaitable[Sequence[Kept]]]
"""Reads lines back to a UTC time, oldest first."""


async def _nothing_older(since: datetime) -> Sequence[Kept]:
    return ()


class LogNews(Sheet[Kept | None]):
    """Returns the newest line of the chosen group, None for none.

    Args:
        lines: what is kept of all logs, oldest first.
        now: UTC now.
        look: masking, shapes.
        older: reads what was written before those lines, to compare with.
    """

    def __init__(self, lines: Sequence[Kept], now: datetime, look: Look, older: Older = _nothing_older) -> None:
        super().__init__(look.shapes)
        self._lines = list(lines)
        self._now = now
        self._look = look
        self._older = older
        self._past: Sequence[Kept] | None = None
        self._minutes = MINUTES[0]
        self.found: list[Repeated] = []
        columns = (Column("", 4), Column("LOG", 4, most=14), Column("COUNT", 5, right=True))
        more = (Column("BEFORE", 6, right=True), Column("FIRST", 5, right=True), Column("SAYS", 20, flex=1))
        self.body = LineTable((*columns, *more))
        self.frame = FrameTitle()

    def compose(self) -> ComposeResult:
        """Title and list."""
        with Vertical(classes="sheet wide"):
            yield self.frame
            yield self.body

    def on_mount(self) -> None:
        """Begin to count."""
        self.frame.shapes = self.body.shapes = self.shapes
        self.body.styles.height = max(6, self.app.size.height * 8 // 10)
        self.body.focus()
        self._count()

    def pressed(self, key: str, event: Key) -> bool:
        """Move, choose another length of time, go to a line, or leave."""
        if key in ("escape", "q", "ctrl+c"):
            self.dismiss(None)
        elif key in ("j", "down", "k", "up"):
            self.body.move(1 if key in ("j", "down") else -1)
        elif key in ("ctrl+d", "pagedown", "ctrl+u", "pageup"):
            self.body.move(self.body.page() * (1 if key in ("ctrl+d", "pagedown") else -1))
        elif key == "t":
            self._minutes = MINUTES[(MINUTES.index(self._minutes) + 1) % len(MINUTES)]
            self._count()
        elif key == "enter" and self.body.current is not None:
            chosen = self.found[int(str(self.body.current.key))].last
            self.dismiss(next((kept for kept in reversed(self._lines) if kept.line is chosen), None))
        return True

    def _count(self) -> None:
        self.body.empty = f"being counted{self.shapes.ellipsis}"
        self.body.set_rows([])
        self._title(0)
        self.run_worker(self._group(), exclusive=True, exit_on_error=False)

    async def _group(self) -> None:
        if self._past is None:
            self._past = await self._older(self._now - timedelta(minutes=2 * MINUTES[-1]))
        lines = [*self._past, *self._lines]
        grouping = Grouping(self._now - timedelta(minutes=self._minutes))
        for start in range(0, len(lines), _SLICE):
            grouping.add(kept.line for kept in lines[start : start + _SLICE])
            await asyncio.sleep(0)
        self.found = grouping.recent()
        self.body.empty = f"nothing was written in the last {self._minutes} minutes"
        self.body.set_rows([self._row(number, one) for number, one in enumerate(self.found)])
        self.body.move_to(0)
        self._title(sum(1 for one in self.found if one.is_new))

    def _title(self, new: int) -> None:
        first = next(iter((*(self._past or ()), *self._lines)), None)
        reach = (self._now - first.at).total_seconds() if first else 0.0
        left = (
            Span(f"Said in the last {self._minutes} min", Tone.TITLE),
            Span(f"  {new} new", Tone.WARN if new else Tone.DIM),
            Span(f" in {short_age(reach)}", Tone.DIM),
        )
        keys: list[Span] = []
        for key, word in (("t", "other length"), ("enter", "go there"), ("esc", "close")):
            keys += [Span(key, Tone.KEY), Span(f" {word}  ", Tone.DIM)]
        self.frame.show(left, tuple(keys), edge=Tone.FRAME_LIT)

    def _row(self, number: int, one: Repeated) -> Row:
        new: Line = line("new", Tone.WARN) if one.is_new else ()
        first = short_age((self._now - one.first).total_seconds())
        cells = (
            new,
            line(one.stream, Tone.DIM),
            line(f"{one.recent:,}"),
            line(f"{one.before:,}" if one.before else "", Tone.DIM),
            line(first, Tone.DIM),
            line(self._look.text(one.template), _TONES.get(one.level, Tone.PLAIN)),
        )
        return Row(number, cells)
