"""How often jobs found their lock held, counted in the log lines that tell so."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache

from cockpit.engine.log_buffer import LogBuffer
from cockpit.model.locks import JobPlan
from cockpit.model.logs import LogLine

KEPT = 1_000
"""Lines that are kept for a job; a count that reaches this is at least that."""
AT_ONCE = 20_000
"""New lines that are looked at in one go; what came before them is passed over."""
_HELD = r"\b(?:locked|lock (?:is )?(?:held|taken)|already running|202)\b"


class LogContention:
    """Looks at each line of the buffer once.

    Args:
        logs: the ring of log lines.
    """

    def __init__(self, logs: LogBuffer) -> None:
        self._logs = logs
        self._next = 0
        self._found: dict[str, deque[LogLine]] = {}

    def count(self, plan: JobPlan, now: datetime) -> int:
        """How many lines within the job's window tell that its lock was found held."""
        return len(self.lines(plan, now))

    def lines(self, plan: JobPlan, now: datetime) -> Sequence[LogLine]:
        """Those lines, oldest first."""
        since = now - timedelta(seconds=plan.contended_over)
        return [line for line in self._found.get(plan.name, ()) if line.at >= since]

    def take_in(self, plans: Sequence[JobPlan]) -> None:
        """Look at the lines that are new."""
        start = max(self._next, self._logs.end - AT_ONCE)
        self._next = self._logs.end
        if not plans or start >= self._next:
            return
        patterns = [(plan.name, pattern_of(plan)) for plan in plans]
        for line in self._logs.since(start):
            for name, pattern in patterns:
                if pattern.search(line.text):
                    self._found.setdefault(name, deque(maxlen=KEPT)).append(line)


@lru_cache(maxsize=256)
def pattern_of(plan: JobPlan) -> re.Pattern[str]:
    """What a line looks like that tells of contention for a job's lock."""
    if plan.contended:
        return re.compile(plan.contended)
    named = "|".join(re.escape(word) for word in (plan.lock, plan.name) if word)
    return re.compile(rf"(?<![\w-])(?:{named})(?![\w-]).*{_HELD}|{_HELD}.*(?<![\w-])(?:{named})(?![\w-])")


def mentions(logs: LogBuffer, words: Sequence[str], most: int) -> list[LogLine]:
    """The newest lines that contain one of the words, oldest first.

    Args:
        logs: the ring of log lines.
        words: a lock's key, its owner, the job's name.
        most: how many lines at the most.
    """
    wanted = [word for word in words if word]
    found: list[LogLine] = []
    for line in reversed(logs.since(logs.first)):
        if any(word in line.text for word in wanted):
            found.append(line)
            if len(found) >= most:
                break
    return found[::-1]
