"""The incident `db-connections`, by keys only, in a real terminal, against the real range."""

from __future__ import annotations

import re

import psycopg

from cockpit.model.incident import EntryKind
from cockpit.sandbox.info import RangeInfo
from tests.support.cockpit import command_json, screen_on
from tests.support.range import get, start_range, wait_for
from tests.support.servers import alive
from tests.support.terminal import Terminal
from tests.support.walking import (
    ask,
    broken_as_it_should_be,
    calm,
    confirm,
    dismiss,
    entries,
    on_step,
    open_first_runbook,
    read_step,
)

END_HEAD = 5
_ROOT = """
    SELECT pid, usename FROM pg_stat_activity
    WHERE application_name = 'report-export' AND query LIKE '%FOR UPDATE%'
"""


def test_the_suggested_runbook_ends_it() -> None:
    with start_range("db-connections") as info:
        pid, user = root_of(info)
        assert get(f"{info.api}/api/health")[0] == 503
        broken_as_it_should_be(info)

        with screen_on(info) as terminal:
            open_first_runbook(terminal, "Database connection issues")
            for number in range(1, END_HEAD):
                read_step(terminal, number)
            take_the_head_blocker(terminal, pid)
            refuse_the_early_key(terminal, pid, user)
            ask(terminal)
            confirm(terminal)
            terminal.wait("✓ succeeded", 30.0)
            terminal.wait("the verify step holds", 40.0)
            dismiss(terminal)
            calm(terminal)
            terminal.press("q")
            assert terminal.wait_exit() == 0

        wait_for(lambda: not alive(info.pids["report-export"]), "the export is gone with its session")
        wait_for(lambda: healthy(info), "the service has its database back")
        wait_for(lambda: command_json(info, "check")[0] == 0, "every check is ok", 40.0)
        [intent] = entries(info.config, EntryKind.INTENT)
        assert intent.payload["target"] == str(pid)
        assert len(entries(info.config, EntryKind.REFUSAL)) == 1


def root_of(info: RangeInfo) -> tuple[int, str]:
    """Pid and user of the session that holds the locks."""
    with psycopg.connect(info.postgres_admin) as line:
        row = line.execute(_ROOT).fetchone()
    assert row is not None
    return int(row[0]), str(row[1])


def take_the_head_blocker(terminal: Terminal, pid: int) -> None:
    """Put the cursor on the first row of the blocking view, and take its pid into the step."""
    terminal.press("2", "f3", "g")
    terminal.wait(r"2 Activity .* blocking")
    terminal.wait(rf"│ {pid} +idle tx")
    terminal.press("0")
    terminal.wait(r"⏎ (run|ask) +a argument")
    on_step(terminal, END_HEAD)
    terminal.press("a")
    terminal.wait(rf"pid = {pid}\b")


def refuse_the_early_key(terminal: Terminal, pid: int, user: str) -> None:
    """The card names everything; a `y` that ran ahead of it and Enter do nothing, `n` puts it away."""
    shown = ask(terminal, "\ry")
    for expected in (
        rf"command +SELECT pg_terminate_backend\('?{pid}'?\)",
        rf"effect +will end session {pid}, frees [1-9]\d* waiter",
        rf"pid +{pid}",
        rf"user +{user}",
        r"application +report-export",
        r"state +idle in transaction",
        r"transaction open for +\d",
        r"waiting behind +[1-9]\d* session",
        "SANDBOX",
        "CHANGE",
    ):
        assert re.search(expected, shown), f"{expected!r} is not on the card:\n{shown}"
    terminal.press("enter", "n")
    terminal.wait("enter shows what would happen")


def healthy(info: RangeInfo) -> bool:
    """Whether the service says that it reaches its database."""
    status, body = get(f"{info.api}/api/health")
    return status == 200 and body["dbOk"] is True
