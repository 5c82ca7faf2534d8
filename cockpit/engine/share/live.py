"""The record of a shared incident as JSON and back, and the names of stories."""

from __future__ import annotations

import hashlib
from datetime import datetime

import msgspec

from cockpit.engine.share.strings import through
from cockpit.model.errors import SourceGarbled
from cockpit.model.incident import Incident, JournalEntry
from cockpit.model.masking import Masker
from cockpit.model.share import LiveIncident
from cockpit.model.text import clean

_LENGTH = 12


def story_of(first: JournalEntry, incident: str) -> str:
    """The identity of an incident's streams: two journals may both have an INC-1.

    Args:
        first: the entry that declared it, whose hash nobody else has.
        incident: its id.
    """
    digest = hashlib.sha256(first.hash.encode("ascii", "replace")).hexdigest()
    return f"{digest[:_LENGTH]}-{incident}"


def live_bytes(live: LiveIncident, masker: Masker) -> bytes:
    """The record as JSON, masked."""
    return msgspec.json.encode(through(live, masker.everything, masker.query))


def read_live(data: bytes) -> LiveIncident:
    """The record from JSON, cleaned.

    Raises:
        SourceGarbled: when it is none.
    """
    try:
        found = msgspec.json.decode(data, type=LiveIncident)
        aware = [moment for moment in (found.began_at, found.seen_at, found.ended_at) if moment is not None]
    except (msgspec.MsgspecError, ValueError) as error:
        raise SourceGarbled("what the share holds is no incident", "let all cockpits be of one version") from error
    if any(moment.tzinfo is None for moment in aware):
        raise SourceGarbled("what the share holds is no incident", "let all cockpits be of one version")
    return through(found, clean, clean)


def live_of(incident: Incident, story: str, operator: str, environment: str, now: datetime) -> LiveIncident:
    """An incident as it is announced.

    Args:
        incident: as it is now.
        story: identity of its streams.
        operator: user@host of who shares it.
        environment: label of the environment.
        now: UTC now.
    """
    return LiveIncident(
        story,
        incident.id,
        incident.severity,
        incident.title,
        operator,
        incident.environment or environment,
        incident.started_at,
        now,
        incident.ended_at,
    )
