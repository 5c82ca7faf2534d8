"""Statements that change something: shown, asked again, executed once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import psycopg
import pytest

from cockpit.adapters import postgres_changes
from cockpit.adapters.postgres_executor import PostgresExecutor
from cockpit.engine.steps.live import Live, watched
from cockpit.model.actions import Prepared
from cockpit.model.errors import SourceError, SourceRefused
from cockpit.model.identities import EndpointIdentity, RowsIdentity
from cockpit.model.operations import SqlStatement, TerminateBackends
from cockpit.model.outcomes import Outcome, OutcomeKind
from cockpit.runbook.sql_risk import judge_sql
from cockpit.sandbox.postgres_server import PostgresServer
from tests.support.awaiting import until
from tests.support.fault_line import Fault, fault_line
from tests.support.permits import permit_for
from tests.support.postgres import MAIN, connection_to, running_version, session

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module", params=["bundled", "15"])
def server(request: pytest.FixtureRequest) -> Iterator[PostgresServer]:
    with running_version(request.param) as server:
        yield server


@pytest.fixture
async def admin(server: PostgresServer) -> AsyncIterator[psycopg.AsyncConnection]:
    async with session(server.url) as admin:
        await admin.execute("DROP SCHEMA IF EXISTS public CASCADE")
        await admin.execute("CREATE SCHEMA public")
        await admin.execute("CREATE TABLE flags (name text PRIMARY KEY, enabled boolean, note text)")
        await admin.execute("INSERT INTO flags VALUES ('A', false, NULL), ('B', false, NULL), ('C', true, 'x')")
        yield admin


@pytest.fixture
async def executor(server: PostgresServer) -> AsyncIterator[PostgresExecutor]:
    executor = PostgresExecutor(connection_to(server.url), judge_sql)
    yield executor
    await executor.close()


async def rows(admin: psycopg.AsyncConnection, query: str) -> list[tuple[object, ...]]:
    cursor = await admin.execute(query.encode())
    return [tuple(row) for row in await cursor.fetchall()]


async def carried_out(executor: PostgresExecutor, prepared: Prepared) -> Outcome:
    return await executor.execute(permit_for(MAIN, prepared.operation, prepared.identity))


def facts(prepared: Prepared) -> dict[str, str]:
    return {fact.label: fact.value for fact in prepared.preview.facts}


async def test_an_update_is_counted_planned_and_executed(
    admin: psycopg.AsyncConnection, executor: PostgresExecutor
) -> None:
    statement = SqlStatement(
        "UPDATE flags SET enabled = %(on)s, note = 'was 50%%' WHERE name IN (%(one)s, %(two)s)",
        (("on", "true"), ("one", "A"), ("two", "B")),
    )
    prepared = await executor.prepare(statement)
    assert prepared.preview.effect == "will update 2 rows of flags"
    assert (prepared.preview.count, prepared.target) == (2, "flags")
    assert isinstance(prepared.identity, RowsIdentity)
    assert facts(prepared)["plan"].startswith("Update on flags")
    assert await rows(admin, "SELECT count(*) FROM flags WHERE enabled") == [(1,)]
    assert await executor.identify(statement) == prepared.identity
    outcome = await carried_out(executor, prepared)
    assert (outcome.kind, outcome.reason) == (OutcomeKind.SUCCEEDED, "2 rows affected.")
    assert outcome.duration > 0
    assert await rows(admin, "SELECT note FROM flags WHERE name = 'A' AND enabled") == [("was 50%",)]


async def test_returned_rows_are_in_the_answer(admin: psycopg.AsyncConnection, executor: PostgresExecutor) -> None:
    prepared = await executor.prepare(SqlStatement("DELETE FROM flags WHERE NOT enabled RETURNING name"))
    assert prepared.preview.effect == "will delete 2 rows of flags"
    outcome = await carried_out(executor, prepared)
    assert outcome.answer is not None
    assert outcome.answer.rows == (("A",), ("B",))
    assert outcome.answer.notice == "2 rows affected"


@pytest.mark.parametrize(
    "meanwhile",
    [
        "UPDATE flags SET note = 'touched' WHERE name = 'A'",
        "DELETE FROM flags WHERE name = 'A'",
        "INSERT INTO flags VALUES ('D', false, NULL)",
        "WITH a AS (DELETE FROM flags WHERE name = 'A' RETURNING *) INSERT INTO flags SELECT 'Z', false, NULL FROM a",
    ],
)
async def test_rows_that_changed_since_have_another_identity(
    admin: psycopg.AsyncConnection, executor: PostgresExecutor, meanwhile: str
) -> None:
    statement = SqlStatement("UPDATE flags SET enabled = true WHERE NOT enabled")
    prepared = await executor.prepare(statement)
    await admin.execute(meanwhile.encode())
    assert await executor.identify(statement) != prepared.identity


async def test_another_number_of_rows_is_rolled_back(
    admin: psycopg.AsyncConnection, executor: PostgresExecutor
) -> None:
    prepared = await executor.prepare(SqlStatement("UPDATE flags SET enabled = true WHERE NOT enabled"))
    await admin.execute("INSERT INTO flags VALUES ('D', false, NULL)")
    outcome = await carried_out(executor, prepared)
    assert outcome.kind is OutcomeKind.REFUSED
    assert outcome.reason == "it touched 3 rows and 2 were shown; it was rolled back, nothing was changed."
    assert await rows(admin, "SELECT count(*) FROM flags WHERE enabled") == [(1,)]


async def test_many_rows_are_known_by_their_count(admin: psycopg.AsyncConnection, executor: PostgresExecutor) -> None:
    await admin.execute("INSERT INTO flags SELECT 'N' || n, false FROM generate_series(1, 1500) n")
    prepared = await executor.prepare(SqlStatement("DELETE FROM flags"))
    assert prepared.identity == RowsIdentity(1503, "count:1503")
    assert prepared.preview.count == 1503


async def test_rows_of_a_view_are_known_by_their_count(
    admin: psycopg.AsyncConnection, executor: PostgresExecutor
) -> None:
    await admin.execute("CREATE VIEW shown AS SELECT * FROM flags")
    prepared = await executor.prepare(SqlStatement("UPDATE shown SET enabled = true WHERE name = 'A'"))
    assert prepared.identity == RowsIdentity(1, "count:1")
    assert (await carried_out(executor, prepared)).kind is OutcomeKind.SUCCEEDED


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM ONLY public.flags AS f WHERE f.name = 'A'",
        'UPDATE "public"."flags" SET note = name WHERE lower(name) = \'a\'',
        "UPDATE flags SET note = (SELECT max(name) FROM flags) WHERE name = (SELECT min(name) FROM flags)",
    ],
)
async def test_forms_that_can_be_counted(
    admin: psycopg.AsyncConnection, executor: PostgresExecutor, statement: str
) -> None:
    prepared = await executor.prepare(SqlStatement(statement))
    assert prepared.preview.count == 1
    assert (await carried_out(executor, prepared)).reason == "1 row affected."


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE flags a SET note = b.note FROM flags b WHERE a.name = b.name", "joins tables"),
        ("DELETE FROM flags a USING flags b WHERE a.name = b.name AND b.enabled", "joins tables"),
        ("WITH w AS (SELECT 'A' AS n) DELETE FROM flags WHERE name = (SELECT n FROM w)", "with WITH"),
        ("DELETE FROM flags WHERE nextval('counter') > 0", "nextval moves a sequence on"),
    ],
)
async def test_forms_that_cannot_be_counted_say_why(
    admin: psycopg.AsyncConnection, executor: PostgresExecutor, statement: str, why: str
) -> None:
    await admin.execute("CREATE SEQUENCE counter")
    prepared = await executor.prepare(SqlStatement(statement))
    assert prepared.preview.count is None
    assert "an unknown number of rows of flags" in prepared.preview.effect
    assert why in facts(prepared)["no count"]
    assert isinstance(prepared.identity, EndpointIdentity)
    assert await rows(admin, "SELECT is_called FROM counter") == [(False,)]
    assert await executor.identify(SqlStatement(statement)) == prepared.identity
    assert (await carried_out(executor, prepared)).kind is OutcomeKind.SUCCEEDED


async def test_a_count_that_takes_too_long_is_left_out(
    admin: psycopg.AsyncConnection, executor: PostgresExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_changes, "COUNT_TIMEOUT", 0.02)
    slow = "DELETE FROM flags WHERE (SELECT count(*) FROM generate_series(1, 30000000)) = 0"
    prepared = await executor.prepare(SqlStatement(slow))
    assert prepared.preview.count is None
    assert "did not end in time" in facts(prepared)["no count"]


async def test_an_insert_says_how_many_rows(admin: psycopg.AsyncConnection, executor: PostgresExecutor) -> None:
    prepared = await executor.prepare(SqlStatement("INSERT INTO flags VALUES ('D', true), ('E', true)"))
    assert prepared.preview.effect == "will insert 2 rows into flags"
    assert (await carried_out(executor, prepared)).reason == "2 rows affected."
    other = await executor.prepare(SqlStatement("INSERT INTO flags SELECT 'F', true"))
    assert other.preview.effect == "will insert the rows of a query into flags"


@pytest.mark.parametrize(
    ("statement", "effect", "alone"),
    [
        ("CREATE INDEX notes ON flags (note)", "will run CREATE INDEX", False),
        ("CREATE INDEX CONCURRENTLY notes ON flags (note)", "will run CREATE INDEX", True),
        ("VACUUM flags", "will run VACUUM", True),
        ("ANALYZE flags", "will run VACUUM", False),
        ("ALTER TABLE flags ADD COLUMN extra int", "will run ALTER TABLE", False),
        ("TRUNCATE flags", "will run TRUNCATE", False),
        ("DROP TABLE flags", "will run DROP TABLE", False),
        ("CREATE TABLE fresh ()", "will run CREATE TABLE", False),
        ("REINDEX TABLE flags", "will run REINDEX", True),
        ("DO $$ BEGIN DELETE FROM flags; END $$", "will run DO", False),
        ("SELECT pg_reload_conf()", "will run a SELECT that may change something", False),
        ("WITH gone AS (DELETE FROM flags RETURNING *) SELECT count(*) FROM gone", "will run a SELECT", False),
        ("MERGE INTO flags USING (SELECT 1) s ON false WHEN NOT MATCHED THEN INSERT VALUES ('M')", "will merge", False),
        ("EXPLAIN ANALYZE DELETE FROM flags", "will run EXPLAIN", False),
    ],
)
async def test_other_statements_say_what_they_are_and_run(
    admin: psycopg.AsyncConnection, executor: PostgresExecutor, statement: str, effect: str, alone: bool
) -> None:
    prepared = await executor.prepare(SqlStatement(statement))
    assert prepared.preview.effect.startswith(effect)
    assert ("no transaction" in facts(prepared)) is alone
    assert isinstance(prepared.identity, EndpointIdentity)
    assert prepared.identity.address.startswith("127.0.0.1:")
    assert await rows(admin, "SELECT count(*) FROM flags") == [(3,)]
    outcome = await carried_out(executor, prepared)
    assert outcome.kind is OutcomeKind.SUCCEEDED, outcome.reason


async def test_what_destroys_a_table_shows_its_size(admin: psycopg.AsyncConnection, executor: PostgresExecutor) -> None:
    await admin.execute("ANALYZE flags")
    prepared = await executor.prepare(SqlStatement("TRUNCATE flags"))
    assert facts(prepared)["flags"] == "about 3 rows, 32 kB"
    await admin.execute('CREATE TABLE "Odd" ()')
    assert "an unknown number of rows" in facts(await executor.prepare(SqlStatement('DROP TABLE "Odd"')))['"Odd"']


@pytest.mark.parametrize(
    "statement",
    [
        "COMMIT",
        "SET work_mem = '1GB'",
        "LISTEN x",
        "PREPARE p AS SELECT 1",
        "LOCK TABLE flags",
        "COPY flags FROM STDIN",
        "DELETE FROM flags; DELETE FROM flags",
        "DELETE FROM flags WHERE name = %(missing)s",
        "DELETE FROM nothing_of_that_name",
        "DELET FROM flags",
    ],
)
async def test_what_makes_no_sense_is_refused_before_anything_is_sent(
    admin: psycopg.AsyncConnection, executor: PostgresExecutor, statement: str
) -> None:
    with pytest.raises(SourceRefused):
        await executor.prepare(SqlStatement(statement))
    outcome = await executor.execute(permit_for(MAIN, SqlStatement(statement)))
    assert outcome.kind is OutcomeKind.FAILED
    assert await rows(admin, "SELECT count(*) FROM flags") == [(3,)]


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("INSERT INTO flags VALUES ('A', true, NULL)", "duplicate key"),
        ("UPDATE flags SET name = 'A'", "duplicate key"),
        ("DELETE FROM flags WHERE 1 / (SELECT count(*) - 3 FROM flags) = 0", "division by zero"),
    ],
)
async def test_a_failing_statement_changes_nothing(
    admin: psycopg.AsyncConnection, executor: PostgresExecutor, statement: str, said: str
) -> None:
    outcome = await executor.execute(permit_for(MAIN, SqlStatement(statement)))
    assert outcome.kind is OutcomeKind.FAILED
    assert said in outcome.reason
    assert await rows(admin, "SELECT count(*) FROM flags WHERE NOT enabled") == [(2,)]


async def test_a_failure_at_commit_is_a_failure(admin: psycopg.AsyncConnection, executor: PostgresExecutor) -> None:
    await admin.execute("CREATE TABLE children (parent text REFERENCES flags (name) DEFERRABLE INITIALLY DEFERRED)")
    outcome = await executor.execute(permit_for(MAIN, SqlStatement("INSERT INTO children VALUES ('nobody')")))
    assert outcome.kind is OutcomeKind.FAILED
    assert "foreign key" in outcome.reason
    assert await rows(admin, "SELECT count(*) FROM children") == [(0,)]


async def test_a_locked_row_fails_instead_of_waiting_on(
    server: PostgresServer, admin: psycopg.AsyncConnection, executor: PostgresExecutor
) -> None:
    statement = SqlStatement("UPDATE flags SET enabled = true WHERE name = 'A'")
    async with session(server.url) as other:
        await other.execute("BEGIN")
        await other.execute("UPDATE flags SET note = 'mine' WHERE name = 'A'")
        outcome = await executor.execute(permit_for(MAIN, statement, RowsIdentity(1, ""), timeout=3.0))
        assert outcome.kind is OutcomeKind.FAILED
        assert "another session holds the lock" in outcome.reason
        await other.execute("ROLLBACK")


async def test_a_statement_past_its_time_limit_fails_by_the_servers_word(
    admin: psycopg.AsyncConnection, executor: PostgresExecutor
) -> None:
    statement = SqlStatement("UPDATE flags SET note = pg_sleep(30)::text")
    outcome = await executor.execute(permit_for(MAIN, statement, timeout=3.0))
    assert outcome.kind is OutcomeKind.FAILED
    assert "statement timeout" in outcome.reason


async def test_a_deadline_that_passes_after_the_statement_left_is_unknown(
    admin: psycopg.AsyncConnection, executor: PostgresExecutor
) -> None:
    await admin.execute(
        "CREATE PROCEDURE slow() LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(4);"
        " INSERT INTO flags VALUES ('late', true, NULL); END $$"
    )
    await executor.prepare(SqlStatement("CALL slow()"))
    outcome = await executor.execute(permit_for(MAIN, SqlStatement("CALL slow()"), timeout=1.0))
    assert outcome.kind is OutcomeKind.UNKNOWN
    assert "it may still be running" in outcome.reason
    assert (await executor.prepare(SqlStatement("DELETE FROM flags"))).preview.count is not None


async def test_a_line_that_breaks_after_the_statement_left_is_unknown(
    server: PostgresServer, admin: psycopg.AsyncConnection
) -> None:
    executor = PostgresExecutor(connection_to(server.url), judge_sql)
    ends_itself = SqlStatement("SELECT pg_terminate_backend(pg_backend_pid())")
    outcome = await executor.execute(permit_for(MAIN, ends_itself))
    assert outcome.kind is OutcomeKind.UNKNOWN
    await executor.close()


async def test_a_server_that_is_not_there_is_a_failure_and_not_unknown() -> None:
    executor = PostgresExecutor(connection_to("postgresql://u:p@127.0.0.1:1/x"), judge_sql)
    outcome = await executor.execute(permit_for(MAIN, SqlStatement("DELETE FROM flags")))
    assert outcome.kind is OutcomeKind.FAILED
    with pytest.raises(SourceError):
        await executor.prepare(SqlStatement("DELETE FROM flags"))
    await executor.close()


async def kept_or_dropped(executor: PostgresExecutor, prepared: Prepared, *, keep: bool | None) -> tuple[Live, Outcome]:
    """Carry a change out as somebody does who sees what it touched; None lets the time run out."""
    under_way = Live()
    permit = permit_for(MAIN, prepared.operation, prepared.identity)
    permit = replace(permit, action=replace(permit.action, patience=1.0 if keep is None else 30.0))
    with watched(under_way):
        task = asyncio.create_task(executor.execute(permit))
        await until(lambda: under_way.open_change is not None or task.done())
        if keep is not None:
            under_way.decide(keep=keep)
        return under_way, await task


async def test_a_change_is_shown_before_it_is_kept(admin: psycopg.AsyncConnection, executor: PostgresExecutor) -> None:
    prepared = await executor.prepare(SqlStatement("UPDATE flags SET enabled = true WHERE name < 'C'"))
    under_way = Live()
    permit = permit_for(MAIN, prepared.operation, prepared.identity)
    with watched(under_way):
        task = asyncio.create_task(executor.execute(replace(permit, action=replace(permit.action, patience=30.0))))
        await until(lambda: under_way.open_change is not None)
        change = under_way.open_change
        assert change is not None
        assert (change.answer.notice, change.limit) == ("2 rows affected", 30.0)
        assert change.answer.columns == ("name", "enabled", "note")
        assert sorted(row[0] or "" for row in change.answer.rows) == ["A", "B"]
        assert await rows(admin, "SELECT count(*) FROM flags WHERE enabled") == [(1,)], "nobody else sees it yet"
        under_way.decide(keep=True)
        outcome = await task
    assert outcome.kind is OutcomeKind.SUCCEEDED
    assert await rows(admin, "SELECT count(*) FROM flags WHERE enabled") == [(3,)]


@pytest.mark.parametrize("keep", [False, None])
async def test_a_change_that_is_not_kept_is_rolled_back(
    admin: psycopg.AsyncConnection, executor: PostgresExecutor, keep: bool | None
) -> None:
    prepared = await executor.prepare(SqlStatement("DELETE FROM flags WHERE name = 'A'"))
    under_way, outcome = await kept_or_dropped(executor, prepared, keep=keep)
    assert outcome.kind is OutcomeKind.REFUSED
    assert outcome.reason == "rolled back, nothing is kept; it would have been: 1 row affected."
    assert under_way.open_change is None
    assert await rows(admin, "SELECT count(*) FROM flags") == [(3,)]
    assert await rows(admin, "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in%'") == [(0,)]


@pytest.mark.parametrize("fault", [Fault.SWALLOWS, Fault.REFUSED])
async def test_a_line_that_is_lost_at_the_commit_leaves_the_outcome_unknown(
    server: PostgresServer, admin: psycopg.AsyncConnection, fault: Fault
) -> None:
    with fault_line(("127.0.0.1", server.port)) as line:
        executor = PostgresExecutor(connection_to(server.url.replace(f":{server.port}", f":{line.port}")), judge_sql)
        prepared = await executor.prepare(SqlStatement("UPDATE flags SET note = 'kept' WHERE name = 'A'"))
        permit = permit_for(MAIN, prepared.operation, prepared.identity, timeout=2.0)
        permit = replace(permit, action=replace(permit.action, patience=2.0))
        with watched(Live()) as under_way:
            doing = asyncio.create_task(executor.execute(permit))
            await until(lambda: under_way.open_change is not None, what="the open transaction")
            line.break_(fault)
            under_way.decide(keep=True)
            outcome = await doing
        await executor.close()
    assert outcome.kind is OutcomeKind.UNKNOWN
    assert await rows(admin, "SELECT note FROM flags WHERE name = 'A'") == [(None,)]


async def test_what_returns_something_itself_is_left_as_it_is(
    admin: psycopg.AsyncConnection, executor: PostgresExecutor
) -> None:
    prepared = await executor.prepare(SqlStatement("DELETE FROM flags WHERE name = 'A' RETURNING note -- why"))
    _, outcome = await kept_or_dropped(executor, prepared, keep=True)
    assert outcome.kind is OutcomeKind.SUCCEEDED
    assert outcome.answer is not None
    assert outcome.answer.columns == ("note",)


async def test_a_role_that_may_not_read_may_still_change(
    admin: psycopg.AsyncConnection, executor: PostgresExecutor, server: PostgresServer
) -> None:
    await admin.execute("DROP ROLE IF EXISTS writer")
    await admin.execute("CREATE ROLE writer LOGIN PASSWORD 'writer'")
    await admin.execute("GRANT USAGE ON SCHEMA public TO writer")
    await admin.execute("GRANT INSERT ON flags TO writer")
    user = server.url.split("//")[1].split("@")[0]
    writing = PostgresExecutor(connection_to(server.url.replace(user, "writer:writer", 1)), judge_sql)
    try:
        prepared = await writing.prepare(SqlStatement("INSERT INTO flags VALUES ('D', true, NULL)"))
        _, outcome = await kept_or_dropped(writing, prepared, keep=True)
    finally:
        await writing.close()
    assert outcome.kind is OutcomeKind.SUCCEEDED
    assert outcome.answer is not None
    assert outcome.answer.columns == ()
    assert await rows(admin, "SELECT count(*) FROM flags") == [(4,)]


async def test_what_takes_no_transaction_asks_nothing(
    admin: psycopg.AsyncConnection, executor: PostgresExecutor
) -> None:
    prepared = await executor.prepare(SqlStatement("VACUUM flags"))
    assert "cannot be rolled back" in facts(prepared)["no transaction"]
    under_way, outcome = await kept_or_dropped(executor, prepared, keep=None)
    assert outcome.kind is OutcomeKind.SUCCEEDED
    assert under_way.open_change is None


@pytest.mark.parametrize(
    ("statement", "whose"),
    [
        ("ALTER DATABASE {database} SET default_transaction_read_only = on", "database {database}"),
        ("ALTER ROLE {role} SET default_transaction_read_only = on", "role {role}"),
        ("ALTER ROLE {role} IN DATABASE {database} SET work_mem = '8MB'", "role {role} and database {database}"),
        ("ALTER ROLE ALL SET work_mem = '8MB'", "every database"),
    ],
)
async def test_a_setting_for_new_sessions_offers_to_end_the_old_ones(
    server: PostgresServer, admin: psycopg.AsyncConnection, executor: PostgresExecutor, statement: str, whose: str
) -> None:
    [(database, role)] = await rows(admin, "SELECT current_database(), current_user")
    text = statement.format(database=database, role=role)
    try:
        async with session(server.url) as old:
            prepared = await executor.prepare(SqlStatement(text))
            assert facts(prepared)["holds for"].startswith("new sessions only; afterwards it is offered")
            outcome = await carried_out(executor, prepared)
            assert outcome.kind is OutcomeKind.SUCCEEDED
            assert outcome.follow_up is not None
            assert (
                f"the sessions of {whose.format(database=database, role=role)} that are older"
                in outcome.follow_up.command
            )
            async with session(server.url) as new:
                following = await executor.prepare(outcome.follow_up.operation)
                assert isinstance(following.operation, TerminateBackends)
                pids = {backend.pid for backend in following.operation.backends}
                assert old.info.backend_pid in pids
                assert new.info.backend_pid not in pids
                mine = tuple(b for b in following.operation.backends if b.pid == old.info.backend_pid)
                ended = await executor.execute(permit_for(MAIN, TerminateBackends(mine)))
                assert ended.kind is OutcomeKind.SUCCEEDED
                with pytest.raises(psycopg.OperationalError):
                    await old.execute("SELECT 1")
    finally:
        async with session(server.url) as cleaning:
            await cleaning.execute("SET default_transaction_read_only = off")
            reset = text.partition(" SET ")[0]
            await cleaning.execute(f"{reset} RESET ALL".encode())


async def test_other_statements_offer_nothing_afterwards(
    admin: psycopg.AsyncConnection, executor: PostgresExecutor
) -> None:
    prepared = await executor.prepare(SqlStatement("UPDATE flags SET note = 'x' WHERE name = 'A'"))
    assert (await carried_out(executor, prepared)).follow_up is None
