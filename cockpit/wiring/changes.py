"""Where changes are told: checkouts, tables, Redis keys, Docker Engines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from cockpit.adapters.changes_git import GitChanges, GitPlan
from cockpit.adapters.changes_rows import RedisChanges, RowChanges
from cockpit.config.durations import parse_duration
from cockpit.config.settings import Changes, Environment
from cockpit.model.changes import ChangesSnapshot
from cockpit.model.errors import ConfigError
from cockpit.model.ports import ChangeReader, Reader, Source
from cockpit.model.readings import SourceId, SourceKind
from cockpit.wiring.parts import Parts

ReaderOf = Callable[[SourceKind, str, str], Reader]
"""Finds what asks a store, by its kind, its name and who wants to ask."""


class _Told(Source[ChangesSnapshot], ChangeReader, Protocol):
    """A source of changes that tells each of them in full."""


def add_changes(parts: Parts, environment: Environment, folder: Path, reader_of: ReaderOf) -> None:
    """Put the sources of changes into the parts.

    Args:
        parts: where they go.
        environment: what is configured.
        folder: where relative paths start.
        reader_of: finds what asks a database or a Redis server.

    Raises:
        ConfigError: when one names a store or an engine that is not configured.
    """
    for settings in environment.changes:
        source = SourceId(SourceKind.CHANGES, settings.name)
        told = _told(source, parts, environment, settings, folder, reader_of)
        parts.watch(told, settings.every, settings.timeout)
        parts.change_readers[source] = told


def _told(
    source: SourceId, parts: Parts, environment: Environment, settings: Changes, folder: Path, reader_of: ReaderOf
) -> _Told:
    deadline, asker = parse_duration(settings.timeout), f"changes {settings.name}"
    if settings.git is not None:
        path = folder / Path(settings.git).expanduser()
        return GitChanges(source, GitPlan(path, settings.tags, settings.marker), deadline=deadline)
    if settings.sql is not None:
        reader = reader_of(SourceKind.POSTGRES, settings.on, asker)
        return RowChanges(source, reader, settings.sql, settings.kind or settings.name, deadline)
    if settings.redis is not None:
        reader = reader_of(SourceKind.REDIS, settings.on, asker)
        return RedisChanges(source, reader, settings.redis, settings.kind or "deployment", deadline)
    return _containers(source, parts, environment, settings, deadline)


def _containers(source: SourceId, parts: Parts, environment: Environment, settings: Changes, deadline: float) -> _Told:
    from cockpit.adapters.changes_docker import ContainerChanges
    from cockpit.adapters.docker_engine import DockerEngine

    engine = next((item for item in environment.docker if item.name == settings.docker), None)
    if engine is None:
        raise ConfigError(f"changes {settings.name} asks docker {settings.docker}, which is not configured")
    host = engine.host if parts.may_change else engine.observer_host or engine.host
    return ContainerChanges(source, DockerEngine(engine.name, host, timeout=deadline), parts.clock.now)
