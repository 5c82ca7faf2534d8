"""Log lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


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
        at: UTC time written in the line, else that of the line that it continues, else the time it was read.
        continues: True for a line that belongs to the one before it: a stack trace, for example.
    """

    stream: str
    text: str
    level: Level
    at: datetime
    continues: bool = False


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


Place = tuple[int, int]
"""Where a line begins in an archive: number of the file, 0 for the newest and less for older ones, and the byte."""


@dataclass(frozen=True, slots=True)
class ArchivePage:
    """Lines of one log that follow each other.

    Attributes:
        lines: oldest first.
        places: where each begins.
        end: where the line after the last one begins.
    """

    lines: tuple[LogLine, ...]
    places: tuple[Place, ...]
    end: Place


@dataclass(frozen=True, slots=True)
class Tally:
    """How far a count over an archive has come.

    Attributes:
        lines: lines that contain the text so far.
        done: bytes looked at.
        size: bytes in all, as far as known.
    """

    lines: int
    done: int
    size: int


class LogArchive(Protocol):
    """What was written to a log before the lines in the ring; it is read in pages and never held as a whole."""

    @property
    def stream(self) -> str:
        """The name of the log."""
        ...

    async def seek(self, at: datetime) -> Place:
        """Where the first line of that UTC time or later begins; the end when there is none.

        Raises:
            SourceError: when it cannot be read.
        """
        ...

    async def before(self, place: Place, lines: int) -> ArchivePage:
        """Up to that many lines before a place; none at the very beginning.

        Raises:
            SourceError: when it cannot be read.
        """
        ...

    async def after(self, place: Place, lines: int) -> ArchivePage:
        """Up to that many lines from a place on; none at the end.

        Raises:
            SourceError: when it cannot be read.
        """
        ...

    async def find(
        self, text: str, place: Place, step: int, told: Callable[[Tally], None] = lambda tally: None
    ) -> Place | None:
        """Where the next line that contains a text begins, whatever the case; None when there is none.

        Args:
            text: what to look for.
            place: where to begin; the line there counts for a step of 1 only.
            step: 1 towards newer lines, -1 towards older ones.
            told: told now and then how far it has come.

        Raises:
            SourceError: when it cannot be read.
        """
        ...

    async def count(self, text: str, told: Callable[[Tally], None]) -> Tally:
        """How many lines contain a text, whatever the case; `told` hears of it now and then.

        Raises:
            SourceError: when it cannot be read.
        """
        ...

    async def close(self) -> None:
        """Let go of its files; it opens them again when it is asked again."""
        ...
