"""PostgreSQL for contract tests: the bundled version, an older one where it is installed, sessions that block."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from unittest.mock import patch

import psycopg
import pytest

from cockpit.adapters.postgres_connection import PostgresConnection
from cockpit.config.secrets import Secret
from cockpit.model.readings import SourceId, SourceKind
from cockpit.sandbox import postgres_server
from cockpit.sandbox.postgres_server import PostgresServer
from tests.support.servers import running_postgres

MAIN = SourceId(SourceKind.POSTGRES, "main")
OLDER = Path("/usr/lib/postgresql/15")


@contextlib.contextmanager
def running_version(version: str) -> Iterator[PostgresServer]:
    """`bundled`, or `15` from the distribution's packages; skips where that is missing, but not in CI."""
    if version == "bundled":
        with running_postgres() as server:
            yield server
        return
    if not (OLDER / "bin" / "postgres").is_file():
        assert "CI" not in os.environ, f"PostgreSQL {version} is not installed in {OLDER}"
        pytest.skip(f"PostgreSQL {version} is not installed in {OLDER}")
    known = {name: value for name, value in postgres_server._SETTINGS.items() if name != "reserved_connections"}
    with (
        patch.object(postgres_server, "_usable_install", lambda *_, **__: OLDER),
        patch.object(postgres_server, "_SETTINGS", known),
        running_postgres() as server,
    ):
        yield server


def connection_to(url: str) -> PostgresConnection:
    return PostgresConnection(MAIN, Secret(url))


@contextlib.asynccontextmanager
async def session(url: str, application: str = "shop") -> AsyncIterator[psycopg.AsyncConnection]:
    """Somebody else's session, in which every statement is a transaction of its own until BEGIN."""
    connection = await psycopg.AsyncConnection.connect(url, autocommit=True, application_name=application)
    try:
        yield connection
    finally:
        await connection.close()


@contextlib.asynccontextmanager
async def running(connection: psycopg.AsyncConnection, statement: str) -> AsyncIterator[asyncio.Task[str]]:
    """A statement under way in a session; its task ends with "done" or with the server's words."""

    async def run() -> str:
        try:
            await connection.execute(statement.encode())
        except psycopg.Error as error:
            return str(error)
        return "done"

    task = asyncio.create_task(run())
    try:
        yield task
    finally:
        if not task.done():
            with contextlib.suppress(psycopg.Error):
                await connection.cancel_safe(timeout=2)
        await asyncio.wait({task}, timeout=5)


async def eventually(look: Callable[[], Awaitable[bool]], what: str, deadline: float = 10.0) -> None:
    """Return as soon as `look` says so; fail the test when it does not in time."""
    end = time.monotonic() + deadline
    while not await look():
        assert time.monotonic() < end, f"{what} did not come within {deadline:g} s"
        await asyncio.sleep(0.02)
