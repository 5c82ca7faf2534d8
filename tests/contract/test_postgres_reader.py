"""Reads for steps and checks, on a real server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from cockpit.adapters import postgres_reader
from cockpit.adapters.postgres_reader import PostgresReader
from cockpit.model.errors import SourceError, SourceRefused, SourceUnreachable
from cockpit.model.operations import RedisCommand, SqlStatement
from cockpit.model.risk import Risk, RiskVerdict
from cockpit.runbook.sql_risk import judge_sql
from cockpit.sandbox.postgres_server import PostgresServer
from tests.support.postgres import connection_to, running_version, session

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module", params=["bundled", "15"])
def server(request: pytest.FixtureRequest) -> Iterator[PostgresServer]:
    with running_version(request.param) as server:
        with psycopg.connect(server.url, autocommit=True) as admin:
            admin.execute("CREATE TABLE orders (id int PRIMARY KEY, status text, note text)")
            admin.execute("INSERT INTO orders VALUES (1, 'paid', NULL), (2, 'pending', 'x'), (3, 'pending', 'y')")
            admin.execute("CREATE SEQUENCE numbers")
            admin.execute(
                "CREATE FUNCTION sneaky() RETURNS int LANGUAGE sql AS $$ INSERT INTO orders VALUES (99) RETURNING id $$"
            )
        yield server


@pytest.fixture
async def reader(server: PostgresServer) -> AsyncIterator[PostgresReader]:
    reader = PostgresReader(connection_to(server.url), judge_sql)
    yield reader
    await reader.close()


def trusting(_: str) -> RiskVerdict:
    """Lets everything pass, so that only the server stands in the way."""
    return RiskVerdict(Risk.READ, "")


async def test_rows_are_shown_as_text_and_kept_as_values(reader: PostgresReader) -> None:
    answer = await reader.read(SqlStatement("SELECT id, note FROM orders ORDER BY id LIMIT 2"), 5.0)
    assert answer.columns == ("id", "note")
    assert answer.rows == (("1", None), ("2", "x"))
    assert answer.records == ({"id": 1, "note": None}, {"id": 2, "note": "x"})
    assert (answer.value, answer.cut) == (1, 0)


async def test_every_type_has_its_value(reader: PostgresReader) -> None:
    answer = await reader.read(
        SqlStatement(
            "SELECT true AS yes, 1.50::numeric AS n, 'NaN'::float8 AS nan, interval '1 day 02:00:00.5' AS span,"
            " timestamptz '2026-03-14 03:00:00+02' AS at, timestamp '2026-03-14 03:00:00' AS local,"
            " date '2026-03-14' AS day, 'infinity'::timestamptz AS never, ARRAY[1,2] AS pids, '{}'::int[] AS none,"
            " '\\x00ff'::bytea AS raw, '{\"a\": [1, \"b\"]}'::jsonb AS document, '{ \"a\" :\n1 }'::json AS loose,"
            " E'a\\tb\\x1b[31m' AS hostile, NULL AS nothing"
        ),
        5.0,
    )
    [record] = answer.records
    assert record == {
        "yes": True,
        "n": 1.5,
        "nan": "NaN",
        "span": timedelta(days=1, seconds=7200.5),
        "at": datetime(2026, 3, 14, 1, 0, tzinfo=UTC),
        "local": datetime(2026, 3, 14, 3, 0, tzinfo=UTC),
        "day": datetime(2026, 3, 14, tzinfo=UTC),
        "never": "infinity",
        "pids": [1, 2],
        "none": [],
        "raw": "\\x00ff",
        "document": {"a": [1, "b"]},
        "loose": {"a": 1},
        "hostile": "a    b",
        "nothing": None,
    }
    shown = dict(zip(answer.columns, answer.rows[0], strict=True))
    assert (shown["loose"], shown["document"], shown["span"]) == ('{"a": 1}', '{"a": [1, "b"]}', "1 day 02:00:00.5")


@pytest.mark.parametrize(
    ("sql", "value"),
    [
        ("SELECT interval '90 seconds'", 90.0),
        ("SELECT timestamptz '2026-03-14 03:00:00+00'", "2026-03-14T03:00:00+00:00"),
        ("SELECT count(*) FROM orders WHERE status LIKE 'p%'", 3),
        ("SELECT id FROM orders WHERE false", None),
        ("SHOW standard_conforming_strings", "on"),
        ("VALUES (7)", 7),
        ("TABLE orders", 1),
    ],
)
async def test_a_scalar_is_the_first_cell_as_json(reader: PostgresReader, sql: str, value: object) -> None:
    assert await reader.scalar(sql, 5.0) == value


async def test_values_are_bound_and_typed_by_the_server(reader: PostgresReader) -> None:
    statement = "SELECT id, %(s)s::text AS said FROM orders WHERE id = %(id)s AND status = %(s)s AND 5 %% 3 = 2"
    answer = await reader.read(SqlStatement(statement, (("s", "paid"), ("id", "1"), ("unused", "x"))), 5.0)
    assert answer.rows == (("1", "paid"),)


async def test_a_value_of_the_wrong_type_is_the_servers_refusal(reader: PostgresReader) -> None:
    with pytest.raises(SourceRefused, match="invalid input syntax for type integer"):
        await reader.read(SqlStatement("SELECT * FROM orders WHERE id = %(id)s", (("id", "1 OR true"),)), 5.0)
    assert await reader.scalar("SELECT 1", 5.0) == 1


async def test_long_answers_are_cut_and_say_by_how_much(reader: PostgresReader) -> None:
    answer = await reader.read(SqlStatement("SELECT * FROM generate_series(1, 2500)"), 10.0)
    assert (len(answer.rows), answer.cut, answer.rows[-1]) == (1000, 1500, ("1000",))
    exact = await reader.read(SqlStatement("SELECT * FROM generate_series(1, 1000)"), 10.0)
    assert (len(exact.rows), exact.cut) == (1000, 0)


async def test_wide_answers_are_cut_too(reader: PostgresReader) -> None:
    answer = await reader.read(SqlStatement("SELECT repeat('x', 100000) FROM generate_series(1, 400)"), 10.0)
    assert len(answer.rows) == 100
    assert answer.cut == 300
    assert len(answer.rows[0][0] or "") < 11_000


async def test_what_is_beyond_counting_is_said(reader: PostgresReader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_reader, "_COUNTED", 50)
    answer = await reader.read(SqlStatement("SELECT * FROM generate_series(1, 2500)"), 10.0)
    assert (answer.cut, answer.notice) == (50, "at least 50 more rows")


async def test_a_long_explain_is_cut(reader: PostgresReader) -> None:
    many = " UNION ALL ".join(["SELECT 1"] * 1200)
    answer = await reader.read(SqlStatement(f"EXPLAIN {many}"), 10.0)
    assert (len(answer.rows), answer.columns) == (1000, ("QUERY PLAN",))
    assert answer.cut > 0


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO orders VALUES (9)",
        "UPDATE orders SET note = 'z'",
        "DELETE FROM orders",
        "WITH gone AS (DELETE FROM orders RETURNING *) SELECT * FROM gone",
        "EXPLAIN ANALYZE DELETE FROM orders",
        "SELECT * INTO copy FROM orders",
        "SELECT * FROM orders FOR UPDATE",
        "SELECT nextval('numbers')",
        "SELECT pg_terminate_backend(1)",
        "CREATE TABLE x ()",
        "COMMIT",
        "BEGIN READ WRITE",
        "SET transaction_read_only = off",
        "SELECT set_config('transaction_read_only', 'off', false)",
        "COPY orders TO STDOUT",
        "SELECT 1; DELETE FROM orders",
        "SELECT 1; SELECT 2",
        "DO $$ BEGIN DELETE FROM orders; END $$",
        "",
        "SELECT 1\x00; DELETE FROM orders",
        "not sql at all",
    ],
)
async def test_what_is_no_read_is_refused(server: PostgresServer, reader: PostgresReader, sql: str) -> None:
    with pytest.raises(SourceRefused):
        await reader.read(SqlStatement(sql), 5.0)
    assert await reader.scalar("SELECT count(*) FROM orders", 5.0) == 3


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT sneaky()",
        "SELECT nextval('numbers')",
        "SELECT set_config('transaction_read_only', 'off', false), sneaky()",
        "EXPLAIN ANALYZE DELETE FROM orders",
        "SELECT * FROM orders FOR UPDATE",
    ],
)
async def test_the_server_refuses_writes_that_nobody_else_noticed(server: PostgresServer, sql: str) -> None:
    reader = PostgresReader(connection_to(server.url), trusting)
    with pytest.raises(SourceRefused):
        await reader.read(SqlStatement(sql), 5.0)
    assert await reader.scalar("SELECT count(*) FROM orders", 5.0) == 3
    await reader.close()


async def test_only_sql_is_read(reader: PostgresReader) -> None:
    with pytest.raises(SourceRefused, match="reads SQL only"):
        await reader.read(RedisCommand(("GET", "x")), 5.0)


async def test_a_slow_question_ends_in_time_and_the_next_is_answered(server: PostgresServer) -> None:
    reader = PostgresReader(connection_to(server.url), trusting)
    assert await reader.scalar("SELECT 1", 5.0) == 1
    with pytest.raises(SourceUnreachable, match="did not finish in time"):
        await reader.read(SqlStatement("SELECT pg_sleep(30)"), 3.0)
    assert await reader.scalar("SELECT 1", 5.0) == 1
    await reader.close()


async def test_a_lock_is_not_waited_for_long(server: PostgresServer, reader: PostgresReader) -> None:
    async with session(server.url) as other:
        await other.execute("BEGIN")
        await other.execute("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(SourceRefused, match="another session holds the lock"):
            await reader.scalar("SELECT count(*) FROM orders", 1.0)
        await other.execute("ROLLBACK")
    assert await reader.scalar("SELECT count(*) FROM orders", 5.0) == 3


async def test_questions_wait_for_each_other(reader: PostgresReader) -> None:
    answers = await asyncio.gather(*(reader.scalar(f"SELECT {n}", 10.0) for n in range(20)))
    assert answers == list(range(20))


async def test_a_question_that_waits_too_long_says_so(server: PostgresServer) -> None:
    reader = PostgresReader(connection_to(server.url), trusting)
    slow = asyncio.create_task(reader.read(SqlStatement("SELECT pg_sleep(30)"), 2.0))
    await asyncio.sleep(0)
    with pytest.raises(SourceUnreachable, match="busy with an earlier question"):
        await reader.scalar("SELECT 1", 0.2)
    with pytest.raises(SourceError):
        await slow
    await reader.close()
