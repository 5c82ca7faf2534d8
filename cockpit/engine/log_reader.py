"""Reads the lines of one log one after the other, and remembers what it learnt from those before."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, tzinfo

from cockpit.engine.loglines import Hint, parse_line
from cockpit.model.logs import Level, LogLine

LONGEST_ENTRY = 500
"""Lines without a time that belong to the one before them; after that many the log just writes no times."""


class LogReader:
    """Gives a line without a time that of the line before it, and a continuation the level of its head.

    Args:
        stream: the name of the log.
        zone: what a time without a zone means.
    """

    def __init__(self, stream: str, zone: tzinfo = UTC) -> None:
        self._stream = stream
        self._zone = zone
        self._hint = Hint()
        self._head: LogLine | None = None
        self._following = 0

    def read(self, text: str, read_at: datetime) -> LogLine:
        """One line.

        Args:
            text: the line, cleaned.
            read_at: UTC time at which it was read.
        """
        line = parse_line(self._stream, text, read_at, self._zone, self._hint)
        if self._hint.stamped:
            self._head, self._following = line, 0
            return line
        head = self._head
        self._following += 1
        if head is None or self._following > LONGEST_ENTRY:
            self._head = None
            return line
        level = head.level if line.level is Level.NONE else line.level
        return replace(line, at=head.at, level=level, continues=True)
