"""Logs: files, patterns of files, containers, pm2 applications, the journal of systemd, commands."""

from __future__ import annotations

import os
from datetime import tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cockpit.adapters.files import LogFile
from cockpit.adapters.pool import BlockingPool
from cockpit.config.durations import parse_duration
from cockpit.config.settings import Environment, Log
from cockpit.model.errors import ConfigError
from cockpit.model.logs import LogBatch
from cockpit.model.ports import Source
from cockpit.wiring.parts import Parts

LOG_EVERY = "250ms"
LOG_TIMEOUT = "3s"


def add_logs(parts: Parts, environment: Environment, folder: Path) -> None:
    """Follow every log, and give files their past.

    Args:
        parts: where they go.
        environment: what is configured.
        folder: where relative paths start.

    Raises:
        ConfigError: when a log has no source or several, or a time zone that nobody knows.
    """
    if not environment.logs:
        return
    pool, past = BlockingPool("logs", 2), BlockingPool("log-past", 2)
    for log in environment.logs:
        parts.watch(log_source(parts, environment, log, folder, pool, past), LOG_EVERY, LOG_TIMEOUT)

    async def close() -> None:
        for archive in parts.archives:
            await archive.close()
        pool.close()
        past.close()

    parts.closers.append(close)


def log_source(
    parts: Parts,
    environment: Environment,
    log: Log,
    folder: Path,
    pool: BlockingPool,
    past: BlockingPool | None = None,
) -> Source[LogBatch]:
    """A follower of one log.

    Args:
        parts: role and clock.
        environment: what is configured.
        log: the log.
        folder: where relative paths start.
        pool: threads for following.
        past: threads for reading what was there before; None leaves that out.

    Raises:
        ConfigError: when it has no source or several, or a time zone that nobody knows.
    """
    given = [key for key in ("file", "command", "journal", "container", "pm2") if getattr(log, key) is not None]
    if len(given) != 1:
        raise ConfigError(
            f"log {log.name} has {' and '.join(given) or 'no source'}",
            "give one of file, command, journal, container, pm2",
        )
    zone = _zone(log)
    if log.file is not None:
        return _files(parts, log.name, folder / Path(log.file).expanduser(), zone, pool, past)
    if log.pm2 is not None:
        home = Path(os.environ.get("PM2_HOME", "~/.pm2")).expanduser()
        return _files(parts, log.name, home / "logs" / (f"{log.pm2}-*.log" if log.pm2 else "*.log"), zone, pool, past)
    if log.container is not None:
        return _container(parts, environment, log)
    return _command(parts, log, zone, pool)


def _files(
    parts: Parts, name: str, path: Path, zone: tzinfo | None, pool: BlockingPool, past: BlockingPool | None
) -> Source[LogBatch]:
    from cockpit.adapters.log_archive import FileArchive
    from cockpit.adapters.log_glob import LogGlob, is_pattern

    def make(stream: str, file: Path) -> LogFile:
        if past is not None:
            parts.archives.append(FileArchive(stream, file, past, zone=zone))
        return LogFile(stream, file, clock=parts.clock, pool=pool, zone=zone)

    if is_pattern(str(path)):
        return LogGlob(name, path, make, clock=parts.clock, pool=pool)
    return make(name, path)


def _command(parts: Parts, log: Log, zone: tzinfo | None, pool: BlockingPool) -> Source[LogBatch]:
    from cockpit.adapters.log_command import CommandLog, NoCommand
    from cockpit.adapters.log_journald import journal_command, journal_parser

    if log.journal is not None:
        parse = journal_parser(log.name)
        return CommandLog(log.name, journal_command(log.journal), clock=parts.clock, pool=pool, parse=parse)
    if not log.command:
        raise ConfigError(f"log {log.name} has an empty command", 'write command = ["kubectl", "logs", "-f", "x"]')
    if not parts.may_change:
        return NoCommand(log.name)
    return CommandLog(log.name, log.command, clock=parts.clock, pool=pool, zone=zone)


def _container(parts: Parts, environment: Environment, log: Log) -> Source[LogBatch]:
    from cockpit.adapters.docker_engine import DockerEngine
    from cockpit.adapters.docker_logs import DockerLogs

    engines = {engine.name: engine for engine in environment.docker}
    settings = engines.get(log.on) if log.on else next(iter(engines.values()), None)
    if settings is None:
        raise ConfigError(f"log {log.name} is of a container, and there is no docker {log.on}".rstrip(), "add it")
    host = settings.host if parts.may_change else settings.observer_host or settings.host
    engine = DockerEngine(settings.name, host, timeout=parse_duration(settings.timeout))
    return DockerLogs(engine, log.container or log.name, clock=parts.clock)


def _zone(log: Log) -> tzinfo | None:
    try:
        return ZoneInfo(log.zone) if log.zone else None
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigError(
            f"log {log.name} has the zone {log.zone!r}, which nobody knows", "write Europe/Berlin"
        ) from error
