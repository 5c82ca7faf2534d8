"""Several log files that a pattern finds, followed as one source; files that appear later are taken in."""

from __future__ import annotations

import asyncio
import glob
from collections.abc import Callable
from pathlib import Path

from cockpit.adapters.files import LogFile
from cockpit.adapters.plain_source import PlainSource
from cockpit.adapters.pool import BlockingPool
from cockpit.model.errors import SourceError, SourceUnreachable
from cockpit.model.logs import LogBatch
from cockpit.model.ports import Clock
from cockpit.model.readings import SourceId, SourceKind
from cockpit.model.text import clean

MOST_FILES = 32
"""Files followed at a time: those that were written last."""
LOOK_EVERY = 5.0
"""Seconds between two looks for new files."""


class LogGlob(PlainSource):
    """Fulfils `Source[LogBatch]`; each file is a log of its own, called by its name without the ending.

    Args:
        name: the source's name in the configuration.
        pattern: the path with `*`, `?`, `[...]` or `**`.
        make: makes the follower of one file from a log's name and a path.
        clock: tells when to look again.
        pool: threads for looking.
        deadline: seconds for one look.
    """

    def __init__(
        self,
        name: str,
        pattern: Path,
        make: Callable[[str, Path], LogFile],
        *,
        clock: Clock,
        pool: BlockingPool,
        deadline: float = 3.0,
    ) -> None:
        super().__init__(SourceId(SourceKind.LOGS, name))
        self._pattern = pattern
        self._make = make
        self._clock = clock
        self._pool = pool
        self._deadline = deadline
        self._files: dict[Path, LogFile] = {}
        self._look_at = 0.0

    async def fetch(self) -> LogBatch:
        """What was written to all of them since the last fetch.

        Raises:
            SourceError: when the pattern finds nothing, or none of the files can be read.
        """
        now = self._clock.monotonic()
        if now >= self._look_at or not self._files:
            await self._look()
            self._look_at = now + LOOK_EVERY
        if not self._files:
            raise SourceUnreachable(
                f"there is no file {clean(str(self._pattern))}", "it will be read as soon as one appears"
            )
        found = await asyncio.gather(*(log.fetch() for log in self._files.values()), return_exceptions=True)
        batches, troubles = [], []
        for one in found:
            if isinstance(one, LogBatch):
                batches.append(one)
            elif isinstance(one, SourceError):
                troubles.append(one)
            else:
                raise one
        if not batches:
            raise troubles[0]
        return LogBatch(
            tuple(line for batch in batches for line in batch.lines),
            sum(batch.dropped for batch in batches),
            next((batch.notice for batch in batches if batch.notice), ""),
        )

    async def close(self) -> None:
        """Let go of all files."""
        await asyncio.gather(*(log.close() for log in self._files.values()))

    async def _look(self) -> None:
        try:
            paths = await self._pool.run(lambda: newest_files(self._pattern), self._deadline)
        except TimeoutError as error:
            raise SourceUnreachable(
                f"the files {clean(str(self._pattern))} could not be listed within {self._deadline:g} s",
                "look whether the file system hangs",
            ) from error
        for gone in set(self._files) - set(paths):
            await self._files.pop(gone).close()
        for path in paths:
            if path not in self._files:
                self._files[path] = self._make(clean(path.stem) or self._source.name, path)


def newest_files(pattern: Path) -> list[Path]:
    """The files that a pattern finds, those written last; packed ones are not followed."""
    found = []
    for name in glob.iglob(str(pattern), recursive=True):  # noqa: PTH207  the pattern may be absolute
        path = Path(name)
        try:
            if path.is_file() and path.suffix not in (".gz", ".zst", ".xz", ".bz2"):
                found.append((path.stat().st_mtime, path))
        except OSError:
            # it went away, or may not be looked at
            continue
    return [path for _, path in sorted(found)[-MOST_FILES:]]


def is_pattern(path: str) -> bool:
    """Whether a path is a pattern."""
    return glob.has_magic(path)
