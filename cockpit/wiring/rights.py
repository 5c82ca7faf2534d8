"""What an observer could change, asked of every server of an environment and said for what is no server."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from cockpit.adapters.clock import SystemClock
from cockpit.config.durations import parse_duration
from cockpit.config.load import Loaded
from cockpit.config.settings import Docker, Environment, Postgres, Redis
from cockpit.model.errors import SourceError
from cockpit.model.incident import Role
from cockpit.model.masking import Masker
from cockpit.model.readings import SourceId, SourceKind
from cockpit.model.rights import Right, Wall
from cockpit.wiring.parts import Parts
from cockpit.wiring.stores import Stores

Rights = tuple[Right, ...]
Close = Callable[[], Awaitable[None]]

ONLY_READS = "if ($request_method !~ ^(GET|HEAD)$) { return 403; }"
"""The setting of nginx that lets nothing but reads through."""


async def observer_rights(loaded: Loaded, name: str) -> list[Right]:
    """Ask every server of an environment what an observer's account may do there; changes nothing.

    Args:
        loaded: the configuration.
        name: the environment.

    Raises:
        ConfigError: when an address leads nowhere.
    """
    _, environment = loaded.environment(name)
    parts = Parts(Role.OBSERVER, SystemClock())
    stores = Stores(parts, environment)
    asking = [
        *(_postgres(stores, settings) for settings in environment.postgres),
        *(_redis(stores, settings) for settings in environment.redis),
        *(_docker(settings) for settings in environment.docker),
    ]
    found = [right for rights in await asyncio.gather(*asking) for right in rights]
    masker = Masker(parts.secrets)
    return [replace(right, found=masker.secrets(right.found)) for right in found] + _others(environment)


def _postgres(stores: Stores, settings: Postgres) -> Awaitable[Rights]:
    from cockpit.adapters.postgres_connection import PostgresConnection
    from cockpit.adapters.postgres_observer import OWN_ROLE, postgres_rights

    connection = PostgresConnection(SourceId(SourceKind.POSTGRES, settings.name), stores.postgres_dsn(settings))
    seconds = max(10.0, parse_duration(settings.timeout))
    missing = "" if settings.observer_dsn else "observer_dsn"
    asked = _asked(connection.id, lambda: postgres_rights(connection, seconds), connection.close)
    return _with_account(connection.id, asked, missing, OWN_ROLE)


def _redis(stores: Stores, settings: Redis) -> Awaitable[Rights]:
    from cockpit.adapters.redis_observer import OWN_USER, READING_ONLY, redis_rights

    line = stores.redis_line(settings)
    missing, remedy = ("observer_rest_token", READING_ONLY) if settings.rest_url else ("observer_url", OWN_USER)
    asked = _asked(line.id, lambda: redis_rights(line), line.close)
    return _with_account(line.id, asked, "" if getattr(settings, missing) else missing, remedy)


def _docker(settings: Docker) -> Awaitable[Rights]:
    from cockpit.adapters.docker_engine import DockerEngine
    from cockpit.adapters.docker_observer import docker_rights

    host = settings.observer_host or settings.host
    engine = DockerEngine(settings.name, host, timeout=parse_duration(settings.timeout), tls=settings.tls)

    async def close() -> None:
        engine.close()

    return _asked(engine.id, lambda: docker_rights(engine), close)


async def _asked(
    source: SourceId, ask: Callable[[], Awaitable[Rights]], close: Callable[[], Awaitable[None]]
) -> Rights:
    try:
        return await ask()
    except SourceError as error:
        return (Right(str(source), "everything", Wall.UNKNOWN, str(error), "let it answer, and ask again"),)
    finally:
        await close()


async def _with_account(source: SourceId, asked: Awaitable[Rights], missing: str, remedy: str) -> Rights:
    """With a word about the account itself, where observers share the operators' and that one may do more."""
    rights = await asked
    if not missing or all(right.well for right in rights):
        return rights
    words = f"{missing} is not configured, so observers use the operators' account"
    return (Right(str(source), "an account of its own", Wall.NONE, words, remedy), *rights)


def _others(environment: Environment) -> list[Right]:
    """What no server keeps an observer from, because there is none or it knows no accounts."""
    found: list[Right] = []

    def add(source: str, change: str, words: str, remedy: str) -> None:
        found.append(Right(source, change, Wall.COCKPIT, words, remedy, closable=False))

    if environment.base_url or any(check.http for check in environment.checks):
        words = "an observer's cockpit sends GET and HEAD only"
        add("http", "POST, PUT, PATCH, DELETE", words, f"let observers reach it through a proxy with: {ONLY_READS}")
    account = "run the observer's cockpit under an account of its own"
    for processes in environment.processes:
        change = "start, stop, restart" if processes.socket else "signal processes"
        add(f"processes:{processes.name}", change, "an observer's cockpit holds nothing that could", account)
    for pm2 in environment.pm2:
        add(f"pm2:{pm2.name}", "start, stop, restart", "an observer's cockpit only asks for the list", account)
    words = "an observer's cockpit holds no shell, editor, opener or signal"
    add("this machine", "run programs, signal processes", words, account)
    return found
