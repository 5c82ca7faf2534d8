"""What httpx says when an exchange fails, in one plain sentence."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

import httpx

from cockpit.model.errors import SourceError, SourceGarbled, SourceRefused, SourceUnreachable
from cockpit.model.text import clean

_CERTIFICATE_EXPIRED = 10
"""X509_V_ERR_CERT_HAS_EXPIRED in OpenSSL's x509_vfy.h."""
_HOSTNAME_MISMATCH = 62
"""X509_V_ERR_HOSTNAME_MISMATCH."""


def translated(error: Exception, url: str) -> SourceError:
    """The error of the cockpit's own tree for one of httpx; `url` is fit to show."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _certificate(cause, url)
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


def _certificate(error: ssl.SSLCertVerificationError, url: str) -> SourceError:
    if error.verify_code == _CERTIFICATE_EXPIRED:
        return SourceRefused(f"the TLS certificate of {url} has expired", "renew it")
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
