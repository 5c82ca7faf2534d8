"""The incident that is under way, its clock and its id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cockpit.engine.incident_events import (
    ACTION_ITEM,
    ANSWERED,
    DECLARED,
    DUE,
    HANDED_OVER,
    REGRADED,
    REOPENED,
    RESOLVED,
    TICKET,
    incident_after,
)
from cockpit.model.errors import JournalError
from cockpit.model.health import Json
from cockpit.model.incident import EntryKind, Incident, JournalEntry, News
from cockpit.model.ports import Clock, Journal


class IncidentClock:
    """Knows the current incident; one at a time, and the same one for all cockpits on one journal.

    Args:
        clock: tells the time.
        journal: where it is declared; None for an observer, who declares nothing.
        number: the number that the next incident gets, unless the record has gone further.
        environment: label of the environment, written into what is declared here.

    Attributes:
        current: the incident under way, None when there is none.
        last: the incident that ended last, None when none did.
    """

    def __init__(self, clock: Clock, journal: Journal | None, number: int = 1, environment: str = "") -> None:
        self._clock = clock
        self._journal = journal
        self._number = number
        self._environment = environment
        self._heard: set[int] = set()
        self._told: set[tuple[str, str]] = set()
        self.current: Incident | None = None
        self.last: Incident | None = None

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

    async def declare(self, severity: str, title: str, commander: str = "", services: Sequence[str] = ()) -> Incident:
        """Begin an incident and write it down.

        Raises:
            JournalError: when it cannot be written, or one is open already.
        """
        if self.current is not None:
            raise JournalError(f"{self.current.id} is still open", "`:resolve` ends it")
        payload: dict[str, Json] = {
            "event": DECLARED,
            "severity": severity,
            "title": title,
            "commander": commander,
            "services": list(services),
            "environment": self._environment,
        }
        name = f"INC-{self._number}"
        await self._write(payload, name)
        return self._known(name)

    async def regrade(self, severity: str, reason: str) -> None:
        """Give the current incident another severity.

        Raises:
            JournalError: when it cannot be written, or there is none.
        """
        incident = self._insist()
        before = incident.severity
        await self._write({"event": REGRADED, "before": before, "severity": severity, "reason": reason}, incident.id)

    async def hand_over(self, commander: str) -> None:
        """Let somebody else lead from now on.

        Raises:
            JournalError: when it cannot be written, or there is no incident.
        """
        incident = self._insist()
        await self._write({"event": HANDED_OVER, "before": incident.commander, "commander": commander}, incident.id)

    async def answered(self, level: str, who: str) -> None:
        """Note that a level of the escalation has answered; from then on the next one counts.

        Raises:
            JournalError: when it cannot be written, or there is no incident.
        """
        await self._write({"event": ANSWERED, "level": level, "who": who}, self._insist().id)

    async def due(self, level: str, to: str, how: str) -> bool:
        """Note that a level of the escalation is due; of several cockpits on one journal the first one writes it.

        Returns:
            False when that was known here already.

        Raises:
            JournalError: when it cannot be written, or there is no incident.
        """
        incident = self._insist()
        if self._journal is None or (incident.id, level) in self._told:
            return False
        self._told.add((incident.id, level))
        of = f"{incident.id} {level}"
        payload: dict[str, Json] = {"event": DUE, "of": of, "level": level, "to": to, "how": how}
        await self._journal.append_news(EntryKind.INCIDENT, payload, News(("event", "of"), "level"), incident.id)
        return True

    async def told(self, template: str, text: str, how: str) -> None:
        """Note that people were told, with what words and by which way; the next update counts from now.

        Raises:
            JournalError: when it cannot be written, or there is no incident.
        """
        payload: dict[str, Json] = {"template": template, "text": text, "how": how}
        await self._append(EntryKind.MESSAGE, payload, (self.current or self._ended()).id)

    async def add_action_item(self, text: str, owner: str, due: str) -> None:
        """Note something to do after the incident.

        Args:
            text: what.
            owner: who, "" when nobody is named yet.
            due: a date, "" when none is set yet.

        Raises:
            JournalError: when it cannot be written, or there never was an incident.
        """
        incident = self.current or self._ended()
        await self._write({"event": ACTION_ITEM, "text": text, "owner": owner, "due": due}, incident.id)

    async def opened(self, text: str, where: str, incident: str) -> None:
        """Note where an action item was opened.

        Raises:
            JournalError: when it cannot be written.
        """
        await self._write({"event": TICKET, "text": text, "where": where}, incident)

    async def resolve(self, note: str = "") -> None:
        """End the current incident and write it down.

        Raises:
            JournalError: when it cannot be written, or there is none.
        """
        await self._write({"event": RESOLVED, "note": note}, self._insist().id)

    async def reopen(self, reason: str) -> Incident:
        """Take up the incident that ended last.

        Raises:
            JournalError: when it cannot be written, one is open, or there is none to reopen.
        """
        if self.current is not None:
            raise JournalError(f"{self.current.id} is still open")
        name = self._ended().id
        await self._write({"event": REOPENED, "reason": reason}, name)
        return self._known(name)

    def hear(self, entries: Iterable[JournalEntry]) -> None:
        """Take in what the record says, whoever wrote it."""
        for entry in entries:
            if entry.incident and entry.sequence not in self._heard:
                self._heard.add(entry.sequence)
                self._take(entry)

    def forget(self) -> None:
        """Know of no incident, as before the first entry was heard."""
        self._heard.clear()
        self._told.clear()
        self.current = self.last = None

    def _take(self, entry: JournalEntry) -> None:
        self._number = max(self._number, _number(entry.incident) + 1)
        if entry.payload.get("event") == DUE:
            self._told.add((entry.incident, str(entry.payload.get("level"))))
        known = [one for one in (self.current, self.last) if one and one.id == entry.incident]
        after = incident_after(known[0] if known else None, entry)
        if after is None or after.id != entry.incident:
            return
        if after.ended_at is None:
            self.current = after
            self.last = None if self.last and self.last.id == after.id else self.last
        else:
            self.last = after
            self.current = None if self.current and self.current.id == after.id else self.current

    def _known(self, name: str) -> Incident:
        return next(one for one in (self.current, self.last) if one and one.id == name)

    def _insist(self) -> Incident:
        if self.current is None:
            raise JournalError("there is no incident", "`:incident` declares one")
        return self.current

    def _ended(self) -> Incident:
        if self.last is None:
            raise JournalError("the record has no incident that ended")
        return self.last

    async def _write(self, payload: dict[str, Json], incident: str) -> None:
        await self._append(EntryKind.INCIDENT, payload, incident)

    async def _append(self, kind: EntryKind, payload: dict[str, Json], incident: str) -> None:
        if self._journal is None:
            raise JournalError("an observer declares no incident")
        self.hear([await self._journal.append(kind, payload, incident)])


def _number(incident: str) -> int:
    return int(incident[4:]) if incident[4:].isdigit() else 0


def next_number(entries: Iterable[JournalEntry]) -> int:
    """One more than the highest incident number in the journal."""
    return max((_number(entry.incident) for entry in entries), default=0) + 1
