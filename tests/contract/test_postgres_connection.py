"""A connection that meets refusing, hanging, vanishing and restarting servers."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from cockpit.adapters import postgres_connection
from cockpit.adapters.postgres_connection import Connection, DeadlinePassed, own_pids, transaction
from cockpit.model.errors import ConfigError, SourceRefused, SourceUnreachable
from cockpit.sandbox.postgres_server import MAX_CONNECTIONS, PostgresServer
from tests.support.postgres import connection_to, running_version, session

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with running_version("bundled") as server:
        with psycopg.connect(server.url, autocommit=True) as admin:
            admin.execute("CREATE ROLE one LOGIN PASSWORD 'one' CONNECTION LIMIT 0")
        yield server


async def one(live: Connection) -> object:
    cursor = await live.execute("SELECT 1")
    row = await cursor.fetchone()
    return row[0] if row else None


@contextlib.contextmanager
def frozen(server: PostgresServer) -> Iterator[None]:
    """The whole server stopped: the kernel still takes connections, nobody answers."""
    pid = int((server.data / "postmaster.pid").read_text().split()[0])
    processes = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    for process in processes:
        os.kill(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in reversed(processes):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGCONT)


@contextlib.asynccontextmanager
async def answering(reply: bytes) -> AsyncIterator[int]:
    """A port on which somebody answers something, and is no PostgreSQL."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(reply)
        await writer.drain()
        writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listener:
        yield listener.sockets[0].getsockname()[1]


async def test_it_opens_when_needed_and_is_kept(server: PostgresServer) -> None:
    connection = connection_to(server.url)
    pids = {await connection.run(backend_pid, 5.0) for _ in range(3)}
    assert len(pids) == 1
    await connection.close()
    await connection.close()


async def backend_pid(live: Connection) -> int:
    return live.info.backend_pid


async def test_it_opens_again_after_it_was_ended(server: PostgresServer) -> None:
    connection = connection_to(server.url)
    pid = await connection.run(backend_pid, 5.0)
    async with session(server.url) as admin:
        await admin.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
    with pytest.raises(SourceUnreachable):
        await connection.run(one, 5.0)
    assert await connection.run(one, 5.0) == 1
    assert await connection.run(backend_pid, 5.0) != pid
    await connection.close()


async def test_a_server_that_hangs_is_left_and_not_waited_for(
    server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_connection, "_CLOSING", 60.0)
    connection = connection_to(server.url)
    await connection.run(one, 5.0)
    with frozen(server):
        with pytest.raises(DeadlinePassed, match=r"did not answer within 0\.3 s"):
            await connection.run(one, 0.3)
        with pytest.raises(SourceUnreachable, match="did not answer in time"):
            await connection.run(one, 0.5)
        await asyncio.wait_for(connection.close(), 10.0)
        assert own_pids() == []
    assert await connection.run(one, 5.0) == 1
    await connection.close()


async def test_a_caller_that_gives_up_leaves_nothing_behind(server: PostgresServer) -> None:
    connection = connection_to(server.url)
    started = asyncio.Event()

    async def sleep(live: Connection) -> None:
        started.set()
        await live.execute("SELECT pg_sleep(60)")

    asked = asyncio.create_task(connection.run(sleep, 60.0))
    await started.wait()
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert await connection.run(one, 5.0) == 1
    await connection.close()


async def test_a_transaction_left_open_costs_the_connection(server: PostgresServer) -> None:
    connection = connection_to(server.url)

    async def careless(live: Connection) -> int:
        await live.execute("BEGIN")
        return live.info.backend_pid

    first = await connection.run(careless, 5.0)
    assert await connection.run(backend_pid, 5.0) != first
    await connection.close()


async def test_settings_end_with_the_transaction(server: PostgresServer) -> None:
    connection = connection_to(server.url)

    async def setting(live: Connection) -> str:
        cursor = await live.execute("SELECT current_setting('statement_timeout')")
        row = await cursor.fetchone()
        return str(row[0]) if row else ""

    async def inside(live: Connection) -> str:
        async with transaction(live, 2.0, read_only=True):
            return await setting(live)

    assert await connection.run(inside, 5.0) == "1800ms"
    assert await connection.run(setting, 5.0) == "0"
    await connection.close()


async def test_an_error_inside_rolls_back(server: PostgresServer) -> None:
    connection = connection_to(server.url)

    async def fails(live: Connection) -> None:
        async with transaction(live, 5.0, read_only=False) as cursor:
            await cursor.execute("CREATE TABLE half ()")
            await cursor.execute("SELECT 1 / 0")

    with pytest.raises(SourceRefused, match="division by zero"):
        await connection.run(fails, 5.0)

    async def look(live: Connection) -> object:
        cursor = await live.execute("SELECT to_regclass('half')")
        return await cursor.fetchone()

    assert await connection.run(look, 5.0) == (None,)
    await connection.close()


@pytest.mark.parametrize(
    ("user", "password", "database", "said"),
    [
        ("postgres", "wrong", "postgres", "the password was refused"),
        ("postgres", "", "postgres", "password"),
        ("nobody", "x", "postgres", "the password was refused"),
        ("one", "one", "postgres", "all its connections"),
    ],
)
async def test_a_refused_login_names_the_remedy_and_no_password(
    server: PostgresServer, user: str, password: str, database: str, said: str, tmp_path: Path
) -> None:
    connection = connection_to(server.address(user, password, database) + f"?passfile={tmp_path / 'none'}")
    with pytest.raises(SourceRefused, match=said) as caught:
        await connection.run(one, 5.0)
    assert "wrong" not in str(caught.value)
    assert f"127.0.0.1:{server.port}/{database}" in str(caught.value)


async def test_a_missing_database_is_refused(server: PostgresServer) -> None:
    with pytest.raises(SourceRefused, match="does not exist"):
        await connection_to(server.address("postgres", server.password, "nowhere")).run(one, 5.0)


async def test_taken_slots_name_what_keeps_room(server: PostgresServer) -> None:
    with psycopg.connect(server.url, autocommit=True) as admin:
        admin.execute("CREATE ROLE many LOGIN PASSWORD 'many'")
        url = server.address("many", "many", "postgres")
        async with contextlib.AsyncExitStack() as stack:
            with contextlib.suppress(psycopg.OperationalError):
                for _ in range(MAX_CONNECTIONS):
                    await stack.enter_async_context(session(url))
            with pytest.raises(SourceRefused, match=r"every connection is taken; GRANT pg_use_reserved_connections"):
                await connection_to(url).run(one, 5.0)


async def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(SourceUnreachable, match="nothing listens there"):
        await connection_to(f"postgresql://u:secret@127.0.0.1:{port}/x").run(one, 5.0)


async def test_a_host_that_does_not_exist() -> None:
    with pytest.raises(SourceUnreachable) as caught:
        await connection_to("postgresql://u:secret@no-such-host.invalid/x").run(one, 5.0)
    assert "secret" not in str(caught.value)


async def test_somebody_who_is_no_postgres() -> None:
    async with answering(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        with pytest.raises(SourceUnreachable, match="what answers there is no PostgreSQL"):
            await connection_to(f"postgresql://u:secret@127.0.0.1:{port}/x").run(one, 5.0)


@pytest.mark.parametrize("dsn", ["host=a sec ret", "postgresql://u:p@[::1", "nonsense"])
def test_a_dsn_that_is_none_is_a_configuration_error_without_its_text(dsn: str) -> None:
    with pytest.raises(ConfigError, match="is no address of PostgreSQL") as caught:
        connection_to(dsn)
    assert "ret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_the_place_is_named_by_what_libpq_would_use(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PGHOST", "PGPORT", "PGDATABASE"):
        monkeypatch.delenv(name, raising=False)
    assert connection_to("service=shop").address == "service shop"
    assert connection_to("user=ada").address == "local:5432/ada"
    monkeypatch.setenv("PGHOST", "db1")
    monkeypatch.setenv("PGPORT", "6432")
    monkeypatch.setenv("PGDATABASE", "shop")
    assert connection_to("").address == "db1:6432/shop"
