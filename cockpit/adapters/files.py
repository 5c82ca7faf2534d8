"""A log file, followed across rotation, truncation, deletion and recreation."""

from __future__ import annotations

import os
import stat
import threading
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from io import FileIO
from pathlib import Path

from cockpit.adapters.lines import LineSplitter, RawLine
from cockpit.adapters.plain_source import PlainSource
from cockpit.adapters.pool import BlockingPool
from cockpit.adapters.unhurried import unhurried
from cockpit.engine.log_reader import LogReader
from cockpit.model.errors import SourceError, SourceRefused, SourceUnreachable
from cockpit.model.logs import LogBatch, LogLine
from cockpit.model.ports import Clock
from cockpit.model.readings import SourceId, SourceKind
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


class LogFile(PlainSource):
    """Fulfils `Source[LogBatch]` for one file.

    Args:
        name: the log's name in the configuration.
        path: the file; it may not exist yet.
        clock: tells the time at which lines were read.
        pool: threads for file reads, since a file system can hang; shared between log files.
        deadline: seconds for one fetch.
        zone: what a time without a zone in the file means; None for this machine's own zone.
    """

    def __init__(
        self,
        name: str,
        path: Path,
        *,
        clock: Clock,
        pool: BlockingPool,
        deadline: float = 3.0,
        zone: tzinfo | None = None,
    ) -> None:
        super().__init__(SourceId(SourceKind.LOGS, name))
        self._path = path
        self._clock = clock
        self._pool = pool
        self._deadline = deadline
        self._reader = LogReader(name, zone or datetime.now().astimezone().tzinfo or UTC)
        self._tail = _Tail(path)
        self._turn = threading.Lock()
        self._ready: deque[LogBatch] = deque()

    async def fetch(self) -> LogBatch:
        """What was written since the last fetch; the first one gives the last 200 lines.

        Raises:
            SourceUnreachable: when the file does not exist, has been deleted, or the file system hangs.
            SourceRefused: when it may not be read or is no regular file.
        """
        read_at = self._clock.now()
        try:
            await self._pool.run(lambda: self._read(read_at), self._deadline)
        except TimeoutError as error:
            raise self._hangs() from error
        except OSError as error:
            raise _translated(self._path, error) from error
        return self._taken()

    async def close(self) -> None:
        """Let go of the file."""
        self._tail.forget()

    def _read(self, read_at: datetime) -> None:
        """Runs on a thread; what a read brings after its deadline is handed over by the next fetch."""
        if not self._turn.acquire(blocking=False):
            raise self._hangs()
        try:
            raw, dropped, notice = self._tail.read()
            self._ready.append(LogBatch(tuple(self._parsed(line, read_at) for line in unhurried(raw)), dropped, notice))
        finally:
            self._turn.release()

    def _taken(self) -> LogBatch:
        batches = [self._ready.popleft() for _ in range(len(self._ready))]
        return LogBatch(
            tuple(line for batch in batches for line in batch.lines),
            sum(batch.dropped for batch in batches),
            next((batch.notice for batch in reversed(batches) if batch.notice), ""),
        )

    def _hangs(self) -> SourceUnreachable:
        return SourceUnreachable(
            f"{clean(str(self._path))} could not be read within {self._deadline:g} s",
            "look whether its file system hangs",
        )

    def _parsed(self, line: RawLine, read_at: datetime) -> LogLine:
        return self._reader.read(line.text, read_at)


def _translated(path: Path, error: OSError) -> SourceError:
    shown = clean(str(path))
    if isinstance(error, FileNotFoundError):
        return SourceUnreachable(f"there is no file {shown}", "it will be read as soon as it appears")
    if isinstance(error, PermissionError):
        return SourceRefused(f"{shown} may not be read by this user", "ask for read permission on it")
    return SourceUnreachable(f"{shown} cannot be read: {error.strerror or error}")


class _Tail:
    """Where the last fetch stopped; used by one thread at a time.

    The open handle is kept, so that what is written to a rotated file before its writer moves on is not lost.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: FileIO | None = None
        self._lines = LineSplitter()
        self._known = False
        self._lost = ""

    def forget(self) -> None:
        """Close the handle."""
        handle, self._handle = self._handle, None
        if handle is not None:
            handle.close()

    def read(self) -> tuple[list[RawLine], int, str]:
        """New complete lines, how many were passed over, and what happened to the file."""
        if self._handle is None:
            return self._begin()
        cut_short = self._restart_if_truncated(self._handle)
        lines, dropped = self._new_lines(self._handle)
        following = _identity_of(lambda: self._path.stat())
        if following == _identity_of(lambda: os.fstat(self._open_handle().fileno())):
            return lines, dropped, cut_short
        self._leave(lines)
        if following is None:
            self._lost = "recreated"
            if lines:
                return lines, dropped, "deleted"
            raise SourceUnreachable(
                f"{clean(str(self._path))} has been deleted", "it will be read again as soon as it reappears"
            )
        self._lost = "rotated"
        more, more_dropped, notice = self._begin()
        return lines + more, dropped + more_dropped, notice

    def _open_handle(self) -> FileIO:
        assert self._handle is not None
        return self._handle

    def _begin(self) -> tuple[list[RawLine], int, str]:
        handle = _open(self._path)
        self._handle = handle
        notice, self._lost = self._lost, ""
        if self._known:
            return *self._new_lines(handle), notice
        self._known = True
        size = handle.seek(0, os.SEEK_END)
        handle.seek(max(0, size - FIRST_BYTES))
        lines, _ = self._new_lines(handle)
        if size > FIRST_BYTES:
            lines = lines[1:]
        return lines[-FIRST_LINES:], 0, notice

    def _leave(self, lines: list[RawLine]) -> None:
        """Nothing more will come from the old file: its incomplete last line counts as complete."""
        if last := self._lines.flush():
            lines.append(last)
        self.forget()

    def _restart_if_truncated(self, handle: FileIO) -> str:
        if os.fstat(handle.fileno()).st_size >= handle.tell():
            return ""
        handle.seek(0)
        self._lines.flush()
        return "truncated"

    def _new_lines(self, handle: FileIO) -> tuple[list[RawLine], int]:
        size = os.fstat(handle.fileno()).st_size
        passed = self._pass_over(handle, size - handle.tell() - FETCH_BYTES)
        data = _exactly(handle, size - handle.tell())
        start = _start_of_last(data, FETCH_LINES)
        passed += self._lines.skip(data[:start])
        return list(self._lines.feed(data[start:])), passed

    def _pass_over(self, handle: FileIO, surplus: int) -> int:
        """Skip `surplus` bytes; how many lines they complete."""
        passed = 0
        while surplus > 0:
            chunk = handle.read(min(_CHUNK, surplus))
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


def _identity_of(look: Callable[[], os.stat_result]) -> tuple[int, int] | None:
    try:
        found = look()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
