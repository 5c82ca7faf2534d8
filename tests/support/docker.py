"""Containers for contract tests: a busybox image made from this machine's own static binary."""

from __future__ import annotations

import io
import secrets
import shutil
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import docker
import requests
from docker.errors import DockerException, ImageNotFound, NotFound

from tests.support.absent import absent

IMAGE = "cockpit-test-busybox:1"
_APPLETS = (
    "sh",
    "sleep",
    "echo",
    "cat",
    "true",
    "false",
    "dd",
    "seq",
    "yes",
    "touch",
    "test",
    "printf",
    "rm",
    "head",
    "tr",
)


def client_or_skip() -> docker.DockerClient:
    """The SDK's client; without an Engine the test is skipped, on the build server it fails."""
    try:
        client = docker.from_env(timeout=10)
        client.ping()
    except (DockerException, requests.RequestException) as error:
        absent(f"no Docker Engine answers: {error}")
    return client


def ensure_image(client: docker.DockerClient) -> None:
    """Import the image unless it is there."""
    try:
        client.images.get(IMAGE)
    except ImageNotFound:
        busybox = shutil.which("busybox")
        assert busybox, "busybox-static is not installed"
        repository, _, tag = IMAGE.partition(":")
        client.api.import_image_from_data(_root_folder(busybox), repository=repository, tag=tag)


def _root_folder(busybox: str) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        tar.add(busybox, "bin/busybox")
        for applet in _APPLETS:
            link = tarfile.TarInfo(f"bin/{applet}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(link)
        for folder in ("tmp", "proc", "dev", "etc"):
            info = tarfile.TarInfo(folder)
            info.type, info.mode = tarfile.DIRTYPE, 0o777
            tar.addfile(info)
    return packed.getvalue()


@dataclass
class Containers:
    """Starts containers under one prefix and removes them all."""

    client: docker.DockerClient
    prefix: str = field(default_factory=lambda: f"cockpit-test-{secrets.token_hex(4)}")
    names: list[str] = field(default_factory=list)

    def start(
        self,
        name: str,
        script: str,
        *,
        labels: Mapping[str, str] | None = None,
        health: str = "",
        tty: bool = False,
        restart: Literal["no", "always"] = "no",
        ports: Mapping[str, int] | None = None,
        environment: Mapping[str, str] | None = None,
        memory: str | None = None,
    ) -> str:
        """Run a shell script in a container; its full name. `health` is a script that is asked each half second."""
        full = f"{self.prefix}-{name}"
        checked = {"test": ["CMD-SHELL", health], "interval": 500_000_000, "timeout": 2_000_000_000, "retries": 1}
        self.names = [*dict.fromkeys([*self.names, full])]
        self.client.containers.run(
            IMAGE,
            ["sh", "-c", f"trap 'exit 0' TERM; {script}"],
            name=full,
            detach=True,
            labels=dict(labels or {}),
            healthcheck=checked if health else None,
            tty=tty,
            restart_policy={"Name": "always"} if restart == "always" else None,
            ports=dict(ports or {}),
            environment=dict(environment or {}),
            mem_limit=memory,
        )
        return full

    def remove(self, full: str) -> None:
        """Remove a container, running or not."""
        try:
            self.client.containers.get(full).remove(force=True)
        except NotFound:
            return

    def remove_all(self) -> None:
        """Remove every container that was started here."""
        for full in self.names:
            self.remove(full)
