"""Something to do after an incident: as it is typed, and as a tracker takes it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote, urlsplit

from cockpit.engine.deeds import text_of
from cockpit.model.actions import Draft, Origin
from cockpit.model.incident import Incident, JournalEntry
from cockpit.model.operations import SendMessage
from cockpit.model.readings import SourceId
from cockpit.model.risk import Risk, RiskVerdict

_OWNER = re.compile(r"(?:^|\s)@(\S+)")
_DATE = re.compile(r"(?:^|\s)(\d{4}-\d{2}-\d{2})(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Todo:
    """What is to be done.

    Attributes:
        text: what.
        owner: who, "" for nobody yet.
        due: a date in ISO 8601, "" for none yet.
    """

    text: str
    owner: str = ""
    due: str = ""


def read_todo(words: str) -> Todo:
    """From words: `@name` says who, a date such as 2026-03-20 by when, the rest is what."""
    owner, due = _OWNER.search(words), _DATE.search(words)
    known = due is not None and _is_date(due[1])
    rest = _OWNER.sub("", words, count=1)
    rest = _DATE.sub("", rest, count=1) if known else rest
    return Todo(" ".join(rest.split()), owner[1] if owner else "", due[1] if due and known else "")


def tracker_address(tracker: str, incident: Incident, item: JournalEntry) -> str:
    """The address that opens the item, "" when the tracker is a command line."""
    if urlsplit(tracker).scheme not in ("http", "https"):
        return ""
    title, body = _words(incident, item)
    return tracker.replace("{title}", quote(title, safe="")).replace("{body}", quote(body, safe=""))


def tracker_draft(source: SourceId, tracker: str, incident: Incident, item: JournalEntry, timeout: float) -> Draft:
    """The item as a draft for the road.

    Args:
        source: the tracker.
        tracker: its command line.
        incident: where the item comes from.
        item: its entry.
        timeout: seconds until the outcome counts as unknown.
    """
    title, body = _words(incident, item)
    verdict = RiskVerdict(Risk.CHANGE, "it opens an item where others see it")
    return Draft(source, SendMessage(title, body), f"open: {title}", verdict, Origin("incident"), timeout)


def _words(incident: Incident, item: JournalEntry) -> tuple[str, str]:
    """Subject and text."""
    lines = [f"From the post-mortem of {incident.id} ({incident.severity}): {incident.title}"]
    lines += [f"Owner: {text_of(item, 'owner')}"] if text_of(item, "owner") else []
    lines += [f"Due: {text_of(item, 'due')}"] if text_of(item, "due") else []
    return text_of(item, "text"), "\n".join(lines)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
