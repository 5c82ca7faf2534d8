"""A range whose HTTP is listened to."""

from __future__ import annotations

import contextlib
from pathlib import Path
from urllib.parse import urlsplit

from cockpit.sandbox.info import RangeInfo
from cockpit.wiring.range import answering_docker
from tests.support.configs import changed_config, supervisor_socket
from tests.support.relay import Relay, relay_tcp, relay_unix


def relayed(info: RangeInfo, folder: Path, stack: contextlib.ExitStack) -> tuple[Path, dict[str, Relay]]:
    """A configuration in which everything that speaks HTTP is reached through a relay that listens."""
    service = stack.enter_context(relay_tcp(urlsplit(info.api).port or 0))
    socket = supervisor_socket(info)
    processes = stack.enter_context(relay_unix(folder / "ctl", socket, only_reads=True))
    relays, more = {"service": service, "supervisor": processes}, ""
    if docker := answering_docker():
        target = Path(docker.removeprefix("unix://"))
        relays["docker"] = stack.enter_context(relay_unix(folder / "docker", target, only_reads=True))
        more = f'[[environments.sandbox.docker]]\nname = "engine"\nhost = "unix://{folder / "docker"}"\n'
    (folder / "quiet.log").touch()
    changes = (
        (info.api, service.url),
        (str(socket), str(folder / "ctl")),
        (f"{info.log_dir}/postgres.log", str(folder / "quiet.log")),
    )
    return changed_config(info, folder, *changes, more=more), relays
