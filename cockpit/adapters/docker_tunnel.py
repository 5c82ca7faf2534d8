"""A Docker Engine behind ssh, as a socket on this machine.

The SDK's own ssh transport may ask for passwords on the terminal and knows no time-outs; this one does neither.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import threading
from pathlib import Path
from urllib.parse import urlsplit

from docker.errors import DockerException

from cockpit.model.text import clean

SESSIONS = 6
"""Streams at a time: an ssh server takes ten sessions over one connection (MaxSessions) unless told otherwise."""
_CONNECT = 5
_DIAL = "docker system dial-stdio"
_SSH_FAILED = 255
"""The exit code of ssh for troubles of its own (ssh(1))."""


class SshTunnel:
    """Listens on a private socket; whoever connects is joined to the Engine by one ssh process.

    All processes share one connection. ssh may ask nobody anything: keys and known hosts must be there.

    Args:
        address: ssh://[user@]host[:port].

    Raises:
        DockerException: when the address is none, or there is no ssh program.
    """

    def __init__(self, address: str) -> None:
        self._command = ssh_command(address)
        self._folder = Path(tempfile.mkdtemp(prefix="cockpit-ssh-"))
        self._command[1:1] = ["-o", f"ControlPath={self._folder}/%C"]
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(self._folder / "s"))
        self._listener.listen(64)
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._closed = False
        self.said = ""
        """What ssh said when it last failed, "" when it has not."""
        threading.Thread(target=self._accept, name="docker-ssh", daemon=True).start()

    @property
    def url(self) -> str:
        """The address for the SDK."""
        return f"unix://{self._folder}/s"

    def close(self) -> None:
        """End all connections; does not wait for them."""
        self._closed = True
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for process in self._running:
                process.terminate()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _accept(self) -> None:
        while not self._closed:
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            with line:
                self._join(line)

    def _join(self, line: socket.socket) -> None:
        try:
            process = subprocess.Popen(  # noqa: S603  the words are those of the configuration
                self._command, stdin=line.fileno(), stdout=line.fileno(), stderr=subprocess.PIPE, start_new_session=True
            )
        except OSError as error:
            self.said = f"ssh cannot be started: {error.strerror}"
            return
        with self._lock:
            self._running.add(process)
        threading.Thread(target=self._reap, args=(process,), name="docker-ssh-end", daemon=True).start()

    def _reap(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stderr is not None
        with process.stderr:
            last = process.stderr.read(20_000).decode("utf-8", "replace").strip().splitlines()[-1:]
        code = process.wait()
        with self._lock:
            self._running.discard(process)
        if code == _SSH_FAILED and last and not self._closed:
            self.said = clean(last[0], 300)


def ssh_command(address: str) -> list[str]:
    """The words that open a line to the Engine at an ssh:// address.

    Raises:
        DockerException: when it is no such address, or there is no ssh program.
    """
    program = shutil.which("ssh", path=os.environ.get("PATH"))
    if program is None:
        raise DockerException("there is no ssh program on this machine")
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise DockerException(f"{address!r} is no ssh address: {error}") from error
    if parts.scheme != "ssh" or not host or host.startswith("-") or (parts.username or "").startswith("-"):
        raise DockerException(f"{address!r} is no ssh address")
    command = [program, "-T", "-o", "BatchMode=yes", "-o", f"ConnectTimeout={_CONNECT}"]
    command += ["-o", "ControlMaster=auto", "-o", "ServerAliveInterval=5"]
    command += ["-l", parts.username] if parts.username else []
    command += ["-p", str(port)] if port else []
    return [*command, "--", host, _DIAL]
