"""An incident played again from the journal and the recorded frames, all of it on one clock."""

from __future__ import annotations

import asyncio
import contextlib
from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

from cockpit.engine.incident_clock import IncidentClock
from cockpit.engine.share.following import Outlook
from cockpit.engine.share.frames import decode
from cockpit.engine.share.picture import Picture
from cockpit.engine.share.replay_clock import ReplayClock
from cockpit.model.errors import JournalError, SourceGarbled
from cockpit.model.incident import JournalEntry
from cockpit.model.share import Frame, Scene

PACE = 0.2
"""Seconds between two looks at the clock."""
LOOK_BACK = timedelta(minutes=2)
"""How far before a moment log lines are gathered when it is jumped to."""
READING = 20.0
"""Seconds that reading frames may take."""


class Place(Protocol):
    """Where a frame is kept."""

    @property
    def at(self) -> datetime:
        """UTC time at which it was taken."""
        ...

    @property
    def whole(self) -> bool:
        """Whether one can begin with it."""
        ...


P = TypeVar("P", bound=Place)


class Pool(Protocol):
    """Runs what would hold up the event loop elsewhere."""

    async def run(self, call: Callable[[], list[Frame]], deadline: float) -> list[Frame]:
        """Run it.

        Raises:
            TimeoutError: when the deadline passed.
        """
        ...


class Replay(Generic[P]):
    """A loop of its own; fulfils `Following`.

    Args:
        name: what is played.
        entries: of the incident, in order, masked.
        places: of its frames, in order.
        read: the bytes of frames; called on the pool.
        picture: where frames go.
        incident: hears the entries.
        clock: where it stands.
        pool: reads frames off the loop.
    """

    def __init__(
        self,
        name: str,
        entries: Sequence[JournalEntry],
        places: Sequence[P],
        read: Callable[[Sequence[P]], list[bytes]],
        picture: Picture,
        incident: IncidentClock,
        clock: ReplayClock,
        pool: Pool,
    ) -> None:
        self.clock = clock
        self.generation = 0
        self._name = name
        self._entries = list(entries)
        self._places = list(places)
        self._times = [place.at for place in places]
        self._read = read
        self._picture = picture
        self._incident = incident
        self._pool = pool
        self._shown = 0
        self._heard = 0
        self._trouble = ""
        self._task: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()

    @property
    def scene(self) -> Scene:
        """What the operator's screen was about then."""
        return self._picture.scene

    def outlook(self, now: datetime) -> Outlook:
        """How it stands."""
        clock, taken = self.clock, self._picture.taken_at
        behind = None if taken is None else max(0.0, (now - taken).total_seconds())
        trouble = self._trouble or ("" if self._places else "no readings were recorded; the timeline is all there is")
        state = f"at {clock.speed:g}x" if clock.playing and not clock.over else "over" if clock.over else "paused"
        return Outlook(self._name, behind, trouble, playing=f"{state}, {_span(clock, now)}")

    async def entries(self, incident: str = "", after: int = 0) -> Sequence[JournalEntry]:
        """The entries up to the moment at which it stands."""
        now = self.clock.now()
        return [e for e in self._entries if e.sequence > after and e.at <= now and incident in ("", e.incident)]

    def start(self) -> None:
        """Begin; needs a running event loop."""
        self._task = self._task or asyncio.create_task(self._run(), name="replay")

    async def stop(self) -> None:
        """End."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def step(self) -> None:
        """Go to the next entry and stand still there."""
        now = self.clock.now()
        following = next((entry.at for entry in self._entries if entry.at > now), self.clock.end)
        self.clock.hold()
        self.clock.jump(following)

    def jump(self, seconds: float) -> None:
        """Go that far on, or back for less than 0."""
        self.clock.jump(self.clock.now() + timedelta(seconds=seconds))

    async def once(self) -> None:
        """Bring board and incident to where the clock stands."""
        async with self._turn:
            now = self.clock.now()
            self._bring_up_incident(now)
            await self._bring_up_picture(now)

    async def _run(self) -> None:
        while True:
            await self.once()
            await asyncio.sleep(PACE)

    def _bring_up_incident(self, now: datetime) -> None:
        due = sum(1 for entry in self._entries if entry.at <= now)
        if due < self._heard:
            self._incident.forget()
            self.generation += 1
        self._heard = due
        self._incident.hear(self._entries[:due])

    async def _bring_up_picture(self, now: datetime) -> None:
        due = bisect_right(self._times, now)
        if due < self._shown:
            self._picture.forget()
            self._shown = 0
            self.generation += 1
        if due == self._shown:
            return
        first = max(self._shown, self._beginning(due, now))
        wanted = self._places[first:due]
        try:
            frames = await self._pool.run(lambda: self._decoded(wanted), READING)
        except (TimeoutError, JournalError) as error:
            self._trouble = str(error) or "the recording takes too long to read"
            return
        self._trouble = ""
        self._shown = due
        self._picture.show(frames)

    def _beginning(self, due: int, now: datetime) -> int:
        """The frame to begin with for a moment: a whole one, some way before it for the log lines."""
        early = bisect_right(self._times, now - LOOK_BACK)
        newest = max((place for place in range(due) if self._places[place].whole), default=0)
        return max((place for place in range(min(early, newest) + 1) if self._places[place].whole), default=0)

    def _decoded(self, wanted: Sequence[P]) -> list[Frame]:
        frames: list[Frame] = []
        for data in self._read(wanted):
            with contextlib.suppress(SourceGarbled):
                frames.append(decode(data))
        return frames


def _span(clock: ReplayClock, now: datetime) -> str:
    """`03:12 of 14:20`."""
    gone, whole = (int((moment - clock.begin).total_seconds()) for moment in (now, clock.end))
    return f"{gone // 60:02d}:{gone % 60:02d} of {whole // 60:02d}:{whole % 60:02d}"
