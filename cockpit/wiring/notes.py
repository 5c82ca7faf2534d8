"""What the watch sees, written into the journal without holding up the watch."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from cockpit.model.errors import JournalError
from cockpit.model.health import CheckResult, Json, Verdict
from cockpit.model.incident import EntryKind
from cockpit.model.masking import Masker
from cockpit.model.ports import Journal
from cockpit.model.readings import Reading


class Notes:
    """Notes verdict changes and sources that are lost or come back.

    Args:
        journal: where they go; None for an observer, who notes nothing.
        masker: hides secrets.
        incident: gives the id of the current incident.
    """

    def __init__(self, journal: Journal | None, masker: Masker, incident: Callable[[], str]) -> None:
        self._journal = journal
        self._masker = masker
        self._incident = incident
        self._writing: set[asyncio.Task[None]] = set()

    def verdict_changed(self, result: CheckResult, before: CheckResult | None) -> None:
        """Note a change of verdict; the first verdict after the start is noted only when it is not ok."""
        first = before is None or before.taken_at is None
        if first and result.verdict in (Verdict.OK, Verdict.UNKNOWN):
            return
        earlier = "unread" if first or before is None else before.verdict.value
        message = self._masker.secrets(result.message)
        payload: dict[str, Json] = {
            "check": result.name,
            "before": earlier,
            "verdict": result.verdict.value,
            "value": self._masker.secrets(result.value),
            "message": message,
        }
        self._note(EntryKind.VERDICT, payload)

    def source_changed(self, reading: Reading[object], back: bool) -> None:
        """Note that a source was lost or came back."""
        payload: dict[str, Json] = {"source": str(reading.source), "event": "back" if back else "lost"}
        if not back:
            payload["error"] = self._masker.secrets(reading.error or "")
        self._note(EntryKind.SOURCE, payload)

    def _note(self, kind: EntryKind, payload: dict[str, Json]) -> None:
        if self._journal is None:
            return
        task = asyncio.get_running_loop().create_task(self._append(self._journal, kind, payload))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def _append(self, journal: Journal, kind: EntryKind, payload: dict[str, Json]) -> None:
        with contextlib.suppress(JournalError):
            await journal.append(kind, payload, self._incident())
