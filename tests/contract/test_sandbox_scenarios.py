"""Each fault is there, really there, and is repaired by the same means that a person on call has."""

from __future__ import annotations

from pathlib import Path

import httpx
import psutil
import psycopg
import pytest
import redis

from cockpit.config.load import parse
from cockpit.sandbox.info import RangeInfo
from tests.support.range import get, start_range, wait_for
from tests.support.servers import alive

LOCK = "lock:cron:recalculate"


def health(info: RangeInfo) -> dict[str, object]:
    body = get(info.api + "/api/health")[1]
    assert isinstance(body, dict)
    return body


def stale(info: RangeInfo) -> bool:
    cron = health(info)["cron"]
    return isinstance(cron, dict) and bool(cron["recalculate"]["stale"])


def test_cron_stuck_is_a_dead_workers_lock_and_releasing_it_lets_the_job_run() -> None:
    with start_range("cron-stuck") as info, redis.Redis.from_url(info.redis, decode_responses=True) as kv:
        assert info.scenario == "cron-stuck"
        assert stale(info)
        holder = str(kv.get(LOCK))
        name, _, pid = holder.partition(":")
        assert name == "worker-1"
        assert not alive(int(pid))
        assert 52 * 60 * 1000 < int(str(kv.pttl(LOCK))) <= 53 * 60 * 1000
        assert kv.get("throttle:worker-1:recalculate") is None
        status, answer = get(info.api + "/api/cron/recalculate", "POST")
        assert (status, answer["status"], answer["holder"]) == (202, "locked", holder)
        log = Path(info.log_dir) / "worker.log"
        said = f"lock {LOCK} held by {holder}, answering 202 locked"
        wait_for(lambda: said in log.read_text(), said)
        with psycopg.connect(info.postgres, autocommit=True) as connection:
            row = connection.execute(
                "SELECT extract(epoch FROM now() - started_at) / 60, worker FROM cron_runs"
                " WHERE job = 'recalculate' AND status = 'running'"
            ).fetchone()
            assert row is not None
            assert 67 <= row[0] < 69
            assert row[1] == holder
        assert get(info.api + "/healthz")[0] == 200
        wait_for(lambda: str(kv.get(LOCK)) == holder, "the lock stays held")

        assert kv.delete(LOCK) == 1
        wait_for(lambda: not stale(info), "the job has run again", seconds=10)
        assert kv.get(LOCK) != holder


def test_db_connections_ends_with_the_exports_root_session() -> None:
    with start_range("db-connections") as info:
        assert health(info)["dbOk"] is False
        assert get(info.api + "/healthz")[0] == 503
        with (
            psycopg.connect(info.postgres, autocommit=True) as operator,
            psycopg.connect(observer_of(info), autocommit=True) as observer,
        ):
            used = observer.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
            ).fetchone()
            assert used is not None
            assert used[0] >= 0.75 * 30
            heads = operator.execute(
                "SELECT DISTINCT b.pid, b.application_name, b.state FROM pg_stat_activity w"
                " CROSS JOIN LATERAL unnest(pg_blocking_pids(w.pid)) AS p(pid) JOIN pg_stat_activity b ON b.pid = p.pid"
                " WHERE cardinality(pg_blocking_pids(b.pid)) = 0"
            ).fetchall()
            assert [(head[1], head[2]) for head in heads] == [("report-export", "idle in transaction")]
            operator.execute("SELECT pg_terminate_backend(%s)", (heads[0][0],))
            wait_for(lambda: health(info)["dbOk"] is True, "the service gets sessions again", seconds=15)

            def exported() -> int:
                row = operator.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'report-export'"
                ).fetchone()
                return int(row[0]) if row else -1

            wait_for(lambda: exported() == 0, "every session of the export is gone")
        wait_for(lambda: get(info.api + "/api/checkout?order=1", "POST")[0] == 200, "checkouts work")
        wait_for(lambda: get(info.api + "/readyz")[0] == 200, "ready")
        assert "export aborted" in (Path(info.log_dir) / "report-export.log").read_text()
        wait_for(lambda: not alive(info.pids["report-export"]), "the export has ended")


def test_db_connections_ending_only_the_pages_frees_slots_but_not_the_locks() -> None:
    with start_range("db-connections") as info, psycopg.connect(info.postgres_admin, autocommit=True) as admin:
        blocking = "SELECT count(*) FROM pg_stat_activity WHERE cardinality(pg_blocking_pids(pid)) > 0"
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'report-export' AND query NOT LIKE '%FOR UPDATE%'"
        )
        wait_for(lambda: health(info)["dbOk"] is True, "the service gets sessions again", seconds=15)
        row = admin.execute(blocking).fetchone()
        assert row is not None
        assert row[0] > 0
        assert alive(info.pids["report-export"])


def observer_of(info: RangeInfo) -> str:
    return parse(Path(info.config).read_text(), info.config).environments["sandbox"].postgres[0].observer_dsn


def test_the_service_lives_through_the_loss_of_redis_and_of_postgres() -> None:
    with start_range() as info:
        wait_for(lambda: get(info.api + "/readyz")[0] == 200, "ready")
        act(info, "redis", "stop")
        wait_for(lambda: health(info)["kvOk"] is False, "Redis is missed")
        assert health(info)["dbOk"] is True
        wait_for(lambda: get(info.api + "/healthz")[0] == 503, "unhealthy")
        wait_for(lambda: get(info.api + "/readyz")[0] == 503, "not ready")
        assert get(info.api + "/metrics")[0] == 503
        assert get(info.api + "/api/selftest")[0] == 503
        wait_for(lambda: "cannot look for due jobs" in log_of(info, "worker"), "the workers say so")
        act(info, "redis", "start")
        wait_for(lambda: get(info.api + "/readyz")[0] == 200, "ready again")
        assert get(info.api + "/metrics")[0] == 200

        act(info, "postgres", "stop")
        wait_for(lambda: health(info)["cron"] is None, "PostgreSQL is missed")
        act(info, "postgres", "start")
        wait_for(lambda: get(info.api + "/readyz")[0] == 200, "ready again")
        wait_for(lambda: get(info.api + "/api/checkout?order=3", "POST")[0] == 200, "checkouts work again")


@pytest.mark.parametrize(
    ("scenario", "processes"),
    [
        ("redis-down", ["redis"]),
        ("db-down", ["postgres"]),
        ("api-down", ["api-1", "api-2"]),
        ("scheduler-stale", ["worker-1", "worker-2"]),
    ],
)
def test_what_is_gone_or_hangs_comes_back_by_a_restart_and_not_before(scenario: str, processes: list[str]) -> None:
    with start_range(scenario) as info:
        states = {status["name"]: status["state"] for status in supervised(info)}
        hanging = [name for name in processes if states[name] == "running"]
        assert all(psutil.Process(info.pids[name]).status() == psutil.STATUS_STOPPED for name in hanging)
        assert all(states[name] == "exited" for name in processes if name not in hanging)
        wait_for(lambda: not ready(info), "what is gone is missed")
        for name in processes:
            act(info, name, "restart")
        wait_for(lambda: ready(info), "ready again")
        wait_for(lambda: not stale(info), "the jobs run again")


def test_lock_contention_ends_when_the_holder_is_asked_to_stop() -> None:
    with start_range("lock-contention") as info, redis.Redis.from_url(info.redis, decode_responses=True) as kv:
        lock = "lock:cron:billing-reconcile"
        assert kv.get(lock) == f"worker-1:{info.pids['worker-1']}"
        status, answer = get(info.api + "/api/cron/billing-reconcile", "POST")
        assert (status, answer["status"]) == (202, "locked")
        act(info, "worker-1", "restart")
        wait_for(lambda: age_of(info, "billing-reconcile") < 60, "the job has run")


def test_webhooks_fail_until_both_processes_of_the_api_have_read_the_new_secret() -> None:
    with start_range("webhooks-failing") as info, psycopg.connect(info.postgres_admin, autocommit=True) as line:
        newest = "SELECT status FROM stripe_webhook_events ORDER BY received_at DESC LIMIT 4"
        for name in ("api-1", "api-2"):
            act(info, name, "restart")
        wait_for(lambda: set(line.execute(newest).fetchall()) == {("processed",)}, "new events are processed")
        assert get(info.api + "/api/v1/reconciliation/health")[0] == 503
        assert get(info.api + "/api/cron/billing-reconcile?limit=100", "POST")[0] == 200
        assert get(info.api + "/api/v1/reconciliation/health")[0] == 200


def test_a_blocking_chain_outlives_its_victims_and_ends_with_its_head() -> None:
    with start_range("blocking-chain") as info, psycopg.connect(info.postgres, autocommit=True) as line:
        blocked = "SELECT pid FROM pg_stat_activity WHERE cardinality(pg_blocking_pids(pid)) > 0"
        for (pid,) in line.execute(blocked).fetchall():
            line.execute("SELECT pg_terminate_backend(%s)", (pid,))
        wait_for(lambda: bool(line.execute(blocked).fetchall()), "others take their place")
        line.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'price-import'")
        wait_for(lambda: get(info.api + "/api/checkout?order=1", "POST")[0] == 200, "checkouts work")
        wait_for(lambda: not alive(info.pids["price-import"]), "the import has ended")


def test_a_read_only_database_stays_so_for_the_sessions_that_are_there() -> None:
    with start_range("db-read-only") as info, psycopg.connect(info.postgres_admin, autocommit=True) as line:
        wait_for(lambda: get(info.api + "/api/selftest")[0] == 503, "writes are refused")
        line.execute("SET default_transaction_read_only = off")
        line.execute("ALTER DATABASE shop RESET default_transaction_read_only")
        assert get(info.api + "/api/checkout?order=1", "POST")[0] == 503
        line.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'shop'")
        wait_for(lambda: get(info.api + "/api/checkout?order=1", "POST")[0] == 200, "checkouts work")


def test_a_flag_gone_bad_is_repaired_by_turning_it_off() -> None:
    with start_range("flag-gone-bad") as info:
        status, said = get(info.api + "/api/checkout?order=1", "POST")
        assert status == 503
        assert "loyalty_cents" in said["error"]
        assert get(info.api + "/admin/flags", "POST", {"flag": "LOYALTY_DISCOUNT", "enabled": False})[0] == 200
        wait_for(lambda: get(info.api + "/api/checkout?order=1", "POST")[0] == 200, "checkouts work", 40.0)


def test_a_missing_migration_is_applied_by_its_process_and_a_hanging_backup_job_takes_one() -> None:
    with start_range("migrations-behind") as info:
        wait_for(lambda: health(info)["migrations_current"] is False, "the schema is behind")
        wait_for(lambda: "outbox" in str(get(info.api + "/api/checkout?order=1", "POST")[1]), "checkouts miss a table")
        act(info, "migrate", "restart")
        wait_for(lambda: health(info)["migrations_current"] is True, "the schema is current", seconds=60)
        wait_for(lambda: get(info.api + "/api/checkout?order=1", "POST")[0] == 200, "checkouts work")
    with start_range("backup-stale") as info:
        wait_for(lambda: (backup_age(info) or 0.0) > 26 * 3600, "the last backup is old")
        act(info, "backup", "restart")
        wait_for(lambda: (backup_age(info) or 1e9) < 60, "there is a new backup", seconds=90)
        [archive] = (Path(info.config).parent / "backups").glob("*.dump")
        assert archive.read_bytes().startswith(b"PGDMP")


def backup_age(info: RangeInfo) -> float | None:
    """Seconds since the last backup, None while the service cannot tell."""
    age = health(info)["backup_age_seconds"]
    return None if age is None else float(str(age))


def age_of(info: RangeInfo, job: str) -> float:
    """Seconds since a job last finished."""
    cron = health(info)["cron"]
    assert isinstance(cron, dict)
    return float(cron[job]["last_run_age_seconds"])


def ready(info: RangeInfo) -> bool:
    """Whether the service says in time that it may take requests."""
    try:
        return get(info.api + "/readyz")[0] == 200
    except TimeoutError:
        return False


def supervised(info: RangeInfo) -> list[dict[str, str]]:
    transport = httpx.HTTPTransport(uds=str(Path(info.config).parent / "ctl.sock"))
    with httpx.Client(transport=transport, base_url="http://supervisor", timeout=30) as client:
        found: list[dict[str, str]] = client.get("/processes").json()
        return found


def test_stopping_the_export_repairs_db_connections_too() -> None:
    with start_range("db-connections") as info:
        act(info, "report-export", "stop")
        wait_for(lambda: health(info)["dbOk"] is True, "the service gets sessions again", seconds=15)
        act(info, "report-export", "start")
        wait_for(lambda: health(info)["dbOk"] is False, "the export breaks it again")


def act(info: RangeInfo, name: str, verb: str) -> None:
    transport = httpx.HTTPTransport(uds=str(Path(info.config).parent / "ctl.sock"))
    with httpx.Client(transport=transport, base_url="http://supervisor", timeout=30) as client:
        assert client.post(f"/processes/{name}/{verb}").status_code == 200


def log_of(info: RangeInfo, name: str) -> str:
    return (Path(info.log_dir) / f"{name}.log").read_text()
