"""Advisory locks and the runs of jobs on a real PostgreSQL and a real Redis."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest
from redis import Redis

from cockpit.adapters.job_history import JobHistories
from cockpit.adapters.job_runs import JobQuestions, JobRuns
from cockpit.adapters.postgres_advisory import PostgresAdvisory
from cockpit.adapters.postgres_connection import PostgresConnection
from cockpit.adapters.postgres_reader import PostgresReader
from cockpit.adapters.redis_connection import RedisConnection
from cockpit.adapters.redis_reader import RedisReader
from cockpit.adapters.scalars import redis_question, sql_question
from cockpit.config.secrets import Secret
from cockpit.model.errors import SourceError
from cockpit.model.readings import SourceId, SourceKind
from cockpit.runbook.sql_risk import judge_sql
from cockpit.sandbox.postgres_server import PostgresServer
from cockpit.sandbox.redis_server import RedisServer
from tests.support.range import wait_for
from tests.support.servers import running_postgres, running_redis

pytestmark = pytest.mark.anyio
MAIN, JOBS = SourceId(SourceKind.POSTGRES, "main"), SourceId(SourceKind.POSTGRES, "main/jobs")


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    with running_postgres() as running:
        yield running


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with running_redis() as running:
        yield running


@pytest.fixture
async def connection(postgres: PostgresServer) -> PostgresConnection:
    return PostgresConnection(MAIN, Secret(postgres.url))


async def test_advisory_locks_with_holder_key_and_who_waits(
    postgres: PostgresServer, connection: PostgresConnection
) -> None:
    source = PostgresAdvisory(connection)
    assert (await source.fetch()).locks == ()
    with psycopg.connect(postgres.url, application_name="nightly") as holder:
        holder.execute("SELECT pg_advisory_lock(-42), pg_advisory_xact_lock_shared(7, -1)")
        waiting = threading.Thread(target=_wait_for_it, args=(postgres.url,), daemon=True)
        waiting.start()
        with psycopg.connect(postgres.url, autocommit=True) as watcher:
            asks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            wait_for(lambda: watcher.execute(asks).fetchone() == (1,), "the second session waits")
        wanted, other = (await source.fetch()).locks
        assert (wanted.name, other.name) == ("advisory -42", "advisory 7,-1")
        assert (wanted.mode, other.mode) == ("ExclusiveLock", "ShareLock")
        assert (wanted.pid, wanted.application, wanted.state) == (
            holder.info.backend_pid,
            "nightly",
            "idle in transaction",
        )
        assert len(wanted.waiting) == 1
        assert other.waiting == ()
        assert wanted.backend_start is not None
        assert wanted.backend_start.tzinfo is UTC
        assert wanted.age is not None
        assert source.id.name == "main/advisory"
        assert source.server is None
    waiting.join(10)
    assert not waiting.is_alive()
    await source.close()
    await connection.close()


def _wait_for_it(url: str) -> None:
    with psycopg.connect(url) as second:
        second.execute("SELECT pg_advisory_lock(-42)")


async def test_a_role_without_rights_sees_the_lock_and_not_since_when(
    postgres: PostgresServer, connection: PostgresConnection
) -> None:
    with psycopg.connect(postgres.url, autocommit=True) as admin:
        admin.execute("CREATE ROLE few LOGIN PASSWORD 'few12345'")
        admin.execute("SELECT pg_advisory_lock(5)")
        place = postgres.url.rpartition("@")[2]
        few = PostgresConnection(MAIN, Secret(f"postgresql://few:few12345@{place}"))
        [lock] = (await PostgresAdvisory(few).fetch()).locks
        assert (lock.name, lock.backend_start, lock.application) == ("advisory 5", None, "")
        await few.close()
    await connection.close()


async def test_what_jobs_say_of_their_runs(
    postgres: PostgresServer, redis: RedisServer, connection: PostgresConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cockpit.adapters.job_runs.DETAILS_EVERY", 0.0)
    sql = PostgresReader(connection, judge_sql)
    line = RedisConnection("kv", Secret(redis.address("cockpit_observer")))
    kv = Redis.from_url(redis.url)
    kv.mset({"last": "1773450000", "flag": "off", "refused": "10", "junk": "soon"})
    reader = RedisReader(line)
    source = JobRuns(
        JOBS,
        {
            "a": JobQuestions(
                sql_question(sql, "SELECT '2026-03-14 01:00:00+00'::timestamptz"),
                sql_question(sql, "SELECT 'done, 3 rows'"),
                redis_question(reader, "GET refused"),
                redis_question(reader, "GET flag"),
            ),
            "b": JobQuestions(redis_question(reader, "GET last"), flag=sql_question(sql, "SELECT true")),
            "c": JobQuestions(redis_question(reader, "GET nothing"), redis_question(reader, "GET nothing")),
            "d": JobQuestions(redis_question(reader, "GET junk"), contention=redis_question(reader, "GET junk")),
            "e": JobQuestions(flag=sql_question(sql, "SELECT x FROM no_such_table")),
        },
        3.0,
    )
    first = {run.name: run for run in (await source.fetch()).runs}
    assert first["a"].contended is None
    kv.set("refused", "14")
    runs = {run.name: run for run in (await source.fetch()).runs}
    assert (runs["a"].last_run, runs["a"].result) == (datetime(2026, 3, 14, 1, tzinfo=UTC), "done, 3 rows")
    assert (runs["a"].contended, runs["a"].enabled, runs["a"].asked) == (4, False, True)
    assert (runs["b"].last_run, runs["b"].enabled) == (datetime(2026, 3, 14, 1, tzinfo=UTC), True)
    assert (runs["c"].last_run, runs["c"].result, runs["c"].problem) == (None, "", "")
    assert "is no time" in runs["d"].problem
    assert not runs["e"].asked
    assert "no_such_table" in runs["e"].problem
    kv.set("refused", "1")
    again = {run.name: run for run in (await source.fetch()).runs}
    assert again["a"].contended is None, "the counter began anew"
    kv.close()
    await line.close()
    await connection.close()


async def test_when_no_last_run_can_be_read_the_source_has_failed(connection: PostgresConnection) -> None:
    sql = PostgresReader(connection, judge_sql)
    lost = {"a": JobQuestions(sql_question(sql, "SELECT x FROM nowhere")), "b": JobQuestions()}
    with pytest.raises(SourceError, match="nowhere"):
        await JobRuns(JOBS, lost, 3.0).fetch()
    await connection.close()


async def test_the_last_runs_of_a_job_are_a_table(redis: RedisServer, connection: PostgresConnection) -> None:
    sql = PostgresReader(connection, judge_sql)
    line = RedisConnection("kv", Secret(redis.address("cockpit_operator")))
    with Redis.from_url(redis.url) as kv:
        kv.rpush("runs", "one", "two")
    histories = JobHistories(
        {
            "a": sql_question(sql, "SELECT n, 'done' AS status FROM generate_series(1, 30) AS n"),
            "b": redis_question(RedisReader(line), "LRANGE runs 0 -1"),
        },
        3.0,
    )
    assert (histories.knows("a"), histories.knows("c")) == (True, False)
    runs = await histories.runs("a", 10)
    assert (runs.columns, len(runs.rows), runs.rows[0]) == (("n", "status"), 10, ("1", "done"))
    assert (await histories.runs("b", 10)).rows == (('1) "one"',), ('2) "two"',))
    with pytest.raises(SourceError, match="nobody said how"):
        await histories.runs("c", 10)
    await line.close()
    await connection.close()
