"""What people are told: templates filled from the incident, and when they are to be told again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from cockpit.engine.board import Board
from cockpit.engine.deeds import text_of
from cockpit.engine.incident_plan import IncidentPlan
from cockpit.engine.postmortem_words import enumerated, long_duration, minute
from cockpit.model.actions import Draft, Origin
from cockpit.model.health import Verdict
from cockpit.model.incident import EntryKind, Incident, JournalEntry
from cockpit.model.operations import SendMessage
from cockpit.model.readings import SourceId, SourceKind
from cockpit.model.risk import Risk, RiskVerdict

TRACKER = SourceId(SourceKind.NOTIFY, "tracker")
"""What opens something to do."""
_FIELD = re.compile(r"\{([a-z_]+)\}")


def fields_of(
    incident: Incident, plan: IncidentPlan, board: Board, done: Iterable[JournalEntry], now: datetime
) -> dict[str, str]:
    """The values of a template's fields.

    Args:
        incident: what the message is about.
        plan: when the next update is due.
        board: what is not well now.
        done: the incident's entries.
        now: UTC now.
    """
    failing = [r.name for r in board.health.results if r.verdict in (Verdict.CRIT, Verdict.WARN) and not r.muted]
    outcomes = [entry for entry in done if entry.kind is EntryKind.OUTCOME and text_of(entry, "outcome") == "succeeded"]
    every = plan.updates.get(incident.severity)
    elapsed = ((incident.ended_at or now) - incident.started_at).total_seconds()
    return {
        "incident": incident.id,
        "severity": incident.severity,
        "title": incident.title,
        "services": enumerated(list(incident.services)) or "our service",
        "environment": incident.environment,
        "commander": incident.commander or "nobody yet",
        "began": minute(incident.started_at),
        "now": minute(incident.ended_at or now),
        "elapsed": long_duration(elapsed),
        "failing": enumerated(failing) or "nothing",
        "last_done": text_of(outcomes[-1], "reason").rstrip(".") if outcomes else "nothing yet",
        "next_update": minute(now + timedelta(seconds=every)) if every else "",
    }


def filled(text: str, fields: Mapping[str, str]) -> str:
    """The text with its fields filled in; a field that nobody knows, or that has no value, stays to be seen."""
    return _FIELD.sub(lambda match: fields.get(match[1]) or match[0], text)


def open_fields(text: str) -> tuple[str, ...]:
    """The fields that are still in a text."""
    return tuple(dict.fromkeys(_FIELD.findall(text)))


def message_draft(target: str, title: str, text: str, timeout: float) -> Draft:
    """A message as a draft for the road.

    Args:
        target: the name of where it goes.
        title: its subject, "" for none.
        text: what it says.
        timeout: seconds until its outcome counts as unknown.
    """
    verdict = RiskVerdict(Risk.CHANGE, "what was sent cannot be taken back")
    gist = title or next((line.strip() for line in text.splitlines() if line.strip()), "")
    source = SourceId(SourceKind.NOTIFY, target)
    return Draft(source, SendMessage(title, text), f"send to {target}: {gist}", verdict, Origin("incident"), timeout)
