"""The tables about an incident: severities, escalation, templates of messages, and where messages go."""

from __future__ import annotations

from cockpit.config.table import Duration, Name, Table


class IncidentSettings(Table, frozen=True):
    """How incidents are run here.

    `duty` is the duty of who sits here, for policies of escalation that are for one. `tracker` opens an action item:
    a command line that finds $TITLE and $BODY, or an address with {title} and {body}.
    """

    severities: tuple[str, ...] = ("P0", "P1", "P2", "P3", "P4")
    default: str = "P1"
    duty: str = ""
    review: Duration = "48h"
    updates: dict[str, Duration] = {}
    tracker: str = ""


class EscalationLevel(Table, frozen=True):
    """Who is called after how long without an end, and how."""

    name: Name
    after: Duration
    to: str = ""
    how: str = ""


class Escalation(Table, frozen=True):
    """A policy of escalation; what it leaves empty fits all, and the one that says most wins."""

    severities: tuple[str, ...] = ()
    duty: str = ""
    runbook: str = ""
    levels: tuple[EscalationLevel, ...] = ()


class Template(Table, frozen=True):
    """A message with fields in braces, for example {title}; `to` names targets of [notify]."""

    name: str
    text: str
    title: str = ""
    to: tuple[str, ...] = ()


class NotifySettings(Table, frozen=True):
    """Where messages can go: a name and the reference to an address of Apprise."""

    targets: dict[str, str] = {}
    timeout: Duration = "15s"
