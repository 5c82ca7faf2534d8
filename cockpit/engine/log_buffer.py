"""The ring of log lines that the log pane shows."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from itertools import islice

from cockpit.model.logs import LogLine


class LogBuffer:
    """Keeps the newest lines of all logs in the order of arrival, and counts what fell out.

    Args:
        capacity: lines kept.
    """

    def __init__(self, capacity: int = 50_000) -> None:
        self._lines: deque[LogLine] = deque(maxlen=capacity)
        self._total = 0
        self._dropped = 0

    @property
    def first(self) -> int:
        """Number of the oldest line still kept; lines are numbered from 0 in the order of arrival."""
        return self._total - len(self._lines)

    @property
    def end(self) -> int:
        """Number that the next line will get."""
        return self._total

    @property
    def dropped(self) -> int:
        """Lines that readers had to pass over before they got here."""
        return self._dropped

    def extend(self, lines: Iterable[LogLine], dropped: int = 0) -> None:
        """Add lines, oldest first."""
        for line in lines:
            self._lines.append(line)
            self._total += 1
        self._dropped += dropped

    def since(self, number: int) -> Sequence[LogLine]:
        """The kept lines from `number` on."""
        return tuple(islice(self._lines, max(0, number - self.first), None))
