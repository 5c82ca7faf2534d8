"""A session from the real engine with FAKE edges: a clock that stands still and canned, frozen readings.

For tests of the interface only; the real adapters are tested on real servers elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cockpit.engine.board import Board
from cockpit.engine.checks import CheckPlan
from cockpit.engine.incident_clock import IncidentClock
from cockpit.engine.library import Library
from cockpit.engine.log_buffer import LogBuffer
from cockpit.engine.policy import Policy
from cockpit.engine.poller import Poller
from cockpit.engine.road import Road
from cockpit.engine.runner import Runner
from cockpit.engine.session import Session
from cockpit.engine.watch import Watch
from cockpit.model.actions import Prepared, Preview, PreviewFact
from cockpit.model.activity import ActivitySnapshot, Backend
from cockpit.model.answers import Answer
from cockpit.model.health import HttpSample
from cockpit.model.host import Disk, HostProcess, HostSnapshot
from cockpit.model.identities import BackendIdentity
from cockpit.model.incident import EnvironmentFacts, Role
from cockpit.model.jobs import JobRun, JobsSnapshot
from cockpit.model.locks import AgeBasis, CronLock, JobPlan, LocksSnapshot, LockState
from cockpit.model.logs import Level, LogBatch, LogLine
from cockpit.model.masking import Masker
from cockpit.model.operations import Operation, TerminateBackends
from cockpit.model.readings import Reading, SourceId, SourceKind
from cockpit.model.runbook import Runbook
from cockpit.model.services import Service, ServiceKind, ServicesSnapshot
from cockpit.runbook.reader import read_runbook
from tests.support.actions import a_prepared
from tests.support.clock import FixedClock
from tests.support.edges import FakeExecutor, FakeJournal, FakeReader, FakeSource

START = datetime(2026, 3, 14, 3, 0, tzinfo=UTC)
MAIN = SourceId(SourceKind.POSTGRES, "main")
JOBS = SourceId(SourceKind.POSTGRES, "main/jobs")
KV = SourceId(SourceKind.REDIS, "kv")
API = SourceId(SourceKind.HTTP, "api")
HEALTHZ = SourceId(SourceKind.HTTP, "api/GET /healthz")
SHOP = SourceId(SourceKind.PROCESSES, "shop")
API_LOG, WORKER_LOG = SourceId(SourceKind.LOGS, "api"), SourceId(SourceKind.LOGS, "worker")
HOST = SourceId(SourceKind.HOST, "host")
SHELL = SourceId(SourceKind.SHELL, "local")

RECALCULATE = JobPlan("recalculate", "lock:cron:recalculate", 300.0, 7200.0, 3600.0)
ENRICH = JobPlan("enrich", "lock:cron:enrich", 900.0, 7200.0, 3600.0)

RUNBOOK_TEXT = """---
runbook:
  title: Cron stuck
  signals:
    - "check('cron.recalculate').verdict == 'crit'"
  alerts: [CronStale]
  inputs:
    key: {prompt: "Which lock?", from: locks, pattern: "lock:[a-z:]+"}
---
# Cron stuck

## Cron stuck

**Symptoms:**

- The recalculate job has not run.

**Diagnosis:**

1. See who holds the lock

   ```redis {"target":"kv"}
   GET lock:cron:recalculate
   ```

2. See when the job last finished

   ```sql {"target":"main"}
   SELECT status, worker, finished_at FROM cron_runs WHERE job = 'recalculate'
   ```

3. Ask a colleague whether the worker is being repaired

**Mitigation:**

4. Release the lock

   ```redis {"target":"kv"}
   DEL <key>
   ```

**Verify:**

5. See that it is gone

   ```redis {"target":"kv"}
   EXISTS lock:cron:recalculate
   ```

## Billing degraded

**Diagnosis:**

1. See the queue

   ```redis
   LLEN queue:billing
   ```
"""


def a_backend(pid: int, **changes: object) -> Backend:
    """A backend that runs a query."""
    fields: dict[str, object] = {
        "pid": pid,
        "backend_start": START - timedelta(hours=2, seconds=pid),
        "database": "shop",
        "user": "shop",
        "application": "shop-api",
        "client": "10.0.0.7",
        "state": "active",
        "wait_event_type": "",
        "wait_event": "",
        "backend_type": "client backend",
        "query": f"SELECT total FROM orders WHERE id = {pid}",
        "backend_age": 7200.0,
        "transaction_age": 0.4,
        "query_age": 0.4,
        "state_age": 0.4,
    }
    return Backend(**{**fields, **changes})  # type: ignore[arg-type]


def an_activity() -> ActivitySnapshot:
    """One idle transaction that two others wait for, and some ordinary sessions."""
    waits = {"wait_event_type": "Lock", "wait_event": "transactionid"}
    old = {"transaction_age": 192.0, "query_age": 192.0, "state_age": 190.0}
    backends = (
        a_backend(
            4711,
            application="report-export",
            state="idle in transaction",
            wait_event_type="Client",
            wait_event="ClientRead",
            query="UPDATE orders SET exported = true WHERE customer = 'ada@example.com'",
            transaction_age=4027.0,
            state_age=4020.0,
        ),
        a_backend(4720, query="UPDATE orders SET total = 12 WHERE id = 7", blocked_by=(4711,), **waits, **old),
        a_backend(4731, query="UPDATE orders SET total = 13 WHERE id = 7", blocked_by=(4720,), **waits, **old),
        a_backend(4740),
        a_backend(4741, state="idle", transaction_age=None, query="COMMIT", state_age=33.0),
        a_backend(4742, application="shop-worker", state="idle", transaction_age=None, query="SELECT 1", state_age=4.0),
    )
    return ActivitySnapshot(backends, 100, 42, 180004, "shop")


def the_locks() -> LocksSnapshot:
    """A stale lock and a free one."""
    return LocksSnapshot(
        (
            CronLock(
                RECALCULATE.lock,
                LockState.STALE,
                b"worker-1:8821",
                "worker-1:8821",
                3180.0,
                4020.0,
                AgeBasis.TTL,
                RECALCULATE,
                owner_alive=False,
            ),
            CronLock(ENRICH.lock, LockState.FREE, None, "", None, None, AgeBasis.NONE, ENRICH),
        )
    )


def the_services() -> ServicesSnapshot:
    """Two that run and one that restarts."""
    process, up = ServiceKind.PROCESS, START - timedelta(days=3, hours=4)
    return ServicesSnapshot(
        (
            Service(process, "api", "api", "running", "healthy", up, 0, 12.4, 220_000_000, "python", "shop", 812),
            Service(process, "web", "web", "running", "", up, 0, 1.0, 64_000_000, "nginx", "shop", 813),
            Service(process, "worker", "worker", "restarting", "", None, 14, None, None, "python", "shop", exit_code=1),
        ),
        "supervisor",
    )


def the_host() -> HostSnapshot:
    """A host with nothing wrong."""
    return HostSnapshot(
        "web1",
        (12.0, 30.0),
        (0.42, 0.38, 0.3),
        5_200_000_000,
        8_000_000_000,
        0,
        2_000_000_000,
        (Disk("/", 81_000_000_000, 100_000_000_000),),
        12_000.0,
        34_000.0,
        (HostProcess(812, "python", "shop", 42.0, 220_000_000, "python -m shop.api"),),
        273_600.0,
    )


def the_logs() -> tuple[LogBatch, LogBatch]:
    """What the service and its worker say."""
    at = START - timedelta(seconds=40)
    api = tuple(
        LogLine("api", f"GET /api/orders/{n} 200 {20 + n}ms", Level.INFO, at + timedelta(seconds=n)) for n in range(12)
    )
    worker = (
        LogLine("worker", "recalculate: lock held by worker-1:8821, skipping (202)", Level.WARN, at),
        LogLine("worker", "enrich failed: connection reset by peer", Level.ERROR, at + timedelta(seconds=20)),
    )
    return LogBatch(api), LogBatch(worker)


@dataclass
class Range:
    """A session together with the fakes at its edges, so that a test can change what they say."""

    session: Session
    clock: FixedClock
    journal: FakeJournal
    sources: dict[SourceId, FakeSource[object]]
    executors: dict[SourceId, FakeExecutor]
    readers: dict[SourceId, FakeReader]
    facts: EnvironmentFacts = field(default_factory=lambda: EnvironmentFacts("sandbox", "SANDBOX", False, "", "shop"))

    def say(self, source: SourceId, value: object) -> None:
        """Let a source answer that from now on, and read it at once."""
        self.sources[source].answers = [value]
        self.session.watch.poke(source)


class AnyTarget(FakeExecutor):
    """FAKE: prepares whatever sessions it is asked for."""

    async def prepare(self, operation: Operation) -> Prepared:
        if isinstance(operation, TerminateBackends):
            found = operation.backends
            self.identity = found[0] if len(found) == 1 else self.prepared.identity
            identity = found[0] if found else BackendIdentity(0, START)
            facts = (PreviewFact("user", "shop"), PreviewFact("query", "UPDATE orders SET exported = true"))
            preview = Preview(f"will end {len(found)} session", facts, count=len(found))
            return Prepared(operation, identity, preview, str(identity.pid))
        return self.prepared


def a_range(
    role: Role = Role.OPERATOR,
    *,
    facts: EnvironmentFacts | None = None,
    answers: dict[SourceId, object] | None = None,
    text: str = RUNBOOK_TEXT,
    clock: FixedClock | None = None,
    **changes: object,
) -> Range:
    """A range at 03:00 on a Saturday.

    Args:
        role: operator or observer.
        facts: the environment, an unprotected sandbox unless said otherwise.
        answers: what sources say instead of the usual.
        text: the runbook.
        clock: the time, a clock that stands still unless said otherwise.
        changes: fields of the session to replace.
    """
    facts = facts or EnvironmentFacts("sandbox", "SANDBOX", False, "", "shop")
    clock, board, logs = clock or FixedClock(START), Board(), LogBuffer()
    journal = FakeJournal(clock)
    masker = Masker(("hunter22",))
    api_log, worker_log = the_logs()
    usual: dict[SourceId, object] = {
        HEALTHZ: HttpSample("GET", "http://shop/healthz", 200, 0.034),
        MAIN: an_activity(),
        JOBS: JobsSnapshot((JobRun("recalculate", START - timedelta(hours=2, minutes=13)),)),
        KV: the_locks(),
        SHOP: the_services(),
        API_LOG: api_log,
        WORKER_LOG: worker_log,
        HOST: the_host(),
        **(answers or {}),
    }
    sources = {source: FakeSource(source, [value]) for source, value in usual.items()}
    watch = Watch(board, logs, clock, _plans())
    for source in sources.values():
        watch.add(_maker(source, clock))
    incident = IncidentClock(clock, journal if role is Role.OPERATOR else None, 7)
    readers = {
        MAIN: FakeReader(MAIN, [Answer(("status", "worker"), (("running", "worker-1"), ("done", "worker-2")))]),
        KV: FakeReader(KV, [Answer(lines=("worker-1:8821",), value="worker-1:8821")]),
        API: FakeReader(API, [Answer(status=200, body={"dbOk": True})]),
    }
    executors = {
        KV: FakeExecutor(KV, a_prepared()),
        MAIN: AnyTarget(MAIN, a_prepared()),
        SHOP: FakeExecutor(SHOP, a_prepared()),
        API: FakeExecutor(API, a_prepared()),
    }
    order = (API, MAIN, KV, SHOP)
    kept = journal if role is Role.OPERATOR else None
    runner = Runner(order, dict(readers), board, kept, clock, masker, lambda: incident.id)
    road = None
    if role is Role.OPERATOR:
        policy = Policy(role, facts, clock, "ada@laptop")
        road = Road(policy, dict(executors), journal, clock, masker, lambda: incident.id, watch.poke)
    fields: dict[str, object] = {
        "environment": facts,
        "role": role,
        "actor": "ada@laptop",
        "clock": clock,
        "board": board,
        "watch": watch,
        "logs": logs,
        "library": Library([a_runbook(text)]),
        "runner": runner,
        "road": road,
        "journal": kept,
        "incident": incident,
        "masker": masker,
        **changes,
    }
    session = Session(**fields)  # type: ignore[arg-type]
    return Range(session, clock, journal, sources, executors, readers, facts)


def a_runbook(text: str = RUNBOOK_TEXT) -> Runbook:
    """A runbook as the reader understands it."""
    return read_runbook(text, "cron-stuck.md", lambda target: True)


def _plans() -> tuple[CheckPlan, ...]:
    stale = "intervals >= 2.0"
    return (
        CheckPlan("api.healthz", "http", HEALTHZ),
        CheckPlan("cron.recalculate", "job", JOBS, "recalculate", crit=stale, job=RECALCULATE),
        CheckPlan("db.connections", "connections", MAIN, warn="percent >= 40.0", crit="percent >= 75.0"),
        CheckPlan("service.worker", "service", SHOP, "worker"),
    )


def _maker(source: FakeSource[object], clock: FixedClock):  # type: ignore[no-untyped-def]
    def make(take) -> Poller[object]:  # type: ignore[no-untyped-def]
        return Poller(source, clock, every=300.0, timeout=5.0, on_reading=take)

    return make


__all__ = ["Range", "Reading", "a_range", "a_runbook"]
