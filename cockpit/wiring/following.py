"""Following a shared incident: a session that has no source, no reader and no executor of its own."""

from __future__ import annotations

import asyncio
from datetime import datetime

from cockpit.adapters.clock import SystemClock
from cockpit.adapters.pool import BlockingPool
from cockpit.config.load import Loaded
from cockpit.engine.board import Board
from cockpit.engine.incident_clock import IncidentClock
from cockpit.engine.log_buffer import LogBuffer
from cockpit.engine.session import Session
from cockpit.engine.share.follower import Follower
from cockpit.engine.share.live import read_live
from cockpit.engine.share.picture import Picture
from cockpit.engine.share.publisher import SHARE
from cockpit.model.errors import ConfigError, SourceGarbled
from cockpit.model.health import Json
from cockpit.model.incident import EnvironmentFacts
from cockpit.model.masking import Masker
from cockpit.model.share import LiveIncident
from cockpit.model.wording import short_duration
from cockpit.wiring.facts import environment_facts
from cockpit.wiring.onlooker import onlooker
from cockpit.wiring.share import share_key, share_stream


def live_incidents(loaded: Loaded) -> list[LiveIncident]:
    """The incidents that are shared and not over, the oldest first.

    Raises:
        ConfigError: when nothing is shared here.
        SourceError: when the share cannot be read.
    """
    return asyncio.run(_listed(loaded))


async def _listed(loaded: Loaded) -> list[LiveIncident]:
    stream = share_stream(loaded.settings.share, Masker(), observing=True)
    try:
        records = await stream.announced()
    finally:
        await stream.close()
    found: list[LiveIncident] = []
    for record in records:
        try:
            found.append(read_live(record))
        except SourceGarbled:
            continue
    return sorted((live for live in found if live.ended_at is None), key=lambda live: live.began_at)


def chosen(found: list[LiveIncident], name: str) -> LiveIncident:
    """The incident of that id, or of that story where two journals have one of that id.

    Raises:
        ConfigError: when there is none, or several.
    """
    fitting = [live for live in found if name in (live.incident, live.story)]
    if not fitting:
        known = ", ".join(live.incident for live in found) or "none"
        raise ConfigError(f"there is no live incident {name!r}", f"these are live: {known}")
    if len(fitting) > 1:
        stories = ", ".join(live.story for live in fitting)
        raise ConfigError(f"several live incidents are called {name}", f"name one of {stories}")
    return fitting[0]


def followed_facts(loaded: Loaded, label: str) -> EnvironmentFacts:
    """What the screen says of the environment that is followed; one that is not configured here is only its label."""
    for name, environment in loaded.settings.environments.items():
        facts = environment_facts(name, environment)
        if facts.label == label:
            return facts
    return EnvironmentFacts("", label, protected=True)


def open_following(loaded: Loaded, live: LiveIncident) -> Session:
    """A session that follows; nothing is connected yet, and nothing but the share ever will be.

    Raises:
        ConfigError: when nothing is shared here.
    """
    settings, masker = loaded.settings, Masker()
    clock, board, logs = SystemClock(), Board(), LogBuffer()
    stream, key = share_stream(settings.share, masker, observing=True), share_key(settings.share, masker)
    board.announce(SHARE)
    incident = IncidentClock(clock, None, environment=live.environment)
    picture, pool = Picture(board, logs), BlockingPool("follow", 1)
    follower = Follower(stream, live, picture, incident, clock, pool, board.publish, key)
    return onlooker(
        settings,
        followed_facts(loaded, live.environment),
        follower,
        board=board,
        logs=logs,
        incident=incident,
        clock=clock,
        masker=masker,
        bell=settings.interface.bell,
    )


def live_row(live: LiveIncident, now: datetime) -> tuple[str, ...]:
    """Cells for a table: id, severity, age, environment, operator, last seen, title."""
    moments = (live.began_at, live.seen_at)
    age, seen = (short_duration(max(0.0, (now - moment).total_seconds())) for moment in moments)
    return live.incident, live.severity, age, live.environment, live.operator, f"{seen} ago", live.title


def live_json(live: LiveIncident, now: datetime) -> Json:
    """The same as JSON; ages are seconds."""
    return {
        "incident": live.incident,
        "story": live.story,
        "severity": live.severity,
        "title": live.title,
        "operator": live.operator,
        "environment": live.environment,
        "began_at": live.began_at.isoformat(),
        "age": round(max(0.0, (now - live.began_at).total_seconds()), 1),
        "seen_at": live.seen_at.isoformat(),
    }
