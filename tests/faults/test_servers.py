"""Servers that stop, die and come back under a running cockpit."""

from __future__ import annotations

import base64
import contextlib
import re
import signal
from collections.abc import Iterator

import psycopg
import pytest

from cockpit.sandbox.info import RangeInfo
from tests.support.cockpit import CALM, screen_on
from tests.support.range import start_range
from tests.support.supervisor import processes, send, start
from tests.support.terminal import Terminal

pytestmark = pytest.mark.xdist_group("servers")
LONG = 25.0
CALMED = 120.0
"""Seconds within which every check is well again: some look back for half a minute and more."""


@pytest.fixture(scope="module")
def info() -> Iterator[RangeInfo]:
    with start_range() as info:
        yield info


@contextlib.contextmanager
def cockpit_on(info: RangeInfo, *panes: str) -> Iterator[Terminal]:
    """A cockpit in which everything has been read; at its end it still leaves by its key."""
    with screen_on(info) as terminal:
        terminal.wait("● main", LONG)
        terminal.wait(CALM, CALMED)
        terminal.press(*panes)
        yield terminal
        answers_keys(terminal)
        terminal.press("escape-alone", "escape-alone", "q")
        assert terminal.wait_exit(30) == 0


def answers_keys(terminal: Terminal) -> None:
    """Keys still have their effect: help opens and goes."""
    terminal.press("?")
    terminal.wait("Keys that are valid now")
    terminal.press("escape-alone")
    terminal.gone("Keys that are valid now")


def selected(terminal: Terminal) -> str:
    """The row under the cursor, as the copy key sends it to the terminal (OSC 52)."""
    before = len(terminal.raw)
    terminal.press("y")
    return base64.b64decode(terminal.sent(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", before)).decode()


def first_word(terminal: Terminal) -> str:
    """What names the row under the cursor."""
    words = selected(terminal).split()
    return next(word for word in words if len(word) > 1)


def selected_backend(terminal: Terminal) -> str:
    """The pid under the cursor; there `y` copies only the query, which many backends do not have."""
    terminal.press("enter")
    found = re.search(r"backend (\d+)", terminal.wait(r"backend \d+"))
    assert found
    terminal.press("escape-alone")
    terminal.gone(r"backend \d+")
    return found[1]


def test_a_stopped_postgres_makes_the_pane_stale_and_the_row_is_kept(info: RangeInfo) -> None:
    with cockpit_on(info, "2", "j") as terminal:
        row = selected_backend(terminal)
        send(info, "postgres", signal.SIGSTOP)
        try:
            terminal.wait(r"2 Activity.*stale \d+s · again in \d+s", LONG)
            terminal.wait("[◐▲✗] main")
            terminal.press("z")
            terminal.wait("postgres:main .* did not answer (within 3 s|in time)", LONG)
            answers_keys(terminal)
            assert selected_backend(terminal) == row
        finally:
            send(info, "postgres", signal.SIGCONT)
        terminal.gone(r"2 Activity.*stale", LONG)
        terminal.wait("● main", LONG)
        assert selected_backend(terminal) == row


def test_a_killed_postgres_is_told_from_a_silent_one_and_comes_back(info: RangeInfo) -> None:
    with cockpit_on(info, "2") as terminal:
        send(info, "postgres", signal.SIGKILL)
        terminal.wait(r"2 Activity.*stale", LONG)
        terminal.wait("nothing listens there|line to .* broke|ended our session", LONG)
        terminal.wait("postgres +exited", LONG)
        answers_keys(terminal)
        start(info, "postgres")
        terminal.gone(r"2 Activity.*stale", LONG)
        terminal.wait("● main", LONG)
        terminal.wait(CALM, CALMED)


def test_a_full_postgres_is_shown_through_the_reserved_connections(info: RangeInfo) -> None:
    with contextlib.ExitStack() as stack, cockpit_on(info, "2") as terminal:
        with pytest.raises(psycopg.OperationalError, match=r"reserved|too many"):
            take_all_connections(stack, service_address(info))
        terminal.wait("✗ db.connections", LONG)
        terminal.wait(r"2 Activity +2[5-9]/36", LONG)
        assert not terminal.shows("2 Activity.*stale"), "the cockpit keeps its own connection"
        answers_keys(terminal)
        stack.close()
        terminal.wait(CALM, CALMED)


def take_all_connections(stack: contextlib.ExitStack, address: str) -> None:
    """Connect until the server refuses."""
    for _ in range(60):
        stack.enter_context(psycopg.connect(address, application_name="greedy"))


def service_address(info: RangeInfo) -> str:
    """The address of a role without reserved connections, which a test makes for itself."""
    with psycopg.connect(info.postgres_admin, autocommit=True) as admin:
        admin.execute("DROP ROLE IF EXISTS greedy")
        admin.execute("CREATE ROLE greedy LOGIN PASSWORD 'greedy'")
    return re.sub(r"//[^@]*@", "//greedy:greedy@", info.postgres_admin)


@pytest.mark.parametrize("how", [signal.SIGSTOP, signal.SIGKILL])
def test_a_lost_redis_makes_the_pane_stale_and_comes_back(info: RangeInfo, how: signal.Signals) -> None:
    with cockpit_on(info, "3", "j") as terminal:
        row = first_word(terminal)
        send(info, "redis", how)
        try:
            terminal.wait(r"3 Cron locks.*stale \d+s · again in \d+s", LONG)
            terminal.wait("did not answer within 3 s" if how is signal.SIGSTOP else "cannot be reached", LONG)
            terminal.wait("[◐▲✗] kv")
            answers_keys(terminal)
            assert first_word(terminal) == row
        finally:
            if how is signal.SIGSTOP:
                send(info, "redis", signal.SIGCONT)
            else:
                start(info, "redis")
        terminal.gone(r"3 Cron locks.*stale", LONG)
        terminal.wait("● kv", LONG)
        assert first_word(terminal) == row
        terminal.wait(CALM, CALMED)


def test_a_stopped_service_leaves_its_checks_unknown_and_the_others_alone(info: RangeInfo) -> None:
    names = [name for name in processes(info) if name.startswith("api-")]
    with cockpit_on(info, "1", "j") as terminal:
        row = first_word(terminal)
        for name in names:
            send(info, name, signal.SIGSTOP)
        try:
            terminal.wait(r"api\.healthz +no an", LONG)
            terminal.wait("did not", LONG)
            terminal.wait(r"1 Health +\d+ crit.* 1 source lost · (again in \d+s|asking now) ─", LONG)
            terminal.wait("[◐▲✗] api")
            assert not terminal.shows("2 Activity.*stale"), "the database is well"
            answers_keys(terminal)
        finally:
            for name in names:
                send(info, name, signal.SIGCONT)
        terminal.wait(CALM, CALMED)
        terminal.wait("● api", LONG)
        assert first_word(terminal) == row
