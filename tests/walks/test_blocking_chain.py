"""The incident `blocking-chain`, by keys only, in a real terminal, against the real range."""

from __future__ import annotations

import re

import psycopg

from cockpit.model.incident import EntryKind
from cockpit.sandbox.info import RangeInfo
from tests.support.cockpit import screen_on
from tests.support.range import get, start_range, wait_for
from tests.support.servers import alive
from tests.support.terminal import Terminal
from tests.support.walking import (
    ask,
    broken_as_it_should_be,
    carry_out,
    entries,
    go_to,
    leave_in_peace,
    on_step,
    open_first_runbook,
    run_step,
)

WAITING, HEADS, END_HEAD, NOBODY_WAITS, WRITES, PAID = 1, 2, 5, 6, 7, 8


def test_the_suggested_runbook_ends_it() -> None:
    with start_range("blocking-chain") as info:
        head = head_of(info)
        broken_as_it_should_be(info)

        with screen_on(info) as terminal:
            open_first_runbook(terminal, "Blocked sessions")
            run_step(terminal, WAITING)
            assert re.search(rf"{head} +price-import +idle in transaction", run_step(terminal, HEADS))
            go_to(terminal, END_HEAD)
            be_warned_of_the_victim(terminal, head)
            take(terminal, "g")
            terminal.wait(rf"pid = {head}\b")
            shown = carry_out(terminal)
            assert re.search(rf"will end session {head}, frees [1-9]\d* waiter", shown)
            assert "waits itself" not in shown
            for number in (NOBODY_WAITS, WRITES, PAID):
                run_step(terminal, number)
            leave_in_peace(terminal, info)

        wait_for(lambda: not alive(info.pids["price-import"]), "the import is gone with its session")
        assert all(get(f"{info.api}/api/checkout?order={order}", "POST")[0] == 200 for order in range(1, 6))
        assert [entry.payload["target"] for entry in entries(info.config, EntryKind.INTENT)] == [str(head)]


def be_warned_of_the_victim(terminal: Terminal, head: int) -> None:
    """The card of a session that waits itself says for whom; `n` leaves it at that."""
    take(terminal, "G")
    terminal.wait(r"pid = \d+\b")
    shown = ask(terminal)
    assert f"will end session {head}," not in shown
    assert re.search(r"waits itself +for \d+: that one holds up the others, and goes on doing so", shown)
    terminal.press("n")
    terminal.wait("enter shows what would happen")


def take(terminal: Terminal, end: str) -> None:
    """Take the first (g) or last (G) session of the blocking view into the step."""
    terminal.press("2", "f3", end)
    terminal.wait(r"2 Activity .* blocking")
    terminal.settle()
    terminal.press("0")
    terminal.wait(r"⏎ (run|ask) +a argument")
    on_step(terminal, END_HEAD)
    terminal.press("a")


def head_of(info: RangeInfo) -> int:
    """Pid of the session that holds the locks."""
    with psycopg.connect(info.postgres_admin) as line:
        row = line.execute("SELECT pid FROM pg_stat_activity WHERE application_name = 'price-import'").fetchone()
    assert row is not None
    return int(row[0])
