"""Reads one source again and again, and tells the truth about every attempt."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Generic, TypeVar

from cockpit.model.errors import CockpitError
from cockpit.model.ports import Clock, Source, TellsNews
from cockpit.model.readings import Reading, ReadingState

T = TypeVar("T")

BACKOFF_CAP = 30.0
"""Seconds between two attempts at the most."""
ABANDON_AFTER = 10.0
"""Seconds past the time-out after which a silent attempt is cancelled."""
NEWS_PACE = 0.3
"""Seconds for which news are gathered before they are fetched."""


class Poller(Generic[T]):
    """Single flight, time-out, back-off with jitter; never raises.

    An attempt that passes its time-out makes the reading stale at once, and is waited for all the same: a
    second attempt does not start beside it, and a late answer still counts.

    Args:
        source: what to read.
        clock: tells the time that readings carry.
        every: seconds between the end of one attempt and the start of the next.
        timeout: seconds after which an attempt counts as failed.
        on_reading: called on the event loop with each new reading.
        offset: seconds before the first attempt, so that pollers do not all start at once.
    """

    def __init__(
        self,
        source: Source[T],
        clock: Clock,
        *,
        every: float,
        timeout: float,
        on_reading: Callable[[Reading[T]], None],
        offset: float = 0.0,
    ) -> None:
        self.source = source
        self.every = every
        self.timeout = timeout
        self.reading: Reading[T] = Reading(source.id)
        self._clock = clock
        self._on_reading = on_reading
        self._offset = offset
        self._task: asyncio.Task[None] | None = None
        self._attempt: asyncio.Task[T] | None = None
        self._wake = asyncio.Event()
        self._gathering: asyncio.TimerHandle | None = None
        self._jitter = random.Random(str(source.id))  # noqa: S311  spreads load, guards nothing

    def start(self) -> None:
        """Begin to read; a second call does nothing."""
        if self._task is None:
            if isinstance(self.source, TellsNews):
                loop = asyncio.get_running_loop()
                self.source.on_news(lambda: self._hear(loop))
            self._task = asyncio.create_task(self._run(), name=f"poll {self.source.id}")

    def poke(self) -> None:
        """Read as soon as possible instead of at the next turn."""
        self._wake.set()

    def _hear(self, loop: asyncio.AbstractEventLoop) -> None:
        """Take news from another thread; those that come together are fetched together."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody reads any more
            loop.call_soon_threadsafe(self._gather_news, loop)

    def _gather_news(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._gathering is None:
            self._gathering = loop.call_later(NEWS_PACE, self._fetch_news)

    def _fetch_news(self) -> None:
        self._gathering = None
        self._wake.set()

    async def stop(self) -> None:
        """Stop reading and let go of the source."""
        if self._gathering is not None:
            self._gathering.cancel()
        for task in (self._task, self._attempt):
            if task is not None and not task.done():
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError, CockpitError, TimeoutError):
                    await asyncio.wait_for(task, 2.0)
        await self.source.close()

    async def _run(self) -> None:
        await self._pause(self._offset)
        while True:
            self._wake.clear()
            await self.once()
            delay = self._delay()
            if self.reading.failures:
                next_try = self._clock.now() + timedelta(seconds=delay)
                self._publish(replace(self.reading, next_try=next_try))
            await self._pause(delay)

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)

    def _delay(self) -> float:
        if not self.reading.failures:
            return self.every
        step = self.every * float(1 << min(self.reading.failures - 1, 6))
        return min(step, max(BACKOFF_CAP, self.every)) * self._jitter.uniform(0.8, 1.2)

    async def once(self) -> Reading[T]:
        """Make one attempt to the end and return the reading that it led to."""
        started = self._clock.monotonic()
        attempt = asyncio.create_task(self.source.fetch(), name=f"fetch {self.source.id}")
        self._attempt = attempt
        await asyncio.wait({attempt}, timeout=self.timeout)
        if not attempt.done():
            self._failed(f"{self.source.id} did not answer within {self.timeout:g} s.")
            await asyncio.wait({attempt}, timeout=ABANDON_AFTER)
            if not attempt.done():
                attempt.cancel()
                await asyncio.wait({attempt})
        self._conclude(attempt, self._clock.monotonic() - started)
        return self.reading

    def _conclude(self, attempt: asyncio.Task[T], seconds: float) -> None:
        if attempt.cancelled():
            return
        error = attempt.exception()
        if error is None:
            self._succeeded(attempt.result(), seconds)
        elif isinstance(error, CockpitError):
            self._failed(str(error))
        else:
            self._failed(f"the cockpit itself failed while reading {self.source.id}: {type(error).__name__}: {error}.")

    def _succeeded(self, value: T, seconds: float) -> None:
        now = self._clock.now()
        server = self.source.server
        known = self.reading.server
        restarted = now if known and server and known != server else self.reading.restarted_at
        self._publish(
            Reading(
                self.source.id, ReadingState.FRESH, value, now, seconds, server=server or known, restarted_at=restarted
            )
        )

    def _failed(self, error: str) -> None:
        state = ReadingState.FAILED if self.reading.taken_at is None else ReadingState.STALE
        self._publish(replace(self.reading, state=state, error=error, failures=self.reading.failures + 1))

    def _publish(self, reading: Reading[T]) -> None:
        self.reading = reading
        self._on_reading(reading)
