"""The incident `cron-stuck`, by keys only, in a real terminal, against the real range."""

from __future__ import annotations

import re
from pathlib import Path

import psutil
import psycopg
import redis

from cockpit.model.incident import EntryKind
from cockpit.sandbox.info import RangeInfo
from cockpit.sandbox.process import MARKER
from tests.support.cockpit import command, command_json, screen, screen_on, verdicts
from tests.support.range import start_range, wait_for
from tests.support.terminal import Terminal
from tests.support.walking import (
    ask,
    broken_as_it_should_be,
    confirm,
    dismiss,
    entries,
    open_first_runbook,
    read_step,
)

LOCK = "lock:cron:recalculate"
RELEASE = 6


def test_the_demonstration_shows_what_fails() -> None:
    with screen("demo", "cron-stuck") as terminal:
        terminal.wait("Cron stuck +matches", 90.0)
        assert re.search("▲ Cron stuck", terminal.lines[2]), "it stands first"
        terminal.wait(r"✗ cron\.recalc\S* +1h")
        assert terminal.shows(r"│ lock:cron:rec\S* +orphaned +worker-1")
        folder = range_folder(terminal.pid)
        code, report = command_json_of(folder / "cockpit.toml")
        assert (code, report["cron.recalculate"]) == (2, "crit")
        terminal.press("q")
        assert terminal.wait_exit(40.0) == 0
        assert not folder.exists()


def range_folder(pid: int) -> Path:
    """The folder of the range that a demonstration owns, by the mark that its processes carry."""
    marks = {child.environ().get(MARKER) for child in psutil.Process(pid).children(recursive=True)}
    [folder] = marks - {None}
    assert folder is not None
    return Path(folder)


def command_json_of(config: Path) -> tuple[int, dict[str, str]]:
    """Exit code of `cockpit check`, and the verdict of each check."""
    done = command("--config", str(config), "check")
    rows = [line.split() for line in done.stdout.splitlines()[1:]]
    return done.returncode, {row[1]: row[0] for row in rows}


def test_the_suggested_runbook_ends_it() -> None:
    with start_range("cron-stuck") as info, redis.Redis.from_url(info.redis_admin) as kv:
        holder = kv.get(LOCK)
        assert isinstance(holder, bytes)
        runs = finished_runs(info)
        broken_as_it_should_be(info)

        with screen_on(info) as terminal:
            open_first_runbook(terminal, "Cron stuck")
            for number in range(1, RELEASE):
                read_step(terminal, number)
            decline_the_release(terminal, kv, holder)
            release(terminal, kv, holder)
            wait_for(lambda: finished_runs(info) > runs, "the worker has run the job")
            terminal.wait(r"● cron\.recalc", 30.0)
            terminal.wait("the verify step holds", 30.0)
            dismiss(terminal)
            terminal.wait(rf"─ ✓ Step {RELEASE} of ")
            terminal.press("q")
            assert terminal.wait_exit() == 0

        wait_for(lambda: set(verdicts(info).values()) == {"ok"}, "every check is ok")
        assert command_json(info, "check")[0] == 0
        story = [entry.kind for entry in entries(info.config, EntryKind.INTENT, EntryKind.OUTCOME, EntryKind.REFUSAL)]
        assert story == [EntryKind.REFUSAL, EntryKind.INTENT, EntryKind.OUTCOME]
        assert command("--config", info.config, "journal", "verify").returncode == 0


def decline_the_release(terminal: Terminal, kv: redis.Redis, holder: bytes) -> None:
    """Neither a `y` that runs ahead of the card nor Enter on it does anything; `n` leaves it at that."""
    shown = ask(terminal, "\ry")
    assert holder.decode() in shown, "the owner"
    assert re.search(r"ttl +\d+m", shown), "the time to live"
    assert re.search(r"age +held for 1h", shown), "the age"
    assert "SANDBOX" in shown
    assert f"DEL {LOCK}" in shown
    assert "will delete 1 key" in shown
    assert "CHANGE" in shown
    assert "y do it" in shown
    terminal.press("enter", "n")
    terminal.wait("enter shows what would happen")
    assert kv.get(LOCK) == holder


def release(terminal: Terminal, kv: redis.Redis, holder: bytes) -> None:
    """`y` on the card deletes the lock that was shown."""
    ask(terminal)
    confirm(terminal)
    terminal.wait(r"✓ succeeded")
    assert kv.get(LOCK) != holder


def finished_runs(info: RangeInfo) -> int:
    """How often the job finished."""
    with psycopg.connect(info.postgres_admin) as line:
        row = line.execute("SELECT count(*) FROM cron_runs WHERE job = 'recalculate' AND status = 'done'").fetchone()
    assert row is not None
    return int(row[0])
