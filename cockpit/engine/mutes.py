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

    def ended(self, now: datetime) -> list[tuple[str, Mute]]:
        """Mutes that have run out and not been forgotten yet."""
        return [(name, mute) for name, mute in self._mutes.items() if not mute.active(now)]

    def mark(self, result: CheckResult, now: datetime) -> CheckResult:
        """The result with its mute; one that ended long ago is forgotten."""
        mute = self._mutes.get(result.name)
        if mute is not None and mute.until is not None and now - mute.until > MUTE_REMEMBERED:
            mute = None
            del self._mutes[result.name]
        muted = mute is not None and mute.active(now)
        if mute is None and result.mute is None or (mute == result.mute and muted == result.muted):
            return result
        return replace(result, mute=mute, muted=muted)


def mute_entry(name: str, mute: Mute) -> dict[str, Json]:
    """What the journal keeps of a mute."""
    until = mute.until.isoformat() if mute.until else ""
    ends = f"{mute.until:%H:%M}Z" if mute.until else "it is taken away"
    return {"text": f"muted {name} until {ends}: {mute.reason}", "mute": name, "until": until, "reason": mute.reason}


def unmute_entry(name: str) -> dict[str, Json]:
    """What the journal keeps of a mute that was taken away."""
    return {"text": f"no longer muted: {name}", "mute": name, "until": "", "reason": ""}


def mutes_in(entries: Iterable[JournalEntry], now: datetime) -> dict[str, Mute]:
    """The mutes that the record says are still in force."""
    found: dict[str, Mute] = {}
    for entry in entries:
        name = entry.payload.get("mute")
        if entry.kind is not EntryKind.NOTE or not isinstance(name, str):
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
