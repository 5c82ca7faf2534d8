"""The last one out: ends what is left of a range and removes its folder when the range's owner has died.

Run as `python -m cockpit.sandbox.watchdog FOLDER [--keep]` in a session of its own. Standard input is a pipe whose
other end only the owner holds; it carries lines `PID SIGNAL`, one for each child, and its end means that the owner
is gone, however it died. (PR_SET_PDEATHSIG would fire when the *thread* that started a child ends, does not exist
on macOS, and PostgreSQL leaves the process group.)
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import psutil

from cockpit.sandbox.process import MARKER, python_command, python_environment

_POLITE = 3.0
_PATIENCE = 15.0
_GONE = (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess, OSError)
_IGNORED: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Watchdog:
    """The owner's side: a running watchdog and the pipe to it."""

    def __init__(self, folder: Path, *, keep: bool = False) -> None:
        environment = {**os.environ, **dict(python_environment())}
        self._process = subprocess.Popen(  # noqa: S603  our own module
            [*python_command("cockpit.sandbox.watchdog"), str(folder), *(["--keep"] if keep else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=environment,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def register(self, pid: int, quit_signal: signal.Signals) -> None:
        """Tell it of a child and of the signal that ends it for good."""
        pipe = self._process.stdin
        assert pipe is not None
        with contextlib.suppress(BrokenPipeError):
            pipe.write(f"{pid} {quit_signal.value}\n".encode())
            pipe.flush()

    def dismiss(self, timeout: float = 20.0) -> None:
        """Let it look for leftovers, remove the folder and end; blocks until it has."""
        pipe = self._process.stdin
        assert pipe is not None
        with contextlib.suppress(BrokenPipeError):
            pipe.close()
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def main(arguments: list[str]) -> int:
    """Read until the owner is gone, then clean up."""
    for ignored in _IGNORED:
        signal.signal(ignored, signal.SIG_IGN)
    folder = Path(arguments[0])
    registered = _read_until_end(sys.stdin)
    end_all(folder, registered)
    if "--keep" not in arguments:
        _remove(folder)
    return 0


def _read_until_end(lines: Iterable[str]) -> list[tuple[psutil.Process, int]]:
    found: list[tuple[psutil.Process, int]] = []
    for line in lines:
        pid, _, number = line.strip().partition(" ")
        try:
            found.append((psutil.Process(int(pid)), int(number)))
        except (ValueError, *_GONE):
            continue
    return found


def end_all(folder: Path, registered: list[tuple[psutil.Process, int]]) -> None:
    """End every process of the range: first each by its own signal, then whatever is left by SIGKILL.

    psutil remembers each process's start time, so that a reused pid is never signalled.
    """
    victims = _families(registered)
    for process, number in registered:
        _signal(process, number)
    end = time.monotonic() + _POLITE
    while time.monotonic() < end and any(_alive(process) for process in victims):
        time.sleep(0.02)
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        left = [process for process in {*victims, *_marked(folder)} if _alive(process)]
        if not left:
            return
        for process in left:
            _signal(process, signal.SIGKILL)
        time.sleep(0.05)


def _families(registered: list[tuple[psutil.Process, int]]) -> set[psutil.Process]:
    """The processes with all their descendants, some of which outlive their parent."""
    family: set[psutil.Process] = set()
    for process, _ in registered:
        family.add(process)
        try:
            family.update(process.children(recursive=True))
        except _GONE:
            continue
    return family


def _marked(folder: Path) -> set[psutil.Process]:
    """Processes that carry the range's marker or work in its folder: those that nobody could register any more."""
    found: set[psutil.Process] = set()
    for process in psutil.process_iter():
        if process.pid == os.getpid():
            continue
        try:
            ours = process.environ().get(MARKER) == str(folder) or Path(process.cwd()).is_relative_to(folder)
        except _GONE:
            continue
        if ours:
            found.add(process)
    return found


def _alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except _GONE:
        return False


def _signal(process: psutil.Process, number: int) -> None:
    try:
        process.send_signal(number)
    except _GONE:
        return


def _remove(folder: Path) -> None:
    end = time.monotonic() + _PATIENCE
    while folder.exists() and time.monotonic() < end:
        shutil.rmtree(folder, ignore_errors=True)
        if folder.exists():
            time.sleep(0.05)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
