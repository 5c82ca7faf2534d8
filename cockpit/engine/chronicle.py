"""The journal as people read it: a sentence for each entry, a summary for each incident, what was left open."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cockpit.model.health import Json
from cockpit.model.incident import EntryKind, JournalEntry


@dataclass(frozen=True, slots=True)
class IncidentSummary:
    """One incident in the record; `ended_at` and `review_due` are None while it is open."""

    id: str
    severity: str
    title: str
    began_at: datetime
    ended_at: datetime | None
    entries: int
    review_within: float = 48 * 3600.0

    @property
    def review_due(self) -> datetime | None:
        """UTC time until which it is to be reviewed."""
        return self.ended_at + timedelta(seconds=self.review_within) if self.ended_at else None

    def as_row(self) -> tuple[str, ...]:
        """Cells for a table: id, severity, began, ended, review due, entries, title."""
        ended, due = _minute(self.ended_at, "open"), _minute(self.review_due, "-")
        return self.id, self.severity, _minute(self.began_at), ended, due, str(self.entries), self.title

    def as_json(self) -> Json:
        """The same as JSON."""
        return {
            "incident": self.id,
            "severity": self.severity,
            "title": self.title,
            "began_at": self.began_at.isoformat(),
            "ended_at": self.ended_at.isoformat() if self.ended_at else None,
            "review_due": self.review_due.isoformat() if self.review_due else None,
            "entries": self.entries,
        }


def incidents(entries: Iterable[JournalEntry], review_within: float = 48 * 3600.0) -> list[IncidentSummary]:
    """A summary of each incident, oldest first.

    Args:
        entries: the record.
        review_within: seconds after its end in which an incident is reviewed.
    """
    found: dict[str, IncidentSummary] = {}
    for entry in entries:
        if not entry.incident:
            continue
        known = found.get(entry.incident)
        if known is None:
            severity, title = _text(entry, "severity"), _text(entry, "title")
            known = IncidentSummary(entry.incident, severity, title, entry.at, None, 0, review_within)
        event = _text(entry, "event") if entry.kind is EntryKind.INCIDENT else ""
        ended = {"resolved": entry.at, "reopened": None}.get(event, known.ended_at)
        severity = _text(entry, "severity") if event == "regraded" else known.severity
        found[entry.incident] = replace(known, severity=severity, entries=known.entries + 1, ended_at=ended)
    return list(found.values())


def unresolved(entries: Iterable[JournalEntry]) -> list[JournalEntry]:
    """Intents that no outcome followed: what became of them is unknown. Newest first."""
    open_intents: dict[str, JournalEntry] = {}
    for entry in entries:
        action = _text(entry, "action")
        if entry.kind is EntryKind.INTENT:
            open_intents[action] = entry
        elif entry.kind is EntryKind.OUTCOME or (entry.kind is EntryKind.NOTE and action):
            open_intents.pop(action, None)
    return list(reversed(open_intents.values()))


def unresolved_sentence(entry: JournalEntry) -> str:
    """What to say of an intent without outcome."""
    command = " ".join(_text(entry, "command").split())
    return (
        f"unknown, verify: {command} on {_text(entry, 'source')} "
        f"was begun by {entry.actor} at {entry.at:%Y-%m-%d %H:%M:%S}Z and never reported back"
    )


def entry_json(entry: JournalEntry) -> Json:
    """An entry as JSON, hash chain included."""
    return {
        "sequence": entry.sequence,
        "at": entry.at.isoformat(),
        "actor": entry.actor,
        "incident": entry.incident,
        "kind": entry.kind.value,
        "payload": entry.payload,
        "previous": entry.previous,
        "hash": entry.hash,
    }


def sentence(entry: JournalEntry) -> str:
    """What happened, in one line; commands may be written in several."""
    return " ".join(_SENTENCES[entry.kind](entry).split())


def _incident(entry: JournalEntry) -> str:
    event, title = _text(entry, "event"), _text(entry, "title")
    said = _EVENTS.get(event)
    if said is not None:
        return said(entry)
    if title:
        return f"{event} {_text(entry, 'severity')} {title}".strip()
    note = _text(entry, "note") or _text(entry, "reason")
    return f"incident {event}: {note}" if note else f"incident {event}"


def _because(entry: JournalEntry) -> str:
    return f": {_text(entry, 'reason')}" if _text(entry, "reason") else ""


def _escalation(entry: JournalEntry) -> str:
    way = f", {_text(entry, 'how')}" if _text(entry, "how") else ""
    return f"escalation due: {_text(entry, 'level')}, {_text(entry, 'to') or 'nobody is named'}{way}"


def _to_do(entry: JournalEntry) -> str:
    who_and_when = [_text(entry, "owner"), f"by {_text(entry, 'due')}" if _text(entry, "due") else ""]
    said = ", ".join(part for part in who_and_when if part)
    return f"to do: {_text(entry, 'text')}" + (f" ({said})" if said else "")


_EVENTS: dict[str, Callable[[JournalEntry], str]] = {
    "regraded": lambda e: f"severity {_text(e, 'before')} → {_text(e, 'severity')}{_because(e)}",
    "handed over": lambda e: f"{_text(e, 'commander')} leads from now on",
    "answered": lambda e: f"{_text(e, 'level')} has answered: {_text(e, 'who')}",
    "escalation due": _escalation,
    "action item": _to_do,
    "ticket": lambda e: f"opened {_text(e, 'where')}: {_text(e, 'text')}",
}


def _message(entry: JournalEntry) -> str:
    first = next((line for line in _text(entry, "text").splitlines() if line.strip()), "")
    return f"{_text(entry, 'template')}, {_text(entry, 'how')}: {first}"


def _intent(entry: JournalEntry) -> str:
    return f"{entry.actor} begins: {_text(entry, 'command')} on {_text(entry, 'source')} ({_text(entry, 'effect')})"


def _outcome(entry: JournalEntry) -> str:
    return f"{_text(entry, 'outcome')}: {_text(entry, 'command')}: {_text(entry, 'reason')}"


def _refusal(entry: JournalEntry) -> str:
    return f"not done: {_text(entry, 'command')}: {_text(entry, 'why')} ({_text(entry, 'refused_by')})"


def _read(entry: JournalEntry) -> str:
    state = _text(entry, "state")
    return f"read: {_text(entry, 'command')}" + ("" if state == "done" else f" ({state}: {_text(entry, 'note')})")


def _step(entry: JournalEntry) -> str:
    note = _text(entry, "note")
    return f"step {_text(entry, 'state')}: {_text(entry, 'title')}" + (f" ({note})" if note else "")


def _decision(entry: JournalEntry) -> str:
    return f"decided: {_text(entry, 'title')} → {_text(entry, 'branch')}"


def _verdict(entry: JournalEntry) -> str:
    message = _text(entry, "message")
    change = f"{_text(entry, 'check')}: {_text(entry, 'before')} → {_text(entry, 'verdict')}"
    return f"{change} ({message})" if message else change


def _source(entry: JournalEntry) -> str:
    error = _text(entry, "error")
    return f"source {_text(entry, 'source')} {_text(entry, 'event')}" + (f": {error}" if error else "")


def _run(entry: JournalEntry) -> str:
    return f"runbook {_text(entry, 'event')}: {_text(entry, 'title')} ({_text(entry, 'path')})"


def _plain(entry: JournalEntry) -> str:
    return _text(entry, "text") or _text(entry, "event")


_SENTENCES: dict[EntryKind, Callable[[JournalEntry], str]] = {
    EntryKind.INCIDENT: _incident,
    EntryKind.INTENT: _intent,
    EntryKind.OUTCOME: _outcome,
    EntryKind.REFUSAL: _refusal,
    EntryKind.READ: _read,
    EntryKind.STEP: _step,
    EntryKind.DECISION: _decision,
    EntryKind.NOTE: _plain,
    EntryKind.VERDICT: _verdict,
    EntryKind.SOURCE: _source,
    EntryKind.RUN: _run,
    EntryKind.MESSAGE: _message,
    EntryKind.ROLE: _plain,
    EntryKind.SESSION: _plain,
}


def _minute(moment: datetime | None, otherwise: str = "") -> str:
    return f"{moment:%Y-%m-%d %H:%M}Z" if moment else otherwise


def _text(entry: JournalEntry, key: str) -> str:
    value = entry.payload.get(key)
    return "" if value is None else str(value)
