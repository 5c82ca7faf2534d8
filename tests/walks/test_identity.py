"""What was shown is what is meant: a target that changes between the card and the `y` is left alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
import redis

from cockpit.model.incident import EntryKind
from cockpit.sandbox.info import RangeInfo
from tests.support.cockpit import command, screen_on
from tests.support.range import start_range, wait_for
from tests.support.terminal import Terminal
from tests.support.walking import TOLD, ask, card, confirm, dismiss, entries

LOCK = "lock:cron:recalculate"
OTHER = "worker-9:4711"
pytestmark = pytest.mark.xdist_group("identity")


@pytest.fixture(scope="module")
def info() -> Iterator[RangeInfo]:
    with start_range("cron-stuck") as started:
        yield started


@contextmanager
def session_in_transaction(info: RangeInfo) -> Iterator[psycopg.Connection]:
    """A session of the shop that began something and forgot it; the oldest of its kind."""
    with psycopg.connect(info.postgres_admin, application_name="forgotten") as line:
        line.execute("SELECT id FROM orders ORDER BY id LIMIT 1 FOR UPDATE")
        yield line


def test_a_lock_that_changed_hands_is_not_deleted(info: RangeInfo) -> None:
    with redis.Redis.from_url(info.redis_admin) as kv, screen_on(info) as terminal:
        holder = kv.get(LOCK)
        assert isinstance(holder, bytes)
        terminal.press("3")
        terminal.wait(r"lock:cron:rec\S* +orphaned", 60.0)
        terminal.press("g")
        shown = ask(terminal, "D")
        assert holder.decode() in shown, shown
        kv.set(LOCK, OTHER, keepttl=True)
        confirm(terminal)
        told = card(terminal, TOLD)
        assert "not done" in told
        assert f"{LOCK} is not what it was when it was shown" in told
        assert kv.get(LOCK) == OTHER.encode()
        leave(terminal)
        kv.set(LOCK, holder, keepttl=True)
    refused_and_nothing_else(info, LOCK)


def test_a_session_that_is_gone_is_not_ended_again(info: RangeInfo) -> None:
    with screen_on(info) as terminal, session_in_transaction(info) as forgotten:
        pid = forgotten.info.backend_pid
        terminal.wait(rf"│ {pid} +idle tx", 60.0)
        terminal.press("2", "/", str(pid), "enter")
        terminal.wait(rf"│ {pid} +idle tx")
        terminal.wait(r"C cancel  K terminate")
        shown = ask(terminal, "K")
        assert f"will end session {pid}" in shown
        with psycopg.connect(info.postgres_admin) as admin:
            admin.execute("SELECT pg_terminate_backend(%s)", (pid,))
            wait_for(lambda: session_count(admin, pid) == 0, "the session is gone")
        confirm(terminal)
        told = card(terminal, TOLD)
        assert "not done" in told
        assert f"{pid} is gone; there is nothing left to do" in told
        leave(terminal)
        forgotten.close()
    refused_and_nothing_else(info, str(pid))


def session_count(admin: psycopg.Connection, pid: int) -> int:
    """Sessions of that pid; each look sees what is true now."""
    row = admin.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = %s", (pid,)).fetchone()
    admin.commit()
    assert row is not None
    return int(row[0])


def leave(terminal: Terminal) -> None:
    """Put the card away and quit."""
    dismiss(terminal)
    for _ in range(3):
        terminal.press("q")
    assert terminal.wait_exit() == 0


def refused_and_nothing_else(info: RangeInfo, target: str) -> None:
    """The journal has one refusal by the identity check for this target, and no intent at all."""
    refusals = [entry.payload for entry in entries(info.config, EntryKind.REFUSAL)]
    assert [entry["refused_by"] for entry in refusals if entry["target"] == target] == ["identity"]
    assert entries(info.config, EntryKind.INTENT, EntryKind.OUTCOME) == []
    assert command("--config", info.config, "journal", "verify").returncode == 0
