"""However the cockpit ends, the terminal is as it was before and nothing of it is left on the machine."""

from __future__ import annotations

import os
import pty
import signal
import sys
import termios
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from cockpit.sandbox.info import RangeInfo
from cockpit.sandbox.process import MARKER
from tests.support.cockpit import COCKPIT, screen, screen_on, variables
from tests.support.range import healthy_range, wait_for  # noqa: F401  a fixture
from tests.support.terminal import Terminal

MODES = {
    "the alternate screen": "1049",
    "mouse clicks": "1000",
    "mouse drags": "1002",
    "mouse movement": "1003",
    "mouse coordinates": "1006",
    "focus reports": "1004",
    "bracketed paste": "2004",
}
"""Private modes of the terminal that a program may switch on (h) and has to switch off (l)."""


def untouched_settings() -> list[object]:
    """How a new terminal treats its input and output (termios)."""
    ends = pty.openpty()
    try:
        return list(termios.tcgetattr(ends[0]))
    finally:
        for end in ends:
            os.close(end)


def given_back(terminal: Terminal) -> None:
    """Assert that the terminal's modes and settings are those of before."""
    written = bytes(terminal.raw).decode("utf-8", "replace")
    for what, mode in MODES.items():
        on, off = written.rfind(f"\x1b[?{mode}h"), written.rfind(f"\x1b[?{mode}l")
        assert off >= on, f"{what} is left on"
    assert "\x1b[?1049h" in written, "the screen was never shown"
    assert written.rfind("\x1b[?25h") > written.rfind("\x1b[?25l"), "the cursor is left hidden"
    assert written.count("\x1b[<u") >= written.count("\x1b[>1u"), "the keyboard is left in another mode"
    assert terminal.settings() == untouched_settings()


def family(pid: int) -> list[psutil.Process]:
    """A process with everything that descends from it."""
    leader = psutil.Process(pid)
    return [leader, *leader.children(recursive=True)]


def living(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those that still run; psutil knows a reused pid by its start."""
    return [process for process in processes if _lives(process)]


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def range_folder(processes: list[psutil.Process]) -> Path:
    """The folder of the range among them, by the mark that its processes carry."""
    [folder] = {process.environ()[MARKER] for process in processes if MARKER in process.environ()}
    return Path(folder)


def naming(folder: Path) -> list[psutil.Process]:
    """Every process on the machine that was started for this folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if any(str(folder) in part for part in process.cmdline()) or process.environ().get(MARKER) == str(folder):
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            continue
    return found


@pytest.mark.parametrize(
    ("leave", "code"),
    [
        pytest.param(lambda terminal: terminal.press("q"), 0, id="q"),
        pytest.param(lambda terminal: terminal.press("ctrl+c"), 0, id="ctrl-c"),
        pytest.param(lambda terminal: terminal.signal(signal.SIGTERM), 143, id="SIGTERM"),
        pytest.param(lambda terminal: terminal.signal(signal.SIGHUP), 129, id="SIGHUP"),
        pytest.param(lambda terminal: terminal.signal(signal.SIGINT), 0, id="SIGINT"),
    ],
)
def test_the_terminal_is_given_back(
    healthy_range: RangeInfo,  # noqa: F811
    leave: Callable[[Terminal], None],
    code: int,
) -> None:
    with screen_on(healthy_range) as terminal:
        terminal.wait(r"● api\.healthz", 60.0)
        processes = family(terminal.pid)
        assert terminal.settings() != untouched_settings(), "it reads single keys while it runs"
        leave(terminal)
        assert terminal.wait_exit() == code, terminal.text
        given_back(terminal)
        wait_for(lambda: living(processes) == [], "nothing of it runs")
        assert "Traceback" not in terminal.text


def test_a_cockpit_that_was_started_with_interrupts_ignored_is_ended_by_one(healthy_range: RangeInfo) -> None:  # noqa: F811
    """A shell that starts programs in the background lets them ignore SIGINT."""
    shell = ["sh", "-c", 'trap "" INT; exec "$@"', "sh"]
    with Terminal([*shell, *COCKPIT, "--config", healthy_range.config], 160, 48, variables()) as terminal:
        terminal.wait(r"● api\.healthz", 60.0)
        terminal.signal(signal.SIGINT)
        assert terminal.wait_exit() == 0
        given_back(terminal)


def test_ctrl_c_in_a_question_only_leaves_the_question(healthy_range: RangeInfo) -> None:  # noqa: F811
    with screen_on(healthy_range) as terminal:
        terminal.wait(r"● redis +running", 60.0)
        terminal.press("4")
        terminal.wait("R restart")
        terminal.press("R")
        terminal.wait(r"─ Do this\? ─")
        terminal.press("ctrl+c")
        terminal.gone(r"─ Do this\? ─")
        terminal.wait("R restart")
        terminal.press("ctrl+c")
        assert terminal.wait_exit() == 0
        given_back(terminal)


def test_a_terminal_that_is_closed_takes_the_demonstration_with_it() -> None:
    with screen("demo", "cron-stuck") as terminal:
        terminal.wait(r"✗ cron\.recalc", 90.0)
        processes = family(terminal.pid)
        folder = range_folder(processes)
        terminal.hang_up()
        wait_for(lambda: not living(processes) and not naming(folder) and not folder.exists(), "all of it is gone", 40)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["SIGTERM", "SIGKILL"])
def test_a_demonstration_that_is_ended_leaves_nothing(number: signal.Signals) -> None:
    with screen("demo", "db-connections") as terminal:
        terminal.wait(r"✗ db\.connected", 90.0)
        processes = family(terminal.pid)
        assert len(processes) > 8, "the servers and the service are its descendants"
        folder = range_folder(processes)
        assert naming(folder)
        terminal.signal(number)
        assert terminal.wait_exit(60.0) == (143 if number is signal.SIGTERM else -number)
        wait_for(lambda: not living(processes) and not naming(folder) and not folder.exists(), "all of it is gone", 40)
        if number is signal.SIGTERM:
            given_back(terminal)


def test_a_demonstration_that_is_left_before_it_is_ready_leaves_nothing() -> None:
    with screen("demo", "cron-stuck") as terminal:
        terminal.wait("SANDBOX", 30.0)
        wait_for(lambda: len(family(terminal.pid)) > 3, "the range is starting")
        processes = family(terminal.pid)
        terminal.press("q")
        assert terminal.wait_exit(60.0) == 0
        given_back(terminal)
        wait_for(lambda: living(processes) == [], "all of it is gone", 40)


def test_a_session_that_cannot_be_opened_says_why(tmp_path: Path) -> None:
    config = tmp_path / "cockpit.toml"
    config.write_text("[environments.one]\nlabel = 'ONE'\n[[environments.one.redis]]\nname = 'kv'\nurl = 'nonsense'\n")
    with screen("--config", str(config)) as terminal:
        assert terminal.wait_exit(60.0) == 64
        terminal.wait("cockpit: the url of redis kv is no Redis URL")
        given_back(terminal)


def test_a_fault_of_the_cockpit_itself_leaves_one_sentence_and_a_file(healthy_range: RangeInfo, tmp_path: Path) -> None:  # noqa: F811
    faulty = """
import sys
import cockpit.wiring.session as session
from cockpit.cli import main

def open_session(*_):
    password = "hunter2"
    raise LookupError("a fault")

session.open_session = open_session
main(sys.argv[1:])
"""
    command = [sys.executable, "-c", faulty, "--config", healthy_range.config]
    with Terminal(command, 160, 48, {**variables(), "XDG_STATE_HOME": str(tmp_path)}) as terminal:
        assert terminal.wait_exit(60.0) == 70
        terminal.wait(r"cockpit: the cockpit itself failed \(LookupError\); the traceback is in ")
        given_back(terminal)
        assert "Traceback" not in terminal.text
        assert "hunter2" not in terminal.raw.decode("utf-8", "replace")
    [crash] = tmp_path.rglob("crash-*.log")
    assert "LookupError: a fault" in crash.read_text()
