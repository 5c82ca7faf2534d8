"""Frames kept on the disk beside the journal: a bounded file for each incident, to be played again."""

from __future__ import annotations

import contextlib
import fcntl
import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cockpit.adapters.pool import BlockingPool
from cockpit.engine.share.filming import Taken
from cockpit.model.errors import JournalError

_HEAD = struct.Struct(">4sdBII")
"""Mark, seconds since 1970, whether the frame is whole, bytes that follow, their checksum."""
_MARK = b"CKF1"
LONGEST = 16_000_000
"""Bytes of a frame that are read."""
FILES = 20
"""Incidents whose frames are kept; those of older ones are taken away."""
DEADLINE = 10.0
"""Seconds that writing one frame may take."""
_SUFFIX = ".frames"


@dataclass(frozen=True, slots=True)
class Recorded:
    """Where a frame lies in its file.

    Attributes:
        at: UTC time at which it was taken.
        whole: whether one can begin with it.
        start, length: bytes of the file.
    """

    at: datetime
    whole: bool
    start: int
    length: int


def recordings_folder(journal: Path) -> Path:
    """Where the frames of a journal's incidents lie."""
    return journal.with_name(f"{journal.name}.frames")


class Recorder:
    """Writes frames; of several cockpits on one journal the first one does.

    A disk that refuses costs the recording and nothing else.

    Args:
        folder: where the files are; it is made when it is missing.
        most: bytes of one incident's file; when it is full, its older half goes.
    """

    def __init__(self, folder: Path, most: int) -> None:
        self._folder = folder
        self._most = most
        self._pool = BlockingPool("record", 1)
        self._incident = ""
        self._file = -1

    async def take(self, taken: Taken) -> None:
        """Write a frame, on a thread of its own."""
        with contextlib.suppress(TimeoutError, OSError):
            await self._pool.run(lambda: self._write(taken), DEADLINE)

    def start(self) -> None:
        """Nothing has to begin."""

    async def stop(self) -> None:
        """Let go of the file."""
        with contextlib.suppress(TimeoutError, OSError):
            await self._pool.run(self._close, DEADLINE)
        self._pool.close()

    def _write(self, taken: Taken) -> None:
        if taken.incident != self._incident or self._file < 0:
            self._open(taken.incident)
        if self._file < 0:
            return
        head = _HEAD.pack(_MARK, taken.at.timestamp(), taken.whole, len(taken.data), zlib.crc32(taken.data))
        record = head + taken.data
        if os.fstat(self._file).st_size + len(record) > self._most:
            self._halve(taken.incident)
        self._append(record)

    def _append(self, record: bytes) -> None:
        """Write a record whole or not at all: what comes after half a one could not be read."""
        size = os.fstat(self._file).st_size
        try:
            done = os.write(self._file, record)
        except OSError:
            os.truncate(self._file, size)
            raise
        if done < len(record):
            os.truncate(self._file, size)

    def _open(self, incident: str) -> None:
        """Open the file of an incident, unless another cockpit writes it."""
        self._close()
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = _path(self._folder, incident)
        if not path.exists():
            self._make_room()
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.truncate(file, sum(_HEAD.size + one.length for one in _scan(file)))
        except OSError:
            os.close(file)
            return
        self._file, self._incident = file, incident

    def _make_room(self) -> None:
        files = sorted(self._folder.glob(f"*{_SUFFIX}"), key=lambda path: path.stat().st_mtime, reverse=True)
        for old in files[FILES - 1 :]:
            old.unlink(missing_ok=True)

    def _halve(self, incident: str) -> None:
        """Keep the newer half, from a whole frame on."""
        known = list(_scan(self._file))
        half = sum(one.length for one in known) // 2
        kept = next((one for one in known if one.whole and one.start >= half), None)
        start = kept.start - _HEAD.size if kept is not None else os.fstat(self._file).st_size
        rest = os.pread(self._file, self._most, start)
        path = _path(self._folder, incident)
        fresh = path.with_suffix(".new")
        file = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        os.write(file, rest)
        fresh.replace(path)
        os.close(self._file)
        self._file = file

    def _close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
        self._file, self._incident = -1, ""


class Recording:
    """The frames of one incident, to be read; blocks, so only for a thread of its own.

    Args:
        folder: where the files are.
        incident: its id.
    """

    def __init__(self, folder: Path, incident: str) -> None:
        self._path = _path(folder, incident)

    def frames(self) -> Sequence[Recorded]:
        """Where its frames lie, oldest first; none when nothing was recorded.

        Raises:
            JournalError: when the file cannot be read.
        """
        try:
            with self._path.open("rb") as file:
                return list(_scan(file.fileno()))
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise self._unreadable(error) from error

    def read(self, wanted: Sequence[Recorded]) -> list[bytes]:
        """The bytes of frames; one that is damaged is left out.

        Raises:
            JournalError: when the file cannot be read.
        """
        found: list[bytes] = []
        try:
            with self._path.open("rb") as file:
                for one in wanted:
                    _, _, _, _, checksum = _HEAD.unpack(os.pread(file.fileno(), _HEAD.size, one.start - _HEAD.size))
                    data = os.pread(file.fileno(), one.length, one.start)
                    found += [data] if zlib.crc32(data) == checksum else []
        except (OSError, struct.error) as error:
            raise self._unreadable(error) from error
        return found

    def _unreadable(self, error: Exception) -> JournalError:
        said = error.strerror if isinstance(error, OSError) and error.strerror else "it is damaged"
        return JournalError(f"the recording {self._path} cannot be read: {said}", "look at the disk it is on")


def _path(folder: Path, incident: str) -> Path:
    safe = "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in incident)
    return folder / f"{safe}{_SUFFIX}"


def _scan(file: int) -> Iterator[Recorded]:
    """The frames of a file up to the first that is not whole on the disk, as the last one after a crash."""
    size, position = os.fstat(file).st_size, 0
    while position + _HEAD.size <= size:
        mark, at, whole, length, _ = _HEAD.unpack(os.pread(file, _HEAD.size, position))
        start = position + _HEAD.size
        if mark != _MARK or length > LONGEST or start + length > size:
            return
        yield Recorded(datetime.fromtimestamp(at, UTC), bool(whole), start, length)
        position = start + length
