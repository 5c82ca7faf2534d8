"""The wall clock jumps under a running cockpit: ages, verdicts and countdowns stay what they are."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import redis

from tests.support.answering import LONG, answers_keys, cursor_moves, first_word
from tests.support.cockpit import variables
from tests.support.fault_line import Fault, fault_line
from tests.support.servers import running_redis
from tests.support.terminal import Terminal

HOURS = 3 * 3600.0


class WallClock:
    """How far the cockpit's wall clock is off."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "wrong_by"
        self.jump(0.0)

    def jump(self, seconds: float) -> None:
        """Set it; a reader sees the old or the new figure and nothing between."""
        fresh = self.file.with_suffix(".new")
        fresh.write_text(str(seconds))
        fresh.replace(self.file)

    def cockpit(self, config: Path) -> Terminal:
        """A cockpit by this clock."""
        program = [sys.executable, "-m", "tests.support.jumping_clock", str(self.file)]
        return Terminal([*program, "--config", str(config)], 160, 48, variables())


@pytest.mark.parametrize("jump", [HOURS, -HOURS], ids=["forward", "back"])
def test_a_jump_of_the_wall_clock(jump: float, tmp_path: Path) -> None:
    clock = WallClock(tmp_path)
    with running_redis() as server, fault_line(("127.0.0.1", server.port)) as line:
        with redis.Redis.from_url(server.url) as kv:
            for name in ("billing", "enrich"):
                kv.set(f"lock:cron:{name}", "worker-1:1", px=3_600_000)
        config = tmp_path / "cockpit.toml"
        config.write_text(
            f"""
[journal]
path = "journal.db"
[environments.sandbox]
protected = false
host = false
[[environments.sandbox.redis]]
name = "kv"
url = "{server.url.replace(f":{server.port}/", f":{line.port}/")}"
every = "1s"
[[environments.sandbox.checks]]
name = "locks"
redis = "EXISTS lock:cron:billing"
every = "1s"
"""
        )
        with clock.cockpit(config) as terminal:
            terminal.wait("1 ok", LONG)
            terminal.wait("● kv", LONG)
            terminal.press("3", "g")
            lock = first_word(terminal)

            clock.jump(jump)
            terminal.wait(f" {datetime.now(UTC) + timedelta(seconds=jump):%H}:\\d\\d:\\d\\dZ", LONG)
            terminal.wait("3 Cron locks.* [0-2]s ─", LONG)
            terminal.wait("1 ok", LONG)
            assert not terminal.shows(r"stale \d|lost|no answer"), terminal.text
            assert first_word(terminal) == lock
            cursor_moves(terminal)
            answers_keys(terminal)

            line.break_(Fault.REFUSED)
            terminal.wait(r"3 Cron locks.*stale \d+s · again in \d+s", LONG)
            clock.jump(-jump)
            terminal.wait(f" {datetime.now(UTC) - timedelta(seconds=jump):%H}:\\d\\d:\\d\\dZ", LONG)
            terminal.settle()
            assert not terminal.shows(r"again in \d{3,}s|-\d+s"), terminal.text
            answers_keys(terminal)
            line.mend()
            terminal.wait("● kv", 2 * LONG)
            terminal.wait("3 Cron locks.* [0-2]s ─", LONG)
            terminal.wait("1 ok", LONG)
            assert first_word(terminal) == lock
            terminal.press("escape-alone", "q")
            assert terminal.wait_exit(30) == 0
