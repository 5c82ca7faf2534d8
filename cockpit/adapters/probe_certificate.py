"""The certificate of any TLS server, read also when it is not trusted."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl

from cockpit.adapters.plain_source import PlainSource
from cockpit.adapters.pool import BlockingPool
from cockpit.adapters.probe_port import resolve
from cockpit.adapters.x509 import read_certificate
from cockpit.model.errors import SourceGarbled, SourceUnreachable
from cockpit.model.probes import Certificate
from cockpit.model.readings import SourceId
from cockpit.model.text import clean


class CertificateProbe(PlainSource):
    """Fulfils `Source[Certificate]`.

    Args:
        source: the id under which its readings are known.
        host: name or address.
        port: the port; TLS must begin at once.
        pool: threads for the resolver and for loading this machine's authorities; shared between probes.
        deadline: seconds for one look.
    """

    def __init__(self, source: SourceId, host: str, port: int, pool: BlockingPool, deadline: float) -> None:
        super().__init__(source)
        self._host = host
        self._port = port
        self._pool = pool
        self._deadline = deadline
        self._trusting: ssl.SSLContext | None = None

    async def fetch(self) -> Certificate:
        """Shake hands once, and once more without trust when the certificate is not trusted; sends nothing.

        Raises:
            SourceUnreachable: when nobody shook hands in time.
            SourceGarbled: when what answered speaks no TLS.
        """
        shown = f"{self._host}:{self._port}"
        try:
            async with asyncio.timeout(self._deadline):
                return await self._look()
        except socket.gaierror as error:
            raise SourceUnreachable(f"the host name in {shown} cannot be resolved", "check the name") from error
        except TimeoutError as error:
            raise SourceUnreachable(f"{shown} shook no hands within {self._deadline:g} s") from error
        except ConnectionRefusedError as error:
            raise SourceUnreachable(f"nothing listens at {shown}: connection refused") from error
        except ssl.SSLError as error:
            raise SourceGarbled(f"{shown} speaks no TLS: {clean(error.reason or str(error))}") from error
        except OSError as error:
            raise SourceUnreachable(f"the line to {shown} broke: {clean(error.strerror or str(error))}") from error

    async def _look(self) -> Certificate:
        if self._trusting is None:
            self._trusting = await self._pool.run(ssl.create_default_context, self._deadline)
        [address, *_] = await resolve(self._pool, self._host, self._port, self._deadline)
        try:
            return read_certificate(await _handshake(address, self._host, self._port, self._trusting))
        except ssl.SSLCertVerificationError as error:
            problem = clean(error.verify_message) or "it is not trusted"
        return read_certificate(await _handshake(address, self._host, self._port, _without_trust()), problem)


async def presented_certificate(host: str, port: int, pool: BlockingPool, deadline: float) -> Certificate:
    """The certificate that a server shows, trusted or not; whether it is trusted is not looked at.

    Args:
        host: name or address of the server.
        port: its port.
        pool: a thread for the resolver.
        deadline: seconds for resolving; the caller bounds the handshake.

    Raises:
        OSError: when nobody shakes hands.
        SourceGarbled: when what it shows is no certificate.
    """
    [address, *_] = await resolve(pool, host, port, deadline)
    return read_certificate(await _handshake(address, host, port, _without_trust()))


async def _handshake(address: str, host: str, port: int, context: ssl.SSLContext) -> bytes:
    _, writer = await asyncio.open_connection(address, port, ssl=context, server_hostname=host)
    try:
        tls = writer.get_extra_info("ssl_object")
        der: bytes = tls.getpeercert(True) or b""
        return der
    finally:
        writer.transport.abort()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


def _without_trust() -> ssl.SSLContext:
    """Only to read a certificate that was refused: nothing is ever sent over such a connection."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
