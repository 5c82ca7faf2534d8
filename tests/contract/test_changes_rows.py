"""Changes that a table or a Redis key keeps, on real servers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import psycopg
import pytest
from redis import Redis

from cockpit.adapters.changes_rows import RedisChanges, RowChanges
from cockpit.adapters.postgres_reader import PostgresReader
from cockpit.adapters.redis_connection import RedisConnection
from cockpit.adapters.redis_reader import RedisReader
from cockpit.config.secrets import Secret
from cockpit.model.changes import Change
from cockpit.model.errors import SourceError, SourceGarbled
from cockpit.model.readings import SourceId, SourceKind
from cockpit.runbook.sql_risk import judge_sql
from cockpit.sandbox.postgres_server import PostgresServer
from cockpit.sandbox.redis_server import RedisServer
from tests.support.postgres import connection_to, running_version
from tests.support.servers import running_redis

pytestmark = pytest.mark.anyio
HERE = SourceId(SourceKind.CHANGES, "lately")
THREE = datetime(2026, 3, 14, 3, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def database() -> Iterator[PostgresServer]:
    with running_version("bundled") as server:
        with psycopg.connect(server.url, autocommit=True) as admin:
            admin.execute("CREATE TABLE flag_audit (at timestamptz, flag text, who text, why text)")
            admin.execute(
                "INSERT INTO flag_audit VALUES ('2026-03-14 03:00+00', 'PAYWALL=off', 'ada', 'billing is down'),"
                " ('2026-03-14 05:30+01', 'PAYWALL=on', NULL, ''), (NULL, 'never', 'bob', '')"
            )
        yield server


@pytest.fixture
async def sql(database: PostgresServer) -> AsyncIterator[PostgresReader]:
    reader = PostgresReader(connection_to(database.url), judge_sql)
    yield reader
    await reader.close()


async def test_rows_are_changes_by_time_what_and_who(sql: PostgresReader) -> None:
    source = RowChanges(HERE, sql, "SELECT at, flag, who, why FROM flag_audit WHERE flag LIKE 'PAY%'", "flag", 5.0)
    found = await source.fetch()
    assert [(c.at.hour, c.at.minute, c.kind, c.what, c.who) for c in found.changes] == [
        (4, 30, "flag", "PAYWALL=on", ""),
        (3, 0, "flag", "PAYWALL=off", "ada"),
    ]
    assert found.changes[1].facts == (("why", "billing is down"),)
    assert found.changes[0].id != found.changes[1].id
    assert (await source.fetch()).changes == found.changes
    assert list(await source.whole(found.changes[0])) == []
    assert (source.id, source.server) == (HERE, None)
    await source.close()


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT '2026-03-14T03:00:00Z', 'v1'",
        "SELECT 1773457200, 'v1'",
        "SELECT timestamp '2026-03-14 03:00', 'v1'",
    ],
)
async def test_times_are_read_as_they_are_written(sql: PostgresReader, statement: str) -> None:
    (change,) = (await RowChanges(HERE, sql, statement, "migration", 5.0).fetch()).changes
    assert (change.at, change.what, change.who) == (THREE, "v1", "")


async def test_a_time_alone_is_enough(sql: PostgresReader) -> None:
    (change,) = (
        await RowChanges(HERE, sql, "SELECT at FROM flag_audit WHERE who = 'ada'", "deploy", 5.0).fetch()
    ).changes
    assert (change.at, change.what, change.kind) == (THREE, "", "deploy")


async def test_a_query_that_gives_no_time_or_changes_something_is_said(sql: PostgresReader) -> None:
    with pytest.raises(SourceGarbled, match="'PAYWALL=off' is no time"):
        await RowChanges(HERE, sql, "SELECT flag, at FROM flag_audit WHERE who = 'ada'", "x", 5.0).fetch()
    with pytest.raises(SourceError):
        await RowChanges(HERE, sql, "DELETE FROM flag_audit RETURNING at", "x", 5.0).fetch()


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with running_redis() as running:
        yield running


@pytest.fixture
def admin(server: RedisServer) -> Iterator["Redis"]:  # noqa: UP037
    with Redis.from_url(server.url) as client:
        client.flushall()
        yield client


@pytest.fixture
async def kv(server: RedisServer) -> AsyncIterator[RedisReader]:
    connection = RedisConnection("kv", Secret(server.address("cockpit_observer")), 3.0)
    yield RedisReader(connection)
    await connection.close()


async def told(kv: RedisReader) -> tuple[Change, ...]:
    return (await RedisChanges(HERE, kv, "deployments", "deployment", 3.0).fetch()).changes


async def test_a_stream_tells_time_what_and_who(admin: Redis, kv: RedisReader) -> None:
    admin.execute_command("XADD", "deployments", "1773457200000-0", "version", "v41", "by", "ada", "host", "web1")  # type: ignore[no-untyped-call]
    admin.execute_command("XADD", "deployments", "1773457260000-0", "x", "1", "y", "2")  # type: ignore[no-untyped-call]
    newest, oldest = await told(kv)
    assert (oldest.at, oldest.kind, oldest.what, oldest.who) == (THREE, "deployment", "v41", "ada")
    assert oldest.facts == (("host", "web1"),)
    assert newest.what == "x=1, y=2"


async def test_a_list_tells_json_or_lines_from_either_end(admin: Redis, kv: RedisReader) -> None:
    admin.rpush("deployments", '{"at": 1773457200, "version": "v40", "actor": "bob", "ok": true, "note": null}')
    admin.rpush("deployments", "2026-03-14T04:00:00Z v41 by the pipeline", "no time at all", "[1, 2]")
    for number in range(200):
        admin.rpush("deployments", f"filler {number}")
    admin.rpush("deployments", '{"time": "2026-03-14T05:00:00+00:00", "message": "v42 \\u001b[31mred"}')
    newest, middle, oldest = await told(kv)
    assert (newest.what, newest.at.hour) == ("v42 red", 5)
    assert (middle.what, middle.at.hour) == ("v41 by the pipeline", 4)
    assert (oldest.what, oldest.who, oldest.facts) == ("v40", "bob", (("ok", "True"),))


async def test_a_key_that_is_missing_or_of_another_type(admin: Redis, kv: RedisReader) -> None:
    assert await told(kv) == ()
    admin.set("deployments", "v1")
    with pytest.raises(SourceGarbled, match="holds a string"):
        await told(kv)


async def test_a_redis_source_says_what_it_is(kv: RedisReader) -> None:
    source = RedisChanges(HERE, kv, "deployments", "deployment", 3.0)
    assert (source.id, source.server) == (HERE, None)
    assert list(await source.whole(Change("x", THREE, "deployment", "v1"))) == []
    await source.close()
