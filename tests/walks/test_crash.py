"""Nothing is lost by `kill -9`, and what nobody can know is called unknown."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from cockpit.model.incident import EntryKind
from tests.support.cockpit import command, screen_on
from tests.support.range import start_range, wait_for
from tests.support.walking import TOLD, ask, card, confirm, dismiss, entries, on_step

LOCK = "lock:cron:recalculate"
LONG = 120_000
"""Milliseconds for which writes are held up: longer than any test."""
RUNBOOK = """
# Release

## Release

1. Release the lock
   ```redis {"target":"kv","timeout":"TIMEOUT"}
   DEL lock:cron:recalculate
   ```
"""


def release_runbook(folder: Path, timeout: str) -> str:
    """A runbook that releases the lock and waits that long for the answer."""
    path = folder / "release.md"
    path.write_text(RUNBOOK.replace("TIMEOUT", timeout))
    return str(path)


@contextmanager
def writes_held_up(kv: redis.Redis) -> Iterator[None]:
    """Reads are answered, writes hang."""
    kv.client_pause(LONG, all=False)
    try:
        yield
    finally:
        kv.client_unpause()


def test_killed_between_intent_and_outcome(tmp_path: Path) -> None:
    runbook = release_runbook(tmp_path, "2m")
    with start_range("cron-stuck") as info, redis.Redis.from_url(info.redis_admin) as kv:
        with screen_on(info, "--runbook", runbook) as terminal:
            on_step(terminal, 1)
            ask(terminal)
            with writes_held_up(kv):
                confirm(terminal)
                terminal.wait("─ Carrying it out ─")
                wait_for(lambda: bool(entries(info.config, EntryKind.INTENT)), "the intent is on the disk")
                terminal.signal(signal.SIGKILL)
                assert terminal.wait_exit() == -signal.SIGKILL
            assert entries(info.config, EntryKind.OUTCOME) == []

        with screen_on(info) as terminal:
            said = terminal.wait("unknown, verify: ", 60.0)
            assert LOCK in said
            assert "never reported back" in said
            terminal.press("escape-alone")
            terminal.gone("unknown, verify: ")
            terminal.press("q")
            assert terminal.wait_exit() == 0
        assert command("--config", info.config, "journal", "verify").returncode == 0


def test_no_answer_within_the_deadline(tmp_path: Path) -> None:
    runbook = release_runbook(tmp_path, "2s")
    with (
        start_range("cron-stuck") as info,
        redis.Redis.from_url(info.redis_admin) as kv,
        screen_on(info, "--runbook", runbook) as terminal,
    ):
        on_step(terminal, 1)
        ask(terminal)
        with writes_held_up(kv):
            confirm(terminal)
            told = card(terminal, TOLD)
            assert "unknown: verify before you repeat it" in told
            assert kv.exists(LOCK)
            dismiss(terminal)
            terminal.wait(r"\? unknown \S+ ago")
        [outcome] = entries(info.config, EntryKind.OUTCOME)
        assert outcome.payload["outcome"] == "unknown"
        terminal.press("q")
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert command("--config", info.config, "journal", "verify").returncode == 0
