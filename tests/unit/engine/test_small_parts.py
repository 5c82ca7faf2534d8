from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cockpit.engine import drafts
from cockpit.engine.board import Board
from cockpit.engine.conditions import holds
from cockpit.engine.evidence import answer_names, live_names, merge, run_names
from cockpit.engine.incident_clock import IncidentClock
from cockpit.engine.library import Library
from cockpit.engine.suggest import rank
from cockpit.model.answers import Answer
from cockpit.model.errors import JournalError, RunbookError
from cockpit.model.health import CheckResult, HealthSnapshot, Verdict
from cockpit.model.locks import AgeBasis, CronLock, JobPlan, LocksSnapshot, LockState
from cockpit.model.operations import CancelBackends, DeleteKeys, ServiceOperation, TerminateBackends
from cockpit.model.readings import Reading, ReadingState, SourceId, SourceKind
from cockpit.model.services import Service, ServiceKind
from cockpit.runbook.reader import read_runbook
from tests.support.backends import a_backend
from tests.support.clock import FixedClock
from tests.support.edges import FakeJournal

MAIN, KV = SourceId(SourceKind.POSTGRES, "main"), SourceId(SourceKind.REDIS, "kv")
LOCK = CronLock(
    "lock:cron:x", LockState.STALE, b"w:1", "w:1", 60.0, 7200.0, AgeBasis.TTL, JobPlan("nightly", "lock:cron:x")
)


def test_a_draft_captures_what_was_under_the_cursor() -> None:
    backends = [a_backend(1), a_backend(2)]
    cancel, terminate = drafts.cancel_backends(MAIN, backends), drafts.terminate_backends(MAIN, backends)
    assert isinstance(cancel.operation, CancelBackends)
    assert isinstance(terminate.operation, TerminateBackends)
    assert [b.pid for b in terminate.operation.backends] == [1, 2]
    assert terminate.operation.backends[0].backend_start == backends[0].backend_start
    release = drafts.release_locks(KV, [LOCK])
    assert isinstance(release.operation, DeleteKeys)
    assert release.operation.keys[0].value == b"w:1"
    service = Service(ServiceKind.PROCESS, "w", "worker", "running", started_at=FixedClock().now())
    restart = drafts.operate_services(SourceId(SourceKind.PROCESSES, "shop"), (service,), "restart")
    assert isinstance(restart.operation, ServiceOperation)
    assert restart.operation.identity is not None
    assert restart.operation.identity.started_at == FixedClock().now()


def test_a_free_lock_cannot_be_released() -> None:
    free = CronLock("lock:x", LockState.FREE, None, "", None, None, AgeBasis.NONE)
    with pytest.raises(RunbookError, match="is free"):
        drafts.release_locks(KV, [free])


def board() -> Board:
    subject = Board()
    subject.publish(Reading(KV, ReadingState.FRESH, LocksSnapshot((LOCK,)), FixedClock().now()))
    failing = CheckResult("cron.nightly", Verdict.CRIT, "2h", "last run 2h ago")
    subject.publish_health(HealthSnapshot((failing, CheckResult("api", Verdict.OK, "200"))))
    return subject


@pytest.mark.parametrize(
    ("condition", "truth"),
    [
        ("check('cron.nightly').verdict == 'crit'", True),
        ("lock('nightly').held && lock('nightly').age > duration('1h')", True),
        ("lock('lock:cron:x').ttl < duration('1h')", True),
        ("lock('nightly').state == 'free'", False),
        ("now > timestamp('2026-01-01T00:00:00Z')", True),
        ("row.n == 1 && size(rows) == 2 && output == 'a\\nb' && exit_code == 0", True),
        ("status == 200 && body.ok", True),
        ("inputs.job == 'nightly' && job == 'nightly' && owner == 'w:1'", True),
    ],
)
def test_what_conditions_may_refer_to(condition: str, truth: bool) -> None:
    answer = Answer(
        ("n",), (("1",), ("2",)), ("a", "b"), records=({"n": 1}, {"n": 2}), status=200, body={"ok": True}, exit_code=0
    )
    names = merge(
        live_names(board(), FixedClock()), run_names({"job": "nightly"}, {"owner": "w:1"}), answer_names(answer)
    )
    assert holds(condition, names) is truth


FIRST = (
    "---\nrunbook:\n  signals: [\"check('cron.nightly').verdict == 'crit'\"]\n---\n# Stuck\n\n**Symptoms:**\n\n- x\n"
)
SECOND = "# Nightly run is late\n\n**Symptoms:**\n\n- the nightly run is late\n\n**Diagnosis:**\n\n1. look\n"
THIRD = "# Zebra\n\n**Symptoms:**\n\n- stripes\n\n**Diagnosis:**\n\n1. look\n"


def test_what_is_failing_ranks_the_runbooks() -> None:
    texts = {"third.md": THIRD, "second.md": SECOND, "first.md": FIRST + "\n**Diagnosis:**\n\n1. look\n"}
    library = Library([read_runbook(text, path) for path, text in texts.items()])
    ranked = rank(library, board(), FixedClock())
    assert [suggestion.procedure.title for suggestion in ranked] == ["Stuck", "Nightly run is late", "Zebra"]
    assert [suggestion.matches for suggestion in ranked] == [True, False, False]
    assert ranked[0].reason == "cron.nightly is crit"
    assert "nightly" in ranked[1].reason
    assert (ranked[2].score, ranked[2].reason) == (0, "")


def test_what_is_muted_ranks_no_runbook() -> None:
    library = Library([read_runbook(FIRST + "\n**Diagnosis:**\n\n1. look\n", "f.md"), read_runbook(SECOND, "s.md")])
    muted = board()
    muted.publish_health(HealthSnapshot(tuple(replace(one, muted=True) for one in muted.health.results)))
    assert [(one.score, one.matches) for one in rank(library, muted, FixedClock())] == [(0, False), (0, False)]


def test_a_signal_that_cannot_be_judged_matches_nothing() -> None:
    library = Library([read_runbook(FIRST.replace("cron.nightly", "gone") + "\n**Diagnosis:**\n\n1. look\n", "f.md")])
    assert not rank(library, board(), FixedClock())[0].matches


@pytest.mark.anyio
async def test_an_incident_has_a_number_a_clock_and_an_end() -> None:
    clock = FixedClock()
    journal = FakeJournal(clock)
    incident = IncidentClock(clock, journal, number=7)
    assert (incident.id, incident.elapsed) == ("", None)
    declared = await incident.declare("P1", "Cron stuck")
    clock.advance(90)
    assert (declared.id, incident.id, incident.elapsed) == ("INC-7", "INC-7", 90.0)
    await incident.resolve("done")
    assert incident.current is None
    assert [entry.payload["event"] for entry in journal.written] == ["declared", "resolved"]
    assert (await incident.declare("P2", "Again")).id == "INC-8"


@pytest.mark.anyio
async def test_an_incident_that_cannot_be_written_is_not_declared() -> None:
    clock = FixedClock()
    journal = FakeJournal(clock)
    journal.broken = True
    incident = IncidentClock(clock, journal)
    with pytest.raises(JournalError):
        await incident.declare("P1", "x")
    assert incident.current is None
    with pytest.raises(JournalError, match="there is no incident"):
        await incident.resolve()
    with pytest.raises(JournalError, match="an observer declares no incident"):
        await IncidentClock(clock, None).declare("P1", "x")


def test_an_age_is_never_negative() -> None:
    late = Reading(KV, ReadingState.FRESH, 1, FixedClock().now() + timedelta(seconds=5))
    assert late.age(FixedClock().now()) == 0.0
    assert Reading(KV).age(FixedClock().now()) is None
    assert SourceId(SourceKind.HTTP, "api/GET /x").system == "api"
