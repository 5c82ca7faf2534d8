"""A Redis REST endpoint in front of a real Redis, speaking as Upstash documents it, on a thread of its own.

It runs on 127.0.0.1: POST / with a command, POST /pipeline and POST /multi-exec with several. Two tokens: one for
everything, one that only reads, each mapped to a Redis user.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from aiohttp import web
from redis import Redis, RedisError
from redis.exceptions import NoPermissionError

from cockpit.sandbox.redis_server import RedisServer

FULL, READ_ONLY = "full-token-4f1c", "read-only-token-9a2b"


@dataclass(frozen=True)
class Endpoint:
    """Where it listens."""

    url: str


class _Service:
    def __init__(self, server: RedisServer, encodes: bool) -> None:
        self._users = {FULL: server.address("cockpit_operator"), READ_ONLY: server.address("cockpit_observer")}
        self._encodes = encodes

    async def one(self, request: web.Request) -> web.Response:
        with self._client(request) as client:
            answer = self._run(client, await request.json(), request)
        return web.json_response(answer, status=400 if "error" in answer else 200)

    async def several(self, request: web.Request) -> web.Response:
        with self._client(request) as client:
            return web.json_response([self._run(client, command, request) for command in await request.json()])

    def _client(self, request: web.Request) -> Redis:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self._users:
            raise web.HTTPUnauthorized(text='{"error":"Unauthorized"}')
        return Redis.from_url(self._users[token], protocol=2)

    def _run(self, client: Redis, command: list[str | int], request: web.Request) -> dict[str, object]:
        connection = client.connection_pool.get_connection()
        try:
            connection.send_command(*command)  # type: ignore[no-untyped-call]
            return {"result": self._told(connection.read_response(), request)}
        except NoPermissionError as error:
            return {"error": f"NOPERM {error}"}
        except RedisError as error:
            return {"error": f"ERR {error}"}
        finally:
            client.connection_pool.release(connection)

    def _told(self, reply: object, request: web.Request) -> object:
        if isinstance(reply, list):
            return [self._told(item, request) for item in reply]
        if not isinstance(reply, bytes):
            return reply
        if self._encodes and request.headers.get("Upstash-Encoding") == "base64" and reply != b"OK":
            return base64.b64encode(reply).decode()
        return reply.decode("utf-8", "replace")


@contextlib.contextmanager
def rest_endpoint(server: RedisServer, *, encodes: bool = True) -> Iterator[Endpoint]:
    """The endpoint while the block runs; `encodes` is whether it honours Upstash-Encoding."""
    service, loop, ports = _Service(server, encodes), asyncio.new_event_loop(), list[int]()
    app = web.Application()
    app.router.add_post("/", service.one)
    app.router.add_post("/pipeline", service.several)
    app.router.add_post("/multi-exec", service.several)
    runner = web.AppRunner(app, access_log=None)
    started = threading.Event()

    async def start() -> None:
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        ports.append(runner.addresses[0][1])
        started.set()

    def serve() -> None:
        loop.run_until_complete(start())
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())
        loop.close()

    thread = threading.Thread(target=serve, name="rest-endpoint", daemon=True)
    thread.start()
    assert started.wait(10)
    try:
        yield Endpoint(f"http://127.0.0.1:{ports[0]}")
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
