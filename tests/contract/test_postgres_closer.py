"""Figures of a database, locks, plans and statistics of statements, on real servers of three versions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest

from cockpit.adapters import postgres_figures
from cockpit.adapters.own_sql import statement
from cockpit.adapters.postgres_activity import PostgresActivity
from cockpit.adapters.postgres_figures import PostgresFigures
from cockpit.adapters.postgres_inspector import PostgresInspector
from cockpit.model.activity import Backend
from cockpit.model.database import DatabaseFigures
from cockpit.model.identities import BackendIdentity
from cockpit.sandbox.postgres_server import PostgresServer
from tests.support.postgres import connection_to, eventually, running, running_version, session

pytestmark = pytest.mark.anyio

_SETTINGS = {"wal_level": "'logical'", "max_prepared_transactions": "4", "autovacuum": "off"}


@pytest.fixture(scope="module", params=["bundled", "15", "13"])
def server(request: pytest.FixtureRequest) -> Iterator[PostgresServer]:
    with running_version(request.param, **_SETTINGS) as server:
        with psycopg.connect(server.url, autocommit=True) as admin:
            admin.execute("CREATE TABLE accounts (id int PRIMARY KEY, balance int)")
            admin.execute("INSERT INTO accounts SELECT n, 100 FROM generate_series(1, 1000) n")
            admin.execute("CREATE ROLE plain LOGIN PASSWORD 'plain'")
        yield server


@pytest.fixture
def figures(server: PostgresServer) -> PostgresFigures:
    return PostgresFigures(connection_to(server.url), "figures")


@pytest.fixture
def inspector(server: PostgresServer) -> PostgresInspector:
    return PostgresInspector(connection_to(server.url))


async def seen(server: PostgresServer, application: str) -> Backend:
    activity = PostgresActivity(connection_to(server.url))
    try:
        return next(b for b in (await activity.fetch()).backends if b.application == application)
    finally:
        await activity.close()


async def test_two_looks_give_rates(server: PostgresServer, figures: PostgresFigures) -> None:
    first = await figures.fetch()
    assert str(figures.id) == "postgres:main/figures"
    assert (first.database, first.rates, first.hidden) == ("postgres", None, ())
    assert first.size is not None
    assert first.size > 1_000_000

    async def counted() -> bool:
        async with session(server.url) as other:
            await other.execute(
                "INSERT INTO accounts SELECT n, 1 FROM generate_series(5000, 5100) n ON CONFLICT DO NOTHING"
            )
            await other.execute("BEGIN")
            await other.execute("ROLLBACK")
        second = await figures.fetch()
        rates = second.rates
        return rates is not None and rates.transactions > 0 and rates.rollbacks > 0 and rates.inserted > 0

    await eventually(counted, "rates that count transactions, rollbacks and rows")
    await figures.close()


async def test_a_reset_of_the_statistics_gives_no_rates_below_zero(
    server: PostgresServer, figures: PostgresFigures
) -> None:
    await figures.fetch()
    with psycopg.connect(server.url, autocommit=True) as admin:
        admin.execute("SELECT pg_stat_reset()")

    async def reset() -> bool:
        return (await figures.fetch()).rates is None

    await eventually(reset, "a look without rates")
    await figures.close()


async def test_slots_and_prepared_transactions_are_told(server: PostgresServer, figures: PostgresFigures) -> None:
    with psycopg.connect(server.url, autocommit=True) as admin:
        admin.execute("SELECT pg_create_physical_replication_slot('left_behind', true)")
        admin.execute("BEGIN")
        admin.execute("UPDATE accounts SET balance = 0 WHERE id = 999")
        admin.execute("PREPARE TRANSACTION 'forgotten'")
    looked = await figures.fetch()
    [slot] = looked.slots
    assert (slot.name, slot.kind, slot.active, slot.status) == ("left_behind", "physical", False, "reserved")
    assert slot.retained is not None
    assert looked.prepared == 1
    assert looked.oldest_prepared is not None
    with psycopg.connect(server.url, autocommit=True) as admin:
        admin.execute("ROLLBACK PREPARED 'forgotten'")
        admin.execute("SELECT pg_drop_replication_slot('left_behind')")
    await figures.close()


async def test_the_statement_for_standbys_names_columns_that_the_server_has(server: PostgresServer) -> None:
    async with session(server.url) as other:
        cursor = await other.execute(statement("figures_standby").encode())
        assert [column.name for column in cursor.description or ()] == ["lag_seconds", "lag_bytes", "receiving"]
        assert await cursor.fetchall() == [(None, None, False)]


async def test_an_index_in_the_making_is_told_with_its_table(server: PostgresServer, figures: PostgresFigures) -> None:
    async with session(server.url, "holder") as holder, session(server.url, "builder") as builder:
        await holder.execute("BEGIN")
        await holder.execute("UPDATE accounts SET balance = 1 WHERE id = 1")
        async with running(builder, "CREATE INDEX CONCURRENTLY waits_long ON accounts (balance)"):

            async def under_way() -> bool:
                return any(p.command.startswith("CREATE INDEX") for p in (await figures.fetch()).progress)

            await eventually(under_way, "an index in the making")
            [progress] = (await figures.fetch()).progress
            assert (progress.pid, progress.relation) == (builder.info.backend_pid, "accounts")
            assert progress.phase.startswith("waiting for writers")
            await holder.execute("ROLLBACK")
    await figures.close()


async def test_a_plain_role_gets_what_it_may_see(server: PostgresServer) -> None:
    figures = PostgresFigures(connection_to(server.address("plain", "plain", "postgres")), "figures")
    looked = await figures.fetch()
    assert looked.counters.commits > 0
    assert looked.hidden == ()
    await figures.close()


async def test_one_part_that_is_refused_leaves_the_others(server: PostgresServer) -> None:
    with psycopg.connect(server.url, autocommit=True) as admin:
        admin.execute("REVOKE CONNECT ON DATABASE postgres FROM PUBLIC")
        admin.execute("GRANT CONNECT ON DATABASE postgres TO plain")
        admin.execute("REVOKE SELECT ON pg_stat_progress_analyze FROM PUBLIC")
    figures = PostgresFigures(connection_to(server.address("plain", "plain", "postgres")), "figures")
    looked = await figures.fetch()
    assert len(looked.hidden) == 1
    assert looked.hidden[0].startswith("progress cannot be read here: permission denied")
    assert looked.size is not None
    with psycopg.connect(server.url, autocommit=True) as admin:
        admin.execute("GRANT SELECT ON pg_stat_progress_analyze TO PUBLIC")
    assert (await figures.fetch()).hidden == ()
    await figures.close()


async def test_the_growth_of_the_database_is_told(
    server: PostgresServer, figures: PostgresFigures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_figures, "SIZE_EVERY", 0.0)
    await figures.fetch()
    with psycopg.connect(server.url, autocommit=True) as admin:
        admin.execute("CREATE TABLE IF NOT EXISTS grown AS SELECT repeat('x', 1000) FROM generate_series(1, 2000)")

    async def grew() -> bool:
        looked = await figures.fetch()
        return looked.rates is not None and (looked.rates.growth or 0) > 0

    assert await grew()
    await figures.close()


async def test_locks_held_and_wanted_have_names(server: PostgresServer, inspector: PostgresInspector) -> None:
    async with session(server.url, "head") as head, session(server.url, "waiter") as waiter:
        await head.execute("BEGIN")
        await head.execute("UPDATE accounts SET balance = 0 WHERE id = 2")
        await head.execute("SELECT pg_advisory_lock(7, 8)")
        async with running(waiter, "UPDATE accounts SET balance = 1 WHERE id = 2"):

            async def waits() -> bool:
                return bool((await seen(server, "waiter")).blocked_by)

            await eventually(waits, "a session that waits")
            backend = await seen(server, "waiter")
            wanted, *held = await inspector.locks(BackendIdentity(backend.pid, backend.backend_start))
            assert (wanted.granted, wanted.mode) == (False, "ShareLock")
            assert wanted.target.startswith("transaction ")
            assert (wanted.waited is not None) == (head.info.server_version >= 140_000)
            assert all(lock.granted for lock in held)
            assert ("relation", "accounts", "RowExclusiveLock") in [(k.kind, k.target, k.mode) for k in held]
            assert any(lock.target.startswith("row ") for lock in held)
            holder = await seen(server, "head")
            kept = await inspector.locks(BackendIdentity(holder.pid, holder.backend_start))
            assert "advisory lock 7, 8" in [lock.target for lock in kept]
            await head.execute("ROLLBACK")
    await inspector._connection.close()


async def test_explain_plans_and_never_runs(server: PostgresServer, inspector: PostgresInspector) -> None:
    plan = await inspector.explain("DELETE FROM accounts WHERE id = 3", "postgres")
    assert any("Index Scan" in text for text in plan.lines)
    assert "was not run" in plan.note
    async with session(server.url) as other:
        assert await (await other.execute("SELECT count(*) FROM accounts WHERE id = 3")).fetchone() == (1,)
    await inspector._connection.close()


@pytest.mark.parametrize(
    ("query", "database", "reason"),
    [
        ("SELECT 1; SELECT 2", "postgres", "the text holds 2 statements"),
        ("SELECT * FROM accounts WHERE (", "postgres", "track_activity_query_size"),
        ("VACUUM accounts", "postgres", "this is VACUUM"),
        ("EXPLAIN ANALYZE DELETE FROM accounts", "postgres", "EXPLAIN itself"),
        ("SELECT 1", "elsewhere", "it runs in elsewhere"),
        ("SELECT * FROM no_such_table", "postgres", 'relation "no_such_table" does not exist'),
        ("", "postgres", "no plan"),
    ],
)
async def test_why_there_is_no_plan_is_said(
    inspector: PostgresInspector, query: str, database: str, reason: str
) -> None:
    plan = await inspector.explain(query, database)
    assert plan.lines == ()
    assert reason in plan.note
    await inspector._connection.close()


async def test_parameters_are_planned_without_values_where_the_server_can(
    server: PostgresServer, inspector: PostgresInspector
) -> None:
    plan = await inspector.explain("SELECT balance FROM accounts WHERE id = $1 AND balance > $2", "postgres")
    with psycopg.connect(server.url) as admin:
        modern = admin.info.server_version >= 160_000
    if modern:
        assert any("$1" in text for text in plan.lines)
        assert "GENERIC_PLAN" in plan.note
    else:
        assert plan.lines == ()
        assert "only PostgreSQL 16 and later" in plan.note
    await inspector._connection.close()


async def test_explain_that_waits_for_a_lock_gives_up(server: PostgresServer, inspector: PostgresInspector) -> None:
    async with session(server.url) as holder:
        await holder.execute("BEGIN")
        await holder.execute("LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE")
        plan = await inspector.explain("SELECT * FROM accounts", "postgres")
        assert "lock timeout" in plan.note
    await inspector._connection.close()


async def test_statements_without_the_extension_say_how_to_install_it(inspector: PostgresInspector) -> None:
    found = await inspector.statements(10)
    assert found.top == ()
    assert "pg_stat_statements" in found.missing
    await inspector._connection.close()


async def test_a_statement_is_laid_out_over_lines(inspector: PostgresInspector) -> None:
    laid_out = await inspector.formatted("SELECT a, b FROM t WHERE a = 1 ORDER BY b")
    assert laid_out.split("\n") == ["SELECT a,", "       b", "FROM t", "WHERE a = 1", "ORDER BY b"]
    assert await inspector.formatted("SELECT ( broken") == "SELECT ( broken"
    long = "SELECT " + "1, " * 10_000 + "2"
    assert await inspector.formatted(long) == long


@pytest.mark.parametrize("version", ["15", "13"])
async def test_the_statements_that_took_longest(version: str) -> None:
    with running_version(version, shared_preload_libraries="'pg_stat_statements'") as server:
        inspector = PostgresInspector(connection_to(server.url))
        assert "CREATE EXTENSION pg_stat_statements" in (await inspector.statements(5)).missing
        with psycopg.connect(server.url, autocommit=True) as admin:
            admin.execute("CREATE EXTENSION pg_stat_statements")
        async with session(server.url, "busy") as other:
            await other.execute("SELECT pg_sleep(0.2)")
            await other.execute("SELECT 42")
            found = await inspector.statements(5)
            assert found.top[0].query == "SELECT pg_sleep($1)"
            assert (found.top[0].calls, found.top[0].user, found.top[0].database) == (1, "postgres", "postgres")
            assert 0.1 < found.top[0].mean <= found.top[0].worst <= found.top[0].total
            statistics = await inspector.statistics(found.top[0].query_id)
            assert statistics is not None
            assert (statistics.calls, statistics.rows) == (1, 1)
            assert await inspector.statistics(1) is None
            if version != "13":
                assert (await seen(server, "busy")).query_id in {
                    one.query_id for one in (await inspector.statements(1_000)).top
                }
        await inspector._connection.close()


async def test_a_library_that_is_not_loaded_is_said(server: PostgresServer, inspector: PostgresInspector) -> None:
    with psycopg.connect(server.url, autocommit=True) as admin:
        available = admin.execute("SELECT FROM pg_available_extensions WHERE name = 'pg_stat_statements'").fetchone()
        if available is None:
            pytest.skip("this server's package holds no pg_stat_statements")
        admin.execute("CREATE EXTENSION pg_stat_statements")
    try:
        assert "shared_preload_libraries and restart" in (await inspector.statements(5)).missing
    finally:
        with psycopg.connect(server.url, autocommit=True) as admin:
            admin.execute("DROP EXTENSION pg_stat_statements")
        await inspector._connection.close()


def test_looks_that_cannot_be_compared_give_no_rates() -> None:
    from cockpit.model.database import Counters, rates_between

    one = DatabaseFigures("shop", 180004, 10.0, Counters(5, 0, 9, 1, 0, 0, 0, 0, 0, 0))
    later = replace(one, at=12.0, counters=Counters(9, 2, 18, 2, 4, 0, 0, 1, 100, 1))
    rates = rates_between(one, later)
    assert rates is not None
    assert (rates.commits, rates.rollbacks, rates.transactions, rates.inserted) == (2.0, 1.0, 3.0, 2.0)
    assert (rates.hit_ratio, rates.temp_files, rates.temp_bytes, rates.deadlocks) == (0.9, 1, 50.0, 1)
    assert rates.growth is None
    assert rates_between(later, one) is None
    assert rates_between(one, replace(later, database="other")) is None
    assert rates_between(one, replace(one, at=12.0, counters=replace(one.counters, commits=4))) is None
