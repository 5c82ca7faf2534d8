"""A child process as data: what to run, as whom, where it logs and how it is asked to stop."""

from __future__ import annotations

import os
import pwd
import signal
import socket
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

MARKER: Final = "COCKPIT_RANGE"
"""Environment variable that every process of a range carries; its value is the range's folder."""

_PACKAGES = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Account:
    """A user of the operating system that a process runs as, by number."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """What to run.

    Attributes:
        name: unique within the range.
        command: program and arguments.
        folder: the range's folder, for the marker.
        log: file that takes standard output and standard error.
        environment: variables beside those of the caller.
        cwd: working folder.
        account: whom it runs as; None for the caller.
        stop_signal: how it is asked to stop.
        quit_signal: how the watchdog ends it when nobody is left to ask politely.
        restart: True when it is started again after it ended unasked.
        title: the program as people call it.
    """

    name: str
    command: tuple[str, ...]
    folder: Path
    log: Path
    environment: tuple[tuple[str, str], ...] = ()
    cwd: str = "/"
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    quit_signal: signal.Signals = signal.SIGKILL
    restart: bool = False
    title: str = field(default="")

    def variables(self) -> dict[str, str]:
        """The whole environment of the process.

        The caller's PG* variables are left out: they would lead libpq to somebody else's server.
        """
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        return {**inherited, **dict(self.environment), MARKER: str(self.folder)}


def unprivileged_account() -> Account | None:
    """`nobody` when the caller is root, whom PostgreSQL refuses to run as; None otherwise."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def python_command(module: str, *arguments: str) -> tuple[str, ...]:
    """The command line that runs a module of this package with this interpreter."""
    return (sys.executable, "-m", module, *arguments)


def python_environment() -> tuple[tuple[str, str], ...]:
    """Variables with which a child finds this package, also when it is not installed."""
    if _PACKAGES.name in ("site-packages", "dist-packages"):
        return ()
    path = os.pathsep.join(filter(None, (str(_PACKAGES), os.environ.get("PYTHONPATH", ""))))
    return (("PYTHONPATH", path),)


def free_ports(count: int) -> list[int]:
    """Different TCP ports on 127.0.0.1 that nobody listens on at this moment."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]
    finally:
        for each in sockets:
            each.close()


def tail(log: Path, lines: int = 5) -> str:
    """The last lines of a log in one line, for an error; "" when there are none."""
    try:
        text = log.read_text("utf-8", "replace")
    except OSError:
        return ""
    return " / ".join(line.strip() for line in text.splitlines()[-lines:])
