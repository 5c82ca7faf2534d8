"""Where the time of an exchange went: the steps of httpx's transport, and names resolved apart from it."""

from __future__ import annotations

import ipaddress
import socket
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from cockpit.adapters.pool import BlockingPool
from cockpit.adapters.x509 import read_certificate
from cockpit.model.errors import SourceGarbled
from cockpit.model.health import HttpTiming
from cockpit.model.probes import Certificate

_SENT = ("http11.send_request_headers.started", "http2.send_request_headers.started")
_ANSWERED = ("http11.receive_response_headers.complete", "http2.receive_response_headers.complete")
_ADDRESSES = 4
"""Addresses of one name that are tried at the most."""


@dataclass(slots=True)
class Progress:
    """How far a request got: whether any of it may have reached the server, and when each step was reached.

    Attributes:
        sent: True once the first byte may have left.
        marks: event of the transport to the seconds at which it came.
        dns: seconds that resolving took, None when nothing was resolved.
    """

    sent: bool = False
    marks: dict[str, float] = field(default_factory=dict)
    dns: float | None = None

    async def trace(self, event: str, _info: Mapping[str, object]) -> None:
        """Called by httpx's transport at each of its steps."""
        self.sent = self.sent or event in _SENT
        self.marks[event] = time.perf_counter()

    def timing(self, ended: float) -> HttpTiming:
        """The steps as durations; `ended` is when the body was there."""
        answered = next((self.marks[event] for event in _ANSWERED if event in self.marks), None)
        begun = next((self.marks[event] for event in _SENT if event in self.marks), None)
        return HttpTiming(
            self.dns,
            self._took("connection.connect_tcp"),
            self._took("connection.start_tls"),
            None if answered is None or begun is None else max(0.0, answered - begun),
            None if answered is None else max(0.0, ended - answered),
        )

    def _took(self, step: str) -> float | None:
        start, end = self.marks.get(f"{step}.started"), self.marks.get(f"{step}.complete")
        return None if start is None or end is None else end - start


class Resolver:
    """Host names to addresses on threads of its own: the system's resolver blocks, and may hang."""

    def __init__(self) -> None:
        self._pool = BlockingPool("dns", 2)

    async def addresses(self, url: httpx.URL, timeout: float) -> tuple[str, ...]:  # noqa: ASYNC109
        """The addresses of a URL's host in the order to try; empty when it is not for us to resolve.

        Args:
            url: where the request goes.
            timeout: seconds.

        Raises:
            socket.gaierror: when the name does not resolve.
            TimeoutError: when nobody said so in time.
        """
        host = url.host
        if not host or _is_address(host) or _proxied(url):
            return ()
        port = url.port or (443 if url.scheme == "https" else 80)
        found = await self._pool.run(lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM), timeout)
        return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))[:_ADDRESSES]

    def close(self) -> None:
        """End the threads."""
        self._pool.close()


def certificate_of(response: httpx.Response) -> Certificate | None:
    """The certificate of the server that answers, None without TLS; the connection must still be open."""
    stream = response.extensions.get("network_stream")
    tls = stream.get_extra_info("ssl_object") if stream is not None else None
    der = tls.getpeercert(True) if tls is not None else None
    try:
        return read_certificate(der) if der else None
    except SourceGarbled:
        return None


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _proxied(url: httpx.URL) -> bool:
    """Whether a proxy resolves the name; this machine itself is never asked through one."""
    proxies = urllib.request.getproxies()
    if url.host == "localhost" or not {url.scheme, "all"} & proxies.keys():
        return False
    return not urllib.request.proxy_bypass(url.host)
