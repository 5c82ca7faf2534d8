"""One HTTP exchange at a time, bounded in time and size."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from cockpit import __version__
from cockpit.adapters.http_body import BODY_CAP, json_of, text_of
from cockpit.adapters.http_errors import translated
from cockpit.adapters.pool import BlockingPool
from cockpit.config.secrets import Secret
from cockpit.model.actions import HttpRequest
from cockpit.model.errors import SourceError, SourceUnreachable
from cockpit.model.health import HttpSample, Json
from cockpit.model.masking import MASK, Masker
from cockpit.model.readings import SourceId, SourceKind
from cockpit.model.text import clean

_THREAD_DEADLINE = 10.0
_LARGE = 65_536
"""Bytes from which a body is parsed on a thread, so that keys are still answered meanwhile."""
_CONNECT_SHARE = 0.95
"""Share of the deadline after which httpx itself gives up connecting: cancelled from outside, it leaves the socket."""
_SENT = ("http11.send_request_headers.started", "http2.send_request_headers.started")
_NO_PROXY: dict[str, httpx.AsyncBaseTransport | None] = {
    f"all://{host}": None for host in ("localhost", "127.0.0.1", "[::1]")
}


@dataclass(slots=True)
class Progress:
    """How far a request got: whether any of it may have reached the server."""

    sent: bool = False

    async def trace(self, event: str, _info: Mapping[str, object]) -> None:
        """Called by httpx's transport at each of its steps."""
        self.sent = self.sent or event in _SENT


class HttpClient:
    """The environment's HTTP service, and any other address that a check or step names.

    Redirects are not followed, nothing is retried, certificates are verified.

    Args:
        name: the source's name.
        base_url: what a path alone is bound to; "" when the environment has none.
        headers: sent to the base URL's own server and nowhere else; secrets are masked wherever they show.
        transport: stands in for the network in tests of what no server would do.
    """

    def __init__(
        self,
        name: str = "api",
        *,
        base_url: str = "",
        headers: Mapping[str, str | Secret] | None = None,
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

    async def sample(self, request: HttpRequest, timeout: float, progress: Progress | None = None) -> HttpSample:  # noqa: ASYNC109
        """Send one request and read the answer, whatever its status.

        Args:
            request: what to send; a path is bound to the base URL.
            timeout: seconds until the whole answer must be there.
            progress: filled while the request is under way.

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
                prepared = await self._request(request, url, progress, deadline)
                return await self._exchange(prepared, started)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise SourceUnreachable(f"{self.masked(url)} did not answer within {timeout:g} s") from error
        except (httpx.HTTPError, httpx.StreamError) as error:
            # a request that h11 finds invalid is announced and then not written
            progress.sent = progress.sent and not isinstance(error, httpx.LocalProtocolError)
            raise translated(error, self.masked(url)) from error

    def address(self, url: str) -> str:
        """The absolute URL of a request.

        Raises:
            SourceError: when it is a path and there is no base URL.
        """
        if "://" in url:
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

    def _shown_value(self, name: str, value: str) -> str:
        return self.masked(f"{name}: {value}").partition(":")[2].strip()

    def _configured(self, url: str) -> dict[str, str | Secret]:
        own = self.base_url and self.server_of(url) == self.server_of(self.base_url)
        return self._headers if own else {}

    async def _request(
        self, request: HttpRequest, url: str, progress: Progress, deadline: asyncio.Timeout
    ) -> tuple[httpx.AsyncClient, httpx.Request]:
        if any(mark in text for pair in request.headers for text in pair for mark in "\r\n\0"):
            raise SourceError(f"{request.method} {self.masked(url)} has a header with a line break in it")
        headers = [(n, v.reveal() if isinstance(v, Secret) else v) for n, v in self._configured(request.url).items()]
        try:
            client = await self._client(secure=not url.lower().startswith("http:"))
            left = (deadline.when() or 0.0) - asyncio.get_running_loop().time()
            return client, client.build_request(
                request.method,
                url,
                headers=[*headers, *request.headers],
                content=request.body.encode("utf-8") if request.body else None,
                timeout=httpx.Timeout(None, connect=max(0.0, _CONNECT_SHARE * left)),
                extensions={"trace": progress.trace},
            )
        except (httpx.InvalidURL, UnicodeError) as error:
            raise SourceError(f"{request.method} {self.masked(url)} cannot be sent: {clean(str(error))}") from error

    async def _exchange(self, prepared: tuple[httpx.AsyncClient, httpx.Request], started: float) -> HttpSample:
        client, request = prepared
        response = await client.send(request, stream=True)
        try:
            raw, cut = await _body(response)
        finally:
            await response.aclose()
        latency = time.perf_counter() - started
        charset, content_type = response.charset_encoding, response.headers.get("content-type", "")
        text, body = await self._parsed(raw, cut, charset, content_type)
        return HttpSample(
            method=request.method,
            url=self.masked(str(request.url)),
            status=response.status_code,
            latency=latency,
            headers=tuple((clean(n.lower()), self._known_hidden(clean(v))) for n, v in response.headers.multi_items()),
            text=self._known_hidden(text),
            body=body,
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
                    timeout=None,  # noqa: S113  asyncio.timeout bounds the whole exchange
                    transport=self._transport,
                    mounts=None if self._transport else _NO_PROXY,
                )
            return self._clients[secure]


async def _body(response: httpx.Response) -> tuple[bytes, bool]:
    """At most BODY_CAP bytes of the body, and whether there was more."""
    kept = bytearray()
    async for piece in response.aiter_bytes():
        kept += piece
        if len(kept) > BODY_CAP:
            return bytes(kept[:BODY_CAP]), True
    return bytes(kept), False
