"""Muting the selected check for a while, with a reason that the timeline keeps."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from cockpit.config.durations import parse_duration
from cockpit.engine.mutes import MUTE_MOST, mute_entry
from cockpit.model.errors import CockpitError
from cockpit.model.health import CheckResult, Mute
from cockpit.model.incident import EntryKind
from cockpit.ui.screens.ask import Ask
from cockpit.ui.spans import Tone

if TYPE_CHECKING:
    from cockpit.engine.session import Session
    from cockpit.ui.screens.main import MainScreen

USUAL = "30m"
"""How long a check is muted unless said otherwise."""


async def mute(screen: MainScreen, session: Session, words: str) -> None:
    """Mute the check under Health's cursor, or take its mute away.

    Args:
        screen: the main screen.
        session: the session.
        words: how long and why, for example `2h being repaired`; asked for when empty.

    Raises:
        CockpitError: when the words give no reason, or the journal cannot be written.
    """
    result = screen.panes.health.selected
    if result is None:
        screen.say("choose a check in Health first", Tone.WARN)
    elif result.muted:
        await _end(screen, session, result)
    else:
        asked = (
            None if words else Ask(f"Mute {result.name} why? For {USUAL}, unless you begin with a time", screen.look)
        )
        said = await screen.turn.ask(asked) if asked is not None else words
        if said:
            await _begin(screen, session, result, said)


async def _begin(screen: MainScreen, session: Session, result: CheckResult, words: str) -> None:
    seconds, reason = _read(words)
    if not reason:
        raise CockpitError(
            f"{result.name} is not muted without a reason", "write it after the time: 30m being repaired"
        )
    until = session.clock.now() + timedelta(seconds=seconds)
    made = Mute(session.masker.secrets(reason), session.actor, until)
    await _write(session, result.name, made)
    session.watch.mute(result.name, made)
    screen.say(f"{result.name} is muted until {until:%H:%M}Z", Tone.OK)


def _read(words: str) -> tuple[float, str]:
    """Seconds and reason; without a time at the start, the usual one."""
    first, _, rest = words.strip().partition(" ")
    try:
        return min(MUTE_MOST, parse_duration(first)), rest.strip()
    except ValueError:
        return parse_duration(USUAL), words.strip()


async def _end(screen: MainScreen, session: Session, result: CheckResult) -> None:
    if result.subject == "alert" and result.mute is not None and result.mute.until is None:
        screen.say(f"{result.name} is {result.mute.reason} in {result.mute.by}, not here", Tone.WARN)
        return
    await _write(session, result.name, replace(result.mute or Mute(""), until=None, reason=""))
    session.watch.unmute(result.name)
    screen.say(f"{result.name} is no longer muted", Tone.OK)


async def _write(session: Session, name: str, made: Mute) -> None:
    """Into the journal first: what it does not keep is not muted."""
    if session.journal is None:
        raise CockpitError("an observer mutes nothing")
    payload = mute_entry(session.environment.name, name, made)
    await session.journal.append(EntryKind.NOTE, payload, session.incident.id)
