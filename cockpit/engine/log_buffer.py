"""The ring of log lines that the log pane shows, in the order of time."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from cockpit.engine.log_counts import LogCounts
from cockpit.model.logs import LogLine

CAPACITY = 50_000
"""Lines kept of all logs together; with their Python objects about 25 MB at 150 characters a line."""


class Kept(NamedTuple):
    """A line in the ring; sorts by time, and lines of one moment by arrival.

    Attributes:
        at: UTC time of the line.
        number: how many lines had arrived before it.
        line: the line.
    """

    at: datetime
    number: int
    line: LogLine


class LogBuffer:
    """Keeps the newest lines of all logs mixed by time, and counts what fell out.

    Args:
        capacity: lines kept.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self.counts = LogCounts()
        self._capacity = capacity
        self._ordered: list[Kept] = []
        self._arrived: list[Kept] = []
        self._total = 0
        self._dropped = 0
        self._streams: set[str] = set()

    @property
    def streams(self) -> list[str]:
        """Names of the logs that have said something, sorted."""
        return sorted(self._streams)

    @property
    def first(self) -> int:
        """Number of the line that arrived first among the newest arrivals; lines are numbered from 0 on."""
        return self._total - len(self._arrived)

    @property
    def end(self) -> int:
        """Number that the next line will get."""
        return self._total

    @property
    def dropped(self) -> int:
        """Lines that readers had to pass over before they got here."""
        return self._dropped

    @property
    def ordered(self) -> Sequence[Kept]:
        """What is kept, oldest first; not to be changed."""
        return self._ordered

    @property
    def oldest(self) -> Kept | None:
        """The oldest line that is kept."""
        return self._ordered[0] if self._ordered else None

    def extend(self, lines: Iterable[LogLine], dropped: int = 0) -> None:
        """Add lines of one log, in the order in which they were written."""
        fresh = [Kept(line.at, number, line) for number, line in enumerate(lines, self._total)]
        self._total += len(fresh)
        self._dropped += dropped
        self.counts.add((kept.line for kept in fresh), dropped)
        if fresh:
            self._streams.update({kept.line.stream for kept in fresh})
            self._arrived += fresh
            del self._arrived[: -self._capacity]
            self._merge(fresh)

    def clear(self) -> None:
        """Forget all lines; numbers go on, so that nobody takes a new line for one that was there."""
        self.counts = LogCounts()
        self._ordered, self._arrived = [], []
        self._dropped = 0
        self._streams = set()

    def arrived_since(self, number: int) -> Sequence[Kept]:
        """The lines that arrived from `number` on and are remembered, in the order of arrival."""
        return self._arrived[max(0, number - self.first) :]

    def since(self, number: int) -> Sequence[LogLine]:
        """The same without time and number."""
        return tuple(kept.line for kept in self.arrived_since(number))

    def _merge(self, fresh: list[Kept]) -> None:
        start = bisect_left(self._ordered, min(fresh))
        tail = self._ordered[start:] + fresh
        tail.sort()
        self._ordered[start:] = tail
        del self._ordered[: -self._capacity]
