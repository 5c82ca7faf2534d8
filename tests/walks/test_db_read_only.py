"""The incident `db-read-only`, by keys only, in a real terminal, against the real range."""

from __future__ import annotations

import psycopg

from cockpit.model.incident import EntryKind
from cockpit.sandbox.info import RangeInfo
from tests.support.cockpit import screen_on
from tests.support.range import get, start_range, wait_for
from tests.support.terminal import Terminal
from tests.support.walking import (
    ask,
    broken_as_it_should_be,
    card,
    confirm,
    dismiss,
    entries,
    go_to,
    keep,
    leave_in_peace,
    open_first_runbook,
    run_step,
)

WRITE, REPLICA, SETTINGS, ALLOW, ALLOWED, WRITES, PAID = 1, 2, 3, 6, 8, 9, 10


def test_the_suggested_runbook_ends_it() -> None:
    with start_range("db-read-only") as info:
        assert forbidding(info) == 1
        broken_as_it_should_be(info)

        with screen_on(info) as terminal:
            open_first_runbook(terminal, "Database read-only")
            assert "read-only transaction" in run_step(terminal, WRITE)
            run_step(terminal, REPLICA)
            assert "default_transaction_read_only=on" in run_step(terminal, SETTINGS)
            go_to(terminal, ALLOW)
            allow(terminal)
            renew(terminal)
            for number in (ALLOWED, WRITES, PAID):
                run_step(terminal, number)
            leave_in_peace(terminal, info)

        assert forbidding(info) == 0
        wait_for(lambda: get(f"{info.api}/api/checkout?order=1", "POST")[0] == 200, "orders can be paid")
        assert len(entries(info.config, EntryKind.INTENT)) == 2


def allow(terminal: Terminal) -> None:
    """Allow writes again, and keep that: the change is shown before it is committed."""
    assert "ALTER DATABASE shop RESET default_transaction_read_only" in ask(terminal)
    keep(terminal, "y")
    terminal.wait("the verify step holds", 60.0)
    dismiss(terminal)


def renew(terminal: Terminal) -> None:
    """Accept what is offered next: to end the sessions that the change does not reach."""
    shown = card(terminal)
    assert "older than the change" in shown
    assert "shop@shop api-1" in shown
    confirm(terminal)
    terminal.wait("✓ succeeded", 30.0)
    dismiss(terminal)


def forbidding(info: RangeInfo) -> int:
    """Settings of the database that forbid writes."""
    with psycopg.connect(info.postgres_admin) as line:
        row = line.execute(
            "SELECT count(*) FROM pg_db_role_setting"
            " WHERE setrole = 0 AND 'default_transaction_read_only=on' = ANY (setconfig)"
        ).fetchone()
    assert row is not None
    return int(row[0])
