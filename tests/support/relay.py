"""A relay in front of an HTTP server that keeps what clients ask of it."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

Address: TypeAlias = "tuple[str, int] | Path"
"""Host and port, or a unix socket."""

_REQUEST = re.compile(rb"^([A-Z]+) (\S+) HTTP/1\.[01]\r\n(.*?)\r\n\r\n", re.MULTILINE | re.DOTALL)
_READS = {"GET", "HEAD"}


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: method, path, and the header User-Agent."""

    method: str
    path: str
    agent: str


@dataclass
class Relay:
    """Passes bytes on in both directions and keeps those of the clients.

    Attributes:
        target: the server.
        only_reads: True cuts a line on which anything but GET and HEAD is asked, before the server hears of it.
        url: where it is reached itself, "" at a unix socket.
    """

    target: Address
    only_reads: bool = False
    url: str = ""
    heard: list[bytearray] = field(default_factory=list)

    def asked(self) -> list[Asked]:
        """Every request so far."""
        return [found for line in list(self.heard) for found in requests_in(bytes(line))]

    def writes(self) -> list[Asked]:
        """The requests that do not only read."""
        return [found for found in self.asked() if found.method not in _READS]

    def serve(self, server: socket.socket) -> None:
        """Take connections until the socket is closed."""
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=self._relay, args=(client,), daemon=True).start()

    def _relay(self, client: socket.socket) -> None:
        kept = bytearray()
        self.heard.append(kept)
        with client, contextlib.suppress(OSError), _connected(self.target) as server:
            answers = threading.Thread(target=_pump, args=(server, client), daemon=True)
            answers.start()
            while data := client.recv(65536):
                kept += data
                if self.only_reads and any(found.method not in _READS for found in requests_in(bytes(kept))):
                    break
                server.sendall(data)
            for line in (server, client):
                with contextlib.suppress(OSError):
                    line.shutdown(socket.SHUT_RDWR)
            answers.join(5)


def requests_in(data: bytes) -> list[Asked]:
    """The requests whose head is complete in what one client sent."""
    found = []
    for match in _REQUEST.finditer(data):
        agent = re.search(rb"(?im)^user-agent: *([^\r\n]*)", match[3])
        found.append(Asked(match[1].decode(), match[2].decode("latin-1"), agent[1].decode("latin-1") if agent else ""))
    return found


@contextlib.contextmanager
def relay_tcp(port: int) -> Iterator[Relay]:
    """A relay to a TCP port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        own = Relay(("127.0.0.1", port), url=f"http://127.0.0.1:{server.getsockname()[1]}")
        with _served(own, server) as relay:
            yield relay


@contextlib.contextmanager
def relay_unix(path: Path, target: Path, *, only_reads: bool = False) -> Iterator[Relay]:
    """A relay at a new unix socket to another one."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen(64)
        with _served(Relay(target, only_reads), server) as relay:
            yield relay


@contextlib.contextmanager
def _served(relay: Relay, server: socket.socket) -> Iterator[Relay]:
    thread = threading.Thread(target=relay.serve, args=(server,), daemon=True)
    thread.start()
    try:
        yield relay
    finally:
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def _connected(target: Address) -> socket.socket:
    if isinstance(target, Path):
        line = socket.socket(socket.AF_UNIX)
        line.connect(str(target))
        return line
    return socket.create_connection(target, 5)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_RDWR)
