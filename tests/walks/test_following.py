"""An incident followed from a second terminal, over a Redis that is killed and restarted empty meanwhile."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit.sandbox.info import RangeInfo
from tests.support.cockpit import command, screen
from tests.support.range import start_range
from tests.support.servers import FallibleRedis, fallible_redis
from tests.support.terminal import Terminal
from tests.support.walking import ask, confirm, dismiss, insist, open_first_runbook, read_step

RELEASE = 6


@pytest.fixture
def fallible() -> Iterator[FallibleRedis]:
    with fallible_redis() as running:
        yield running


def shared_configuration(info: RangeInfo, share: FallibleRedis) -> str:
    """The range's configuration with a share."""
    path = Path(info.config).with_name("shared.toml")
    path.write_text(f'{Path(info.config).read_text()}\n[share]\nurl = "{share.server.url}"\nkey = "the team\'s key"\n')
    return str(path)


def follower_configuration(folder: Path, share: FallibleRedis) -> str:
    """The configuration of somebody who has no credential but that of the share."""
    path = folder / "cockpit.toml"
    path.write_text(f'[environments]\n[share]\nurl = "{share.server.url}"\nkey = "the team\'s key"\n')
    return str(path)


def declare(terminal: Terminal, title: str) -> None:
    """Declare an incident by the palette."""
    terminal.press(":")
    terminal.wait("─ Commands|─ Command")
    terminal.press(f"incident P1 {title}", "enter")
    terminal.wait("INC-1 P1")


def test_a_follower_sees_the_run_live_and_catches_up(fallible: FallibleRedis, tmp_path: Path) -> None:
    with start_range("cron-stuck") as info:
        config, eyes = shared_configuration(info, fallible), follower_configuration(tmp_path, fallible)
        assert "no incident is shared now" in command("--config", eyes, "observe").stdout
        with screen("--config", config) as operator:
            open_first_runbook(operator, "Cron stuck")
            declare(operator, "Recalculate is stuck")
            read_step(operator, 1)
            [live] = json.loads(command("--config", eyes, "observe", "--json").stdout)
            assert (live["incident"], live["title"], live["environment"]) == (
                "INC-1",
                "Recalculate is stuck",
                "SANDBOX",
            )
            with screen("--config", eyes, "observe", "INC-1", columns=220, rows=56) as follower:
                follow(operator, follower, fallible)
        with screen("--config", config, "observe", "--replay", columns=220, rows=56) as replay:
            play(replay)


def seen(follower: Terminal, operator: Terminal, pattern: str, *, gone: bool = False, deadline: float = 60.0) -> None:
    """Wait until the follower's screen shows something, or no longer; both terminals are read meanwhile."""
    end = time.monotonic() + deadline
    while follower.shows(pattern) is gone:
        assert time.monotonic() < end, f"{pattern!r}, gone: {gone}:\n{follower.text}\n{operator.text}"
        operator.feed(0.02)
        follower.feed(0.02)


def follow(operator: Terminal, follower: Terminal, share: FallibleRedis) -> None:
    for pattern in (
        "following .*picture .* old",
        "SANDBOX.*INC-1 P1.*OBSERVER",
        r"lock:cron:rec\S* +orphaned",
        "✓ +1 See what the service",
        "declared P1 Recalculate is stuck",
    ):
        seen(follower, operator, pattern)
    for number in range(2, RELEASE):
        read_step(operator, number)
    ask(operator)
    seen(follower, operator, "is asked, and has not answered, about")
    seen(follower, operator, "DEL lock:cron:recalculate")
    share.kill()
    seen(follower, operator, "redis share cannot be reached")
    confirm(operator)
    operator.wait("the verify step holds", 60.0)
    assert operator.shows("[◐✗] share"), operator.text
    dismiss(operator)
    share.start()
    seen(follower, operator, "succeeded: .*lock:cron:recalculate")
    seen(follower, operator, "cannot be reached", gone=True)
    assert not follower.shows("not proven|NOT PROVEN"), follower.text
    operator.wait("● share")
    for terminal in (follower, operator):
        terminal.press("q")
        assert terminal.wait_exit() == 0


def play(terminal: Terminal) -> None:
    """Play the incident that has just been walked again, from its recording."""
    terminal.wait("replay INC-1 +at 1x, 00:0", 60.0)
    terminal.press("f5")
    terminal.wait("replay INC-1 +paused")
    terminal.wait(r"lock:cron:rec\S* +orphaned")
    terminal.wait("▶ +1 See what the service|✓ +1 See what the service")
    assert not terminal.shows("succeeded: ")
    insist(terminal, "f6", lambda: not terminal.shows("succeeded: .*lock:cron:recalculate"))
    terminal.wait("replay INC-1 +paused")
    terminal.press("<")
    terminal.gone("succeeded: ")
    terminal.wait(r"lock:cron:rec\S* +orphaned")
    insist(terminal, ">", lambda: not terminal.shows("replay INC-1 +over"))
    terminal.wait("succeeded: .*lock:cron:recalculate")
    terminal.wait(r"lock:cron:rec\S* +(free|held)")
    terminal.press("q")
    assert terminal.wait_exit() == 0
