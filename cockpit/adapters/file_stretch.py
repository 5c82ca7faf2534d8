"""One file that is open, and how far it has been read."""

from __future__ import annotations

import os
import stat
from io import FileIO
from pathlib import Path

from cockpit.adapters.lines import LineSplitter, RawLine
from cockpit.model.errors import SourceRefused
from cockpit.model.text import clean

FIRST_LINES = 200
"""Lines shown of what was there before the first fetch."""
FIRST_BYTES = 256 * 1024
"""Bytes from the end of the file in which those lines are looked for."""
FETCH_LINES = 10_000
"""Lines handed over in one fetch."""
FETCH_BYTES = 1024 * 1024
"""Bytes parsed in one fetch."""
_CHUNK = 1024 * 1024


class FileStretch:
    """Reads on from where it stopped; used by one thread at a time.

    Args:
        path: the file to open; the handle stays with it when it is renamed.

    Raises:
        SourceRefused: when it is no regular file.
        OSError: when it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._handle = _open(path)
        self._lines = LineSplitter()

    @property
    def identity(self) -> tuple[int, int]:
        """Device and inode number."""
        found = os.fstat(self._handle.fileno())
        return found.st_dev, found.st_ino

    def close(self) -> None:
        """Let go of the file."""
        self._handle.close()

    def last_lines(self) -> list[RawLine]:
        """The last lines of what is there already."""
        size = self._handle.seek(0, os.SEEK_END)
        self._handle.seek(max(0, size - FIRST_BYTES))
        lines, _ = self.new_lines()
        return (lines[1:] if size > FIRST_BYTES else lines)[-FIRST_LINES:]

    def new_lines(self) -> tuple[list[RawLine], int]:
        """The lines that were completed since, and how many were passed over because there were too many."""
        size = os.fstat(self._handle.fileno()).st_size
        passed = self._pass_over(size - self._handle.tell() - FETCH_BYTES)
        data = _exactly(self._handle, size - self._handle.tell())
        start = _start_of_last(data, FETCH_LINES)
        passed += self._lines.skip(data[:start])
        return list(self._lines.feed(data[start:])), passed

    def restart_if_truncated(self) -> bool:
        """Go back to the start of a file that has become shorter; whether it had."""
        if os.fstat(self._handle.fileno()).st_size >= self._handle.tell():
            return False
        self._handle.seek(0)
        self._lines.flush()
        return True

    def incomplete(self) -> list[RawLine]:
        """The last line, when it has no end yet; what comes of it later is a line of its own."""
        last = self._lines.flush()
        return [last] if last else []

    def _pass_over(self, surplus: int) -> int:
        """Skip `surplus` bytes; how many lines they complete."""
        passed = 0
        while surplus > 0:
            chunk = self._handle.read(min(_CHUNK, surplus))
            if not chunk:
                break
            surplus -= len(chunk)
            passed += self._lines.skip(chunk)
        return passed


def _open(path: Path) -> FileIO:
    # without O_NONBLOCK, opening a named pipe waits for its writer
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise SourceRefused(f"{clean(str(path))} is no regular file", "name the log file itself")
    return FileIO(descriptor, "r")


def _exactly(handle: FileIO, count: int) -> bytes:
    pieces: list[bytes] = []
    while count > 0 and (piece := handle.read(count)):
        pieces.append(piece)
        count -= len(piece)
    return b"".join(pieces)


def _start_of_last(data: bytes, count: int) -> int:
    """Where the last `count` complete lines begin."""
    excess = data.count(b"\n") - count
    if excess <= 0:
        return 0
    end = len(data)
    for _ in range(count + 1):
        end = data.rfind(b"\n", 0, end)
    return end + 1
