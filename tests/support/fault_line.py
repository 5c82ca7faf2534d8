"""A line to a server that a test can make fail in every way in which lines and servers fail."""

from __future__ import annotations

import contextlib
import enum
import random
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.support.relay import Address

_SLICE = 65_536
_GARBAGE_SEED = 20_260_314
SLOW = 10.0
"""Seconds that an answer takes on a slow line."""


class Fault(enum.Enum):
    """What is wrong with the line."""

    NONE = "passes everything on"
    REFUSED = "nothing listens any more"
    SWALLOWS = "connections are accepted and what is sent is swallowed: a half-open socket"
    SLOW = "each answer takes ten seconds"
    GARBAGE = "each question is answered with random bytes"


@dataclass
class FaultLine:
    """Listens on one port of this machine as long as it is used, and passes on to a server as told.

    Attributes:
        target: the server.
        port: where the line itself is reached.
        fault: what is wrong with it now.
    """

    target: Address
    port: int = 0
    fault: Fault = Fault.NONE
    _server: socket.socket | None = None
    _open: set[socket.socket] = field(default_factory=set)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def break_(self, fault: Fault) -> None:
        """Let the line fail from now on; lines that are open already fail with it."""
        self.fault = fault
        if fault is Fault.REFUSED:
            self._stop_listening()
        if fault in {Fault.REFUSED, Fault.GARBAGE}:
            self.cut()

    def mend(self, target: Address | None = None) -> None:
        """Let the line work again, to another server when one is named; what was open is cut."""
        self.target = target or self.target
        self.fault = Fault.NONE
        self.cut()
        if self._server is None:
            self.listen()

    def cut(self) -> None:
        """Close all that are open."""
        with self._guard:
            lines, self._open = self._open, set()
        for line in lines:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def listen(self) -> None:
        """Begin to take connections."""
        server = socket.socket()
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", self.port))
        server.listen(64)
        self.port = server.getsockname()[1]
        self._server = server
        threading.Thread(target=self._accept, args=(server,), daemon=True).start()

    def close(self) -> None:
        """End it."""
        self._stop_listening()
        self.cut()

    def _stop_listening(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            server.close()

    def _accept(self, server: socket.socket) -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            self._keep(client)
            if self.fault in {Fault.SWALLOWS, Fault.GARBAGE}:
                self._misbehave(client)
                return
            with _connected(self.target) as server:
                self._keep(server)
                answers = threading.Thread(target=self._pump, args=(server, client, True), daemon=True)
                answers.start()
                self._pump(client, server, False)
                answers.join(SLOW + 5)

    def _keep(self, line: socket.socket) -> None:
        with self._guard:
            self._open.add(line)

    def _misbehave(self, client: socket.socket) -> None:
        bytes_ = random.Random(_GARBAGE_SEED)
        while client.recv(_SLICE):
            if self.fault is Fault.GARBAGE:
                client.sendall(bytes_.randbytes(20) + b"\r\n\r\n" + bytes_.randbytes(500))

    def _pump(self, source: socket.socket, sink: socket.socket, answers: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(_SLICE):
                if answers and self.fault is Fault.SLOW:
                    time.sleep(SLOW)
                if self.fault is not Fault.SWALLOWS:
                    sink.sendall(data)
            sink.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def fault_line(target: Address) -> Iterator[FaultLine]:
    """A line that works until it is told otherwise."""
    line = FaultLine(target)
    line.listen()
    try:
        yield line
    finally:
        line.close()


def _connected(target: Address) -> socket.socket:
    if isinstance(target, tuple):
        return socket.create_connection(target, 5)
    line = socket.socket(socket.AF_UNIX)
    line.connect(str(target))
    return line
