"""The healthy range: the service, the roles, the users, the supervisor, the configuration."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

from cockpit.config.load import parse
from cockpit.sandbox.info import RangeInfo
from cockpit.sandbox.shop.signature import HEADER, signature
from tests.support.range import get, healthy_range, wait_for  # noqa: F401
from tests.support.servers import alive


def observer_url(info: RangeInfo) -> str:
    settings = parse(Path(info.config).read_text(), info.config)
    return settings.environments["sandbox"].postgres[0].observer_dsn


def redis_observer(info: RangeInfo) -> redis.Redis:
    settings = parse(Path(info.config).read_text(), info.config)
    return redis.Redis.from_url(settings.environments["sandbox"].redis[0].observer_url)


def supervisor(info: RangeInfo, method: str, path: str) -> tuple[int, Any]:
    settings = parse(Path(info.config).read_text(), info.config)
    line = http.client.HTTPConnection("localhost", timeout=20)
    line.sock = socket.socket(socket.AF_UNIX)
    line.sock.connect(settings.environments["sandbox"].processes[0].socket)
    try:
        line.request(method, path)
        response = line.getresponse()
        raw = response.read()
        return response.status, json.loads(raw) if raw.startswith((b"{", b"[")) else raw
    finally:
        line.close()


def test_the_service_says_that_it_is_well(healthy_range: RangeInfo) -> None:  # noqa: F811
    wait_for(lambda: get(healthy_range.api + "/readyz")[0] == 200, "ready")
    assert get(healthy_range.api + "/healthz") == (200, "ok\n")
    status, health = get(healthy_range.api + "/api/health")
    assert status == 200
    assert (health["dbOk"], health["kvOk"], health["migrations_current"]) == (True, True, True)
    assert health["billing"] == {"degraded": False, "failed_events": 0}
    assert health["cron"]["recalculate"]["expected_every_seconds"] == 300
    assert not health["cron"]["recalculate"]["stale"]
    _, ready = get(healthy_range.api + "/readyz")
    assert [check["name"] for check in ready["checks"]] == ["database", "kv", "migrations", "jobs"]
    assert get(healthy_range.api + "/api/selftest") == (200, {"ok": True, "kv_write": True, "db_write": True})


def test_both_api_processes_answer_on_one_port(healthy_range: RangeInfo) -> None:  # noqa: F811
    seen: set[str] = set()

    def both() -> bool:
        seen.add(get(healthy_range.api + "/api/health")[1]["process"])
        return seen == {"api-1", "api-2"}

    wait_for(both, "answers of api-1 and api-2")


def test_the_metrics_count_requests_across_processes(healthy_range: RangeInfo) -> None:  # noqa: F811
    def orders() -> int:
        _, text = get(healthy_range.api + "/metrics")
        prefix = 'http_requests_total{method="GET",path="/api/orders/{order}",code="404"} '
        return sum(int(line.removeprefix(prefix)) for line in text.splitlines() if line.startswith(prefix))

    before = orders()
    for _ in range(6):
        assert get(healthy_range.api + "/api/orders/999999")[0] == 404
    wait_for(lambda: (get(healthy_range.api + "/healthz"), orders() >= before + 6)[1], "six more requests counted")


def test_world_pays_orders(healthy_range: RangeInfo) -> None:  # noqa: F811
    with psycopg.connect(healthy_range.postgres) as connection:

        def sent() -> bool:
            row = connection.execute("SELECT count(*) FROM outbox WHERE sent_at IS NOT NULL").fetchone()
            connection.rollback()
            return bool(row and row[0])

        wait_for(sent, "a receipt that the worker sent")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/orders/x", 400),
        ("GET", "/api/orders/7", 200),
        ("POST", "/api/checkout?order=0", 400),
        ("POST", "/api/checkout", 400),
        ("POST", "/api/checkout?order=7", 200),
        ("POST", "/api/cron/nothing", 404),
        ("GET", "/nowhere", 404),
    ],
)
def test_requests_and_their_status(healthy_range: RangeInfo, method: str, path: str, status: int) -> None:  # noqa: F811
    assert get(healthy_range.api + path, method)[0] == status


def send_event(info: RangeInfo, name: str, secret: str | None = None) -> tuple[int, Any]:
    """Status and body of an event as the payment provider sends it; signed with its secret unless another is given."""
    body = json.dumps({"id": name, "type": "invoice.paid"}).encode()
    known = (Path(info.config).parent / "webhook-secret").read_text()
    line = http.client.HTTPConnection(info.api.removeprefix("http://"), timeout=15)
    try:
        headers = {"Content-Type": "application/json", HEADER: signature(secret or known, body)}
        line.request("POST", "/api/webhooks/stripe", body, headers)
        answer = line.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        line.close()


def test_an_event_with_a_wrong_signature_is_refused_and_its_id_is_not_forgotten(
    healthy_range: RangeInfo,  # noqa: F811
) -> None:
    status, said = send_event(healthy_range, "evt_test_forged", "somebody else's")
    assert (status, said) == (400, {"error": "the signature does not fit our signing secret"})
    with psycopg.connect(healthy_range.postgres, autocommit=True) as line:
        kept = "FROM stripe_webhook_events WHERE id = 'evt_test_forged'"
        assert line.execute(f"SELECT status, processed_at {kept}".encode()).fetchone() == ("failed", None)
        line.execute(f"DELETE {kept}".encode())


def test_payment_events_are_kept_once(healthy_range: RangeInfo) -> None:  # noqa: F811
    first, second = (send_event(healthy_range, "evt_test_once") for _ in range(2))
    assert (first[0], second[0], second[1]["new"]) == (200, 200, False)
    assert get(healthy_range.api + "/api/webhooks/stripe", "POST", {"id": "x"})[0] == 400


def test_a_flag_is_set_toggled_and_written_down(healthy_range: RangeInfo) -> None:  # noqa: F811
    url = healthy_range.api + "/admin/flags"
    assert get(url)[1]["READ_ONLY_MODE"] is False
    assert get(url, "POST", {"flag": "READ_ONLY_MODE", "enabled": True})[1]["enabled"] is True
    with redis.Redis.from_url(healthy_range.redis) as kv:
        kv.delete("flag:version:READ_ONLY_MODE")
    assert get(healthy_range.api + "/api/checkout?order=1", "POST")[0] == 503
    assert get(url, "POST", {"flag": "READ_ONLY_MODE"})[1]["enabled"] is False
    with redis.Redis.from_url(healthy_range.redis) as kv:
        kv.delete("flag:version:READ_ONLY_MODE")
    assert get(healthy_range.api + "/api/checkout?order=1", "POST")[0] == 200
    assert get(url, "POST", {"flag": "NONE"})[0] == 404
    assert get(url, "POST", {"flag": "READ_ONLY_MODE", "enabled": "perhaps"})[0] == 400
    with psycopg.connect(healthy_range.postgres) as connection:
        row = connection.execute("SELECT count(*) FROM flag_audit WHERE flag = 'READ_ONLY_MODE'").fetchone()
    assert row is not None
    assert row[0] >= 2


def test_a_job_runs_by_hand_and_dry(healthy_range: RangeInfo) -> None:  # noqa: F811
    url = healthy_range.api + "/api/cron/recalculate"

    def runs() -> int:
        with psycopg.connect(healthy_range.postgres) as connection:
            row = connection.execute("SELECT count(*) FROM cron_runs WHERE job = 'recalculate'").fetchone()
            return int(row[0]) if row else 0

    before = runs()
    status, dry = get(url + "?dry=1", "POST")
    assert (status, dry["status"], dry["rows"], dry["locked_by"]) == (200, "dry run", 200, None)
    assert runs() == before
    status, done = get(url, "POST")
    assert (status, done) == (200, {"status": "done", "job": "recalculate", "rows": 200})
    assert runs() == before + 1


def test_a_held_lock_is_answered_202_and_counted(healthy_range: RangeInfo) -> None:  # noqa: F811
    with redis.Redis.from_url(healthy_range.redis, decode_responses=True) as kv:
        kv.set("lock:cron:enrich", "somebody:1", px=60_000)
        try:
            before = get(healthy_range.api + "/admin/ops")[1]["lock_contention"]["enrich"]
            status, answer = get(healthy_range.api + "/api/cron/enrich", "POST")
            assert (status, answer["status"], answer["holder"]) == (202, "locked", "somebody:1")
            operations = get(healthy_range.api + "/admin/ops")[1]
            assert operations["lock_contention"]["enrich"] > before
            assert operations["locks"]["enrich"]["holder"] == "somebody:1"
            assert 0 < operations["locks"]["enrich"]["expires_in_seconds"] <= 60
            assert get(healthy_range.api + "/api/cron/enrich?dry=1", "POST")[1]["locked_by"] == "somebody:1"
            assert kv.get("lock:cron:enrich") == "somebody:1"
        finally:
            kv.delete("lock:cron:enrich")


def test_a_disabled_job_does_nothing(healthy_range: RangeInfo) -> None:  # noqa: F811
    url = healthy_range.api + "/admin/flags"
    with redis.Redis.from_url(healthy_range.redis) as kv:
        get(url, "POST", {"flag": "ENRICHMENT", "enabled": False})
        kv.delete("flag:version:ENRICHMENT")
        try:
            assert get(healthy_range.api + "/api/cron/enrich", "POST")[1]["status"] == "disabled"
        finally:
            get(url, "POST", {"flag": "ENRICHMENT", "enabled": True})
            kv.delete("flag:version:ENRICHMENT")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE orders SET status = 'paid'",
        "CREATE TABLE x ()",
        "CREATE TEMP TABLE x ()",
        "SELECT pg_advisory_lock(1)",
        "SELECT pg_try_advisory_xact_lock(1)",
        "SELECT lo_create(0)",
        "SELECT lo_from_bytea(0, 'x')",
        "SELECT pg_notify('x', 'y')",
        "SELECT pg_reload_conf()",
        "SELECT nextval('outbox_id_seq')",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'shop' LIMIT 1",
        "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE usename = 'shop' LIMIT 1",
        "COPY orders TO PROGRAM 'true'",
    ],
)
def test_the_observer_is_refused_also_outside_its_read_only_default(
    healthy_range: RangeInfo,  # noqa: F811
    statement: str,
) -> None:
    with psycopg.connect(observer_url(healthy_range), autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement.encode())


def test_the_observer_sees_everything(healthy_range: RangeInfo) -> None:  # noqa: F811
    with psycopg.connect(observer_url(healthy_range), autocommit=True) as connection:
        assert connection.execute("SHOW default_transaction_read_only").fetchone() == ("on",)
        assert connection.execute("SELECT count(*) FROM orders").fetchone() == (60,)
        row = connection.execute("SELECT query FROM pg_stat_activity WHERE usename = 'shop' LIMIT 1").fetchone()
        assert row is not None
        assert "insufficient privilege" not in row[0]


def test_a_table_that_the_service_makes_later_can_be_read_by_the_observer(
    healthy_range: RangeInfo,  # noqa: F811
) -> None:
    with psycopg.connect(healthy_range.postgres, autocommit=True) as operator:
        operator.execute("CREATE TABLE made_later (n integer)")
        try:
            with psycopg.connect(observer_url(healthy_range)) as observer:
                assert observer.execute("SELECT count(*) FROM made_later").fetchone() == (0,)
        finally:
            operator.execute("DROP TABLE made_later")


def test_the_operator_can_repair(healthy_range: RangeInfo) -> None:  # noqa: F811
    with psycopg.connect(healthy_range.postgres, autocommit=True) as connection:
        connection.execute("CREATE INDEX CONCURRENTLY repaired ON orders (status)")
        connection.execute("DROP INDEX repaired")
        connection.execute("ALTER DATABASE shop SET work_mem = '8MB'")
        connection.execute("ALTER DATABASE shop RESET work_mem")
        connection.execute("ALTER SYSTEM SET max_connections = 60")
        connection.execute("ALTER SYSTEM RESET max_connections")
        connection.execute("SELECT pg_reload_conf()")
        connection.execute("SELECT pg_advisory_lock(1)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("ALTER SYSTEM SET fsync = on")


def test_the_operator_ends_a_session_of_the_service(healthy_range: RangeInfo) -> None:  # noqa: F811
    with psycopg.connect(healthy_range.postgres, autocommit=True) as connection:
        row = connection.execute(
            "SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'worker-2' LIMIT 1"
        ).fetchone()
        assert row is not None
        pid, ended = row
        assert ended

        def gone() -> bool:
            return connection.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", (pid,)).fetchone() is None

        wait_for(gone, f"the end of session {pid}")
    wait_for(lambda: get(healthy_range.api + "/readyz")[0] == 200, "ready again")


def test_the_log_of_the_database_tells_no_password(healthy_range: RangeInfo) -> None:  # noqa: F811
    text = (Path(healthy_range.log_dir) / "postgres.log").read_text()
    password = healthy_range.postgres.split(":")[2].split("@")[0]
    assert "UPDATE orders" in text
    assert password not in text


@pytest.mark.parametrize(
    "command",
    [
        "SET a b",
        "DEL lock:cron:recalculate",
        "EVAL return(1) 0",
        "FLUSHALL",
        "KEYS *",
        "CONFIG GET dir",
        "CLIENT KILL TYPE normal",
        "CLIENT PAUSE 1",
        "ACL LIST",
        "DEBUG SLEEP 0",
        "PUBLISH a b",
        "SHUTDOWN",
        "MONITOR",
    ],
)
def test_the_redis_observer_is_refused(healthy_range: RangeInfo, command: str) -> None:  # noqa: F811
    with (
        redis_observer(healthy_range) as kv,
        pytest.raises(redis.exceptions.ResponseError, match=r"no permissions|not allowed"),
    ):
        kv.execute_command(*command.split())


@pytest.mark.parametrize("command", ["GET a", "PTTL a", "SCAN 0", "INFO", "PING", "ACL WHOAMI", "ECHO a", "TYPE a"])
def test_the_redis_observer_reads(healthy_range: RangeInfo, command: str) -> None:  # noqa: F811
    with redis_observer(healthy_range) as kv:
        kv.execute_command(*command.split())


@pytest.mark.parametrize("command", ["ACL LIST", "CONFIG SET save x", "SHUTDOWN", "DEBUG SLEEP 0", "REPLICAOF NO ONE"])
def test_the_redis_operator_is_refused_what_would_end_the_server(
    healthy_range: RangeInfo,  # noqa: F811
    command: str,
) -> None:
    with (
        redis.Redis.from_url(healthy_range.redis) as kv,
        pytest.raises(redis.exceptions.ResponseError, match=r"no permissions|not allowed"),
    ):
        kv.execute_command(*command.split())


@pytest.mark.parametrize(
    "command",
    ["SET operator x", "EVAL return(1) 0", "UNLINK operator", "CONFIG GET save", "CLIENT LIST", "SLOWLOG GET"],
)
def test_the_redis_operator_works(healthy_range: RangeInfo, command: str) -> None:  # noqa: F811
    with redis.Redis.from_url(healthy_range.redis) as kv:
        kv.execute_command(*command.split())


def test_the_supervisor_lists_every_process(healthy_range: RangeInfo) -> None:  # noqa: F811
    status, listed = supervisor(healthy_range, "GET", "/processes")
    assert status == 200
    names = {entry["name"] for entry in listed}
    assert names == {"postgres", "redis", "api-1", "api-2", "worker-1", "worker-2", "world"}
    assert set(listed[0]) == {"name", "pid", "state", "started_at", "restarts", "exit_code", "command", "log"}
    assert all(entry["state"] == "running" and alive(entry["pid"]) for entry in listed)
    assert all(Path(entry["log"]).is_file() for entry in listed)
    assert names <= set(healthy_range.pids)


def test_the_supervisor_stops_starts_and_restarts(healthy_range: RangeInfo) -> None:  # noqa: F811
    def world() -> dict[str, Any]:
        return next(e for e in supervisor(healthy_range, "GET", "/processes")[1] if e["name"] == "world")

    pid = world()["pid"]
    log = Path(healthy_range.log_dir) / "world.log"
    wait_for(lambda: f"starting, pid {pid}" in log.read_text(), "world has begun and hears signals")
    status, stopped = supervisor(healthy_range, "POST", "/processes/world/stop")
    assert (status, stopped["state"], stopped["pid"], stopped["exit_code"]) == (200, "stopped", None, 0)
    assert not alive(pid)
    _, started = supervisor(healthy_range, "POST", "/processes/world/start")
    assert (started["state"], started["restarts"]) == ("running", stopped["restarts"] + 1)
    _, again = supervisor(healthy_range, "POST", "/processes/world/start")
    assert again["pid"] == started["pid"]
    _, restarted = supervisor(healthy_range, "POST", "/processes/world/restart")
    assert restarted["pid"] != started["pid"]
    assert restarted["started_at"] > started["started_at"]
    assert supervisor(healthy_range, "POST", "/processes/nothing/stop")[0] == 404
    assert supervisor(healthy_range, "POST", "/processes/world/explode")[0] == 404


def test_a_crashed_process_comes_back(healthy_range: RangeInfo) -> None:  # noqa: F811
    def worker() -> dict[str, Any]:
        return next(e for e in supervisor(healthy_range, "GET", "/processes")[1] if e["name"] == "worker-2")

    before = worker()
    os.kill(before["pid"], signal.SIGKILL)
    wait_for(lambda: worker()["pid"] not in (None, before["pid"]), "a new worker-2")
    assert worker()["restarts"] == before["restarts"] + 1


def test_the_configuration_is_the_cockpits_own_and_closed_to_others(healthy_range: RangeInfo) -> None:  # noqa: F811
    path = Path(healthy_range.config)
    settings = parse(path.read_text(), str(path))
    environment = settings.environments["sandbox"]
    assert (environment.label, environment.protected, environment.service) == ("SANDBOX", False, "shop")
    assert environment.base_url == healthy_range.api
    assert environment.postgres[0].dsn == healthy_range.postgres
    assert environment.redis[0].url == healthy_range.redis
    assert Path(settings.journal.path).is_relative_to(path.parent)
    assert all(log.file and Path(log.file).is_file() for log in environment.logs)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not path.parent.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH | stat.S_IWGRP | stat.S_IWOTH)


def test_every_job_of_the_configuration_has_a_last_run(healthy_range: RangeInfo) -> None:  # noqa: F811
    environment = parse(Path(healthy_range.config).read_text(), "x").environments["sandbox"]
    with psycopg.connect(observer_url(healthy_range)) as connection:
        for job in environment.jobs:
            assert job.last_run is not None
            row = connection.execute(job.last_run.sql.encode()).fetchone()
            assert row is not None
            assert row[0] is not None


def test_a_job_whose_lock_was_released_from_outside_says_so(healthy_range: RangeInfo) -> None:  # noqa: F811
    """What a second worker may do meanwhile is the reason for asking before a lock is released by hand."""
    with redis.Redis.from_url(healthy_range.redis, decode_responses=True) as kv, ThreadPoolExecutor(1) as other:
        for process in ("api-1", "api-2"):
            kv.set(f"throttle:{process}:billing-reconcile", "1", ex=30)
        try:
            running = other.submit(get, healthy_range.api + "/api/cron/billing-reconcile", "POST")
            wait_for(lambda: kv.get("lock:cron:billing-reconcile") is not None, "the job holds its lock")
            kv.delete("lock:cron:billing-reconcile")
            assert running.result(20)[1]["status"] == "done"
        finally:
            for process in ("api-1", "api-2"):
                kv.delete(f"throttle:{process}:billing-reconcile")
    said = "lock lock:cron:billing-reconcile was no longer ours"
    wait_for(lambda: said in (Path(healthy_range.log_dir) / "api.log").read_text(), said)
