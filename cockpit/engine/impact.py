"""What was not well and for how long, from the changes of verdict that the record holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from cockpit.model.incident import EntryKind, JournalEntry

_BAD = {"unknown": 1, "warn": 2, "crit": 3}
"""Verdicts that are not well, worse ones higher."""


@dataclass(frozen=True, slots=True)
class Spell:
    """A time in which a check was not ok.

    Attributes:
        environment: where, "" when the record does not say.
        check: the check's name.
        began_at: UTC time of the first verdict that was not ok.
        ended_at: UTC time at which it was ok again, None when it was not by the end of the record.
        worst: the worst verdict: "crit", "warn" or "unknown".
        critical: seconds in which it was crit.
        said: what the check said when it was at its worst, first time.
    """

    environment: str
    check: str
    began_at: datetime
    ended_at: datetime | None
    worst: str
    critical: float
    said: str


@dataclass
class _Open:
    """A spell while it lasts."""

    began_at: datetime
    worst: str = ""
    said: str = ""
    critical: float = 0.0
    verdicts: list[tuple[datetime, str]] = field(default_factory=list)

    def take(self, at: datetime, verdict: str, said: str) -> None:
        if _BAD[verdict] > _BAD.get(self.worst, 0):
            self.worst, self.said = verdict, said
        self.until(at)
        self.verdicts.append((at, verdict))

    def until(self, at: datetime) -> None:
        if self.verdicts and self.verdicts[-1][1] == "crit":
            self.critical += (at - self.verdicts[-1][0]).total_seconds()


def spells(entries: Iterable[JournalEntry], began_at: datetime, ended_at: datetime) -> list[Spell]:
    """What was not ok at some time between two, in the order in which it began.

    Args:
        entries: the whole record up to then, since a spell may have begun before.
        began_at: where the time in question begins, UTC.
        ended_at: where it ends; what is not over by then is cut there.
    """
    going_on: dict[tuple[str, str], _Open] = {}
    found: list[Spell] = []
    for entry in entries:
        if entry.kind is not EntryKind.VERDICT or entry.at > ended_at:
            continue
        key = (str(entry.payload.get("environment") or ""), str(entry.payload.get("check") or ""))
        verdict = str(entry.payload.get("verdict") or "")
        if verdict in _BAD:
            going_on.setdefault(key, _Open(entry.at)).take(entry.at, verdict, _said(entry))
        elif key in going_on:
            spell = going_on.pop(key)
            spell.until(entry.at)
            if entry.at >= began_at:
                found.append(_closed(key, spell, entry.at))
    for key, spell in going_on.items():
        spell.until(ended_at)
        found.append(_closed(key, spell, None))
    return sorted(found, key=lambda spell: (spell.began_at, spell.check))


def _closed(key: tuple[str, str], spell: _Open, ended_at: datetime | None) -> Spell:
    return Spell(*key, spell.began_at, ended_at, spell.worst, spell.critical, spell.said)


def _said(entry: JournalEntry) -> str:
    said = entry.payload.get("message") or entry.payload.get("value") or ""
    return " ".join(str(said).split())
