"""The incident `db-down`, by keys only, in a real terminal, against the real range."""

from __future__ import annotations

import psycopg

from cockpit.model.incident import EntryKind
from cockpit.sandbox.info import RangeInfo
from tests.support.cockpit import screen_on
from tests.support.range import get, start_range, wait_for
from tests.support.terminal import Terminal
from tests.support.walking import (
    broken_as_it_should_be,
    carry_out,
    entries,
    go_to,
    leave_in_peace,
    open_first_runbook,
    run_step,
)

ASK, RESTART, ANSWERS, REACHED, CATCH_UP = 1, 8, 9, 10, 11


def test_the_suggested_runbook_ends_it() -> None:
    with start_range("db-down") as info:
        assert not takes_sessions(info)
        broken_as_it_should_be(info)

        with screen_on(info) as terminal:
            open_first_runbook(terminal, "Database down")
            assert "nothing listens there" in run_step(terminal, ASK, "✗")
            terminal.wait("postgres +exited")
            restart(terminal)
            assert "f" in run_step(terminal, ANSWERS)
            for number in (REACHED, CATCH_UP):
                run_step(terminal, number)
            leave_in_peace(terminal, info)

        assert takes_sessions(info)
        wait_for(lambda: get(f"{info.api}/api/checkout?order=1", "POST")[0] == 200, "orders can be paid")
        [intent] = entries(info.config, EntryKind.INTENT)
        assert intent.payload["target"] == "postgres"


def restart(terminal: Terminal) -> None:
    """Start the server again; the step warns of doing that to one that recovers."""
    assert "unless it is recovering" in go_to(terminal, RESTART)
    shown = carry_out(terminal)
    assert "will restart the process postgres" in shown
    assert "exited" in shown


def takes_sessions(info: RangeInfo) -> bool:
    """Whether PostgreSQL itself answers a statement."""
    try:
        with psycopg.connect(info.postgres_admin, connect_timeout=5) as line:
            return line.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False
