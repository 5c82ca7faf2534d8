"""Contention in logs, owners among services, and what is asked for of a job."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from cockpit.engine.contention import AT_ONCE, LogContention, mentions
from cockpit.engine.drafts import delete_keys, release_advisory, release_locks
from cockpit.engine.job_orders import set_flag, trigger_job
from cockpit.engine.lock_owner import Owners, with_owner
from cockpit.engine.lock_runbooks import procedures_for
from cockpit.engine.log_buffer import LogBuffer
from cockpit.model.errors import RunbookError
from cockpit.model.identities import BackendIdentity
from cockpit.model.locks import AdvisoryLock, AgeBasis, CronLock, JobPlan, LockState
from cockpit.model.logs import Level, LogLine
from cockpit.model.operations import DeleteKeys, HttpRequest, RedisCommand, SqlStatement, TerminateBackends
from cockpit.model.readings import SourceId, SourceKind
from cockpit.model.risk import Risk
from cockpit.model.services import Service, ServiceKind, ServicesSnapshot
from cockpit.runbook.reader import read_runbook

NOW = datetime(2026, 3, 14, 3, 0, tzinfo=UTC)
PLAN = JobPlan("enrich", "lock:cron:enrich", every=300.0, max_run=60.0)
HTTP, MAIN = SourceId(SourceKind.HTTP, "api"), SourceId(SourceKind.POSTGRES, "main")
KV = SourceId(SourceKind.REDIS, "kv")
SOURCES = (SourceId(SourceKind.POSTGRES, "main/advisory"), HTTP, MAIN, KV)


def entry(text: str, ago: float = 0.0) -> LogLine:
    return LogLine("worker", text, Level.INFO, NOW - timedelta(seconds=ago))


def counted(plan: JobPlan, *entries: LogLine) -> int:
    logs = LogBuffer()
    contention = LogContention(logs)
    logs.extend(entries)
    contention.take_in([plan])
    return contention.count(plan, NOW)


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("lock lock:cron:enrich held by worker-1:8, answering 202 locked", True),
        ("POST /api/cron/enrich 202 3ms", True),
        ("202 for enrich", True),
        ("job enrich already running", True),
        ("job enrich done, 202400 rows", False),
        ("job enrich-more is locked", False),
        ("lock:cron:other locked", False),
        ("enrich started", False),
    ],
)
def test_which_lines_tell_of_a_lock_that_was_held(text: str, *, counts: bool) -> None:
    assert counted(PLAN, entry(text)) == int(counts)


def test_each_line_counts_once_and_not_for_longer_than_the_window() -> None:
    logs = LogBuffer()
    contention = LogContention(logs)
    logs.extend([entry("enrich locked", 1_000), entry("enrich locked", 10)])
    for _ in range(3):
        contention.take_in([PLAN])
    assert contention.count(PLAN, NOW) == 1
    logs.extend([entry("enrich locked", 5)])
    contention.take_in([PLAN])
    assert [line.at for line in contention.lines(PLAN, NOW)] == [NOW - timedelta(seconds=s) for s in (10, 5)]
    assert counted(replace(PLAN, contended=r"busy: \w+"), entry("busy: enrich"), entry("enrich locked")) == 1


def test_a_flood_is_passed_over_but_for_its_end() -> None:
    flood = [entry("enrich locked")] + [entry("noise")] * AT_ONCE
    assert counted(PLAN, *flood) == 0


def test_lines_that_mention_a_lock_are_the_newest() -> None:
    logs = LogBuffer()
    logs.extend([entry(f"lock:cron:enrich {number}") for number in range(5)] + [entry("else")])
    assert [line.text[-1] for line in mentions(logs, ["", "lock:cron:enrich"], 2)] == ["3", "4"]


def services(*states: tuple[str, str, str]) -> list[ServicesSnapshot]:
    kind = ServiceKind.CONTAINER
    return [ServicesSnapshot(tuple(Service(kind, id_, name, state) for id_, name, state in states))]


LIVING = ("3f2a9c0d1e2b" + "0" * 52, "shop-worker-1", "running")


@pytest.mark.parametrize(
    ("owner", "alive", "said"),
    [
        ("3f2a9c0d1e2b:17", True, "container shop-worker-1 is running"),
        ("ffffffffffff:17", False, "no container has the id ffffffffffff"),
        ("shop-worker-1:17", True, "container shop-worker-1 is running"),
        ("dead-worker:17", False, "container dead-worker is exited"),
        ("stranger:17", None, ""),
        ("", None, ""),
    ],
)
def test_an_owner_among_containers(owner: str, alive: bool | None, said: str) -> None:
    found = services(LIVING, ("aaaaaaaaaaaa" + "0" * 52, "dead-worker", "exited"))
    assert Owners(found).find(owner) == (alive, said)
    assert Owners([]).find(owner) == (None, "")


def test_a_lock_of_a_dead_container_is_orphaned_unless_its_machine_knows_better() -> None:
    lock = CronLock("k", LockState.HELD, b"dead:1", "dead:1", 60.0, 5.0, AgeBasis.TTL, PLAN)
    dead = Owners(services(("x", "dead", "exited")))
    assert with_owner(lock, dead).state is LockState.ORPHANED
    assert with_owner(replace(lock, owner_alive=True), dead).state is LockState.HELD
    assert with_owner(lock, Owners(services(("x", "dead", "running")))).owner_alive is True
    free = CronLock("k", LockState.FREE, None, "", None, None, AgeBasis.NONE, PLAN)
    assert with_owner(free, dead) is free


def test_a_job_is_run_by_its_request_after_its_dry_run() -> None:
    plan = replace(PLAN, trigger="POST /api/cron/enrich", dry="POST /api/cron/enrich?dry=1")
    draft = trigger_job(plan, SOURCES)
    assert draft.source == HTTP
    assert draft.operation == HttpRequest(
        "POST", "/api/cron/enrich", rehearsal=HttpRequest("POST", "/api/cron/enrich?dry=1")
    )
    assert draft.verdict.risk is Risk.CHANGE
    for wrong, said in ((PLAN, "does not say how to run"), (replace(PLAN, trigger="run it"), "no HTTP request")):
        with pytest.raises(RunbookError, match=said):
            trigger_job(wrong, SOURCES)
    with pytest.raises(RunbookError, match="nothing here can change http"):
        trigger_job(plan, (MAIN,))


@pytest.mark.parametrize(
    ("text", "source", "operation"),
    [
        ("POST /flags?x=off", HTTP, HttpRequest("POST", "/flags?x=off")),
        ("update f set x = 1 where n like 'a%'", MAIN, SqlStatement("update f set x = 1 where n like 'a%%'")),
        ('SET flag:x "off now"', KV, RedisCommand(("SET", "flag:x", "off now"))),
    ],
)  # fmt: skip
def test_a_flag_is_set_by_the_exact_command(text: str, source: SourceId, operation: object) -> None:
    plan = replace(PLAN, disable=text, enable="SET flag:x on")
    draft = set_flag(plan, SOURCES, on=False)
    assert (draft.source, draft.operation, draft.command) == (source, operation, text)
    assert set_flag(plan, SOURCES, on=True).command == "SET flag:x on"
    with pytest.raises(RunbookError, match="does not say how to enable"):
        set_flag(replace(plan, enable=""), SOURCES, on=True)
    with pytest.raises(RunbookError, match="no HTTP request, no SQL and no Redis command"):
        set_flag(replace(plan, disable='SET "open'), SOURCES, on=False)


def test_tagged_locks_are_released_together_and_free_ones_left_out() -> None:
    held = CronLock("b", LockState.HELD, b"v", "v", None, None, AgeBasis.NONE)
    free = CronLock("a", LockState.FREE, None, "", None, None, AgeBasis.NONE)
    draft = release_locks(KV, [held, free, replace(held, key="c")])
    assert isinstance(draft.operation, DeleteKeys)
    assert [key.key for key in draft.operation.keys] == ["b", "c"]
    assert draft.command == "DEL b c"
    with pytest.raises(RunbookError, match="a is free"):
        release_locks(KV, [free])


def test_an_advisory_lock_is_released_by_ending_its_holder_once() -> None:
    lock = AdvisoryLock(7, NOW, "shop", 0, 42, False, "a", "u", "ExclusiveLock", 1.0)
    draft = release_advisory(SourceId(SourceKind.POSTGRES, "main/advisory"), [lock, replace(lock, objid=43)])
    assert (draft.source, draft.operation) == (MAIN, TerminateBackends((BackendIdentity(7, NOW),)))
    with pytest.raises(RunbookError, match="pg_read_all_stats"):
        release_advisory(MAIN, [replace(lock, backend_start=None)])


def test_keys_are_deleted_by_name_and_not_as_globs() -> None:
    draft = delete_keys(KV, ["a*[b]", "c\\d"])
    assert draft.operation == RedisCommand(("UNLINK", r"a\*\[b\]", r"c\\d"))
    assert draft.command == r"UNLINK a*[b] c\d"
    assert delete_keys(KV, [str(n) for n in range(30)]).command.endswith("19 ...")


def test_the_runbooks_that_name_the_lock_come_first() -> None:
    text = """---
runbook:
  inputs:
    key: {from: locks}
---
# Book

## Any lock

**Mitigation:**

1. Release

   ```redis
   DEL <key>
   ```

## Enrich stuck

**Diagnosis:**

1. Look

   ```redis
   GET lock:cron:enrich
   ```
"""
    book = read_runbook(text, "book.md", lambda target: True)
    assert procedures_for([book], ["lock:cron:enrich"])[0] == "Enrich stuck"
    assert procedures_for([], ["x"]) == []
