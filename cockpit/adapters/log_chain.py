"""A log file and the rotated ones before it as one row of bytes, oldest first."""

from __future__ import annotations

import gzip
import os
import re
import tempfile
import zlib
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import BinaryIO

from cockpit.adapters.lines import KEPT_BYTES
from cockpit.model.errors import SourceUnreachable
from cockpit.model.logs import Place
from cockpit.model.text import clean

UNPACKED_CAP = 2 * 1024**3
"""Bytes of all unpacked files of one log that are kept on disk, in unlinked temporary files."""
OLDER_FILES = 30
"""Rotated files that are looked at."""
_PIECE = 256 * 1024
_ROTATED = re.compile(r"[.\-](?:\d{1,4}|\d{8}(?:[-.T]?\d{2,6})?|\d{4}-\d\d-\d\d(?:[-T_.]\d\d.*)?)(?:\.gz)?$")


@dataclass(slots=True)
class _Piece:
    """One file of the chain; opened when it is needed, and kept open, so that a rotation does not move it."""

    path: Path
    handle: BinaryIO | FileIO | None = None


class LogChain:
    """Reads bytes and lines at places; for one thread at a time.

    Args:
        path: the newest file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pieces: list[_Piece] = []
        self._room = UNPACKED_CAP

    def open(self) -> None:
        """Find the files; a second call does nothing.

        Raises:
            OSError: when the newest one cannot be opened.
        """
        if not self._pieces:
            newest = _Piece(self._path, FileIO(os.open(self._path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "r"))
            self._pieces = [*(_Piece(path) for path in rotated_files(self._path)), newest]

    def close(self) -> None:
        """Let go of all files."""
        pieces, self._pieces, self._room = self._pieces, [], UNPACKED_CAP
        for piece in pieces:
            if piece.handle is not None:
                piece.handle.close()

    @property
    def first(self) -> int:
        """Number of the oldest file."""
        return 1 - len(self._pieces)

    def at_hand(self, number: int) -> bool:
        """Whether a file can be read without unpacking it first."""
        piece = self._pieces[number - 1]
        return piece.handle is not None or piece.path.suffix != ".gz"

    def size(self, number: int) -> int:
        """Bytes of a file, unpacked; what grows meanwhile belongs to it.

        Raises:
            OSError: when it cannot be read.
            SourceUnreachable: when it is damaged or too big to unpack.
        """
        handle = self._handle(number)
        return os.fstat(handle.fileno()).st_size

    def written_at(self, number: int) -> float:
        """Seconds since the epoch at which the file was last written."""
        return self._pieces[number - 1].path.stat().st_mtime

    def read(self, number: int, start: int, end: int) -> bytes:
        """The bytes of a file between two offsets, fewer at its end."""
        return os.pread(self._handle(number).fileno(), max(0, end - start), start)

    def line_start(self, place: Place) -> Place:
        """The start of the line that holds a byte."""
        number, offset = place
        while offset > 0:
            low = max(0, offset - _PIECE)
            found = self.read(number, low, offset).rfind(b"\n")
            if found >= 0:
                return number, low + found + 1
            offset = low
        return number, 0

    def line_after(self, place: Place) -> Place:
        """The start of the line after the one that holds a byte; the end of the file when it is the last."""
        number, offset = place
        size = self.size(number)
        while offset < size:
            data = self.read(number, offset, offset + _PIECE)
            found = data.find(b"\n")
            if found >= 0:
                return number, offset + found + 1
            offset += len(data) or size
        return number, size

    def lines_before(self, place: Place, count: int) -> tuple[list[bytes], list[Place]]:
        """Up to `count` whole lines that end at a place, oldest first; at most 4 MiB are looked at."""
        number, end = place
        while end == 0 and number > self.first:
            number -= 1
            end = self.size(number)
        low, data = end, b""
        while low > 0 and data.count(b"\n") <= count and len(data) < 16 * _PIECE:
            start = max(0, low - _PIECE)
            data, low = self.read(number, start, low) + data, start
        if low > 0:
            cut = data.find(b"\n", 0, len(data) - 1) + 1
            data, low = data[cut:], low + cut
        return _split((number, low), data, -count)

    def lines_after(self, place: Place, count: int) -> tuple[list[bytes], list[Place], Place]:
        """Up to `count` whole lines from a place on, and where the next one begins; at most 4 MiB are looked at."""
        number, start = place
        while number < 0 and start >= self.size(number):
            number, start = number + 1, 0
        data, size = b"", self.size(number)
        while start + len(data) < size and data.count(b"\n") < count and len(data) < 16 * _PIECE:
            more = self.read(number, start + len(data), start + len(data) + _PIECE)
            if not more:
                break
            data += more
        if number == 0 or start + len(data) < size:
            data = data[: data.rfind(b"\n") + 1] or (data if len(data) >= 16 * _PIECE else b"")
        lines, places = _split((number, start), data, count)
        taken = places[-1][1] + len(lines[-1]) if lines else start
        return lines, places, (number, taken)

    def _handle(self, number: int) -> BinaryIO | FileIO:
        piece = self._pieces[number - 1]
        if piece.handle is None:
            if piece.path.suffix == ".gz":
                piece.handle = unpacked(piece.path, self._room)
                self._room -= os.fstat(piece.handle.fileno()).st_size
            else:
                piece.handle = FileIO(str(piece.path), "r")
        return piece.handle


def _split(at: Place, data: bytes, count: int) -> tuple[list[bytes], list[Place]]:
    """Whole lines with their line feeds and where they begin; the first `count`, or the last for less than 0."""
    lines = data.splitlines(keepends=True) if b"\r" not in data else _by_line_feed(data)
    number, offset = at
    places = []
    for line in lines:
        places.append((number, offset))
        offset += len(line)
    part = slice(count, None) if count < 0 else slice(0, count)
    return lines[part], places[part]


def _by_line_feed(data: bytes) -> list[bytes]:
    lines = [line + b"\n" for line in data.split(b"\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


def text_bytes(line: bytes) -> tuple[bytes, int]:
    """A line without its end, cut to what is kept, and how much was cut."""
    line = line.rstrip(b"\n")
    return line[:KEPT_BYTES], max(0, len(line) - KEPT_BYTES)


def rotated_files(path: Path) -> list[Path]:
    """The rotated files of a log (`app.log.1`, `app.log.2.gz`, `app-20261120.gz`), oldest first."""
    stem = path.name.removesuffix(path.suffix) if path.suffix else path.name
    found = []
    for other in path.parent.iterdir():
        rest = next((other.name[len(base) :] for base in (path.name, stem) if other.name.startswith(base)), "")
        rest = rest.removesuffix(path.suffix) if path.suffix not in ("", ".gz") else rest
        if other != path and _ROTATED.fullmatch(rest) and other.is_file():
            found.append((other.stat().st_mtime, other))
    return [other for _, other in sorted(found)[-OLDER_FILES:]]


def unpacked(path: Path, most: int = UNPACKED_CAP) -> BinaryIO:
    """The unpacked bytes of a gzip file, in a temporary file that nobody else sees.

    Args:
        path: the gzip file.
        most: bytes that there is room for.

    Raises:
        SourceUnreachable: when it is damaged, or too big.
        OSError: when it cannot be read or there is no room.
    """
    target = tempfile.TemporaryFile(prefix="cockpit-log-")  # noqa: SIM115  handed to the caller
    try:
        fits = _unpack(path, target, most)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        target.close()
        raise SourceUnreachable(f"{clean(str(path))} is a damaged gzip file: {error}") from error
    except OSError:
        target.close()
        raise
    if not fits:
        target.close()
        raise SourceUnreachable(f"{clean(str(path))} unpacks to more than the {most >> 20} MiB left for it")
    target.flush()
    return target


def _unpack(path: Path, target: BinaryIO, most: int) -> bool:
    """Unpack into a file; False when it is more than `most` bytes."""
    with gzip.open(path, "rb") as packed:
        while data := packed.read(1024 * 1024):
            most -= len(data)
            if most < 0:
                return False
            target.write(data)
    return True
