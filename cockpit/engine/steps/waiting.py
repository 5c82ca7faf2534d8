"""A wait that counts down and can be ended or prolonged."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from cockpit.model.ports import Clock

_BEAT = 1.0
"""Seconds between two looks at the clock."""


class Waiting:
    """One wait under way; lives on the event loop.

    Args:
        clock: tells the time.
        seconds: how long to wait.
    """

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._began_at = clock.monotonic()
        self._ends_at = self._began_at + seconds
        self._nudge = asyncio.Event()
        self.ended_early = False

    def left(self) -> float:
        """Seconds that are left."""
        return max(0.0, self._ends_at - self._clock.monotonic())

    def waited(self) -> float:
        """Seconds that have passed."""
        return self._clock.monotonic() - self._began_at

    def end(self) -> None:
        """Wait no longer."""
        self.ended_early = True
        self._nudge.set()

    def prolong(self, seconds: float) -> None:
        """Wait that much longer."""
        self._ends_at += seconds
        self._nudge.set()

    async def over(self, beat: Callable[[], None]) -> None:
        """Return when the wait is over.

        Args:
            beat: called each second.
        """
        while self.left() > 0 and not self.ended_early:
            beat()
            self._nudge.clear()
            try:
                async with asyncio.timeout(min(_BEAT, self.left())):
                    await self._nudge.wait()
            except TimeoutError:
                continue
