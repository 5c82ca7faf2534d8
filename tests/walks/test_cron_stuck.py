"""The incident `cron-stuck`, by keys only, in a real terminal, against the real range."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import redis

from tests.support.cockpit import command, command_json, screen_on, verdicts
from tests.support.range import start_range, wait_for

LOCK = "lock:cron:recalculate"


def test_the_suggested_runbook_ends_it() -> None:
    with start_range("cron-stuck") as info, redis.Redis.from_url(info.redis_admin) as kv:
        holder = kv.get(LOCK)
        assert isinstance(holder, bytes)
        code, before = command_json(info, "check")
        assert (code, before["verdict"]) == (2, "crit")

        with screen_on(info) as terminal:
            terminal.wait(r"cron\.recalculate")
            terminal.wait("Cron stuck.*")
            terminal.press("0", "enter")
            terminal.wait("See who holds the lock")
            walk_to_the_release(terminal)
            terminal.wait("will delete 1 key")
            card = terminal.text
            assert holder.decode() in card, "the owner"
            assert "SANDBOX" in card
            terminal.press("enter")
            terminal.feed(0.5)
            assert kv.get(LOCK) == holder, "Enter does nothing on a confirmation"
            terminal.press("y")
            wait_for(lambda: kv.get(LOCK) != holder, "the lock is released")
            terminal.wait("succeeded")
            wait_for(lambda: verdicts(info)["cron.recalculate"] == "ok", "the worker has run the job")
            terminal.press("escape", "q")
            assert terminal.wait_exit() == 0

        assert command_json(info, "check")[0] == 0
        journal_holds_and_notices_every_change(info.config)


def walk_to_the_release(terminal) -> None:  # type: ignore[no-untyped-def]
    """Run the steps that read, one Enter each, until the first one that changes something is offered."""
    for _ in range(12):
        terminal.press("enter")
        terminal.feed(0.4)
        if terminal.shows("will delete 1 key"):
            return


def journal_holds_and_notices_every_change(config: str) -> None:
    assert command("--config", config, "journal", "verify").returncode == 0
    path = next(Path(config).parent.rglob("*.db"))
    line = sqlite3.connect(path)
    assert line.execute("SELECT count(*) FROM entries WHERE kind = 'intent'").fetchone() == (1,)
    line.close()
