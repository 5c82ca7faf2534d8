"""The incident `lock-contention`, by keys only, in a real terminal, against the real range."""

from __future__ import annotations

import re

import psycopg
import redis

from cockpit.model.incident import EntryKind
from cockpit.sandbox.info import RangeInfo
from tests.support.cockpit import screen_on
from tests.support.range import start_range, wait_for
from tests.support.servers import alive
from tests.support.terminal import Terminal
from tests.support.walking import (
    ask,
    broken_as_it_should_be,
    carry_out,
    entries,
    go_to,
    leave_in_peace,
    open_first_runbook,
    run_step,
)

LOCK = "lock:cron:billing-reconcile"
OWNER, TTL, RUN, RESTART, RELEASE, REPORTED = 3, 4, 5, 14, 15, 18


def test_the_suggested_runbook_ends_it() -> None:
    with start_range("lock-contention") as info, redis.Redis.from_url(info.redis_admin, decode_responses=True) as kv:
        holder = str(kv.get(LOCK))
        assert holder == f"worker-1:{info.pids['worker-1']}"
        assert alive(info.pids["worker-1"])
        broken_as_it_should_be(info)
        runs = finished_runs(info)

        with screen_on(info) as terminal:
            open_first_runbook(terminal, "Lock contention")
            assert holder in run_step(terminal, OWNER)
            for number in (TTL, RUN):
                run_step(terminal, number)
            be_warned_of_a_second_run(terminal, holder)
            assert kv.get(LOCK) == holder
            go_to(terminal, RESTART)
            assert "will restart the process worker-1" in carry_out(terminal)
            run_step(terminal, REPORTED)
            leave_in_peace(terminal, info)

        assert kv.get(LOCK) != holder
        assert not alive(info.pids["worker-1"])
        wait_for(lambda: finished_runs(info) > runs, "the job has run")
        kinds = [entry.kind for entry in entries(info.config, EntryKind.INTENT, EntryKind.REFUSAL)]
        assert kinds == [EntryKind.REFUSAL, EntryKind.INTENT]


def be_warned_of_a_second_run(terminal: Terminal, holder: str) -> None:
    """The tempting deletion of the lock says on its card that the holder lives; `n` leaves it at that."""
    go_to(terminal, RELEASE)
    shown = ask(terminal)
    assert holder in shown
    assert re.search(r"owner lives +its run goes on, and the next would go beside it", shown)
    terminal.press("n")
    terminal.wait("enter shows what would happen")


def finished_runs(info: RangeInfo) -> int:
    """How often the job finished."""
    with psycopg.connect(info.postgres_admin) as line:
        row = line.execute(
            "SELECT count(*) FROM cron_runs WHERE job = 'billing-reconcile' AND status = 'done'"
        ).fetchone()
    assert row is not None
    return int(row[0])
