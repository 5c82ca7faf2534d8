"""What a command line leaves behind when the cockpit itself is killed: nothing."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.support.awaiting import until_sync

RUNS = """
import asyncio, sys
from cockpit.adapters.shell_process import run_line
from cockpit.model.operations import ShellCommand

asyncio.run(run_line(ShellCommand(sys.argv[1]), 600))
"""


def processes(word: str) -> list[psutil.Process]:
    """Every living process with that word in its command line."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        words = process.info["cmdline"] or []
        if any(word in part for part in words) and process.info["status"] != psutil.STATUS_ZOMBIE:
            found.append(process)
    return found


def asleep(number: str) -> list[psutil.Process]:
    """Those of them that sleep."""
    return [process for process in processes(number) if process.info["cmdline"][:1] == ["sleep"]]


@pytest.mark.parametrize(
    ("line", "sleepers"),
    [
        ("sleep {n} & sleep {n}", 2),
        ("sleep {n}", 1),
        ("trap '' TERM HUP INT; sleep {n}; sleep {n}", 1),
    ],
)
def test_a_line_does_not_outlive_a_cockpit_that_is_killed(line: str, sleepers: int, tmp_path: Path) -> None:
    number = f"864{os.getpid()}{sleepers}"
    top = Path(__file__).parents[2]
    cockpit = subprocess.Popen(
        [sys.executable, "-c", RUNS, line.format(n=number)], env={**os.environ, "PYTHONPATH": str(top)}
    )
    try:
        until_sync(lambda: len(asleep(number)) == sleepers, what="the line to run")
        os.kill(cockpit.pid, signal.SIGKILL)
        cockpit.wait()
        until_sync(lambda: not processes(number), what="an end of all that it started")
    finally:
        for process in processes(number):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        cockpit.kill()
        cockpit.wait()
