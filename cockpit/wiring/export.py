"""From the journal's file to a post-mortem or to JSON Lines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cockpit.adapters.journal_sqlite import open_readonly
from cockpit.config.durations import parse_duration
from cockpit.config.load import Loaded
from cockpit.config.settings import IncidentSettings
from cockpit.engine.postmortem import LATEST, PostMortem, named_incident, post_mortem, stretch
from cockpit.engine.postmortem_text import post_mortem_text
from cockpit.engine.record_lines import record_lines
from cockpit.model.errors import ConfigError
from cockpit.model.incident import JournalEntry
from cockpit.model.masking import Masker
from cockpit.wiring.journal import journal_path


def exported(loaded: Loaded | None, incident: str | None, since: str | None, *, lines: bool, as_stored: bool) -> str:
    """The text to write out.

    Args:
        loaded: the configuration, None when there is none.
        incident: an id or `latest`; None takes the stretch of time, or the latest incident without one.
        since: how far back, None for an incident.
        lines: True for JSON Lines, False for Markdown.
        as_stored: True leaves personal data in JSON Lines.

    Raises:
        JournalError: when the journal cannot be read, or holds nothing of the kind.
        ConfigError: when both an incident and a time are given, or the time is none.
    """
    if incident and since:
        raise ConfigError("an incident and --since are two different things to export", "give one of them")
    if as_stored and not lines:
        raise ConfigError("a post-mortem is always masked", "--as-stored goes with --json")
    entries = list(open_readonly(journal_path(loaded)).entries())
    found = _found(entries, incident, since)
    if not lines:
        settings = loaded.settings.incident if loaded else IncidentSettings()
        return post_mortem_text(found, parse_duration(settings.review))
    told = [entry.sequence for entry in found.entries]
    return "".join(f"{line}\n" for line in record_lines(entries, told, None if as_stored else Masker()))


def _found(entries: list[JournalEntry], incident: str | None, since: str | None) -> PostMortem:
    if not since:
        return post_mortem(entries, named_incident(entries, incident or LATEST), Masker())
    try:
        seconds = parse_duration(since)
    except ValueError as error:
        raise ConfigError(f"--since: {error}") from error
    now = datetime.now(UTC)
    return stretch(entries, now - timedelta(seconds=seconds), now, Masker())
