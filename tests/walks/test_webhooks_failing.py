"""The incident `webhooks-failing`, by keys only, in a real terminal, against the real range."""

from __future__ import annotations

import re

import psycopg

from cockpit.model.incident import EntryKind
from cockpit.sandbox.info import RangeInfo
from tests.support.cockpit import screen_on
from tests.support.range import start_range, wait_for
from tests.support.terminal import Terminal
from tests.support.walking import (
    ask,
    broken_as_it_should_be,
    carry_out,
    dismiss,
    entries,
    go_to,
    keep,
    leave_in_peace,
    open_first_runbook,
    run_step,
    take_argument,
)

COUNTS, WHY, ALIVE, RESTART, REQUEUE, PROCESS, NO_FAILED, HEALTHY, AGREE, ARRIVE = 1, 2, 3, 11, 12, 13, 16, 17, 18, 19
SIGNATURE = "the signature does not fit"


def test_the_suggested_runbook_ends_it() -> None:
    with start_range("webhooks-failing") as info:
        broken_as_it_should_be(info)

        with screen_on(info) as terminal:
            open_first_runbook(terminal, "Payment webhooks failing")
            run_step(terminal, COUNTS)
            assert SIGNATURE in run_step(terminal, WHY)
            run_step(terminal, ALIVE)
            go_to(terminal, RESTART)
            assert "will restart the process api-1" in carry_out(terminal)
            take_argument(terminal, "4", "api-2", RESTART)
            terminal.wait("docker restart api-2", 20.0)
            assert "will restart the process api-2" in carry_out(terminal, ".")
            requeue(terminal)
            go_to(terminal, PROCESS)
            assert "billing-reconcile?limit=100" in carry_out(terminal)
            for number in (NO_FAILED, HEALTHY, AGREE, ARRIVE):
                run_step(terminal, number)
            leave_in_peace(terminal, info)

        assert failed(info) == 0
        processed = events(info)
        wait_for(lambda: events(info) > processed, "new events are processed")
        intents = entries(info.config, EntryKind.INTENT)
        assert [entry.payload["target"] for entry in intents][:2] == ["api-1", "api-2"]
        assert len(intents) == 4


def requeue(terminal: Terminal) -> None:
    """Put the failed events back in the queue, and keep that."""
    go_to(terminal, REQUEUE)
    shown = ask(terminal)
    assert "rows of stripe_webhook_events" in shown
    type_the_number(terminal, shown)
    keep(terminal, "y")
    terminal.wait("rows affected", 30.0)
    dismiss(terminal)


def type_the_number(terminal: Terminal, shown: str) -> None:
    """Many rows are confirmed by their number; how many there are depends on how fast one was."""
    if wanted := re.search(r"type (\d+) ", shown):
        terminal.press(*wanted[1])
        terminal.wait(rf"type {wanted[1]} +{wanted[1]}")
        terminal.settle()


def failed(info: RangeInfo) -> int:
    """Events that could not be processed."""
    return counted(info, "failed")


def events(info: RangeInfo) -> int:
    """Events that were processed."""
    return counted(info, "processed")


def counted(info: RangeInfo, status: str) -> int:
    with psycopg.connect(info.postgres_admin) as line:
        row = line.execute("SELECT count(*) FROM stripe_webhook_events WHERE status = %s", (status,)).fetchone()
    assert row is not None
    return int(row[0])
