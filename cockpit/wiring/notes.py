"""What the watch sees, written into the journal without holding up the watch."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from cockpit.model.errors import JournalError
from cockpit.model.health import CheckResult, Json, Verdict
from cockpit.model.incident import EntryKind, News
from cockpit.model.masking import Masker
from cockpit.model.ports import Journal
from cockpit.model.readings import Reading

SOURCE_NEWS_FOR = 60.0
"""Seconds in which a second cockpit says of a source only what the first did: it saw the same loss."""


class Notes:
    """Notes verdict changes and sources that are lost or come back, in the cockpit's own name.

    Of several cockpits on one journal the first to see a change writes it.

    Args:
        journal: where they go; None for an observer, who notes nothing.
        masker: hides secrets.
        incident: gives the id of the current incident.
        environment: whose verdicts these are; several may share a journal.
    """

    def __init__(
        self, journal: Journal | None, masker: Masker, incident: Callable[[], str], environment: str = ""
    ) -> None:
        self._journal = journal
        self._environment = environment
        self._masker = masker
        self._incident = incident
        self._writing: set[asyncio.Task[None]] = set()

    def verdict_changed(self, result: CheckResult, before: CheckResult | None) -> None:
        """Note a change of verdict; a first verdict that is ok is noted only when the record last said otherwise."""
        first = before is None or before.taken_at is None
        if first and result.verdict is Verdict.UNKNOWN:
            return
        earlier = "unread" if first or before is None else before.verdict.value
        message = self._masker.secrets(result.message)
        payload: dict[str, Json] = {
            "environment": self._environment,
            "check": result.name,
            "before": earlier,
            "verdict": result.verdict.value,
            "value": self._masker.secrets(result.value),
            "message": message,
        }
        known_only = first and result.verdict is Verdict.OK
        self._note(EntryKind.VERDICT, payload, News(("environment", "check"), "verdict", first=not known_only))

    def mute_ended(self, result: CheckResult) -> None:
        """Note that a mute has run out, and what the check says then."""
        until = result.mute.until.isoformat() if result.mute and result.mute.until else ""
        payload: dict[str, Json] = {
            "environment": self._environment,
            "mute_ended": result.name,
            "until": until,
            "text": f"the mute of {result.name} has ended; it is {result.verdict.value}",
        }
        self._note(EntryKind.NOTE, payload, News(("environment", "mute_ended"), "until"))

    def source_changed(self, reading: Reading[object], back: bool) -> None:
        """Note that a source was lost or came back."""
        payload: dict[str, Json] = {
            "environment": self._environment,
            "source": str(reading.source),
            "event": "back" if back else "lost",
        }
        if not back:
            payload["error"] = self._masker.secrets(reading.error or "")
        self._note(EntryKind.SOURCE, payload, News(("environment", "source"), "event", within=SOURCE_NEWS_FOR))

    def _note(self, kind: EntryKind, payload: dict[str, Json], news: News) -> None:
        if self._journal is None:
            return
        task = asyncio.get_running_loop().create_task(self._append(self._journal, kind, payload, news))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def _append(self, journal: Journal, kind: EntryKind, payload: dict[str, Json], news: News) -> None:
        with contextlib.suppress(JournalError):
            await journal.append_news(kind, payload, news, self._incident())
