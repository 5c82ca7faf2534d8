from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web

from cockpit.adapters.http import HttpClient
from cockpit.adapters.http_source import REDIRECTS, HttpSource
from cockpit.config.secrets import Secret
from cockpit.model.errors import SourceError, SourceRefused, SourceUnreachable
from cockpit.model.health import HttpSample
from cockpit.model.operations import HttpRequest
from cockpit.model.readings import SourceId, SourceKind
from cockpit.sandbox.process import free_ports
from tests.support.certificates import self_signed

pytestmark = pytest.mark.anyio

HERE = SourceId(SourceKind.HTTP, "api/GET /")


async def echo(request: web.Request) -> web.Response:
    sent = {"method": request.method, "host": request.host, "headers": dict(request.headers)}
    return web.json_response({**sent, "body": await request.text(), "peer": str(request.transport)})


async def redirect(request: web.Request) -> web.Response:
    location = request.query.get("to", "/echo")
    return web.Response(status=int(request.match_info["status"]), headers={"Location": location})


async def loop(_request: web.Request) -> web.Response:
    return web.Response(status=302, headers={"Location": "/loop"})


@contextlib.asynccontextmanager
async def serving(tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> AsyncIterator[int]:
    app = web.Application()
    app.router.add_route("*", "/echo", echo)
    app.router.add_route("*", "/redirect/{status}", redirect)
    app.router.add_get("/loop", loop)
    runner = web.AppRunner(app)
    await runner.setup()
    [port] = free_ports(1)
    await web.TCPSite(runner, host, port, ssl_context=tls).start()
    try:
        yield port
    finally:
        await runner.cleanup()


async def fetch(
    base: str, path: str, method: str = "GET", *, follow: bool = False, reads_only: bool = False, seconds: float = 10.0
) -> HttpSample:
    client = HttpClient(base_url=base, headers={"Authorization": Secret("Bearer s3cret-token")}, fresh=True)
    request = HttpRequest(method, path, (("X-Api-Key", "check-key"),), "body" if method == "POST" else "")
    try:
        source = HttpSource(client, HERE, request, seconds, follow=follow, reads_only=reads_only)
        return await source.fetch()
    finally:
        await client.close()


async def test_the_time_of_a_plain_exchange_is_split() -> None:
    async with serving() as port:
        sample = await fetch(f"http://localhost:{port}", "/echo")
    timing = sample.timing
    steps = (timing.dns, timing.connect, timing.first_byte, timing.body)
    assert all(seconds is not None and seconds >= 0 for seconds in steps)
    assert timing.tls is None
    assert sum(seconds for seconds in steps if seconds) <= sample.latency
    assert isinstance(sample.body, dict)
    assert sample.body["host"] == f"localhost:{port}"
    assert sample.url == f"http://localhost:{port}/echo"


async def test_an_address_is_not_resolved() -> None:
    async with serving() as port:
        sample = await fetch(f"http://127.0.0.1:{port}", "/echo")
    assert sample.timing.dns is None
    assert sample.timing.connect is not None


async def test_each_check_opens_a_connection_of_its_own() -> None:
    async with serving() as port:
        client = HttpClient(base_url=f"http://127.0.0.1:{port}", fresh=True)
        source = HttpSource(client, HERE, HttpRequest("GET", "/echo"), 10.0)
        samples = [await source.fetch() for _ in range(3)]
        await client.close()
    assert all(sample.timing.connect is not None for sample in samples)


async def test_the_next_address_is_tried_when_one_takes_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo

    def two(host: str, port: int, *args: object, **more: object) -> list[object]:
        found = real("127.0.0.1", port, type=socket.SOCK_STREAM)
        return [(*found[0][:4], ("127.0.0.2", port)), *found] if host == "twofold.example" else list(found)

    monkeypatch.setattr("cockpit.adapters.http_timing.socket.getaddrinfo", two)
    async with serving() as port:
        sample = await fetch(f"http://twofold.example:{port}", "/echo", "POST")
    assert sample.status == 200
    assert isinstance(sample.body, dict)
    assert (sample.body["host"], sample.body["body"]) == (f"twofold.example:{port}", "body")


async def test_a_name_that_does_not_resolve() -> None:
    with pytest.raises(SourceUnreachable, match="cannot be resolved"):
        await fetch("http://no-such-host.invalid", "/echo")


async def test_a_proxy_resolves_names_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    [nobody] = free_ports(1)
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{nobody}")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with pytest.raises(SourceUnreachable, match="nothing listens"):
        await fetch("http://no-such-host.invalid", "/echo")


async def test_the_certificate_of_the_same_connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate, key = self_signed(tmp_path / "tls", "localhost", until="20400101")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with serving(context) as port:
        sample = await fetch(f"https://localhost:{port}", "/echo")
    assert sample.timing.tls is not None
    found = sample.certificate
    assert found is not None
    assert (found.subject, found.issuer, found.names) == ("localhost", "localhost", ("localhost",))
    assert found.valid_until == datetime(2040, 1, 1, tzinfo=UTC)


async def test_a_redirect_is_an_answer_unless_it_is_followed() -> None:
    async with serving() as port:
        base = f"http://127.0.0.1:{port}"
        stayed = await fetch(base, "/redirect/302")
        followed = await fetch(base, f"/redirect/301?to={base}/redirect/302", follow=True)
    assert (stayed.status, stayed.redirects) == (302, ())
    assert (followed.status, followed.url) == (200, f"{base}/echo")
    assert followed.redirects == (f"{base}/redirect/301?to={base}/redirect/302", f"{base}/redirect/302")


@pytest.mark.parametrize(("status", "method"), [(302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")])
async def test_what_a_redirect_does_to_method_and_body(status: int, method: str) -> None:
    async with serving() as port:
        sample = await fetch(f"http://127.0.0.1:{port}", f"/redirect/{status}", "POST", follow=True)
    assert isinstance(sample.body, dict)
    assert (sample.body["method"], sample.body["body"]) == (method, "body" if method == "POST" else "")


async def test_secrets_stay_with_their_own_server() -> None:
    async with serving() as own, serving() as other:
        there = f"http://127.0.0.1:{other}/echo"
        sample = await fetch(f"http://127.0.0.1:{own}", f"/redirect/302?to={there}", follow=True)
    assert isinstance(sample.body, dict)
    headers = sample.body["headers"]
    assert isinstance(headers, dict)
    assert "Authorization" not in headers
    assert "X-Api-Key" not in headers


async def test_redirects_that_never_end() -> None:
    async with serving() as port:
        with pytest.raises(SourceError, match=f"more than {REDIRECTS} times"):
            await fetch(f"http://127.0.0.1:{port}", "/loop", follow=True)


async def test_a_redirect_to_nowhere() -> None:
    async with serving() as port:
        with pytest.raises(SourceError, match="Invalid URL in location header"):
            await fetch(f"http://127.0.0.1:{port}", "/redirect/302?to=http://x:port/", follow=True)


async def test_an_observer_sends_nothing_but_get_and_head() -> None:
    async with serving() as port:
        base = f"http://127.0.0.1:{port}"
        with pytest.raises(SourceRefused, match="an observer sends no POST"):
            await fetch(base, "/echo", "POST", reads_only=True)
        assert (await fetch(base, "/echo", "HEAD", reads_only=True)).status == 200


async def test_what_was_sent_is_kept_with_secrets_masked() -> None:
    async with serving() as port:
        sample = await fetch(f"http://127.0.0.1:{port}", "/echo", "POST")
    assert sample.sent == (("Authorization", "•••"), ("X-Api-Key", "•••"))
    assert sample.sent_body == "body"
