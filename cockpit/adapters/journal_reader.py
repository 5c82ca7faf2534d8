"""The journal read beside its writer, on a thread of its own: no entry waits because somebody reads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cockpit.adapters.journal_reading import open_readonly
from cockpit.adapters.pool import BlockingPool
from cockpit.model.errors import JournalError
from cockpit.model.incident import JournalEntry

DEADLINE = 30.0
"""Seconds that reading may take."""


class JournalReader:
    """Fulfils `Record`; never creates a file.

    Args:
        path: the journal's database.
        pool: where it is read.
    """

    def __init__(self, path: Path, pool: BlockingPool) -> None:
        self._journal = open_readonly(path)
        self._path = path
        self._pool = pool

    async def entries(self, incident: str = "", after: int = 0) -> Sequence[JournalEntry]:
        """Entries with a sequence above `after`, of one incident or of all.

        Raises:
            JournalError: when they cannot be read, or not in time.
        """
        try:
            return await self._pool.run(lambda: self._journal.entries(incident, after), DEADLINE)
        except TimeoutError as error:
            what = f"the journal {self._path} did not answer within {DEADLINE:g} s"
            raise JournalError(what, "look at the disk it is on") from error
