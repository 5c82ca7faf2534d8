"""Debian's own sshd on 127.0.0.1 for contract tests, gone when the test is."""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from cockpit.adapters.shell_process import ssh_folder
from tests.support.awaiting import until_sync

SSHD = shutil.which("sshd", path="/usr/sbin:/usr/bin:/sbin")
NEEDED = pytest.mark.skipif(SSHD is None or os.geteuid() != 0, reason="needs sshd, and root for its own folder")
"""For the tests that use it."""


@dataclass(frozen=True, slots=True)
class SshServer:
    """A running sshd.

    Attributes:
        opens: the line that opens a session on it.
        host: user@host in that line.
        log: what it writes.
        process: sshd itself.
    """

    opens: str
    host: str
    log: Path
    process: subprocess.Popen[bytes]

    def sessions(self) -> list[psutil.Process]:
        """The processes that serve its connections, and what they have started."""
        with contextlib.suppress(psutil.NoSuchProcess):
            return psutil.Process(self.process.pid).children(recursive=True)
        return []

    def cut(self) -> None:
        """End every connection at once, as a host does that loses power; it goes on listening."""
        for session in self.sessions():
            with contextlib.suppress(psutil.NoSuchProcess):
                session.kill()


@contextlib.contextmanager
def running_sshd(folder: Path) -> Iterator[SshServer]:
    """An sshd that takes one key; its files are in `folder`."""
    for name in ("host", "mine"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    shutil.copy(folder / "mine.pub", folder / "allowed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    Path("/run/sshd").mkdir(exist_ok=True)
    options = {
        "Port": port,
        "ListenAddress": "127.0.0.1",
        "HostKey": folder / "host",
        "AuthorizedKeysFile": folder / "allowed",
        "StrictModes": "no",
        "UsePAM": "no",
        "PidFile": "none",
        "LogLevel": "VERBOSE",
    }
    (folder / "config").write_text("".join(f"{key} {value}\n" for key, value in options.items()), encoding="utf-8")
    known = "-o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no -o LogLevel=ERROR"
    host = f"{getpass.getuser()}@127.0.0.1"
    assert SSHD is not None
    log = folder / "log"
    with log.open("wb") as written:
        process = subprocess.Popen([SSHD, "-D", "-e", "-f", folder / "config"], stderr=written)
        server = SshServer(f"ssh -p {port} -i {folder / 'mine'} {known} {host}", host, log, process)
        try:
            until_sync(lambda: b"Server listening" in log.read_bytes(), what="sshd")
            yield server
        finally:
            for control in Path(ssh_folder()).iterdir():
                ending = ["ssh", "-O", "exit", "-o", f"ControlPath={control}", "any"]
                subprocess.run(ending, check=False, capture_output=True)
            server.cut()
            process.terminate()
            process.wait(10)
