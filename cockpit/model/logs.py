"""Log lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Level(StrEnum):
    """How grave a line says it is."""

    ERROR = "error"
    WARN = "warn"
    INFO = "info"
    DEBUG = "debug"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a log.

    Attributes:
        stream: the name of the log that it came from.
        text: the line, cleaned.
        level: as far as it can be told.
        at: UTC time written in the line, else the time it was read.
    """

    stream: str
    text: str
    level: Level
    at: datetime


@dataclass(frozen=True, slots=True)
class LogBatch:
    """Lines that appeared since the last look.

    Attributes:
        lines: the new lines, oldest first.
        dropped: lines that were passed over because there were too many.
        notice: what happened to the file itself ("rotated", "truncated"), "" when nothing.
    """

    lines: tuple[LogLine, ...]
    dropped: int = 0
    notice: str = ""
