"""How incidents are run here: what the configuration says of severities, escalation, messages and the review."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cockpit.model.incident import Incident


@dataclass(frozen=True, slots=True)
class Level:
    """One level of an escalation.

    Attributes:
        name: for example "L2".
        after: seconds since the declaration.
        to: who is to be called, "" when nobody is named.
        how: by which way, "" when that is not said.
    """

    name: str
    after: float
    to: str = ""
    how: str = ""


@dataclass(frozen=True, slots=True)
class EscalationPolicy:
    """Who is called when; what it leaves empty fits all.

    Attributes:
        severities: for which.
        duty: for whose duty.
        runbook: while that runbook is open: its title, the procedure's, or the file's name.
        levels: in the order of their time.
    """

    severities: tuple[str, ...] = ()
    duty: str = ""
    runbook: str = ""
    levels: tuple[Level, ...] = ()


@dataclass(frozen=True, slots=True)
class MessageTemplate:
    """A message with fields in braces.

    Attributes:
        name: what kind of message it is.
        title: its subject, with fields.
        text: its text, with fields.
        to: names of the targets that it is meant for, empty for all.
    """

    name: str
    title: str
    text: str
    to: tuple[str, ...] = ()


_WHAT = "We are looking into a problem: {title}.\n\n"

USUAL_TEMPLATES = (
    MessageTemplate(
        "Status page update",
        "{title}",
        _WHAT + "Affected: {services}. It began at {began} UTC.\nWhat we know: \n"
        "We will say more by {next_update} UTC.",
    ),
    MessageTemplate(
        "Customer notification",
        "{title}",
        "Hello,\n\nsince {began} UTC {services} has not worked as it should: {title}.\nWhat this means for you: \n"
        "We are working on it and will write again by {next_update} UTC.",
    ),
    MessageTemplate(
        "Internal update",
        "{incident} {severity}: {title}",
        "{incident} ({severity}) on {environment}, {elapsed} since {began} UTC. {commander} leads.\n"
        "Not well now: {failing}.\nLast done: {last_done}.\nNext: \nNext update by {next_update} UTC.",
    ),
    MessageTemplate(
        "Resolved",
        "Resolved: {title}",
        "This is over since {now} UTC: {title}. It lasted {elapsed}, from {began} UTC, and affected {services}.\n"
        "What we did: \nWe will look into the cause, and say here what we have learnt.",
    ),
)
"""Used when the configuration has none."""


@dataclass(frozen=True, slots=True)
class IncidentPlan:
    """All of it.

    Attributes:
        severities: the worst first.
        default: the severity of what is declared without one.
        duty: of who sits here, "" when that is not said.
        review_within: seconds after the end in which an incident is reviewed.
        updates: seconds between two messages, by severity.
        policies: of escalation.
        templates: of messages.
        targets: names of where messages can be sent.
        tracker: the command line or address that opens an action item, "" for none.
        send_timeout: seconds until a message that was sent counts as unknown.
    """

    severities: tuple[str, ...] = ("P0", "P1", "P2", "P3", "P4")
    default: str = "P1"
    duty: str = ""
    review_within: float = 48 * 3600.0
    updates: Mapping[str, float] = field(default_factory=dict)
    policies: tuple[EscalationPolicy, ...] = ()
    templates: tuple[MessageTemplate, ...] = USUAL_TEMPLATES
    targets: tuple[str, ...] = ()
    tracker: str = ""
    send_timeout: float = 15.0

    def severity(self, word: str) -> str:
        """The severity that a person means by a word, "" for none; a bare number counts from the worst."""
        return next((known for known in self.severities if known.casefold() == word.casefold()), "")


def update_left(plan: IncidentPlan, incident: Incident | None, now: datetime) -> float | None:
    """Seconds until people are to be told again, negative when that is overdue; None when nothing is agreed."""
    every = plan.updates.get(incident.severity) if incident else None
    if incident is None or every is None:
        return None
    return every - (now - (incident.told_at or incident.started_at)).total_seconds()
