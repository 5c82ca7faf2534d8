"""What pg_stat_activity shows, on real servers of two versions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest

from cockpit.adapters.own_sql import statement
from cockpit.adapters.postgres_activity import PostgresActivity
from cockpit.adapters.postgres_connection import own_pids
from cockpit.model.activity import HIDDEN_START, ActivitySnapshot, Backend, waiters_behind
from cockpit.model.blocking import Blocking
from cockpit.sandbox.postgres_server import PostgresServer
from tests.support.postgres import connection_to, eventually, running, running_version, session

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module", params=["bundled", "15", "13"])
def server(request: pytest.FixtureRequest) -> Iterator[PostgresServer]:
    with running_version(request.param) as server:
        with psycopg.connect(server.url, autocommit=True) as admin:
            admin.execute("CREATE TABLE accounts (id int PRIMARY KEY, balance int)")
            admin.execute("INSERT INTO accounts SELECT n, 100 FROM generate_series(1, 10) n")
            admin.execute("CREATE ROLE plain LOGIN PASSWORD 'plain'")
            admin.execute("CREATE ROLE \"Odd Role\" LOGIN PASSWORD 'odd'")
        yield server


def named(snapshot: ActivitySnapshot, application: str) -> Backend:
    [found] = [backend for backend in snapshot.backends if backend.application == application]
    return found


async def test_a_session_is_seen_with_its_state_and_ages(server: PostgresServer) -> None:
    activity = PostgresActivity(connection_to(server.url))
    async with session(server.url, "billing") as other:
        await other.execute("BEGIN")
        await other.execute("SELECT balance FROM accounts WHERE id = 1")
        snapshot = await activity.fetch()
        backend = named(snapshot, "billing")
        assert backend.pid == other.info.backend_pid
        assert (backend.user, backend.database, backend.client) == ("postgres", "postgres", "127.0.0.1")
        assert backend.state == "idle in transaction"
        assert backend.idle_in_transaction
        assert backend.query == "SELECT balance FROM accounts WHERE id = 1"
        assert backend.backend_type == "client backend"
        assert backend.wait_event == "ClientRead"
        assert 0 <= (backend.state_age or -1) <= (backend.transaction_age or -1) <= backend.backend_age
        assert abs((datetime.now(UTC) - backend.backend_start).total_seconds() - backend.backend_age) < 5
        assert backend.backend_start.tzinfo is UTC
        assert (backend.blocked_by, backend.leader_pid) == ((), None)
    await activity.close()


async def test_the_server_is_described(server: PostgresServer) -> None:
    activity = PostgresActivity(connection_to(server.url))
    snapshot = await activity.fetch()
    with psycopg.connect(server.url) as admin:
        version = admin.info.server_version
        limit = admin.execute("SHOW max_connections").fetchone()
    assert (snapshot.server_version, (str(snapshot.max_connections),)) == (version, limit)
    assert (snapshot.database, snapshot.in_recovery, snapshot.hidden) == ("postgres", False, "")
    assert activity.server is not None
    assert len(activity.server.split()[-1]) > 10
    assert 0 < (snapshot.uptime or 0) < 600
    assert snapshot.server.removeprefix("PostgreSQL ").split(".")[0] == str(version // 10_000)
    first = activity.server
    await activity.close()
    again = PostgresActivity(connection_to(server.url))
    await again.fetch()
    assert again.server == first
    await again.close()


async def test_our_own_sessions_count_and_are_not_shown(server: PostgresServer) -> None:
    activity, other = PostgresActivity(connection_to(server.url)), connection_to(server.url)
    before = (await activity.fetch()).connections
    await other.run(lambda live: live.execute("SELECT 1"), 5.0)
    snapshot = await activity.fetch()
    assert len(own_pids()) == 2
    assert {backend.application for backend in snapshot.backends} & {"cockpit"} == set()
    assert snapshot.connections == before + 1
    await other.close()
    await activity.close()
    assert own_pids() == []


async def test_who_blocks_whom_is_known(server: PostgresServer) -> None:
    activity = PostgresActivity(connection_to(server.url))
    async with (
        session(server.url, "head") as head,
        session(server.url, "second") as second,
        session(server.url, "third") as third,
    ):
        await head.execute("BEGIN")
        await head.execute("UPDATE accounts SET balance = 0 WHERE id = 1")
        await second.execute("BEGIN")
        await second.execute("UPDATE accounts SET balance = 0 WHERE id = 2")
        async with (
            running(second, "UPDATE accounts SET balance = 1 WHERE id = 1"),
            running(third, "UPDATE accounts SET balance = 1 WHERE id = 2"),
        ):

            async def two_wait() -> bool:
                return (await activity.fetch()).waiting == 2

            await eventually(two_wait, "two sessions that wait")
            snapshot = await activity.fetch()
            assert named(snapshot, "second").blocked_by == (head.info.backend_pid,)
            assert named(snapshot, "third").blocked_by == (second.info.backend_pid,)
            for waiter in ("second", "third"):
                assert (named(snapshot, waiter).lock_on, named(snapshot, waiter).lock_mode) == ("accounts", "ShareLock")
            assert (named(snapshot, "head").lock_on, named(snapshot, "head").lock_mode) == ("", "")
            assert waiters_behind(snapshot.backends, head.info.backend_pid) == {
                second.info.backend_pid,
                third.info.backend_pid,
            }
            assert [(node.pid, node.depth, node.frees) for node in Blocking(snapshot.backends).tree()] == [
                (head.info.backend_pid, 0, 2),
                (second.info.backend_pid, 1, 1),
                (third.info.backend_pid, 2, 0),
            ]
            await head.execute("ROLLBACK")
    await activity.close()


async def test_what_a_plain_role_may_not_see_is_said_with_the_grant(server: PostgresServer) -> None:
    activity = PostgresActivity(connection_to(server.address("plain", "plain", "postgres")))
    odd = PostgresActivity(connection_to(server.address("Odd Role", "odd", "postgres")))
    async with session(server.url, "secretive") as other:
        await other.execute("SELECT 'a secret'")
        snapshot = await activity.fetch()
        backend = named(snapshot, "secretive")
        assert snapshot.hidden.endswith("GRANT pg_monitor TO plain")
        assert (await odd.fetch()).hidden.endswith('GRANT pg_monitor TO "Odd Role"')
        assert (backend.query, backend.state, backend.client) == ("", "", "")
        assert backend.backend_start == HIDDEN_START
        assert snapshot.connections >= 2
        assert all("a secret" not in shown.query for shown in snapshot.backends)
    await activity.close()
    await odd.close()


async def test_the_grant_that_is_named_helps(server: PostgresServer) -> None:
    with psycopg.connect(server.url, autocommit=True) as admin:
        admin.execute("CREATE ROLE watcher LOGIN PASSWORD 'w'")
        watcher = PostgresActivity(connection_to(server.address("watcher", "w", "postgres")))
        grant = (await watcher.fetch()).hidden.partition(": ")[2]
        admin.execute(grant.encode())
    async with session(server.url, "seen") as other:
        await other.execute("SELECT 'this'")
        snapshot = await watcher.fetch()
        assert snapshot.hidden == ""
        assert named(snapshot, "seen").query == "SELECT 'this'"
    await watcher.close()


async def test_hostile_names_and_queries_are_cleaned(server: PostgresServer) -> None:
    activity = PostgresActivity(connection_to(server.url))
    async with session(server.url, "hostile") as other:
        await other.execute(b"SELECT 1 -- \x1b]52;c;ZXZpbA==\x07\x1b[31mred\xe2\x80\xae\n, 2")
        assert named(await activity.fetch(), "hostile").query == "SELECT 1 -- red , 2"
    await activity.close()


async def test_a_query_in_another_encoding_is_shown_all_the_same(server: PostgresServer) -> None:
    with psycopg.connect(server.url, autocommit=True) as admin:
        admin.execute("CREATE DATABASE raw TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'")
    activity = PostgresActivity(connection_to(server.url))
    url = server.address("postgres", server.password, "raw") + "?client_encoding=SQL_ASCII"
    async with session(url, "old") as other:
        await other.execute(b"SELECT 'caf\xe9'")
        assert named(await activity.fetch(), "old").query.startswith("SELECT 'caf")
    await activity.close()


async def test_the_statements_for_older_servers_run(server: PostgresServer) -> None:
    async with session(server.url) as other:
        cursor = await other.execute(statement("activity", 100_000).replace("$1", "'{}'").encode())
        columns = [column.name for column in cursor.description or ()]
        newer = await other.execute(statement("activity", 130_000).replace("$1", "'{}'").encode())
        assert columns == [column.name for column in newer.description or ()]


async def test_the_server_names_the_statement_where_it_computes_identifiers(server: PostgresServer) -> None:
    activity = PostgresActivity(connection_to(server.url))
    async with session(server.url, "named") as other:
        await other.execute("SELECT count(*) FROM accounts")
        backend = named(await activity.fetch(), "named")
        if other.info.server_version < 140_000:
            assert backend.query_id is None
        else:
            await other.execute("SET compute_query_id = on")
            await other.execute("SELECT count(*) FROM accounts")
            assert named(await activity.fetch(), "named").query_id
    await activity.close()
