"""How often a pattern comes in a log."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

from cockpit.adapters.plain_source import PlainSource
from cockpit.adapters.pool import BlockingPool
from cockpit.model.errors import SourceUnreachable
from cockpit.model.logs import LogBatch, LogLine
from cockpit.model.ports import Clock, Source
from cockpit.model.probes import LogRate
from cockpit.model.readings import SourceId

_LINES_CAP = 200_000
"""Lines of a window that are counted; of a busier log the window gets shorter, and says so."""
_SHOWN = 300


@dataclass(frozen=True, slots=True)
class _Seen:
    """When a line was written, and whether it matches."""

    at: datetime
    fits: bool


class LogRateProbe(PlainSource):
    """Fulfils `Source[LogRate]` by following the log itself.

    Args:
        source: the id under which its readings are known.
        log: what follows the log, for this probe alone.
        pattern: what to look for; lines matched anywhere count.
        over: seconds of the window.
        clock: tells the time.
        pool: threads for matching: a pattern can be slow on hostile lines.
        deadline: seconds for one look.
    """

    def __init__(
        self,
        source: SourceId,
        log: Source[LogBatch],
        pattern: re.Pattern[str],
        over: float,
        clock: Clock,
        pool: BlockingPool,
        deadline: float,
    ) -> None:
        super().__init__(source)
        self._log = log
        self._pattern = pattern
        self._over = over
        self._clock = clock
        self._pool = pool
        self._deadline = deadline
        self._seen: deque[_Seen] = deque(maxlen=_LINES_CAP)
        self._last: LogLine | None = None
        self._since: datetime | None = None

    async def fetch(self) -> LogRate:
        """Count the lines of the last window.

        The first look sees the end of the file only: the window then reaches back to its oldest line.

        Raises:
            SourceError: when the file cannot be read, or matching takes too long.
        """
        batch = await self._log.fetch()
        try:
            fits = await self._pool.run(lambda: [self._fits(line) for line in batch.lines], self._deadline)
        except TimeoutError as error:
            raise SourceUnreachable(
                f"the pattern {self._pattern.pattern!r} took longer than {self._deadline:g} s on {self._log.id.name}",
                "write a simpler one",
            ) from error
        now = self._clock.now()
        if self._since is None:
            self._since = min((line.at for line in batch.lines), default=now)
        for line, fit in zip(batch.lines, fits, strict=True):
            self._seen.append(_Seen(line.at, fit))
            self._last = line if fit else self._last
        return self._rate(now)

    async def close(self) -> None:
        """Let go of the file."""
        await self._log.close()

    def _fits(self, line: LogLine) -> bool:
        return self._pattern.search(line.text) is not None

    def _rate(self, now: datetime) -> LogRate:
        start = now - timedelta(seconds=self._over)
        full = len(self._seen) == _LINES_CAP
        while self._seen and self._seen[0].at < start:
            self._seen.popleft()
        inside = [seen for seen in self._seen if start <= seen.at]
        known = self._seen[0].at if full and self._seen else self._since or now
        window = min(self._over, max(1.0, (now - known).total_seconds()))
        last = self._last
        return LogRate(
            sum(1 for seen in inside if seen.fits),
            len(inside),
            window,
            self._over,
            last.text[:_SHOWN] if last else "",
            last.at if last else None,
        )
