"""A log file, followed across rotation, truncation, deletion and recreation."""

from __future__ import annotations

import threading
from collections import deque
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from cockpit.adapters.file_tail import FileTail
from cockpit.adapters.lines import RawLine
from cockpit.adapters.plain_source import PlainSource
from cockpit.adapters.pool import BlockingPool
from cockpit.adapters.unhurried import unhurried
from cockpit.engine.log_reader import LogReader
from cockpit.model.errors import SourceError, SourceRefused, SourceUnreachable
from cockpit.model.logs import LogBatch, LogLine
from cockpit.model.ports import Clock
from cockpit.model.readings import SourceId, SourceKind
from cockpit.model.text import clean


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
        self._tail = FileTail(path, clock.monotonic)
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
