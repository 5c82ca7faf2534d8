"""An incident played again: from the journal and its recording to a session."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from cockpit.adapters.clock import SystemClock
from cockpit.adapters.journal_reading import open_readonly
from cockpit.adapters.pool import BlockingPool
from cockpit.adapters.recording import Recorded, Recording, recordings_folder
from cockpit.config.load import Loaded
from cockpit.config.settings import Settings
from cockpit.engine.board import Board
from cockpit.engine.incident_clock import IncidentClock
from cockpit.engine.log_buffer import LogBuffer
from cockpit.engine.postmortem import LATEST, masked, named_incident
from cockpit.engine.session import Session
from cockpit.engine.share.picture import Picture
from cockpit.engine.share.replay import Replay
from cockpit.engine.share.replay_clock import ReplayClock
from cockpit.model.errors import JournalError
from cockpit.model.incident import EnvironmentFacts, JournalEntry
from cockpit.model.masking import Masker
from cockpit.wiring.following import followed_facts
from cockpit.wiring.journal import journal_path
from cockpit.wiring.onlooker import onlooker

SOON = timedelta(seconds=10)
"""A first picture within this time after the declaration is where a replay begins, so that it never begins dark."""


def story_of(loaded: Loaded | None, name: str | None) -> tuple[str, list[JournalEntry]]:
    """The id of the incident that is meant, and its entries, masked; without a name the newest.

    Raises:
        JournalError: when there is none, the journal cannot be read, or does not verify.
    """
    journal = open_readonly(journal_path(loaded))
    entries = list(journal.entries())
    incident = named_incident(entries, name or LATEST)
    verified = journal.verify()
    if not verified.intact:
        raise JournalError(f"the journal is not intact: {verified.problem}", "see `cockpit journal verify`")
    masker, own = Masker(), [entry for entry in entries if entry.incident == incident]
    told = [e for e in entries if own[0].sequence <= e.sequence <= own[-1].sequence and e.incident in ("", incident)]
    return incident, [masked(entry, masker) for entry in told]


def replayed_facts(loaded: Loaded | None, entries: Sequence[JournalEntry]) -> EnvironmentFacts:
    """What the screen says of the environment in which it was."""
    label = next((str(entry.payload["environment"]) for entry in entries if "environment" in entry.payload), "")
    return followed_facts(loaded or Loaded(Settings(), None), label or "REPLAY")


def bounds(entries: Sequence[JournalEntry], frames: Sequence[Recorded]) -> tuple[datetime, datetime]:
    """When a replay begins and ends: with the declaration, or with the first picture where that came soon after it."""
    times = [*(entry.at for entry in entries), *(frame.at for frame in frames)]
    begin, first = min(times), min((frame.at for frame in frames), default=min(times))
    return (first if first - begin <= SOON else begin), max(times)


def open_replay(loaded: Loaded | None, incident: str, entries: Sequence[JournalEntry]) -> Session:
    """A session that plays; it is connected to nothing.

    Raises:
        JournalError: when the recording cannot be read.
    """
    settings, masker, system = loaded.settings if loaded else Settings(), Masker(), SystemClock()
    recording = Recording(recordings_folder(journal_path(loaded)), incident)
    frames = recording.frames()
    clock, board, logs = ReplayClock(*bounds(entries, frames), system), Board(), LogBuffer()
    heard = IncidentClock(clock, None)
    pool = BlockingPool("replay", 1)
    replay = Replay(incident, entries, frames, recording.read, Picture(board, logs), heard, clock, pool)
    return onlooker(
        settings,
        replayed_facts(loaded, entries),
        replay,
        board=board,
        logs=logs,
        incident=heard,
        clock=clock,
        masker=masker,
        bell=False,
    )
