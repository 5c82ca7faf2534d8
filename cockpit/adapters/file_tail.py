"""What is written to a path, whichever file it leads to."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cockpit.adapters.file_stretch import FileStretch
from cockpit.adapters.lines import RawLine
from cockpit.model.errors import SourceUnreachable
from cockpit.model.text import clean

LINGER = 30.0
"""Seconds without a line after which a rotated file is let go of: its writers open the new one when they come to it."""
MOST_ROTATED = 4
"""Rotated files that are still read at most; beyond that the oldest is let go of."""


class FileTail:
    """Where the last fetch stopped; used by one thread at a time.

    Args:
        path: the file; it may not exist yet.
        monotonic: seconds on a clock that never goes back.
    """

    def __init__(self, path: Path, monotonic: Callable[[], float]) -> None:
        self._path = path
        self._monotonic = monotonic
        self._current: FileStretch | None = None
        self._rotated: list[tuple[FileStretch, float]] = []
        self._known = False
        self._lost = ""

    def forget(self) -> None:
        """Close what is open."""
        current, self._current = self._current, None
        rotated, self._rotated = self._rotated, []
        for stretch in ([current] if current else []) + [old for old, _ in rotated]:
            stretch.close()

    def read(self) -> tuple[list[RawLine], int, str]:
        """New complete lines, how many were passed over, and what happened to the file.

        Raises:
            SourceUnreachable: when the file has been deleted.
            SourceRefused: when it is no regular file.
            OSError: when it cannot be read.
        """
        late, late_dropped = self._late_lines()
        lines, dropped, notice = self._read_on(self._current) if self._current else self._begin()
        return late + lines, late_dropped + dropped, notice

    def _read_on(self, current: FileStretch) -> tuple[list[RawLine], int, str]:
        cut_short = "truncated" if current.restart_if_truncated() else ""
        lines, dropped = current.new_lines()
        following = _identity_of(self._path)
        if following == current.identity:
            return lines, dropped, cut_short
        lines += current.incomplete()
        self._current = None
        if following is None:
            current.close()
            self._lost = "recreated"
            if lines:
                return lines, dropped, "deleted"
            raise SourceUnreachable(
                f"{clean(str(self._path))} has been deleted", "it will be read again as soon as it reappears"
            )
        self._rotated.append((current, self._monotonic()))
        self._lost = "rotated"
        more, more_dropped, notice = self._begin()
        return lines + more, dropped + more_dropped, notice

    def _begin(self) -> tuple[list[RawLine], int, str]:
        self._current = stretch = FileStretch(self._path)
        notice, self._lost = self._lost, ""
        if self._known:
            return *stretch.new_lines(), notice
        self._known = True
        return stretch.last_lines(), 0, notice

    def _late_lines(self) -> tuple[list[RawLine], int]:
        """What writers that have not moved on yet have written to the files that were rotated away."""
        lines: list[RawLine] = []
        dropped, now, kept = 0, self._monotonic(), list[tuple[FileStretch, float]]()
        for number, (stretch, heard) in enumerate(self._rotated, MOST_ROTATED - len(self._rotated)):
            more, passed = stretch.new_lines()
            lines, dropped = lines + more, dropped + passed
            last = now if more else heard
            if number >= 0 and now - last < LINGER:
                kept.append((stretch, last))
            else:
                lines += stretch.incomplete()
                stretch.close()
        self._rotated = kept
        return lines, dropped


def _identity_of(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
