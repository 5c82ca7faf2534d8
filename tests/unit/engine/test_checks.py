from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cockpit.engine.board import Board
from cockpit.engine.checks import CheckPlan, Checks
from cockpit.model.activity import ActivitySnapshot
from cockpit.model.health import CheckResult, HttpSample, Json, Scalar, Verdict
from cockpit.model.host import Disk, HostSnapshot
from cockpit.model.jobs import JobRun, JobsSnapshot
from cockpit.model.locks import AgeBasis, CronLock, JobPlan, LocksSnapshot, LockState
from cockpit.model.readings import Reading, ReadingState, SourceId, SourceKind
from cockpit.model.services import Service, ServiceKind, ServicesSnapshot
from tests.support.clock import FixedClock

API = SourceId(SourceKind.HTTP, "api/GET /api/health")
MAIN = SourceId(SourceKind.POSTGRES, "main")
JOBS = SourceId(SourceKind.POSTGRES, "main/jobs")
KV = SourceId(SourceKind.REDIS, "kv")
SHOP = SourceId(SourceKind.PROCESSES, "shop")
HOST = SourceId(SourceKind.HOST, "host")
RECALCULATE = JobPlan("recalculate", "lock:cron:recalculate", every=300.0)


class Scene:
    """A board that a test fills, and one check on it."""

    def __init__(self, plan: CheckPlan) -> None:
        self.clock = FixedClock()
        self.board = Board()
        self.plan = plan
        self.checks = Checks([plan], self.clock)

    def see(self, source: SourceId, value: object, state: ReadingState = ReadingState.FRESH) -> CheckResult:
        error = None if state is ReadingState.FRESH else "it does not answer."
        self.board.publish(Reading(source, state, value, self.clock.now(), 0.02, error))
        return self.checks.judge(self.board, source)[0]


def http(status: int = 200, body: Json = None, latency: float = 0.02) -> HttpSample:
    return HttpSample("GET", "http://x/api/health", status, latency, body=body)


def test_before_the_first_reading_nothing_is_known() -> None:
    scene = Scene(CheckPlan("api.health", "http", API))
    result = scene.checks.judge(scene.board, None)[0]
    assert (result.verdict, result.message) == (Verdict.UNKNOWN, "not read yet")


@pytest.mark.parametrize(
    ("plan", "sample", "verdict"),
    [
        ({}, http(200), Verdict.OK),
        ({}, http(503), Verdict.CRIT),
        ({"ok": "body.dbOk"}, http(200, {"dbOk": True}), Verdict.OK),
        ({"ok": "body.dbOk"}, http(200, {"dbOk": False}), Verdict.CRIT),
        ({"ok": "body.dbOk"}, http(200, {}), Verdict.UNKNOWN),
        ({"ok": "status == 200", "warn": "latency > duration('500ms')"}, http(latency=0.9), Verdict.WARN),
        ({"warn": "status == 200", "crit": "status == 200"}, http(), Verdict.CRIT),
        ({"warn": "status == 500"}, http(), Verdict.OK),
        ({"ok": "status"}, http(), Verdict.UNKNOWN),
    ],
)
def test_http(plan: dict[str, str], sample: HttpSample, verdict: Verdict) -> None:
    conditions = {key: plan.get(key, "") for key in ("ok", "warn", "crit")}
    written = CheckPlan("api.health", "http", API, "", conditions["ok"], conditions["warn"], conditions["crit"])
    assert Scene(written).see(API, sample).verdict is verdict


def test_a_service_that_does_not_answer_is_critical_and_a_store_is_unknown() -> None:
    assert Scene(CheckPlan("a", "http", API)).see(API, None, ReadingState.FAILED).verdict is Verdict.CRIT
    stale = Scene(CheckPlan("a", "connections", MAIN)).see(MAIN, None, ReadingState.STALE)
    assert (stale.verdict, stale.message) == (Verdict.UNKNOWN, "it does not answer.")


@pytest.mark.parametrize(("used", "verdict"), [(42, Verdict.OK), (75, Verdict.WARN), (95, Verdict.CRIT)])
def test_connections(used: int, verdict: Verdict) -> None:
    plan = CheckPlan("db.connections", "connections", MAIN, warn="percent > 70.0", crit="percent > 90.0")
    result = Scene(plan).see(MAIN, ActivitySnapshot((), 100, used, 180000, "shop"))
    assert (result.verdict, result.value) == (verdict, f"{used}/100")


def jobs(age: float | None, problem: str = "") -> JobsSnapshot:
    last_run = None if age is None else FixedClock().now() - timedelta(seconds=age)
    return JobsSnapshot((JobRun("recalculate", last_run, problem),))


@pytest.mark.parametrize(
    ("snapshot", "verdict"),
    [
        (jobs(200), Verdict.OK),
        (jobs(601), Verdict.CRIT),
        (jobs(None), Verdict.CRIT),
        (jobs(10, "no such table"), Verdict.UNKNOWN),
        (JobsSnapshot(()), Verdict.UNKNOWN),
    ],
)
def test_jobs(snapshot: JobsSnapshot, verdict: Verdict) -> None:
    plan = CheckPlan("cron.recalculate", "job", JOBS, ok="intervals < 2.0", job=RECALCULATE)
    assert Scene(plan).see(JOBS, snapshot).verdict is verdict


def held_lock(state: LockState = LockState.STALE) -> CronLock:
    return CronLock("lock:cron:recalculate", state, b"worker-1:1", "worker-1:1", 3060.0, 4032.0, AgeBasis.TTL)


def test_a_stale_job_names_the_holder_of_its_lock() -> None:
    scene = Scene(CheckPlan("cron.recalculate", "job", JOBS, job=RECALCULATE))
    scene.see(KV, LocksSnapshot((held_lock(),)))
    result = scene.see(JOBS, jobs(8000))
    assert result.message == "last run 2h13m ago, expected every 5m, lock held by worker-1:1"


def test_locks() -> None:
    scene = Scene(CheckPlan("lock", "lock", KV, "lock:cron:recalculate", ok="!held || age < duration('1h')"))
    assert scene.see(KV, LocksSnapshot((held_lock(),))).verdict is Verdict.CRIT
    free = replace(held_lock(LockState.FREE), raw_value=None, owner="", ttl=None, age=None)
    result = scene.see(KV, LocksSnapshot((free,)))
    assert (result.verdict, result.value) == (Verdict.OK, "free")


@pytest.mark.parametrize(("state", "verdict"), [("running", Verdict.OK), ("exited", Verdict.CRIT)])
def test_services(state: str, verdict: Verdict) -> None:
    service = Service(ServiceKind.PROCESS, "worker", "worker", state, cpu_percent=3.0, memory_bytes=9)
    plan = CheckPlan("service.worker", "service", SHOP, "worker")
    assert Scene(plan).see(SHOP, ServicesSnapshot((service,))).verdict is verdict
    assert Scene(plan).see(SHOP, ServicesSnapshot(())).verdict is Verdict.CRIT


def test_disks_and_scalars() -> None:
    disk = Disk("/", 90, 100)
    host = HostSnapshot("h", (1.0,), (0.0, 0.0, 0.0), 1, 2, 0, 0, (disk,), None, None, (), 1.0)
    assert Scene(CheckPlan("disk", "disk", HOST, "/")).see(HOST, host).verdict is Verdict.CRIT
    assert Scene(CheckPlan("disk", "disk", HOST, "/x")).see(HOST, host).verdict is Verdict.UNKNOWN
    assert Scene(CheckPlan("q", "sql", MAIN, crit="value > 3")).see(MAIN, Scalar(4)).verdict is Verdict.CRIT
    assert Scene(CheckPlan("q", "sql", MAIN)).see(MAIN, Scalar(None)).verdict is Verdict.CRIT
    assert Scene(CheckPlan("q", "sql", MAIN)).see(MAIN, "garbage").verdict is Verdict.UNKNOWN


def test_a_worse_verdict_must_last() -> None:
    scene = Scene(CheckPlan("api", "http", API, lasting=30.0))
    scene.see(API, http())
    scene.clock.advance(5)
    waiting = scene.see(API, http(500))
    assert (waiting.verdict, waiting.pending) == (Verdict.OK, Verdict.CRIT)
    scene.clock.advance(30)
    assert scene.see(API, http(500)).verdict is Verdict.CRIT
    better = scene.see(API, http())
    assert (better.verdict, better.since) == (Verdict.OK, scene.clock.now())


def test_one_pass_does_not_wait() -> None:
    board, clock = Board(), FixedClock()
    board.publish(Reading(API, ReadingState.FRESH, http(500), clock.now(), 0.1))
    impatient = Checks([CheckPlan("api", "http", API, lasting=30.0)], clock, patience=False)
    assert impatient.judge(board, None)[0].verdict is Verdict.CRIT


def test_flapping_is_counted_and_forgotten() -> None:
    scene = Scene(CheckPlan("api", "http", API))
    for status in (200, 500, 200, 500):
        scene.clock.advance(1)
        result = scene.see(API, http(status))
    assert result.changes == 3
    scene.clock.advance(601)
    assert scene.see(API, http(500)).changes == 0


def test_the_strip_counts_each_reading_once() -> None:
    scene = Scene(CheckPlan("api", "http", API))
    scene.see(API, http())
    scene.checks.judge(scene.board, None)
    scene.clock.advance(1)
    assert len(scene.see(API, http()).history) == 2


def test_a_check_is_not_judged_for_a_source_that_is_none_of_its_business() -> None:
    scene = Scene(CheckPlan("api", "http", API))
    first = scene.see(API, http())
    scene.clock.advance(9)
    assert scene.see(KV, LocksSnapshot(())) is first


@pytest.mark.parametrize(
    ("expression", "shown"),
    [("body.n", "3"), ("body.x", "200"), ("latency", "20ms"), ("body.n == 3", "true"), ("double(body.n) / 2.0", "1.5")],
)
def test_the_value_can_be_chosen(expression: str, shown: str) -> None:
    plan = CheckPlan("api", "http", API, value=expression)
    assert Scene(plan).see(API, http(body={"n": 3})).value == shown
