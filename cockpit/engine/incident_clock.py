"""The incident that is under way, its clock and its id."""

from __future__ import annotations

from cockpit.model.errors import JournalError
from cockpit.model.health import Json
from cockpit.model.incident import EntryKind, Incident, JournalEntry
from cockpit.model.ports import Clock, Journal


class IncidentClock:
    """Knows the current incident; one at a time.

    Args:
        clock: tells the time.
        journal: where it is declared; None for an observer, who declares nothing.
        number: the number that the next incident gets.
    """

    def __init__(self, clock: Clock, journal: Journal | None, number: int = 1) -> None:
        self._clock = clock
        self._journal = journal
        self._number = number
        self.current: Incident | None = None

    @property
    def id(self) -> str:
        """The current incident's id, "" when there is none."""
        return self.current.id if self.current else ""

    @property
    def elapsed(self) -> float | None:
        """Seconds since the current incident began, None when there is none."""
        if self.current is None:
            return None
        return max(0.0, (self._clock.now() - self.current.started_at).total_seconds())

    async def declare(self, severity: str, title: str) -> Incident:
        """Begin an incident and write it down.

        Raises:
            JournalError: when it cannot be written.
        """
        incident = Incident(f"INC-{self._number}", severity, title, self._clock.now())
        payload: dict[str, Json] = {"event": "declared", "severity": severity, "title": title}
        await self._write(payload, incident.id)
        self._number += 1
        self.current = incident
        return incident

    async def resolve(self, note: str = "") -> None:
        """End the current incident and write it down.

        Raises:
            JournalError: when it cannot be written, or there is none.
        """
        if self.current is None:
            raise JournalError("there is no incident to end")
        await self._write({"event": "resolved", "note": note}, self.current.id)
        self.current = None

    def resume(self, incident: Incident) -> None:
        """Take up an incident that an earlier session began."""
        self.current = incident

    async def _write(self, payload: dict[str, Json], incident: str) -> None:
        if self._journal is None:
            raise JournalError("an observer declares no incident")
        await self._journal.append(EntryKind.INCIDENT, payload, incident)


def next_number(entries: list[JournalEntry]) -> int:
    """One more than the highest incident number in the journal."""
    numbers = [int(entry.incident[4:]) for entry in entries if entry.incident[4:].isdigit()]
    return max(numbers, default=0) + 1


def open_incident(entries: list[JournalEntry]) -> Incident | None:
    """The last incident that was declared and not resolved."""
    current: Incident | None = None
    for entry in entries:
        if entry.kind is not EntryKind.INCIDENT:
            continue
        if entry.payload.get("event") == "declared":
            severity, title = str(entry.payload.get("severity")), str(entry.payload.get("title"))
            current = Incident(entry.incident, severity, title, entry.at)
        elif entry.payload.get("event") == "resolved" and current and entry.incident == current.id:
            current = None
    return current
