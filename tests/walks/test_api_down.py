"""The incident `api-down`, by keys only, in a real terminal, against the real range."""

from __future__ import annotations

import psutil

from cockpit.model.incident import EntryKind
from cockpit.sandbox.info import RangeInfo
from tests.support.cockpit import screen_on
from tests.support.range import get, start_range, wait_for
from tests.support.servers import alive
from tests.support.terminal import Terminal
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

ALIVE, RESTART, HEALTHY, READY, WRITES = 1, 14, 16, 17, 18
PROCESSES = ("api-1", "api-2")


def test_the_suggested_runbook_ends_it() -> None:
    with start_range("api-down") as info:
        assert [hangs(info, name) for name in PROCESSES] == [True, True]
        broken_as_it_should_be(info)

        with screen_on(info) as terminal:
            open_first_runbook(terminal, "API down")
            assert "did not answer within" in run_step(terminal, ALIVE, "✗")
            go_to(terminal, RESTART)
            restart(terminal, "api-1", "\ry")
            take_argument(terminal, "4", "api-2", RESTART)
            terminal.wait("docker restart api-2", 20.0)
            restart(terminal, "api-2", ".")
            for number in (HEALTHY, READY, WRITES):
                run_step(terminal, number)
            leave_in_peace(terminal, info)

        assert [alive(info.pids[name]) for name in PROCESSES] == [False, False]
        wait_for(lambda: all(get(f"{info.api}/healthz")[0] == 200 for _ in range(20)), "whoever is asked answers")
        assert [entry.payload["target"] for entry in entries(info.config, EntryKind.INTENT)] == list(PROCESSES)


def restart(terminal: Terminal, name: str, keys: str) -> None:
    """Restart one process; a `y` that runs ahead of the card does nothing, because a restart wipes the evidence."""
    shown = carry_out(terminal, keys)
    assert f"will restart the process {name}" in shown
    assert "CHANGE" in shown


def hangs(info: RangeInfo, name: str) -> bool:
    """Whether that process is there and stands still."""
    return psutil.Process(info.pids[name]).status() == psutil.STATUS_STOPPED
