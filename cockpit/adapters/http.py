"""One HTTP exchange at a time, bounded in time and size."""

from __future__ import annotations

import asyncio
import re
import socket
import time
from collections.abc import Mapping

import httpx

from cockpit import __version__
from cockpit.adapters.http_body import BODY_CAP, json_of, text_of
from cockpit.adapters.http_errors import expired_on, has_expired, translated
from cockpit.adapters.http_timing import Progress, Resolver, certificate_of
from cockpit.adapters.pool import BlockingPool
from cockpit.config.secrets import Secret
from cockpit.model.errors import SourceError, SourceUnreachable
from cockpit.model.health import HttpSample, Json
from cockpit.model.masking import MASK, Masker
from cockpit.model.operations import HttpRequest
from cockpit.model.readings import SourceId, SourceKind
from cockpit.model.text import clean

_THREAD_DEADLINE = 10.0
_LARGE = 65_536
"""Bytes from which a body is parsed on a thread, so that keys are still answered meanwhile."""
_CONNECT_SHARE = 0.95
"""Share of the deadline after which httpx itself gives up connecting: cancelled from outside, it leaves the socket."""
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://")
_NO_PROXY: dict[str, httpx.AsyncBaseTransport | None] = {
    f"all://{host}": None for host in ("localhost", "127.0.0.1", "[::1]")
}


class HttpClient:
    """The environment's HTTP service, and any other address that a check or step names.

    Redirects are not followed, nothing is retried, certificates are verified.

    Args:
        name: the source's name.
        base_url: what a path alone is bound to; "" when the environment has none.
        headers: sent to the base URL's own server and nowhere else; secrets are masked wherever they show.
        fresh: True opens a connection for each request and resolves names apart from it, so that every exchange
            tells where its time went; for checks.
        transport: stands in for the network in tests of what no server would do.
    """

    def __init__(
        self,
        name: str = "api",
        *,
        base_url: str = "",
        headers: Mapping[str, str | Secret] | None = None,
        fresh: bool = False,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.id = SourceId(SourceKind.HTTP, name)
        self.base_url = base_url.rstrip("/")
        self._headers = dict(headers or {})
        self._secrets = [v.reveal() for v in self._headers.values() if isinstance(v, Secret)]
        self._masker = Masker(self._secrets)
        self._transport = transport
        self._clients: dict[bool, httpx.AsyncClient] = {}
        self._opening = asyncio.Lock()
        self._pool = BlockingPool("http", 1)
        self._fresh = fresh
        self._resolver = Resolver() if fresh and transport is None else None

    async def sample(
        self,
        request: HttpRequest,
        timeout: float,  # noqa: ASYNC109
        progress: Progress | None = None,
        cap: int = BODY_CAP,
    ) -> HttpSample:
        """Send one request and read the answer, whatever its status.

        Args:
            request: what to send; a path is bound to the base URL.
            timeout: seconds until the whole answer must be there.
            progress: filled while the request is under way.
            cap: bytes of the body that are read.

        Raises:
            SourceUnreachable: nobody answered, the line broke, or the time ran out.
            SourceRefused: the server's certificate is not acceptable.
            SourceGarbled: what came back is no HTTP.
            SourceError: the request cannot be sent at all.
        """
        url = self.address(request.url)
        progress = progress or Progress()
        started = time.perf_counter()
        try:
            async with asyncio.timeout(timeout) as deadline:
                addresses = await self._addresses(url, progress, timeout)
                response = await self._answered(request, url, progress, deadline, addresses)
                return await self._taken(request, url, response, progress, started, cap)
        except socket.gaierror as error:
            raise translated(error, self.masked(url)) from error
        except (TimeoutError, httpx.TimeoutException) as error:
            raise SourceUnreachable(f"{self.masked(url)} did not answer within {timeout:.3g} s") from error
        except (httpx.HTTPError, httpx.StreamError) as error:
            # a request that h11 finds invalid is announced and then not written
            progress.sent = progress.sent and not isinstance(error, httpx.LocalProtocolError)
            ended = await expired_on(url, self._pool, timeout) if has_expired(error) else ""
            raise translated(error, self.masked(url), ended) from error

    def address(self, url: str) -> str:
        """The absolute URL of a request.

        Raises:
            SourceError: when it is a path and there is no base URL.
        """
        if _ABSOLUTE.match(url):
            return url
        if not self.base_url:
            raise SourceError(f"{clean(url)} is a path, and this environment has no base_url", "set base_url")
        return f"{self.base_url}/{url.lstrip('/')}"

    def server_of(self, url: str) -> str:
        """Scheme, host and port that a request goes to, without credentials."""
        try:
            found = httpx.URL(self.address(url))
        except httpx.InvalidURL:
            return self.masked(url)
        return clean(f"{found.scheme}://{found.netloc.decode('ascii', 'replace')}")

    def sent_headers(self, request: HttpRequest) -> tuple[tuple[str, str], ...]:
        """The headers of a request as they may be shown: names, and values with secrets masked."""
        shown: list[tuple[str, str]] = []
        for name, value in self._configured(request.url).items():
            shown.append((clean(name), MASK if isinstance(value, Secret) else self._shown_value(name, value)))
        shown += [(clean(name), self._shown_value(name, value)) for name, value in request.headers]
        return tuple(shown)

    def masked(self, text: str) -> str:
        """A line about this source with its secrets hidden, cleaned."""
        return self._masker.secrets(clean(text))

    async def close(self) -> None:
        """Close all connections."""
        clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            await client.aclose()
        self._pool.close()
        if self._resolver is not None:
            self._resolver.close()

    def _shown_value(self, name: str, value: str) -> str:
        return self.masked(f"{name}: {value}").partition(":")[2].strip()

    def _configured(self, url: str) -> dict[str, str | Secret]:
        own = self.base_url and self.server_of(url) == self.server_of(self.base_url)
        return self._headers if own else {}

    async def _addresses(self, url: str, progress: Progress, timeout: float) -> tuple[str, ...]:  # noqa: ASYNC109
        """The addresses to try; empty leaves resolving to the transport."""
        if self._resolver is None:
            return ()
        started = time.perf_counter()
        try:
            found = await self._resolver.addresses(httpx.URL(url), timeout)
        except httpx.InvalidURL:
            return ()
        progress.dns = time.perf_counter() - started if found else None
        return found

    async def _answered(
        self, request: HttpRequest, url: str, progress: Progress, deadline: asyncio.Timeout, addresses: tuple[str, ...]
    ) -> httpx.Response:
        """The open answer of the first address that takes the connection; nothing is ever sent twice."""
        for address in addresses[:-1]:
            client, prepared = await self._request(request, url, progress, deadline, address)
            try:
                return await client.send(prepared, stream=True)
            except httpx.ConnectError:
                continue
        client, prepared = await self._request(request, url, progress, deadline, addresses[-1] if addresses else "")
        return await client.send(prepared, stream=True)

    async def _request(
        self, request: HttpRequest, url: str, progress: Progress, deadline: asyncio.Timeout, address: str
    ) -> tuple[httpx.AsyncClient, httpx.Request]:
        if any(mark in text for pair in request.headers for text in pair for mark in "\r\n\0"):
            raise SourceError(f"{request.method} {self.masked(url)} has a header with a line break in it")
        headers = [(n, v.reveal() if isinstance(v, Secret) else v) for n, v in self._configured(request.url).items()]
        headers += request.headers
        try:
            client = await self._client(secure=not url.lower().startswith("http:"))
            left = (deadline.when() or 0.0) - asyncio.get_running_loop().time()
            target, extensions = httpx.URL(url), {"trace": progress.trace}
            if address:
                if not any(name.lower() == "host" for name, _ in headers):
                    headers.append(("Host", target.netloc.decode("ascii")))
                extensions["sni_hostname"] = target.host  # type: ignore[assignment]
                target = target.copy_with(host=address)
            return client, client.build_request(
                request.method,
                target,
                headers=headers,
                content=request.body.encode("utf-8") if request.body else None,
                timeout=httpx.Timeout(None, connect=max(0.0, _CONNECT_SHARE * left)),
                extensions=extensions,
            )
        except (httpx.InvalidURL, UnicodeError) as error:
            raise SourceError(f"{request.method} {self.masked(url)} cannot be sent: {clean(str(error))}") from error

    async def _taken(
        self, request: HttpRequest, url: str, response: httpx.Response, progress: Progress, started: float, cap: int
    ) -> HttpSample:
        """The whole answer; lets go of the connection."""
        try:
            certificate = certificate_of(response)
            raw, cut = await _body(response, cap)
        finally:
            await response.aclose()
        ended = time.perf_counter()
        charset, content_type = response.charset_encoding, response.headers.get("content-type", "")
        text, body = await self._parsed(raw, cut, charset, content_type)
        return HttpSample(
            method=request.method,
            url=self.masked(url),
            status=response.status_code,
            latency=ended - started,
            headers=tuple((clean(n.lower()), self._known_hidden(clean(v))) for n, v in response.headers.multi_items()),
            text=self._known_hidden(text),
            body=body,
            timing=progress.timing(ended),
            certificate=certificate,
            sent=self.sent_headers(request),
            sent_body=self.masked(request.body),
        )

    async def _parsed(self, raw: bytes, cut: bool, charset: str | None, content_type: str) -> tuple[str, Json]:
        def parse() -> tuple[str, Json]:
            return text_of(raw, charset, cut), None if cut else json_of(raw, content_type)

        return await self._pool.run(parse, _THREAD_DEADLINE) if len(raw) > _LARGE else parse()

    def _known_hidden(self, text: str) -> str:
        """Hide the configured secrets only: a pattern might change what a condition looks for."""
        for secret in self._secrets:
            if len(secret) >= 4:
                text = text.replace(secret, MASK)
        return text

    async def _client(self, *, secure: bool) -> httpx.AsyncClient:
        """A client per need of TLS: loading the certificates takes 80 ms, so it happens on a thread, once."""
        async with self._opening:
            if secure not in self._clients:
                verify = await self._pool.run(httpx.create_ssl_context, _THREAD_DEADLINE) if secure else False
                self._clients[secure] = httpx.AsyncClient(
                    verify=verify,
                    headers={"User-Agent": f"cockpit/{__version__}", "Accept-Encoding": "identity"},
                    follow_redirects=False,
                    limits=httpx.Limits(max_keepalive_connections=0) if self._fresh else httpx.Limits(),
                    timeout=None,  # noqa: S113  asyncio.timeout bounds the whole exchange
                    transport=self._transport,
                    mounts=None if self._transport else _NO_PROXY,
                )
            return self._clients[secure]


async def _body(response: httpx.Response, cap: int) -> tuple[bytes, bool]:
    """At most `cap` bytes of the body, and whether there was more."""
    kept = bytearray()
    async for piece in response.aiter_bytes():
        kept += piece
        if len(kept) > cap:
            return bytes(kept[:cap]), True
    return bytes(kept), False
