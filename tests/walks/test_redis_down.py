"""The incident `redis-down`, by keys only, in a real terminal, against the real range."""

from __future__ import annotations

import re

import redis

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

PING, RESTART, WRONG, PONG, REACHED, READY = 1, 8, 9, 10, 11, 12


def test_the_suggested_runbook_ends_it() -> None:
    with start_range("redis-down") as info:
        assert not listens(info)
        broken_as_it_should_be(info)

        with screen_on(info) as terminal:
            open_first_runbook(terminal, "Redis down")
            assert "cannot be reached" in run_step(terminal, PING, "✗")
            terminal.wait("redis +exited")
            be_warned_of_the_wrong_tool(terminal)
            restart(terminal)
            for number in (PONG, REACHED, READY):
                run_step(terminal, number)
            leave_in_peace(terminal, info)

        assert listens(info)
        wait_for(lambda: get(f"{info.api}/readyz")[0] == 200, "the service is ready")
        [intent] = entries(info.config, EntryKind.INTENT)
        assert intent.payload["target"] == "redis"


def be_warned_of_the_wrong_tool(terminal: Terminal) -> None:
    """The tempting FLUSHALL is no step, and the runbook says why."""
    shown = go_to(terminal, WRONG)
    assert re.search(r"FLUSHALL is the wrong tool", shown)


def restart(terminal: Terminal) -> None:
    """Start the server again through the process that keeps it."""
    go_to(terminal, RESTART)
    shown = carry_out(terminal)
    assert "will restart the process redis" in shown
    assert "exited" in shown


def listens(info: RangeInfo) -> bool:
    """Whether Redis itself answers."""
    try:
        with redis.Redis.from_url(info.redis_admin) as kv:
            return bool(kv.ping())
    except redis.ConnectionError:
        return False
