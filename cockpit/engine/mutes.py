"""Checks that are muted for a while: judged and shown, and neither rung for nor counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from cockpit.model.health import MUTE_REMEMBERED, CheckResult, Json, Mute
from cockpit.model.incident import EntryKind, JournalEntry

MUTE_MOST = 24 * 3600.0
"""Seconds for which a check can be muted at the most."""


class Mutes:
    """The mutes in force, and those that ended lately."""

    def __init__(self) -> None:
        self._mutes: dict[str, Mute] = {}

    def add(self, name: str, mute: Mute) -> None:
        """Mute a check; an earlier mute of it is replaced."""
        self._mutes[name] = mute

    def of(self, name: str) -> Mute | None:
        """The mute of a check, None when there is none."""
        return self._mutes.get(name)

    def end(self, name: str) -> bool:
        """Take a mute away; False when there was none."""
        return self._mutes.pop(name, None) is not None

    def mark(self, result: CheckResult, now: datetime) -> CheckResult:
        """The result with its mute; one that ended long ago is forgotten. What silenced an alert elsewhere stays."""
        mute = self._mutes.get(result.name)
        if mute is not None and mute.until is not None and now - mute.until > MUTE_REMEMBERED:
            mute = None
            del self._mutes[result.name]
        if mute is None or result.muted:
            return result
        return replace(result, mute=mute, muted=mute.active(now))


def mute_entry(environment: str, name: str, mute: Mute) -> dict[str, Json]:
    """What the journal keeps of a mute; one without an end takes the mute away."""
    until = mute.until.isoformat() if mute.until else ""
    ends = f"muted {name} until {mute.until:%H:%M}Z" if mute.until else f"{name} is no longer muted"
    text = f"{ends}: {mute.reason}" if mute.reason else ends
    return {"environment": environment, "text": text, "mute": name, "until": until, "reason": mute.reason}


def mutes_in(entries: Iterable[JournalEntry], environment: str, now: datetime) -> dict[str, Mute]:
    """The mutes of an environment that the record says are still in force."""
    found: dict[str, Mute] = {}
    for entry in entries:
        name = entry.payload.get("mute")
        if entry.kind is not EntryKind.NOTE or not isinstance(name, str):
            continue
        if entry.payload.get("environment") != environment:
            continue
        found.pop(name, None)
        until = _time(entry.payload.get("until"))
        if until is not None and until > now:
            found[name] = Mute(str(entry.payload.get("reason") or ""), entry.actor, until)
    return found


def _time(value: Json) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) and value else None
    except ValueError:
        return None
