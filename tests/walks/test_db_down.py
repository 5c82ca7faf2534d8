"""The incident `db-down`, by keys only, in a real terminal, against the real range."""

from __future__ import annotations

import psycopg

from cockpit.model.incident import EntryKind
from cockpit.sandbox.info import RangeInfo
from tests.support.cockpit import command, command_json, screen_on
from tests.support.range import get, start_range, wait_for
from tests.support.terminal import Terminal
from tests.support.walking import (
    ask,
    broken_as_it_should_be,
    calm,
    card,
    confirm,
    dismiss,
    entries,
    go_to,
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
            calm(terminal)
            terminal.press("q")
            assert terminal.wait_exit() == 0

        assert takes_sessions(info)
        wait_for(lambda: get(f"{info.api}/api/checkout?order=1", "POST")[0] == 200, "orders can be paid")
        wait_for(lambda: command_json(info, "check")[0] == 0, "every check is ok", 60.0)
        [intent] = entries(info.config, EntryKind.INTENT)
        assert intent.payload["target"] == "postgres"
        assert command("--config", info.config, "journal", "verify").returncode == 0


def restart(terminal: Terminal) -> None:
    """Start the server again; the step warns of doing that to one that recovers."""
    assert "unless it is recovering" in go_to(terminal, RESTART)
    shown = ask(terminal)
    assert "will restart the process postgres" in shown
    assert "exited" in shown
    confirm(terminal)
    terminal.wait("✓ succeeded", 30.0)
    terminal.wait("the verify step holds", 40.0)
    assert "postgres is running" in card(terminal, "What became of it")
    dismiss(terminal)


def takes_sessions(info: RangeInfo) -> bool:
    """Whether PostgreSQL itself answers a statement."""
    try:
        with psycopg.connect(info.postgres_admin, connect_timeout=5) as line:
            return line.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False
