"""Whether a TCP port takes connections, how long that takes, and who listens on it here."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time

import psutil

from cockpit.adapters.plain_source import PlainSource
from cockpit.adapters.pool import BlockingPool
from cockpit.model.errors import SourceUnreachable
from cockpit.model.probes import PortFacts
from cockpit.model.readings import SourceId
from cockpit.model.text import clean

_HERE = frozenset({"", "localhost", "127.0.0.1", "::1"})


class PortProbe(PlainSource):
    """Fulfils `Source[PortFacts]`.

    Args:
        source: the id under which its readings are known.
        host: name or address; "" for this machine.
        port: the port.
        pool: threads for the resolver and the socket table; shared between probes.
        deadline: seconds for one look.
    """

    def __init__(self, source: SourceId, host: str, port: int, pool: BlockingPool, deadline: float) -> None:
        super().__init__(source)
        self._host = host
        self._port = port
        self._pool = pool
        self._deadline = deadline

    async def fetch(self) -> PortFacts:
        """Connect once and hang up; a refused connection is an answer.

        Raises:
            SourceUnreachable: when the name does not resolve, or nobody answered in time.
        """
        shown = f"{self._host or 'localhost'}:{self._port}"
        try:
            async with asyncio.timeout(self._deadline):
                facts = await self._connect()
        except socket.gaierror as error:
            raise SourceUnreachable(f"the host name in {shown} cannot be resolved", "check the name") from error
        except TimeoutError as error:
            raise SourceUnreachable(f"{shown} took no connection within {self._deadline:g} s") from error
        return facts

    async def _connect(self) -> PortFacts:
        listening = await self._listening()
        addresses = await resolve(self._pool, self._host or "localhost", self._port, self._deadline)
        problem = ""
        for address in addresses:
            started = time.perf_counter()
            try:
                _, writer = await asyncio.open_connection(address, self._port)
            except OSError as error:
                problem = _why(error)
                continue
            seconds = time.perf_counter() - started
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
            return PortFacts(True, seconds, listening)
        return PortFacts(False, None, listening, problem)

    async def _listening(self) -> tuple[str, ...] | None:
        if self._host not in _HERE:
            return None
        try:
            return await self._pool.run(lambda: _listeners(self._port), self._deadline)
        except (psutil.Error, OSError):
            return None


async def resolve(pool: BlockingPool, host: str, port: int, deadline: float) -> list[str]:
    """The addresses of a host, in the order to try.

    Raises:
        socket.gaierror: when there are none.
        TimeoutError: when the resolver hangs.
    """
    found = await pool.run(lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM), deadline)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _listeners(port: int) -> tuple[str, ...]:
    found = [c.laddr for c in psutil.net_connections("tcp") if c.status == psutil.CONN_LISTEN and c.laddr]
    return tuple(sorted({f"{address.ip}:{address.port}" for address in found if address.port == port}))


def _why(error: OSError) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "nothing listens there: connection refused"
    return clean(f"no connection: {error.strerror or error}")
