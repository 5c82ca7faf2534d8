"""What the entries of the record mean for the incident under way: a fold, so that every cockpit sees the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cockpit.model.health import Json
from cockpit.model.incident import EntryKind, Incident, JournalEntry

DECLARED = "declared"
REGRADED = "regraded"
HANDED_OVER = "handed over"
ANSWERED = "answered"
DUE = "escalation due"
RESOLVED = "resolved"
REOPENED = "reopened"
ACTION_ITEM = "action item"
TICKET = "ticket"


def incident_after(incident: Incident | None, entry: JournalEntry) -> Incident | None:
    """The incident of that entry as it is after it; None when it belongs to none that is known.

    Args:
        incident: the incident of that id before the entry, None when none is known.
        entry: the next entry of the record.
    """
    if entry.kind is EntryKind.INCIDENT and entry.payload.get("event") == DECLARED:
        return _declared(entry)
    if incident is None or entry.incident != incident.id:
        return incident
    if entry.kind is EntryKind.MESSAGE:
        return replace(incident, told_at=entry.at)
    change = _CHANGES.get(_text(entry.payload.get("event"))) if entry.kind is EntryKind.INCIDENT else None
    return change(incident, entry) if change else incident


def _declared(entry: JournalEntry) -> Incident:
    payload = entry.payload
    services = payload.get("services")
    return Incident(
        entry.incident,
        _text(payload.get("severity")),
        _text(payload.get("title")),
        entry.at,
        environment=_text(payload.get("environment")),
        commander=_text(payload.get("commander")),
        services=tuple(str(one) for one in services) if isinstance(services, list) else (),
    )


def _answered(incident: Incident, entry: JournalEntry) -> Incident:
    level = _text(entry.payload.get("level"))
    return incident if level in incident.answered else replace(incident, answered=(*incident.answered, level))


_CHANGES: dict[str, Callable[[Incident, JournalEntry], Incident]] = {
    REGRADED: lambda incident, entry: replace(incident, severity=_text(entry.payload.get("severity"))),
    HANDED_OVER: lambda incident, entry: replace(incident, commander=_text(entry.payload.get("commander"))),
    ANSWERED: _answered,
    RESOLVED: lambda incident, entry: replace(incident, ended_at=entry.at),
    REOPENED: lambda incident, entry: replace(incident, ended_at=None),
}


def _text(value: Json) -> str:
    return "" if value is None else str(value)
