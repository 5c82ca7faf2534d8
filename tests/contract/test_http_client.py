from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from cockpit import __version__
from cockpit.adapters.http import HttpClient
from cockpit.adapters.http_body import BODY_CAP
from cockpit.adapters.http_timing import Progress
from cockpit.config.secrets import Secret
from cockpit.model.errors import SourceError, SourceGarbled, SourceRefused, SourceUnreachable
from cockpit.model.health import HttpSample
from cockpit.model.masking import MASK
from cockpit.model.operations import HttpRequest
from cockpit.sandbox.process import free_ports
from tests.support.certificates import self_signed

pytestmark = pytest.mark.anyio

TOKEN = "s3cret-token-value"


async def echo(request: web.Request) -> web.Response:
    sent = {"method": request.method, "headers": dict(request.headers), "body": await request.text()}
    return web.json_response(sent, headers={"X-Mood": "fine"})


async def health(_request: web.Request) -> web.Response:
    return web.json_response({"dbOk": False, "note": "\x1b[31mred"}, status=503)


async def hostile(_request: web.Request) -> web.Response:
    return web.Response(body=b"\x1b]52;c;x\x07a\x00b\xff\nsecond " + TOKEN.encode(), content_type="text/plain")


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b"x" * 65_536)


async def silent(_request: web.Request) -> web.Response:
    await asyncio.Event().wait()
    raise AssertionError


async def moved(_request: web.Request) -> web.Response:
    raise web.HTTPFound("http://elsewhere.example/")


async def broken_gzip(_request: web.Request) -> web.Response:
    return web.Response(body=b"no gzip", headers={"Content-Encoding": "gzip"})


async def numbers(_request: web.Request) -> web.Response:
    return web.Response(text='{"a": NaN, "b": 1.5, "c": [true, null, "x"]}', content_type="application/json")


async def large(_request: web.Request) -> web.Response:
    return web.json_response({"rows": ["row"] * 20_000})


async def packed(_request: web.Request) -> web.Response:
    body = gzip.compress(b'{"ok": true}')
    return web.Response(body=body, headers={"Content-Encoding": "gzip", "Content-Type": "application/json"})


async def strange_charset(request: web.Request) -> web.Response:
    charset = request.query["charset"]
    return web.Response(body="grüße".encode("latin-1"), headers={"Content-Type": f"text/plain; charset={charset}"})


ROUTES = (echo, health, hostile, endless, silent, moved, broken_gzip, numbers, large, packed, strange_charset)


@pytest.fixture
async def base_url() -> AsyncIterator[str]:
    async for url in serving():
        yield url


async def serving(tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    app = web.Application()
    for handler in ROUTES:
        app.router.add_route("*", f"/{handler.__name__}", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    [port] = free_ports(1)
    await web.TCPSite(runner, "127.0.0.1", port, ssl_context=tls).start()
    yield f"{'https' if tls else 'http'}://localhost:{port}"
    await runner.cleanup()


async def get(base_url: str, path: str, seconds: float = 10.0) -> HttpSample:
    client = HttpClient(base_url=base_url, headers={"Authorization": Secret(f"Bearer {TOKEN}"), "X-Key": Secret(TOKEN)})
    try:
        return await client.sample(HttpRequest("GET", path), seconds)
    finally:
        await client.close()


async def test_a_path_is_bound_to_the_base_url_and_named_as_the_cockpit(base_url: str) -> None:
    client = HttpClient(base_url=f"{base_url}/")
    request = HttpRequest(
        "POST", "/echo?x=1", (("X-Step", "grün".encode().decode("latin-1")), ("Content-Type", "text/plain")), "bödy"
    )
    with pytest.raises(SourceError, match="cannot be sent"):
        await client.sample(HttpRequest("POST", "/echo", (("X-Step", "grün"),)), 10)
    sample = await client.sample(HttpRequest("POST", "/echo?x=1", (("X-Step", "one"),), "bödy"), 10)
    await client.close()

    assert isinstance(sample.body, dict)
    assert request.body == sample.body["body"]
    headers = sample.body["headers"]
    assert isinstance(headers, dict)
    assert headers["User-Agent"] == f"cockpit/{__version__}"
    assert headers["X-Step"] == "one"
    assert (sample.status, sample.method, sample.url) == (200, "POST", f"{base_url}/echo?x=1")
    assert ("x-mood", "fine") in sample.headers
    assert sample.latency > 0


async def test_an_unhealthy_answer_is_a_sample_too(base_url: str) -> None:
    sample = await get(base_url, "/health")

    assert sample.status == 503
    assert sample.body == {"dbOk": False, "note": "red"}


async def test_hostile_bodies_come_out_harmless_and_without_secrets(base_url: str) -> None:
    sample = await get(base_url, "/hostile")

    assert sample.text == f"ab�\nsecond {MASK}"
    assert sample.body is None


async def test_configured_headers_go_to_the_own_server_and_nowhere_else(base_url: str) -> None:
    own = await get(base_url, "/echo")
    other = await get("http://localhost:1", f"{base_url}/echo")

    assert isinstance(own.body, dict)
    assert isinstance(other.body, dict)
    assert TOKEN in json.dumps(own.body["headers"])
    assert TOKEN not in own.text
    assert "X-Key" not in json.dumps(other.body["headers"])


async def test_an_endless_body_is_cut(base_url: str) -> None:
    sample = await get(base_url, "/endless")

    assert len(sample.text) < BODY_CAP + 200
    assert sample.text.endswith("the rest is left out, 1,000,000 bytes were read")


async def test_redirects_are_shown_and_not_followed(base_url: str) -> None:
    sample = await get(base_url, "/moved")

    assert sample.status == 302
    assert ("location", "http://elsewhere.example/") in sample.headers


async def test_json_is_what_the_standard_calls_json(base_url: str) -> None:
    assert (await get(base_url, "/numbers")).body == {"a": None, "b": 1.5, "c": [True, None, "x"]}
    assert (await get(base_url, "/packed")).body == {"ok": True}
    assert (await get(base_url, "/large")).body == {"rows": ["row"] * 20_000}


@pytest.mark.parametrize(
    ("charset", "text"),
    [("latin-1", "grüße"), ("zlib", "gr��e"), ("punycode", "gr��e"), ("no-such", "gr��e")],
)
async def test_only_harmless_charsets_are_believed(base_url: str, charset: str, text: str) -> None:
    assert (await get(base_url, f"/strange_charset?charset={charset}")).text == text


async def test_a_silent_server_is_given_up_in_time(base_url: str) -> None:
    with pytest.raises(SourceUnreachable, match=r"/silent did not answer within 0\.2 s"):
        await get(base_url, "/silent", 0.2)


async def test_a_body_that_cannot_be_decoded_is_garbled(base_url: str) -> None:
    with pytest.raises(SourceGarbled, match="cannot be decoded"):
        await get(base_url, "/broken_gzip")


@contextlib.asynccontextmanager
async def talking(words: bytes) -> AsyncIterator[str]:
    """A server that says something after any request and hangs up."""
    done = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(words)
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        done.set()

    async with await asyncio.start_server(talk, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        await done.wait()


async def test_a_server_that_speaks_something_else_is_garbled() -> None:
    async with talking(b"+OK I am no web server\r\n\r\n") as url:
        with pytest.raises(SourceGarbled, match="did not answer in HTTP"):
            await get(url, "/")


async def test_a_server_that_hangs_up_is_said() -> None:
    async with talking(b"") as url:
        with pytest.raises(SourceUnreachable, match="broke"):
            await get(url, "/")


async def test_nobody_there_is_said_plainly() -> None:
    [port] = free_ports(1)
    with pytest.raises(SourceUnreachable, match="connection refused; look whether the service runs"):
        await get(f"http://localhost:{port}", "/")
    with pytest.raises(SourceUnreachable, match="cannot be resolved"):
        await get("http://no-such-host.invalid", "/")


async def test_what_cannot_be_sent_is_said_with_passwords_masked() -> None:
    with pytest.raises(SourceError, match="no base_url"):
        await get("", "/healthz")
    with pytest.raises(SourceError, match="no http or https address"):
        await get("", "ftp://user:hunter2pass@host/")
    with pytest.raises(SourceError) as raised:
        await get("", "http://user:hunter2pass@host:99999999/")
    assert "hunter2pass" not in str(raised.value)


async def test_headers_that_are_no_headers_are_not_sent(base_url: str) -> None:
    client = HttpClient(base_url=base_url)
    for header, said in (("Bad\nName", "line break"), ("Bad Name", "not valid HTTP")):
        progress = Progress()
        with pytest.raises(SourceError, match=said):
            await client.sample(HttpRequest("POST", "/echo", ((header, "x"),)), 5, progress)
        assert not progress.sent
    await client.close()


def tls_of(certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


@pytest.mark.parametrize(
    ("host", "until", "trusted", "said"),
    [
        ("localhost", "20210101", True, "has expired on 2021-01-01; renew it"),
        ("elsewhere.example", "20400101", True, "belongs to another name"),
        ("localhost", "20400101", False, "is not trusted"),
        ("localhost", "20400101", True, ""),
    ],
)
async def test_certificates_are_verified(
    host: str, until: str, trusted: bool, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, key = self_signed(tmp_path / "tls", host, until=until)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async for url in serving(tls_of(certificate, key)):
        if said:
            with pytest.raises(SourceRefused, match=said):
                await get(url, "/echo")
        else:
            assert (await get(url, "/echo")).status == 200


async def test_a_server_without_tls_is_said(base_url: str) -> None:
    with pytest.raises(SourceUnreachable, match="no common TLS"):
        await get(base_url.replace("http:", "https:"), "/echo")
