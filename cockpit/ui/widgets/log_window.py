"""A filtered window on the ring of log lines: which are shown, and where the person stands."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque

from cockpit.engine.log_buffer import LogBuffer
from cockpit.model.logs import Level, LogLine

GRAVITY = {Level.NONE: 0, Level.DEBUG: 0, Level.INFO: 1, Level.WARN: 2, Level.ERROR: 3}
"""How grave a level is."""


class LogWindow:
    """Keeps the numbers of the lines that pass the filter.

    Args:
        buffer: the ring.
    """

    def __init__(self, buffer: LogBuffer) -> None:
        self.needle = ""
        self.match: int | None = None
        self.frozen = False
        self.missed = 0
        self._buffer = buffer
        self._least = Level.NONE
        self._stream = ""
        self._seen = buffer.first
        self._kept: deque[tuple[int, LogLine]] = deque()
        self._bottom: int | None = None

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def following(self) -> bool:
        """Whether the newest line is shown."""
        return self._bottom is None

    @property
    def least(self) -> Level:
        """Lines below this level are left out."""
        return self._least

    @property
    def stream(self) -> str:
        """The one log that is shown, "" for all."""
        return self._stream

    @property
    def streams(self) -> list[str]:
        """Names of the logs that are in the ring."""
        return sorted({entry.stream for entry in self._buffer.since(0)})

    @property
    def dropped(self) -> int:
        """Lines that were passed over before they got here."""
        return self._buffer.dropped

    def filter(self, least: Level, stream: str) -> None:
        """Show only lines of at least that level, of one log or of all ("")."""
        self._least, self._stream = least, stream
        self._kept.clear()
        self._seen = self._buffer.first
        self._bottom = None
        self._take()

    def catch_up(self, height: int) -> None:
        """Take in new lines; while following, the window moves with them."""
        if self.frozen:
            self.missed = self._buffer.end - self._seen
            return
        self._take()
        while self._kept and self._kept[0][0] < self._buffer.first:
            self._kept.popleft()
        if self._bottom is not None and self._kept and self._bottom < self._kept[0][0]:
            self._bottom = self._kept[min(height, len(self._kept)) - 1][0]

    def freeze(self, frozen: bool) -> None:
        """Stop taking new lines in, or go on."""
        self.frozen = frozen
        self.missed = 0

    def visible(self, height: int) -> tuple[int, ...]:
        """Numbers of the lines on the screen, oldest first."""
        end = len(self._kept) if self._bottom is None else self._position(self._bottom) + 1
        end = max(end, min(height, len(self._kept)))
        return tuple(self._kept[index][0] for index in range(max(0, end - height), end))

    def line(self, number: int) -> LogLine:
        """The line of that number; it must be one of those that are kept."""
        return self._kept[self._position(number)][1]

    def follow(self) -> None:
        """Show the newest lines."""
        self._bottom = None
        self.match = None

    def move(self, by: int, height: int) -> None:
        """Move the window by a number of lines."""
        if not self._kept:
            return
        here = len(self._kept) - 1 if self._bottom is None else self._position(self._bottom)
        there = max(min(height, len(self._kept)) - 1, here + by)
        self._bottom = None if there >= len(self._kept) - 1 else self._kept[there][0]

    def find(self, step: int, height: int) -> bool:
        """Go to the next line that contains the needle; False when there is none."""
        wanted = self.needle.casefold()
        if not wanted or not self._kept:
            return False
        start = self._position(self.match) + step if self.match is not None else len(self._kept) - 1
        index = start
        while 0 <= index < len(self._kept):
            number, entry = self._kept[index]
            if wanted in entry.text.casefold():
                self.match = number
                self._bring_to_sight(index, height)
                return True
            index += step
        return False

    def _bring_to_sight(self, index: int, height: int) -> None:
        if self._kept[index][0] not in self.visible(height):
            there = min(len(self._kept) - 1, index + height // 2)
            self._bottom = self._kept[there][0]
        elif self._bottom is None:
            self._bottom = self._kept[-1][0]

    def _take(self) -> None:
        fresh = self._buffer.since(self._seen)
        number = self._buffer.end - len(fresh)
        for entry in fresh:
            if GRAVITY[entry.level] >= GRAVITY[self._least] and self._stream in ("", entry.stream):
                self._kept.append((number, entry))
            number += 1
        self._seen = self._buffer.end

    def _position(self, number: int) -> int:
        """Where the line of that number, or the first after it, stands among those kept."""
        return min(max(0, len(self._kept) - 1), bisect_left(self._kept, number, key=lambda pair: pair[0]))
