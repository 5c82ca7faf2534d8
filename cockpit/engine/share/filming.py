"""Films the board while an incident is open, and hands each frame on as bytes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from cockpit.engine.incident_clock import IncidentClock
from cockpit.engine.share.camera import Camera
from cockpit.engine.share.frames import Encoder

PACE = 1.0
"""Seconds between two frames."""
WHOLE_EVERY = 10
"""Frames from one whole one to the next."""
DEADLINE = 10.0
"""Seconds that masking and writing one frame may take."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A frame as bytes.

    Attributes:
        incident: id of the incident that was open.
        at: UTC time at which it was taken.
        whole: whether one can begin with it.
        data: as `frames.decode` reads it.
    """

    incident: str
    at: datetime
    whole: bool
    data: bytes


class Pool(Protocol):
    """Runs what would hold up the event loop elsewhere."""

    async def run(self, call: Callable[[], bytes], deadline: float) -> bytes:
        """Run it.

        Raises:
            TimeoutError: when the deadline passed.
        """
        ...


Sink = Callable[[Taken], Awaitable[None]]
"""Takes a frame; returns soon and raises nothing."""


class Filming:
    """A loop of its own beside the screen.

    Args:
        camera: takes the frames.
        encoder: writes them.
        incident: knows whether one is open.
        pool: masks and compresses off the loop.
        sinks: get each frame, one after the other.
        environment: label of the environment that is filmed; an incident of another one is not.
    """

    def __init__(
        self,
        camera: Camera,
        encoder: Encoder,
        incident: IncidentClock,
        pool: Pool,
        sinks: Sequence[Sink],
        environment: str = "",
    ) -> None:
        self._camera = camera
        self._encoder = encoder
        self._incident = incident
        self._pool = pool
        self._sinks = sinks
        self._environment = environment
        self._until_whole = 0
        self._filmed = ""
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; needs a running event loop."""
        self._task = self._task or asyncio.create_task(self._run(), name="film")

    async def stop(self) -> None:
        """End."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def once(self) -> None:
        """Take one frame, if an incident is open."""
        incident = self._filmed_incident()
        if not incident:
            self._camera.forget()
            self._filmed = ""
            return
        if incident != self._filmed:
            self._filmed, self._until_whole = incident, 0
        whole = self._until_whole <= 0
        frame = self._camera.take(whole=whole)
        try:
            data = await self._pool.run(lambda: self._encoder.encode(frame), DEADLINE)
        except TimeoutError:
            self._until_whole = 0
            return
        self._until_whole = WHOLE_EVERY - 1 if whole else self._until_whole - 1
        for sink in self._sinks:
            await sink(Taken(incident, frame.at, whole, data))

    def _filmed_incident(self) -> str:
        """The id of the open incident, "" when there is none, or when it is one of another environment."""
        current = self._incident.current
        elsewhere = current is not None and current.environment not in ("", self._environment)
        return "" if current is None or elsewhere else current.id

    async def _run(self) -> None:
        while True:
            await self.once()
            await asyncio.sleep(PACE)
