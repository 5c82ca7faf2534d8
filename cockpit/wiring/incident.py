"""How incidents are run here, from the configuration; and for an operator what sends messages."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from cockpit.config.durations import parse_duration
from cockpit.config.secrets import resolve
from cockpit.config.settings import Settings
from cockpit.engine.incident_plan import USUAL_TEMPLATES, EscalationPolicy, IncidentPlan, Level, MessageTemplate
from cockpit.model.errors import ConfigError
from cockpit.wiring.parts import Parts

LEAST_SECRET = 8
"""Parts of an address that are shorter are no secrets."""


def incident_plan(settings: Settings) -> IncidentPlan:
    """The plan that the file describes."""
    incident = settings.incident
    policies = [
        EscalationPolicy(
            policy.severities,
            policy.duty,
            policy.runbook,
            tuple(Level(one.name, parse_duration(one.after), one.to, one.how) for one in policy.levels),
        )
        for policy in settings.escalation
    ]
    templates = tuple(MessageTemplate(one.name, one.title, one.text, one.to) for one in settings.templates)
    return IncidentPlan(
        severities=incident.severities,
        default=incident.default,
        duty=incident.duty,
        review_within=parse_duration(incident.review),
        updates={severity: parse_duration(every) for severity, every in incident.updates.items()},
        policies=tuple(policies),
        templates=templates or USUAL_TEMPLATES,
        targets=tuple(settings.notify.targets),
        tracker=incident.tracker,
        send_timeout=parse_duration(settings.notify.timeout),
    )


def add_notify(parts: Parts, settings: Settings, folder: Path) -> None:
    """Let an operator's actions send messages and open items.

    A reference that leads nowhere keeps nobody from looking: the message says so when it is to be sent.
    """
    from cockpit.adapters.notify import NotifyExecutor

    for name, reference in settings.notify.targets.items():
        address, trouble = _followed(reference, f"notify.targets.{name}")
        parts.secrets.extend(_secrets_in(address))
        executor = NotifyExecutor(name, address, trouble)
        parts.change(executor)
        parts.closers.append(executor.close)
    if settings.incident.tracker and not is_address(settings.incident.tracker):
        from cockpit.adapters.tracker import TrackerExecutor

        parts.change(TrackerExecutor(settings.incident.tracker, folder))


def is_address(tracker: str) -> bool:
    """Whether a tracker is opened by an address, not by a command line."""
    return urlsplit(tracker).scheme in ("http", "https") and " " not in tracker.split("{", 1)[0]


def _followed(reference: str, where: str) -> tuple[str, str]:
    """The address, and why there is none."""
    try:
        return resolve(reference, where).reveal(), ""
    except ConfigError as error:
        return "", error.what


def _secrets_in(address: str) -> list[str]:
    """The address and those of its parts that are long enough to be tokens."""
    _, _, rest = address.partition("://")
    parts = re.split(r"[/?:@&=]", rest)
    return [address, *(part for part in parts if len(part) >= LEAST_SECRET and "." not in part)] if address else []
