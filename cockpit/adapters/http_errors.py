"""What httpx says when an exchange fails, in one plain sentence."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterator

import httpx

from cockpit.adapters.pool import BlockingPool
from cockpit.model.errors import SourceError, SourceGarbled, SourceRefused, SourceUnreachable
from cockpit.model.text import clean

_CERTIFICATE_EXPIRED = 10
"""X509_V_ERR_CERT_HAS_EXPIRED in OpenSSL's x509_vfy.h."""
_HOSTNAME_MISMATCH = 62
"""X509_V_ERR_HOSTNAME_MISMATCH."""


def translated(error: Exception, url: str, ended: str = "") -> SourceError:
    """The error of the cockpit's own tree for one of httpx.

    Args:
        error: from httpx.
        url: fit to show.
        ended: the day on which the certificate expired, "" when it did not or nobody knows.
    """
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _certificate(cause, url, ended)
        if isinstance(cause, ssl.SSLError):
            return SourceUnreachable(f"{url} and the cockpit found no common TLS: {clean(cause.reason or str(cause))}")
        if isinstance(cause, socket.gaierror):
            return SourceUnreachable(f"the host name in {url} cannot be resolved", "check the name and this network")
        if isinstance(cause, ConnectionRefusedError):
            return SourceUnreachable(f"nothing listens at {url}: connection refused", "look whether the service runs")
    if isinstance(error, httpx.UnsupportedProtocol):
        return SourceError(f"{url} is no http or https address")
    if isinstance(error, httpx.LocalProtocolError):
        return SourceError(f"the request to {url} is not valid HTTP: {clean(str(error))}")
    if isinstance(error, httpx.RemoteProtocolError) and "disconnected" not in str(error):
        return SourceGarbled(f"{url} did not answer in HTTP: {clean(str(error))}")
    if isinstance(error, httpx.DecodingError):
        return SourceGarbled(f"the body from {url} cannot be decoded: {clean(str(error))}")
    reason = clean(str(error)) or "the connection was closed"
    return SourceUnreachable(f"the line to {url} broke: {reason}")


def has_expired(error: BaseException) -> bool:
    """Whether the exchange failed because the server's certificate is out of date."""
    return any(
        isinstance(cause, ssl.SSLCertVerificationError) and cause.verify_code == _CERTIFICATE_EXPIRED
        for cause in _causes(error)
    )


async def expired_on(url: str, pool: BlockingPool, deadline: float) -> str:
    """The last day of the certificate behind an https address, "" when it cannot be read in time.

    The driver's error does not tell it, so the certificate is asked for once more; nothing else is sent.
    """
    from cockpit.adapters.probe_certificate import presented_certificate

    target = httpx.URL(url)
    try:
        async with asyncio.timeout(deadline):
            certificate = await presented_certificate(target.host, target.port or 443, pool, deadline)
    except (OSError, SourceError):  # ssl.SSLError and TimeoutError are OSErrors
        return ""
    return f"{certificate.valid_until:%Y-%m-%d}"


def _certificate(error: ssl.SSLCertVerificationError, url: str, ended: str) -> SourceError:
    if error.verify_code == _CERTIFICATE_EXPIRED:
        day = f" on {ended}" if ended else ""
        return SourceRefused(f"the TLS certificate of {url} has expired{day}", "renew it")
    if error.verify_code == _HOSTNAME_MISMATCH:
        return SourceRefused(f"the TLS certificate of {url} belongs to another name")
    return SourceRefused(f"the TLS certificate of {url} is not trusted: {clean(error.verify_message)}")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and all that led to it, groups looked into."""
    waiting: list[BaseException | None] = [error]
    seen: set[int] = set()
    while waiting:
        current = waiting.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        waiting += [current.__context__, current.__cause__]
        if isinstance(current, BaseExceptionGroup):
            waiting += current.exceptions
