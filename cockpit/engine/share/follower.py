"""Follows a shared incident: everything comes from the stream, and nothing is asked of the systems themselves."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from cockpit.engine.incident_clock import IncidentClock
from cockpit.engine.share.entries import SharedEntry, read_line
from cockpit.engine.share.following import Outlook
from cockpit.engine.share.frames import decode
from cockpit.engine.share.live import read_live
from cockpit.engine.share.picture import Picture
from cockpit.engine.share.publisher import SHARE
from cockpit.engine.share.story import Story
from cockpit.model.errors import CockpitError, SourceError, SourceGarbled
from cockpit.model.incident import JournalEntry
from cockpit.model.ports import Clock
from cockpit.model.readings import Reading, ReadingState
from cockpit.model.share import Frame, Item, LiveIncident, Scene, ShareStream
from cockpit.model.wording import short_duration

PACE = 0.5
"""Seconds between two looks."""
SLOWEST = 4.0
"""Seconds between two looks at the most while the share is lost."""
LATE_FRAMES = 40
"""Frames that a late joiner looks back through for a whole one."""
DECODING = 10.0
"""Seconds that reading frames may take."""
SILENT = 15.0
"""Seconds without a word after which the operator's cockpit counts as silent."""
_ROUNDS = 500
_NO_FRAMES = "18446744073709551615-18446744073709551615"
"""The highest id that there is: nothing comes after it."""


class Pool(Protocol):
    """Runs what would hold up the event loop elsewhere."""

    async def run(self, call: Callable[[], list[Frame]], deadline: float) -> list[Frame]:
        """Run it.

        Raises:
            TimeoutError: when the deadline passed.
        """
        ...


class Follower:
    """A loop of its own; fulfils `Following`.

    Args:
        stream: carries what is shared.
        live: the incident to follow.
        picture: where frames go.
        incident: hears the entries.
        clock: tells the time.
        pool: reads frames off the loop.
        tell: hears how the share is.
        key: of the seals, empty when none is configured.
    """

    def __init__(
        self,
        stream: ShareStream,
        live: LiveIncident,
        picture: Picture,
        incident: IncidentClock,
        clock: Clock,
        pool: Pool,
        tell: Callable[[Reading[object]], None],
        key: bytes = b"",
    ) -> None:
        self.picture = picture
        self.story = Story(key)
        self._stream = stream
        self._live = live
        self._incident = incident
        self._clock = clock
        self._pool = pool
        self._tell = tell
        self._entry, self._frame = "0", ""
        self._last = b""
        self._reading: Reading[object] = Reading(SHARE)
        self._task: asyncio.Task[None] | None = None

    async def entries(self, incident: str = "", after: int = 0) -> Sequence[JournalEntry]:
        """The entries that have come, above a sequence, of one incident or of all."""
        return self.story.after(after, incident)

    @property
    def scene(self) -> Scene:
        """What the operator's screen was last about."""
        return self.picture.scene

    @property
    def generation(self) -> int:
        """How often what was told before has changed."""
        return self.story.generation

    def outlook(self, now: datetime) -> Outlook:
        """How it stands."""
        taken = self.picture.taken_at
        behind = None if taken is None else max(0.0, (now - taken).total_seconds())
        problem = self.story.problems[-1] if self.story.problems else ""
        return Outlook(self._live.operator, behind, self._trouble(now), problem)

    def start(self) -> None:
        """Begin; needs a running event loop."""
        self._task = self._task or asyncio.create_task(self._run(), name="follow")

    async def stop(self) -> None:
        """End, and let go of the stream."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self._stream.close()

    async def once(self) -> None:
        """Take in what is new; what goes wrong is told and not raised."""
        started = self._clock.monotonic()
        try:
            await self._look()
        except (SourceError, TimeoutError) as error:
            self._ill(error)
        else:
            now = self._clock.now()
            self._show(Reading(SHARE, ReadingState.FRESH, None, now, self._clock.monotonic() - started))

    async def _run(self) -> None:
        while True:
            await self.once()
            failures = self._reading.failures
            await asyncio.sleep(min(SLOWEST, PACE * float(1 << min(failures, 3))))

    async def _look(self) -> None:
        if not self._frame:
            await self._join()
        for _ in range(_ROUNDS):
            news = await self._stream.news(self._live.story, self._entry, self._frame)
            if news.live is not None:
                self._live = read_live(news.live)
            if news.top is not None and self._was_written_anew(news.top):
                await self._read_anew()
                continue
            await self._take_entries(news.entries)
            await self._take_frames(news.frames)
            if not news.entries and not news.frames:
                return

    def _was_written_anew(self, top: Item) -> bool:
        """Whether the stream now ends before what was read, or says something else there."""
        return _order(top.id) < _order(self._entry) or (top.id == self._entry and top.data != self._last)

    async def _join(self) -> None:
        """Begin with the newest whole frame."""
        items = await self._stream.last_frames(self._live.story, LATE_FRAMES)
        await self._take_frames(items)
        self._frame = self._frame or "0"

    async def _take_entries(self, items: Sequence[Item]) -> None:
        if not items:
            return
        lines = self._lines(items)
        if not self.story.fits(lines):
            await self._read_anew()
            return
        self.story.take(lines)
        self._entry, self._last = items[-1].id, items[-1].data
        self._hear()

    async def _read_anew(self) -> None:
        """Read the stream from its beginning: it was written anew, or something in it does not fit."""
        lines: list[SharedEntry] = []
        last = Item("0", b"")
        for _ in range(_ROUNDS):
            items = (await self._stream.news(self._live.story, last.id, _NO_FRAMES)).entries
            if not items:
                break
            lines += self._lines(items)
            last = items[-1]
        self.story.begin_anew(lines)
        self._entry, self._last = last.id, last.data
        self._hear()

    def _lines(self, items: Sequence[Item]) -> list[SharedEntry]:
        lines: list[SharedEntry] = []
        for item in items:
            try:
                lines.append(read_line(item.data))
            except SourceGarbled as error:
                self.story.not_an_entry(error.what)
        return lines

    async def _take_frames(self, items: Sequence[Item]) -> None:
        if not items:
            return
        frames = await self._pool.run(lambda: _decoded(items), DECODING)
        whole = max((index for index, frame in enumerate(frames) if frame.whole), default=0)
        self.picture.show(frames[whole:] if self.picture.taken_at is None else frames)
        self._frame = items[-1].id

    def _hear(self) -> None:
        self._incident.hear(self.story.proven())

    def _trouble(self, now: datetime) -> str:
        if self._reading.error is not None:
            return self._reading.error
        if self._live.ended_at is not None:
            return f"{self._live.incident} has ended"
        silent = (now - self._live.seen_at).total_seconds()
        return f"{self._live.operator} has been silent for {short_duration(silent)}" if silent > SILENT else ""

    def _ill(self, error: Exception) -> None:
        said = str(error) if isinstance(error, CockpitError) else "the share's frames take too long to read"
        known = self._reading
        state = ReadingState.FAILED if known.taken_at is None else ReadingState.STALE
        self._show(replace(known, state=state, error=said, failures=known.failures + 1))

    def _show(self, reading: Reading[object]) -> None:
        self._reading = reading
        self._tell(reading)


def _decoded(items: Sequence[Item]) -> list[Frame]:
    """The frames that make sense."""
    frames: list[Frame] = []
    for item in items:
        with contextlib.suppress(SourceGarbled):
            frames.append(decode(item.data))
    return frames


def _order(item: str) -> tuple[int, int]:
    """A stream's id as it sorts: two numbers."""
    first, _, second = item.partition("-")
    return int(first) if first.isdigit() else 0, int(second) if second.isdigit() else 0
