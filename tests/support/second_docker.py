"""A Docker Engine of a test's own: other socket, other folders, no network; the machine's own is not touched."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import docker

from tests.support.absent import absent
from tests.support.docker import IMAGE, ensure_image

_READY = 30.0


@dataclass
class SecondEngine:
    """A Docker Engine that a test may stop and start.

    Attributes:
        folder: everything that it owns.
    """

    folder: Path
    _process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """What the configuration calls its `host`."""
        return f"unix://{self.folder}/engine.sock"

    def client(self) -> docker.DockerClient:
        """A client of it."""
        return docker.DockerClient(base_url=self.address, timeout=20)

    def start(self) -> None:
        """Start it and wait until it answers."""
        paths = {"data-root": "data", "exec-root": "exec", "pidfile": "pid"}
        command = [
            "unshare",
            "--net",
            "dockerd",
            "-H",
            self.address,
            *(f"--{word}={self.folder / at}" for word, at in paths.items()),
        ]
        command += ["--bridge=none", "--iptables=false", "--storage-driver=vfs", "--live-restore"]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        end = time.monotonic() + _READY
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > end:
                absent(f"no second Docker Engine can run here: {(self.folder / 'log').read_text()[-300:]}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop it; with live restore its containers go on."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def run(self, name: str, script: str) -> str:
        """Start a container without a network that runs a shell script; its id."""
        with contextlib.closing(self.client()) as client:
            made = client.containers.run(
                IMAGE, ["sh", "-c", f"trap 'exit 0' TERM; {script}"], name=name, detach=True, network_mode="none"
            )
            return str(made.id)

    def remove(self, name: str) -> None:
        """Remove a container, running or not."""
        with contextlib.closing(self.client()) as client:
            client.containers.get(name).remove(force=True)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(5)
            try:
                line.connect(f"{self.folder}/engine.sock")
                line.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
                return b"200 OK" in line.recv(4096)
            except OSError:
                return False


@contextlib.contextmanager
def second_engine() -> Iterator[SecondEngine]:
    """One Engine with the test's image, gone with its containers at the end."""
    if shutil.which("dockerd") is None:
        absent("dockerd is not installed")
    folder = Path(tempfile.mkdtemp(prefix="cockpit-docker-"))
    engine = SecondEngine(folder)
    try:
        engine.start()
        with contextlib.closing(engine.client()) as client:
            ensure_image(client)
        yield engine
        with contextlib.closing(engine.client()) as client:
            for container in client.containers.list(all=True):
                container.remove(force=True)
    finally:
        engine.stop()
        shutil.rmtree(folder, ignore_errors=True)
