"""What stands in for a journal that cannot be opened: reads go on, and nothing is changed, since nothing is written."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.model.errors import JournalError
from cockpit.model.health import Json
from cockpit.model.incident import EntryKind, JournalEntry, News, Verification


class ClosedJournal:
    """Fulfils `Journal` and refuses every entry.

    Args:
        error: why the journal could not be opened; raised again for every entry.
    """

    def __init__(self, error: JournalError) -> None:
        self._error = error

    async def append(self, kind: EntryKind, payload: dict[str, Json], incident: str = "") -> JournalEntry:
        """Write nothing.

        Raises:
            JournalError: always.
        """
        raise self._error

    async def append_news(
        self, kind: EntryKind, payload: dict[str, Json], news: News, incident: str = ""
    ) -> JournalEntry | None:
        """Write nothing.

        Raises:
            JournalError: always.
        """
        raise self._error

    async def entries(self, incident: str = "", after: int = 0) -> Sequence[JournalEntry]:
        """No entries."""
        return ()

    async def verify(self) -> Verification:
        """Nothing can be verified.

        Raises:
            JournalError: always.
        """
        raise self._error

    async def close(self) -> None:
        """Let go of nothing."""
