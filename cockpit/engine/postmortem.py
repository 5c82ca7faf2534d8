"""What the record says of one incident, gathered for its post-mortem."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cockpit.engine.deeds import Deed, deeds
from cockpit.engine.impact import Spell, spells
from cockpit.engine.incident_events import incident_after
from cockpit.engine.timeline import Moment, moments
from cockpit.model.errors import JournalError
from cockpit.model.health import Json
from cockpit.model.incident import EntryKind, Incident, JournalEntry
from cockpit.model.masking import Masker

LEAD = timedelta(hours=24)
"""How far before the declaration it is looked for what had already gone wrong."""
LATEST = "latest"
"""The name that stands for the incident that was declared last."""
_LEADING = frozenset({EntryKind.VERDICT, EntryKind.SOURCE})


@dataclass(frozen=True, slots=True)
class PostMortem:
    """The material of a post-mortem; personal data and secrets are masked in all of it.

    Attributes:
        incident: the incident as it stood at the end, None for a stretch of time without one.
        declared: the incident as it was declared, None without one.
        began_at: UTC time of the declaration, or the beginning of the stretch.
        ended_at: UTC time at which it was resolved or the stretch ends, None while it is open.
        until: UTC time of the last thing that is told.
        spells: what was not well.
        deeds: what was changed or tried.
        entries: everything that belongs to it, oldest first.
        moments: the same as a timeline, what flaps joined.
    """

    incident: Incident | None
    declared: Incident | None
    began_at: datetime
    ended_at: datetime | None
    until: datetime
    spells: tuple[Spell, ...]
    deeds: tuple[Deed, ...]
    entries: tuple[JournalEntry, ...]
    moments: tuple[Moment, ...]

    def of(self, *kinds: EntryKind) -> list[JournalEntry]:
        """Its entries of these kinds."""
        return [entry for entry in self.entries if entry.kind in kinds]

    def events(self, event: str) -> list[JournalEntry]:
        """Its entries that tell of this event of the incident."""
        return [e for e in self.entries if e.kind is EntryKind.INCIDENT and e.payload.get("event") == event]


def named_incident(entries: Sequence[JournalEntry], name: str) -> str:
    """The id of the incident that a person means.

    Args:
        entries: the whole record.
        name: an id in any case, a bare number, or LATEST.

    Raises:
        JournalError: when there is no such incident.
    """
    known = list(dict.fromkeys(entry.incident for entry in entries if entry.incident))
    if name.casefold() == LATEST and known:
        return known[-1]
    wanted = f"INC-{name}" if name.isdigit() else name
    for incident in known:
        if incident.casefold() == wanted.casefold():
            return incident
    said = "the record has no incident yet" if not known else f"the record has no incident {name!r}"
    remedy = "export a stretch of time with --since 2h" if not known else "`cockpit journal list` names them"
    raise JournalError(said, remedy)


def post_mortem(entries: Sequence[JournalEntry], incident: str, masker: Masker) -> PostMortem:
    """Gather what belongs to an incident.

    That is what was noted under its name, what other cockpits noted meanwhile under none, and what had gone wrong
    before it was declared.

    Args:
        entries: the whole record.
        incident: its id.
        masker: hides secrets and personal data.
    """
    own = [entry for entry in entries if entry.incident == incident]
    story: Incident | None = None
    for entry in own:
        story = incident_after(story, entry)
    began_at = story.started_at if story else own[0].at
    ended_at = story.ended_at if story else None
    last = ended_at or own[-1].at
    bad = spells(entries, began_at, last)
    first_bad = min((s.began_at for s in bad if began_at - s.began_at <= LEAD), default=began_at)
    belonging = [
        entry
        for entry in entries
        if entry.incident == incident
        or (not entry.incident and began_at <= entry.at <= last)
        or (not entry.incident and entry.kind in _LEADING and first_bad <= entry.at < began_at)
    ]
    known = None if story is None else _masked_incident(story, masker)
    declared = incident_after(None, own[0])
    return _gathered(belonging, bad, masker, known, declared and _masked_incident(declared, masker), began_at, ended_at)


def stretch(entries: Sequence[JournalEntry], since: datetime, until: datetime, masker: Masker) -> PostMortem:
    """Gather what was noted in a stretch of time, whatever it belongs to.

    Args:
        entries: the whole record.
        since: its beginning, UTC.
        until: its end, UTC.
        masker: hides secrets and personal data.

    Raises:
        JournalError: when nothing was noted in it.
    """
    within = [entry for entry in entries if since <= entry.at <= until]
    if not within:
        raise JournalError(f"the record holds nothing between {since:%Y-%m-%d %H:%M}Z and {until:%Y-%m-%d %H:%M}Z")
    found = _gathered(within, spells(entries, since, until), masker, None, None, since, until)
    return replace(found, until=until)


def _gathered(
    entries: Sequence[JournalEntry],
    bad: Sequence[Spell],
    masker: Masker,
    incident: Incident | None,
    declared: Incident | None,
    began_at: datetime,
    ended_at: datetime | None,
) -> PostMortem:
    told = tuple(masked(entry, masker) for entry in entries)
    return PostMortem(
        incident=incident,
        declared=declared,
        began_at=began_at,
        ended_at=ended_at,
        until=told[-1].at,
        spells=tuple(replace(spell, said=masker.everything(spell.said)) for spell in bad),
        deeds=tuple(deeds(told)),
        entries=told,
        moments=tuple(moments(told, ())),
    )


def masked(entry: JournalEntry, masker: Masker) -> JournalEntry:
    """An entry as an observer would see it; its hash is still that of the entry as it is stored."""
    payload = {key: _masked(value, masker) for key, value in entry.payload.items()}
    return replace(entry, actor=masker.everything(entry.actor), payload=payload)


def _masked(value: Json, masker: Masker) -> Json:
    match value:
        case str():
            return masker.everything(value)
        case list():
            return [_masked(one, masker) for one in value]
        case dict():
            return {key: _masked(one, masker) for key, one in value.items()}
        case _:
            return value


def _masked_incident(incident: Incident, masker: Masker) -> Incident:
    hide = masker.everything
    services = tuple(hide(service) for service in incident.services)
    return replace(incident, title=hide(incident.title), commander=hide(incident.commander), services=services)
