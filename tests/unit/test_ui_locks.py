"""What the rows and the sheet of a lock say."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cockpit.model.answers import Answer
from cockpit.model.jobs import JobRun
from cockpit.model.locks import AdvisoryLock, AgeBasis, CronLock, JobPlan, LockState, RedisFigures
from cockpit.model.logs import Level, LogLine
from cockpit.model.masking import Masker
from cockpit.ui.look import Look
from cockpit.ui.present.lock_detail import Closer, lock_detail
from cockpit.ui.present.locks import Seen, figures_lines, lock_cells, locks_summary, next_run
from cockpit.ui.shapes import UNICODE
from cockpit.ui.spans import Tone, plain
from tests.support.fake_session import ENRICH, RECALCULATE, START, the_locks

OPERATOR = Look(UNICODE, Masker(("hunter22",)), observer=False)
STALE, FREE = (lock for lock in the_locks().locks)
RUN = JobRun("recalculate", START - timedelta(hours=2, minutes=13))
ADVISORY = AdvisoryLock(
    4711, START, "shop", 0, 42, False, "report-export", "shop", "ExclusiveLock", 90.0, "idle in transaction", (4720,)
)


def cells(seen: Seen) -> str:
    return "  ".join(filter(None, (plain(cell) for cell in lock_cells(seen, START, OPERATOR))))


def text(seen: Seen, closer: Closer | None = None) -> str:
    return "\n".join(plain(spans) for spans in lock_detail(seen, START, OPERATOR, closer))


def test_a_row_shows_state_age_and_the_late_job() -> None:
    row = Seen(STALE, RUN, 12, "log lines")
    assert cells(row) == (
        "lock:cron:recalculate  stale  worker-1:8821  1:07:00  53:00  2h13m ago  5m  due 2h08m ago  12  1h00m"
    )
    assert lock_cells(row, START, OPERATOR)[5][0].tone is Tone.CRIT
    assert "never" in cells(Seen(FREE, JobRun("enrich", None)))
    assert "never" not in cells(Seen(FREE, JobRun("enrich", None, asked=False)))
    assert "never" not in cells(Seen(FREE, JobRun("enrich", None, "no such table")))


def test_an_age_that_is_only_a_bound_says_so() -> None:
    seen = CronLock("k", LockState.NO_EXPIRY, b"x", "x", None, 3.0, AgeBasis.SEEN, ENRICH)
    assert "≥3.0s  never" in cells(Seen(seen))
    assert "never expires" in text(Seen(seen))
    assert "at least, since the cockpit first saw this value" in text(Seen(seen))
    assert RECALCULATE.name not in text(Seen(seen))


def test_an_advisory_lock_is_named_as_the_application_gave_it() -> None:
    assert cells(Seen(ADVISORY)) == "advisory 42  1 wait  report-export pid 4711  ≤1:30"
    paired = replace(ADVISORY, classid=7, objid=4_294_967_295, paired=True, waiting=())
    assert paired.name == "advisory 7,-1"
    assert replace(ADVISORY, classid=4_294_967_295, objid=4_294_967_295).name == "advisory -1"
    assert Seen(paired).state is LockState.HELD
    told = text(Seen(ADVISORY))
    assert "1 session: 4720" in told
    assert "D ends the session that holds it" in told
    assert plain(locks_summary([Seen(ADVISORY), Seen(FREE)], truncated=True)) == "1 stale · 1 free · list cut"


@pytest.mark.parametrize(
    ("plan", "run", "said"),
    [
        (JobPlan("j", "l", cron="*/5 * * * *"), None, "in 5m"),
        (JobPlan("j", "l", cron="0 4 * * *", zone="Europe/Berlin"), None, ""),
        (JobPlan("j", "l", every=300.0), JobRun("j", START - timedelta(seconds=60)), "about 4m"),
        (JobPlan("j", "l", every=300.0), JobRun("j", START - timedelta(seconds=420)), "due 2m ago"),
        (JobPlan("j", "l", cron="*/5 * * * *"), JobRun("j", START, enabled=False), "disabled"),
        (JobPlan("j", "l"), None, ""),
    ],
)
def test_when_it_runs_next(plan: JobPlan, run: JobRun | None, said: str) -> None:
    # 03:00 UTC on 14 March is 04:00 in Berlin, so that the daily job has just fired and is a day away.
    words, _ = next_run(plan, run, START)
    assert words == (said or ("in 1d00h" if plan.cron else ""))


def test_the_sheet_says_how_each_fact_was_come_by() -> None:
    plan = replace(
        RECALCULATE, cron="*/5 * * * *", trigger="POST /api/cron/recalculate", dry="POST /x?dry=1", disable="SET f off"
    )
    run = replace(RUN, result="failed: hunter22", enabled=False, contended=3, contended_over=60.0)
    lock = replace(STALE, job=plan)
    entry = LogLine("worker", "recalculate: lock held", Level.WARN, START)
    history = Answer(("started", "status"), (("02:00", "failed"), ("01:00", None)))
    told = text(Seen(lock, run, 3, "its counter"), Closer(history, (entry,), ("Cron stuck",)))
    for said in (
        "stale: held 7:00 longer than a run may take (1:00:00)",
        "from its TTL and the configured lock_ttl",
        "53:00, by PTTL",
        "3 runs in the last 1:00, by its counter",
        "disabled, at 03:05 UTC",
        "off: the job does not run",
        "failed: •",
        "2h13m ago, which is late",
        "T runs the job now: POST /api/cron/recalculate; its dry run is shown first.",
        "J disables or enables the job: SET f off",
        "runbook: Cron stuck",
        "03:00:00 worker recalculate: lock held",
        "02:00    failed",
    ):
        assert said in told
    assert "hunter22" not in told


def test_what_is_not_known_is_said() -> None:
    told = text(Seen(FREE), Closer("no question for them is configured"))
    assert "nobody holds it" in told
    assert "no question for them is configured" in told
    assert "none among those that were read" in told
    empty = text(Seen(FREE), Closer(Answer(("a",))))
    assert "\nnone\n" in empty


def test_the_figures_of_the_server() -> None:
    figures = RedisFigures("valkey 8.1.1", 12 << 20, 64 << 20, 3, 97, 3, 14, 210, 2)
    assert plain(figures_lines("kv", figures, OPERATOR)) == (
        "kv  valkey 8.1.1 · 12M of 64M · evicted 3 · hits 97% · 14 clients · 210/s · slow log 2"
    )
    few = plain(figures_lines("kv", RedisFigures("redis 7.0"), OPERATOR))
    assert few == "kv  redis 7.0 · slow log needs +slowlog|len"
