"""How old and how large a file is, for backups and other signs of life."""

from __future__ import annotations

import glob
import itertools
import os
from datetime import UTC, datetime
from pathlib import Path

from cockpit.adapters.plain_source import PlainSource
from cockpit.adapters.pool import BlockingPool
from cockpit.model.errors import SourceRefused, SourceUnreachable
from cockpit.model.probes import FileFacts
from cockpit.model.readings import SourceId
from cockpit.model.text import clean

_CAP = 10_000
"""Files that a pattern may name."""


class FileProbe(PlainSource):
    """Fulfils `Source[FileFacts]`.

    Args:
        source: the id under which its readings are known.
        path: the file, or a pattern with `*`, of whose files the newest counts.
        pool: threads for the file system, which can hang; shared between probes.
        deadline: seconds for one look.
    """

    def __init__(self, source: SourceId, path: Path, pool: BlockingPool, deadline: float) -> None:
        super().__init__(source)
        self._path = path
        self._pool = pool
        self._deadline = deadline

    async def fetch(self) -> FileFacts:
        """Look once; a file that is not there is an answer.

        Raises:
            SourceRefused: when its folder may not be read.
            SourceUnreachable: when the file system hangs or fails.
        """
        shown = clean(str(self._path))
        try:
            return await self._pool.run(self._look, self._deadline)
        except TimeoutError as error:
            raise SourceUnreachable(
                f"{shown} could not be looked at within {self._deadline:g} s", "look whether its file system hangs"
            ) from error
        except PermissionError as error:
            raise SourceRefused(f"this user may not look at {shown}", "ask for the right to its folder") from error
        except OSError as error:
            raise SourceUnreachable(f"{shown} cannot be looked at: {error.strerror or error}") from error

    def _look(self) -> FileFacts:
        text = str(self._path)
        if not glob.has_magic(text):
            single = _stat(text)
            return _facts(text, single, 1) if single else FileFacts("", 0)
        paths = itertools.islice(glob.iglob(text), _CAP)  # noqa: PTH207  Path.glob takes no absolute pattern
        known = [(found.st_mtime, path, found) for path in paths if (found := _stat(path)) is not None]
        if not known:
            return FileFacts("", 0)
        _, newest, found = max(known, key=lambda one: one[:2])
        return _facts(newest, found, len(known))


def _stat(path: str) -> os.stat_result | None:
    try:
        return Path(path).stat()
    except FileNotFoundError:
        return None


def _facts(path: str, found: os.stat_result, files: int) -> FileFacts:
    return FileFacts(clean(path), files, datetime.fromtimestamp(found.st_mtime, UTC), found.st_size)
