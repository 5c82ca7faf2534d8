"""Observers in a browser: a web server that shows screens to whoever knows its secret address, and takes no orders.

It is our own and not that of textual-serve, whose page and terminal it uses: that one knows no token, accepts any
Origin, lists its folder, hands its whole environment on and forwards every key.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from aiohttp import WSMsgType, web

from cockpit.adapters.web_input import NavigationFilter
from cockpit.adapters.web_page import HEADERS, PAGE
from cockpit.model.errors import CockpitError

CLIENTS = 32
STALLED = 10.0
"""Seconds that a browser may leave a picture unread."""
_MESSAGE = 4_096
"""Bytes of one message from a browser."""
_WIDTHS, _HEIGHTS = (20, 500), (5, 200)
_HEARTBEAT = 15.0
_WAY_OUT = 1013
"""WebSocket code: try again later."""


class Screen(Protocol):
    """A cockpit that draws for one browser."""

    async def start(self, width: int, height: int) -> None:
        """Start it and wait until it draws."""
        ...

    def pictures(self) -> AsyncIterator[bytes]:
        """What it draws, until it ends."""
        ...

    async def type(self, text: str) -> None:
        """Type something."""
        ...

    async def resize(self, width: int, height: int) -> None:
        """Tell it another size."""
        ...

    async def stop(self) -> None:
        """End it."""
        ...


@dataclass(frozen=True, slots=True)
class WebSettings:
    """What the server insists on.

    Attributes:
        token: the secret part of the address.
        origins: pages that may open a WebSocket, as http://127.0.0.1:8787.
        keys: names of the keys that are let through.
        clients: how many may look at a time.
        stalled: seconds that a browser may leave a picture unread.
    """

    token: str
    origins: frozenset[str]
    keys: frozenset[str]
    clients: int = CLIENTS
    stalled: float = STALLED

    @property
    def hosts(self) -> frozenset[str]:
        """The names by which the server may be asked."""
        return frozenset(origin.partition("://")[2] for origin in self.origins)


class ObserverServer:
    """Serves the page, its files and the screens.

    Args:
        settings: what it insists on.
        make_screen: makes a screen that is not started yet.
        files: the page's files by name, each with its media type.
    """

    def __init__(
        self, settings: WebSettings, make_screen: Callable[[], Screen], files: dict[str, tuple[bytes, str]]
    ) -> None:
        self._settings = settings
        self._make_screen = make_screen
        self._files = files
        self._looking: set[asyncio.Task[object]] = set()

    def application(self) -> web.Application:
        """The routes; everything else is not found."""
        application = web.Application(middlewares=[self._guard], client_max_size=_MESSAGE)
        application.add_routes(
            [
                web.get("/{token}/", self._page),
                web.get("/{token}/files/{name}", self._file),
                web.get("/{token}/ws", self._look),
            ]
        )
        application.on_shutdown.append(self._end_all)
        return application

    @property
    def clients(self) -> int:
        """How many look now."""
        return len(self._looking)

    @web.middleware
    async def _guard(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Ask for the right host, the token and, where one is told, the right origin."""
        answer: web.StreamResponse
        try:
            answer = self._refusal(request) or await handler(request)
        except web.HTTPException as error:
            answer = web.Response(status=error.status, text=error.reason)
        if not answer.prepared:
            answer.headers.update(HEADERS)
        return answer

    def _refusal(self, request: web.Request) -> web.Response | None:
        if request.headers.get("Host", "") not in self._settings.hosts:
            return web.Response(status=421, text="this server has another name")
        token = request.match_info.get("token", "")
        if not hmac.compare_digest(token.encode(), self._settings.token.encode()):
            return web.Response(status=404, text="not found")
        origin = request.headers.get("Origin")
        if origin is not None and origin not in self._settings.origins:
            return web.Response(status=403, text="this page may not look here")
        return None

    async def _page(self, request: web.Request) -> web.Response:
        host = request.headers["Host"]
        scheme = "wss" if f"https://{host}" in self._settings.origins else "ws"
        size = request.query.get("size", "")
        points = int(size) if size.isdecimal() and len(size) < 3 else 16
        socket = f"{scheme}://{host}/{self._settings.token}/ws"
        return web.Response(text=PAGE.format(socket=socket, size=max(6, points)), content_type="text/html")

    async def _file(self, request: web.Request) -> web.Response:
        found = self._files.get(request.match_info["name"])
        if found is None:
            raise web.HTTPNotFound
        return web.Response(body=found[0], content_type=found[1])

    async def _look(self, request: web.Request) -> web.StreamResponse:
        """One browser, from its first picture to its last."""
        if "Origin" not in request.headers:
            return web.Response(status=403, text="only pages may look here")
        if self.clients >= self._settings.clients:
            return web.Response(status=503, text=f"{self.clients} are looking already", headers={"Retry-After": "10"})
        task = asyncio.current_task()
        assert task is not None
        self._looking.add(task)
        try:
            return await self._show(request)
        finally:
            self._looking.discard(task)

    async def _show(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(heartbeat=_HEARTBEAT, max_msg_size=_MESSAGE, compress=False)
        await socket.prepare(request)
        screen = self._make_screen()
        try:
            await screen.start(*_size(request.query.get("width"), request.query.get("height")))
            drawing = asyncio.create_task(self._draw(screen, socket))
            listening = asyncio.create_task(self._listen(screen, socket))
            try:
                await asyncio.wait({drawing, listening}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for one in (drawing, listening):
                    one.cancel()
                await asyncio.gather(drawing, listening, return_exceptions=True)
        except CockpitError:
            await socket.close(code=_WAY_OUT)
        finally:
            await screen.stop()
            _cut(request)
        return socket

    async def _draw(self, screen: Screen, socket: web.WebSocketResponse) -> None:
        """Send what is drawn, until the screen ends or the browser does not read any more."""
        async for picture in screen.pictures():
            try:
                async with asyncio.timeout(self._settings.stalled):
                    await socket.send_bytes(picture)
            except (TimeoutError, ConnectionError):
                return

    async def _listen(self, screen: Screen, socket: web.WebSocketResponse) -> None:
        """Pass on the keys that move about, and sizes; nothing else."""
        keys = NavigationFilter(self._settings.keys)
        async for message in socket:
            match _parsed(message.data) if message.type is WSMsgType.TEXT else None:
                case ["stdin", str() as text]:
                    if passed := keys.passed(text):
                        await screen.type(passed)
                case ["resize", {"width": width, "height": height}]:
                    await screen.resize(*_size(width, height))
                case ["ping", str() as mark] if len(mark) < 64:
                    await socket.send_json(["pong", mark])

    async def _end_all(self, application: web.Application) -> None:
        looking = set(self._looking)
        for task in looking:
            task.cancel()
        if looking:
            await asyncio.wait(looking)


def _parsed(text: str) -> object:
    with contextlib.suppress(ValueError, RecursionError):
        found: object = json.loads(text)
        return found
    return None


def _size(width: object, height: object) -> tuple[int, int]:
    """A size of a screen within reason."""
    return _within(width, 120, *_WIDTHS), _within(height, 40, *_HEIGHTS)


def _within(value: object, otherwise: int, least: int, most: int) -> int:
    text = str(value)
    return min(most, max(least, int(text))) if text.isdecimal() and len(text) < 6 else otherwise


def _cut(request: web.Request) -> None:
    """Drop the line at once: a browser that does not read would not read a farewell either."""
    if request.transport is not None:
        request.transport.abort()
