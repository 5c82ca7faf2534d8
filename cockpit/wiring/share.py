"""Sharing an incident, and following one: from settings to what goes on beside the screen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from cockpit.config.durations import parse_duration
from cockpit.config.load import Loaded
from cockpit.config.secrets import Secret, resolve
from cockpit.config.settings import ShareSettings
from cockpit.engine.board import Board
from cockpit.engine.incident_clock import IncidentClock
from cockpit.engine.session import Beside
from cockpit.engine.share.camera import Camera, Spotlight
from cockpit.engine.share.filming import Filming, Sink
from cockpit.engine.share.frames import Encoder
from cockpit.engine.share.leases import Leases
from cockpit.engine.share.publisher import SHARE, Publisher, Signature
from cockpit.model.errors import ConfigError
from cockpit.model.masking import Masker
from cockpit.model.ports import Clock
from cockpit.model.readings import Reading, ReadingState
from cockpit.model.share import ShareStream


def share_stream(settings: ShareSettings, masker: Masker, *, observing: bool) -> ShareStream:
    """What carries the share; nothing is connected yet.

    Args:
        settings: where it is.
        masker: learns the address and the password in it.
        observing: True takes the address of those who follow, where there is one.

    Raises:
        ConfigError: when there is no share, or its address leads nowhere.
    """
    from cockpit.adapters.share_stream import Bounds, RedisShare

    own = observing and bool(settings.observer_url)
    reference, where = (settings.observer_url, "share.observer_url") if own else (settings.url, "share.url")
    if not reference:
        raise ConfigError("nothing is shared here: the configuration has no [share] url", "add one, as env:SHARE_URL")
    url = resolve(reference, where)
    for value in (url.reveal(), unquote(urlsplit(url.reveal()).password or "")):
        masker.learn(value)
    bounds = Bounds(settings.entries, settings.frames, parse_duration(settings.keep))
    return RedisShare(url, settings.name, bounds, parse_duration(settings.timeout))


def share_key(settings: ShareSettings, masker: Masker) -> bytes:
    """The key of the seals, empty when none is configured.

    Raises:
        ConfigError: when its reference leads nowhere.
    """
    key = resolve(settings.key, "share.key") if settings.key else Secret("")
    masker.learn(key.reveal())
    return key.reveal().encode()


@dataclass(frozen=True, slots=True)
class Filmed:
    """What an operator's incident is made of, for those who follow and for later.

    Attributes:
        journal: the journal's file.
        board: what is filmed.
        incident: knows what is open.
        masker: hides secrets and personal data.
        clock: tells the time.
        spotlight: what the screen is about.
        operator: user@host.
        environment: its label.
    """

    journal: Path
    board: Board
    incident: IncidentClock
    masker: Masker
    clock: Clock
    spotlight: Spotlight
    operator: str
    environment: str


@dataclass(frozen=True, slots=True)
class Shared:
    """What goes on beside the screen, and what keeps two operators from running one step at once."""

    beside: tuple[Beside, ...] = ()
    leases: Leases | None = None


def sharing(loaded: Loaded, filmed: Filmed) -> Shared:
    """What records an operator's incidents, and shares them where the configuration says so.

    An address or key of the share that leads nowhere keeps nobody from working: its dot says so.
    """
    from cockpit.adapters.pool import BlockingPool
    from cockpit.adapters.recording import Recorder, recordings_folder

    sinks: list[Sink] = []
    beside: list[Beside] = []
    megabytes = loaded.settings.journal.recording_mb
    if megabytes:
        recorder = Recorder(recordings_folder(filmed.journal), megabytes * 1_000_000)
        sinks.append(recorder.take)
        beside.append(recorder)
    leases = _add_publisher(loaded.settings.share, filmed, sinks, beside)
    if not sinks:
        return Shared()
    encoder = Encoder(filmed.masker, loaded.settings.share.frame_bytes)
    camera = Camera(filmed.board, filmed.spotlight, filmed.clock)
    pool = BlockingPool("film", 1)
    filming = Filming(camera, encoder, filmed.incident, pool, sinks, filmed.environment)
    return Shared((filming, *beside), leases)


def _add_publisher(settings: ShareSettings, filmed: Filmed, sinks: list[Sink], beside: list[Beside]) -> Leases | None:
    """Add what shares; nothing where nothing is shared, or cannot be."""
    if not settings.url:
        return None
    from cockpit.adapters.journal_reader import JournalReader
    from cockpit.adapters.pool import BlockingPool

    board, masker, who = filmed.board, filmed.masker, _short(filmed.operator)
    board.announce(SHARE)
    try:
        stream = share_stream(settings, masker, observing=False)
        signature = Signature(who, filmed.environment, share_key(settings, masker))
    except ConfigError as error:
        board.publish(Reading(SHARE, ReadingState.FAILED, error=str(error)))
        return None
    record = JournalReader(filmed.journal, BlockingPool("share", 1))
    publisher = Publisher(stream, record, filmed.incident, masker, filmed.clock, signature, board.publish)
    sinks.append(publisher.take)
    beside.append(publisher)
    return Leases(stream, who, lambda: publisher.story)


def _short(who: str) -> str:
    """user@host without the host's domain: with it, it would be taken for an address of mail and be hidden."""
    user, _, host = who.partition("@")
    return f"{user}@{host.partition('.')[0]}"
