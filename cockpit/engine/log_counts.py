"""How many lines were written in each minute, and how many of them were errors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cockpit.model.logs import Level, LogLine

KEPT_MINUTES = 1_440
"""Minutes whose counts are kept: a day."""


@dataclass(frozen=True, slots=True)
class MinuteCount:
    """What was written in one minute.

    Attributes:
        lines: all lines.
        errors: lines of level error; a stack trace counts once.
    """

    lines: int
    errors: int


class LogCounts:
    """Counts by minute; it outlives the lines themselves."""

    def __init__(self) -> None:
        self._lines: dict[int, int] = {}
        self._errors: dict[int, int] = {}

    def add(self, lines: Iterable[LogLine], dropped: int = 0) -> None:
        """Count lines; those that were passed over count in the minute of the last one."""
        minute = 0
        for line in lines:
            minute = int(line.at.timestamp()) // 60
            self._lines[minute] = self._lines.get(minute, 0) + 1
            if line.level is Level.ERROR and not line.continues:
                self._errors[minute] = self._errors.get(minute, 0) + 1
        if dropped and minute:
            self._lines[minute] += dropped
        if len(self._lines) > 2 * KEPT_MINUTES:
            for old in sorted(self._lines)[:-KEPT_MINUTES]:
                del self._lines[old]
                self._errors.pop(old, None)

    def last(self, minutes: int, now: datetime) -> tuple[MinuteCount, ...]:
        """The counts of the last minutes, oldest first; the last one is the minute that goes on."""
        here = int(now.timestamp()) // 60
        span = range(here - minutes + 1, here + 1)
        return tuple(MinuteCount(self._lines.get(minute, 0), self._errors.get(minute, 0)) for minute in span)
