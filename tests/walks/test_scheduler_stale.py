"""The incident `scheduler-stale`, by keys only, in a real terminal, against the real range."""

from __future__ import annotations

import psutil
import psycopg

from cockpit.model.incident import EntryKind
from cockpit.sandbox.info import RangeInfo
from tests.support.cockpit import screen_on
from tests.support.range import start_range, wait_for
from tests.support.servers import alive
from tests.support.walking import (
    broken_as_it_should_be,
    carry_out,
    entries,
    go_to,
    leave_in_peace,
    open_first_runbook,
    run_step,
    take_argument,
)

HEARTBEAT, BEAT, CLOCK, LATE, RESTART, ONCE, READY, RAN = 1, 2, 3, 8, 11, 13, 14, 15
WORKERS = ("worker-1", "worker-2")


def test_the_suggested_runbook_ends_it() -> None:
    with start_range("scheduler-stale") as info:
        assert [psutil.Process(info.pids[name]).status() for name in WORKERS] == [psutil.STATUS_STOPPED] * 2
        broken_as_it_should_be(info)
        runs = finished_runs(info)

        with screen_on(info) as terminal:
            open_first_runbook(terminal, "Job scheduler stale")
            for number in (HEARTBEAT, BEAT, CLOCK, LATE):
                run_step(terminal, number)
            go_to(terminal, RESTART)
            assert "will restart the process worker-1" in carry_out(terminal)
            take_argument(terminal, "4", "worker-2", RESTART)
            terminal.wait("docker restart worker-2", 20.0)
            assert "will restart the process worker-2" in carry_out(terminal, ".")
            go_to(terminal, ONCE)
            assert "/api/cron/outbox" in carry_out(terminal)
            for number in (READY, RAN):
                run_step(terminal, number)
            leave_in_peace(terminal, info)

        assert [alive(info.pids[name]) for name in WORKERS] == [False, False]
        wait_for(lambda: finished_runs(info) > runs, "the jobs have run again")
        targets = [entry.payload["target"] for entry in entries(info.config, EntryKind.INTENT)]
        assert targets[:2] == list(WORKERS)
        assert len(targets) == 3


def finished_runs(info: RangeInfo) -> int:
    """How often the jobs that nobody runs by hand here finished."""
    with psycopg.connect(info.postgres_admin) as line:
        row = line.execute("SELECT count(*) FROM cron_runs WHERE job <> 'outbox' AND status = 'done'").fetchone()
    assert row is not None
    return int(row[0])
