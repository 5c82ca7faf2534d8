from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from cockpit.adapters.http import HttpClient
from cockpit.adapters.http_steps import HttpExecutor, HttpReader
from cockpit.config.secrets import Secret
from cockpit.model.errors import SourceRefused
from cockpit.model.identities import EndpointIdentity
from cockpit.model.masking import MASK
from cockpit.model.operations import HttpRequest, Rehearsal, ShellCommand
from cockpit.model.outcomes import OutcomeKind
from cockpit.sandbox.process import free_ports
from tests.support.permits import permit_for

pytestmark = pytest.mark.anyio


class Recorder:
    """A server that counts what reaches it."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.url = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(f"{request.method} {request.path}")
        if request.path == "/slow":
            await asyncio.Event().wait()
        if request.path == "/hang-up":
            assert request.transport is not None
            request.transport.abort()
        if request.path == "/many":
            return web.Response(text="line\n" * 3_000)
        status = int(request.path.removeprefix("/status/") or 200)
        return web.Response(status=status, text="\nit is locked\nby worker-1" if status >= 400 else '{"ok": true}')


@pytest.fixture
async def server() -> AsyncIterator[Recorder]:
    recorder = Recorder()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", recorder.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    [port] = free_ports(1)
    await web.TCPSite(runner, "127.0.0.1", port).start()
    recorder.url = f"http://127.0.0.1:{port}"
    yield recorder
    await runner.cleanup()


@pytest.fixture
async def client(server: Recorder) -> AsyncIterator[HttpClient]:
    made = HttpClient(base_url=server.url, headers={"X-Break-Glass-Token": Secret("glass-token"), "X-Team": "shop"})
    yield made
    await made.close()


async def test_a_read_gives_status_headers_json_and_lines(client: HttpClient) -> None:
    answer = await HttpReader(client).read(HttpRequest("GET", "/status/200"), 10)

    assert (answer.status, answer.body, answer.value) == (200, {"ok": True}, {"ok": True})
    assert answer.lines == ('{"ok": true}',)
    assert "content-type" in dict(answer.headers)
    assert answer.notice.startswith("200 in ")
    assert (await HttpReader(client).read(HttpRequest("HEAD", "/status/200"), 10)).lines == ()


async def test_many_lines_are_cut_and_counted(client: HttpClient) -> None:
    answer = await HttpReader(client).read(HttpRequest("GET", "/many"), 10)

    assert len(answer.lines) == 2_000
    assert answer.cut == 1_000


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "get"])
async def test_only_get_and_head_are_reads(client: HttpClient, server: Recorder, method: str) -> None:
    with pytest.raises(SourceRefused, match="no read"):
        await HttpReader(client).read(HttpRequest(method, "/status/200"), 10)
    with pytest.raises(SourceRefused):
        await HttpReader(client).read(ShellCommand("true"), 10)

    assert server.seen == []


async def test_a_dry_run_is_sent_whatever_its_method_but_only_where_dry_runs_are_sent(
    client: HttpClient, server: Recorder
) -> None:
    dry = Rehearsal(HttpRequest("POST", "/status/200?dry=1"))
    answer = await HttpReader(client, rehearses=True).read(dry, 10)
    assert (answer.status, server.seen) == (200, ["POST /status/200"])
    with pytest.raises(SourceRefused):
        await HttpReader(client).read(dry, 10)
    assert len(server.seen) == 1


async def test_preparation_shows_everything_but_secrets_and_sends_nothing(client: HttpClient, server: Recorder) -> None:
    request = HttpRequest(
        "POST",
        "/status/200?token=abcdef12345",
        (("Authorization", "Bearer hunter2hunter2"), ("X-Reason", "incident")),
        '{"password": "hunter2"}',
    )
    executor = HttpExecutor(client)
    prepared = await executor.prepare(request)
    shown = str(prepared.preview)

    assert server.seen == []
    assert prepared.target == server.url.removeprefix("http://")
    assert prepared.preview.effect == f"will send one POST to {server.url}"
    assert "hunter2" not in shown
    assert "glass-token" not in shown
    assert "abcdef12345" not in shown
    assert f"X-Break-Glass-Token: {MASK}" in shown
    assert "X-Team: shop" in shown
    assert "X-Reason: incident" in shown
    assert prepared.identity == EndpointIdentity(server.url)
    assert await executor.identify(prepared.operation) == prepared.identity
    lines = (await executor.prepare(HttpRequest("POST", "/", (), "one\ntwo"))).preview.targets
    assert lines == ("one", "two")


@pytest.mark.parametrize(
    ("status", "kind", "reason"),
    [
        (200, OutcomeKind.SUCCEEDED, "POST answered 200"),
        (202, OutcomeKind.SUCCEEDED, "POST answered 202"),
        (302, OutcomeKind.SUCCEEDED, "POST answered 302"),
        (409, OutcomeKind.FAILED, "POST answered 409: it is locked"),
        (500, OutcomeKind.FAILED, "POST answered 500: it is locked"),
    ],
)
async def test_the_outcome_follows_the_status(
    client: HttpClient, server: Recorder, status: int, kind: OutcomeKind, reason: str
) -> None:
    executor = HttpExecutor(client)
    outcome = await executor.execute(permit_for(executor.id, HttpRequest("POST", f"/status/{status}")))

    assert (outcome.kind, outcome.reason) == (kind, reason)
    assert outcome.answer is not None
    assert outcome.answer.status == status
    assert server.seen == [f"POST /status/{status}"]


@pytest.mark.parametrize("path", ["/slow", "/hang-up"])
async def test_what_left_and_was_not_answered_is_unknown_and_never_repeated(
    client: HttpClient, server: Recorder, path: str
) -> None:
    executor = HttpExecutor(client)
    await executor.execute(permit_for(executor.id, HttpRequest("POST", "/status/200")))
    outcome = await executor.execute(permit_for(executor.id, HttpRequest("POST", path), timeout=0.5))

    assert outcome.kind is OutcomeKind.UNKNOWN
    assert server.seen.count(f"POST {path}") == 1


async def test_what_never_left_has_failed() -> None:
    [port] = free_ports(1)
    client = HttpClient(base_url=f"http://127.0.0.1:{port}")
    executor = HttpExecutor(client)

    refused = await executor.execute(permit_for(executor.id, HttpRequest("POST", "/x")))
    wrong = await executor.execute(permit_for(executor.id, ShellCommand("true")))
    await client.close()

    assert refused.kind is OutcomeKind.FAILED
    assert "connection refused" in refused.reason
    assert wrong.kind is OutcomeKind.FAILED


async def test_a_handshake_that_never_ends_has_failed() -> None:
    done = asyncio.Event()

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        await writer.wait_closed()
        done.set()

    async with await asyncio.start_server(mute, "127.0.0.1", 0) as server:
        client = HttpClient(base_url=f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        executor = HttpExecutor(client)
        outcome = await executor.execute(permit_for(executor.id, HttpRequest("POST", "/x"), timeout=1))
        await client.close()
        await done.wait()

    assert outcome.kind is OutcomeKind.FAILED
    assert "did not answer within 1 s" in outcome.reason
