"""A child process as data: what to run, as whom, where it logs and how it is asked to stop."""

from __future__ import annotations

import os
import pwd
import secrets
import signal
import socket
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cockpit.model.errors import SandboxError

MARKER: Final = "COCKPIT_RANGE"
"""Environment variable that every process of a range carries; its value is the range's folder."""

_PORTS: Final = range(15_000, 32_000)
_ATTEMPTS: Final = 1_000
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
    """The command line that runs a module of this package with this interpreter.

    `-P` keeps the current folder out of the path: what lies there must never run as one of our modules.
    """
    return (sys.executable, "-P", "-m", module, *arguments)


def python_environment() -> tuple[tuple[str, str], ...]:
    """Variables with which a child finds this package, also when it is not installed."""
    if _PACKAGES.name in ("site-packages", "dist-packages"):
        return ()
    path = os.pathsep.join(filter(None, (str(_PACKAGES), os.environ.get("PYTHONPATH", ""))))
    return (("PYTHONPATH", path),)


def free_ports(count: int) -> list[int]:
    """Different TCP ports on 127.0.0.1 that nobody uses at this moment.

    They lie below the ports that Linux and macOS give to outgoing connections, so that no client takes one of them
    before its server does.

    Raises:
        SandboxError: when none is found.
    """
    found: set[int] = set()
    for _ in range(_ATTEMPTS):
        if len(found) == count:
            return sorted(found)
        port = _PORTS.start + secrets.randbelow(len(_PORTS))
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        found.add(port)
    raise SandboxError(f"there are no {count} free TCP ports on 127.0.0.1 from {_PORTS.start} to {_PORTS.stop}")


def tail(log: Path, lines: int = 5) -> str:
    """The last lines of a log in one line, for an error; "" when there are none."""
    try:
        text = log.read_text("utf-8", "replace")
    except OSError:
        return ""
    return " / ".join(line.strip() for line in text.splitlines()[-lines:])
