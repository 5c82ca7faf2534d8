"""Takes the log pane beyond the lines in memory: older pages, searches and counts in the background."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from textual.worker import Worker

from cockpit.engine.log_buffer import Kept
from cockpit.engine.log_past import BOUND, PAGE, Hit, LogPast, nearest, total
from cockpit.model.errors import SourceError
from cockpit.model.logs import Place, Tally
from cockpit.ui.spans import Tone

if TYPE_CHECKING:
    from cockpit.ui.panes.logs import LogsPane
    from cockpit.ui.screens.main import MainScreen

_EMPTY_PAGES = 50
"""Pages in a row without a line that passes the filters, after which the person is asked to go on."""
_SETTLED = 0.4
"""Seconds without another letter after which matches are counted."""
_SLICE = 5_000
_TITLE_EVERY = 0.25


class LogTravel:
    """One journey at a time; another key press does not start a second one.

    Args:
        screen: where it is said what goes on.
        pane: the log pane.
    """

    def __init__(self, screen: MainScreen, pane: LogsPane) -> None:
        self._screen = screen
        self._pane = pane
        self._journey: Worker[None] | None = None
        self._counting: Worker[None] | None = None
        self._opened = False

    @property
    def busy(self) -> bool:
        """Whether something is being read or sought."""
        return self._journey is not None and self._journey.is_running

    def cancel(self) -> None:
        """Stop searching and counting."""
        for worker in (self._journey, self._counting):
            if worker is not None and worker.is_running:
                worker.cancel()
        self._pane.progress = ""

    def settle(self) -> None:
        """Let go of the files once nobody looks at the past: a rotated one would keep its room on the disk."""
        counting = self._counting is not None and self._counting.is_running
        if self._opened and not self.busy and not counting and self._pane.log_view.window.past is None:
            self._opened = False
            self._pane.run_worker(self._close(), exit_on_error=False)

    async def _close(self) -> None:
        for archive in self._pane.session.archives if self._pane.session else ():
            await archive.close()

    def beyond(self, step: int) -> None:
        """Read on at the edge: older lines for -1, newer ones for 1."""
        if self._pane.archives() or self._pane.log_view.window.past is not None:
            self._start(self._older() if step < 0 else self._newer(), "reading")

    def search(self, step: int) -> None:
        """Look for the next match in the files."""
        if self._pane.archives():
            self._start(self._search(step), "searching")
        else:
            self._screen.say("no other match", Tone.DIM)

    def go_to(self, at: datetime) -> None:
        """Go to a UTC time, in memory or in the files."""
        view, ring = self._pane.log_view, self._pane.session.logs if self._pane.session else None
        oldest = ring.oldest if ring else None
        here = oldest is not None and at >= oldest.at
        if here or not self._pane.archives():
            view.window.leave_past()
            if not view.window.go_to_time(at, view.size.height):
                self._screen.say("nothing was written at that time or later", Tone.DIM)
            view.redraw()
            self._pane.retitle(self._screen.now())
        else:
            self._start(self._open(at, None), "reading")

    async def lines_before(self, since: datetime) -> Sequence[Kept]:
        """Lines of the files from before those in memory, back to a UTC time or as many as are held at a time."""
        session = self._pane.session
        oldest = session.logs.oldest if session else None
        if session is None or oldest is None:
            return ()
        self._opened = True
        past = LogPast(self._pane.archives(), session.logs)
        await past.open(oldest.at)
        while past.ordered and past.ordered[0].at > since and len(past.ordered) < BOUND - PAGE:
            if not await past.older():
                break
        return [kept for kept in past.ordered if kept.at < oldest.at]

    def count(self, needle: str) -> None:
        """Count matches, once nothing more is typed."""
        if self._counting is not None and self._counting.is_running:
            self._counting.cancel()
        self._pane.progress = ""
        if needle:
            self._counting = self._pane.run_worker(self._count(needle), exit_on_error=False)

    def _start(self, journey: Coroutine[None, None, None], what: str) -> None:
        if self.busy:
            journey.close()
            return

        async def travel() -> None:
            if self._pane.log_view.window.past is None:
                # what was rotated since the last journey is found where it is now
                await self._close()
            self._opened = True
            timer = self._pane.set_interval(_TITLE_EVERY, lambda: self._pane.retitle(self._screen.now()))
            self._pane.progress = what
            try:
                await journey
            except SourceError as error:
                self._screen.say(str(error), Tone.WARN)
            finally:
                timer.stop()
                self._pane.progress = ""
                self._pane.retitle(self._screen.now())

        self._journey = self._pane.run_worker(travel(), exit_on_error=False)

    async def _older(self) -> None:
        view = self._pane.log_view
        window, session = view.window, self._pane.session
        if window.past is None:
            oldest = session.logs.oldest if session else None
            if oldest is not None:
                await self._open(oldest.at, None, before=True)
            return
        past = window.past
        for _ in range(_EMPTY_PAGES):
            came, before = await past.older(), len(window)
            if window.past is not past:
                return
            window.past_grew(view.size.height)
            if len(window) > before:
                view.move(-1)
                break
            if not came:
                self._say_trouble(past, "this is the oldest line that there is")
                break
        view.redraw()

    async def _newer(self) -> None:
        view = self._pane.log_view
        window, past = view.window, view.window.past
        if past is None:
            return
        for _ in range(_EMPTY_PAGES):
            if past.at_end:
                window.follow()
                break
            before = len(window)
            await past.newer()
            if window.past is not past:
                return
            window.past_grew(view.size.height)
            if len(window) > before:
                view.move(1)
                break
        view.redraw()

    async def _open(self, at: datetime, found: tuple[str, Place] | None, *, before: bool = False) -> None:
        view, session = self._pane.log_view, self._pane.session
        if session is None:
            return
        past = LogPast(self._pane.archives(), session.logs)
        await past.open(at, found)
        window = view.window
        if not past.ordered:
            self._say_trouble(past, "there are no older lines")
            return
        window.enter_past(past)
        target = past.number_at(*found) if found else None
        if target is not None:
            window.go_to(target, view.size.height)
        elif not window.go_to_time(at, view.size.height):
            window.go_to(past.ordered[-1], view.size.height)
        if before:
            view.move(-1)
        self._say_trouble(past)
        view.redraw()

    async def _search(self, step: int) -> None:
        window = self._pane.log_view.window
        needle, current, session = window.needle, window.current, self._pane.session
        oldest = session.logs.oldest if session else None
        start = current or oldest
        if start is None or not needle or (step > 0 and window.past is None):
            self._screen.say("no other match", Tone.DIM)
            return
        at = start.at if window.past is not None or oldest is None else oldest.at
        known = window.past.place_of(start) if window.past is not None else None
        while (hit := await self._next(needle, at, step, known)) is not None:
            if window.wish.passes(hit.line) and needle.casefold() in hit.line.text.casefold():
                await self._open(hit.line.at, (hit.stream, hit.place))
                return
            at, known = hit.line.at, (hit.stream, hit.place)
        self._screen.say("no other match, in the files neither", Tone.DIM)

    async def _next(self, needle: str, at: datetime, step: int, known: tuple[str, Place] | None) -> Hit | None:
        def told(tally: Tally) -> None:
            share = tally.done * 100 // max(1, tally.size)
            self._pane.progress = f"searching, {share} %, esc stops"

        return await nearest(self._pane.archives(), needle, at, step, known, told)

    async def _count(self, needle: str) -> None:
        await asyncio.sleep(_SETTLED)
        wanted, here = needle.casefold(), 0
        shown = list(self._pane.log_view.window.all_shown)
        for start in range(0, len(shown), _SLICE):
            here += sum(1 for kept in shown[start : start + _SLICE] if wanted in kept.line.text.casefold())
            await asyncio.sleep(0)

        def told(tally: Tally) -> None:
            self._pane.progress = f"{here:,} here, {tally.lines:,} in the files so far"

        self._pane.progress = f"{here:,} here"
        self._opened = True
        archives = self._pane.archives()
        if archives:
            tally, _ = await total(archives, needle, told)
            self._pane.progress = f"{here:,} here, {tally.lines:,} in the files"
        self._pane.retitle(self._screen.now())

    def _say_trouble(self, past: LogPast, otherwise: str = "") -> None:
        if past.troubles:
            self._screen.say(past.troubles[-1], Tone.WARN)
        elif otherwise:
            self._screen.say(otherwise, Tone.DIM)
