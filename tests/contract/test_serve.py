"""Observers in a browser: who is let in, what is let through, and what becomes of those who do not read."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import json
import re
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import psutil
import pyte
import pytest
from aiohttp import web

from cockpit.adapters.web_page import page_files
from cockpit.adapters.web_server import ObserverServer, WebSettings
from cockpit.model.errors import ConfigError, SourceUnreachable
from tests.support.absent import absent
from tests.support.awaiting import until
from tests.support.browser import browser
from tests.support.cockpit import COCKPIT, variables
from tests.support.range import start_range, wait_for
from tests.support.servers import alive

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("serve")]
UPGRADE = (
    "GET /secret/ws HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OTAxMjM0NQ==\r\n\r\n"
)
KEYS = frozenset({"j", "k", "1", "enter", "escape", "up"})


@pytest.fixture(scope="module", autouse=True)
def _extra() -> None:
    if importlib.util.find_spec("textual_serve") is None:
        absent("the extra `serve` is not installed")


# --- the server alone, with screens that draw what the test wants ---


class FakeScreen:
    """Draws without end, or nothing; keeps what it is told."""

    def __init__(self, picture: bytes = b"", fails: bool = False) -> None:
        self.picture = picture
        self.fails = fails
        self.typed: list[str] = []
        self.sizes: list[tuple[int, int]] = []
        self.stopped = asyncio.Event()

    async def start(self, width: int, height: int) -> None:
        if self.fails:
            raise SourceUnreachable("it ended at once")
        self.sizes.append((width, height))

    async def pictures(self) -> AsyncIterator[bytes]:
        yield b"first"
        while self.picture:
            yield self.picture
            await asyncio.sleep(0)
        await self.stopped.wait()

    async def type(self, text: str) -> None:
        self.typed.append(text)

    async def resize(self, width: int, height: int) -> None:
        self.sizes.append((width, height))

    async def stop(self) -> None:
        self.stopped.set()


@dataclass
class Served:
    server: ObserverServer
    screens: list[FakeScreen]
    origin: str
    web: aiohttp.ClientSession

    @property
    def url(self) -> str:
        return f"{self.origin}/secret/"

    async def status(self, path: str, **headers: str) -> int:
        async with self.web.get(f"{self.origin}{path}", headers=headers) as answer:
            return answer.status

    def look(self, query: str = "") -> contextlib.AbstractAsyncContextManager[aiohttp.ClientWebSocketResponse[bool]]:
        return self.web.ws_connect(f"{self.url}ws{query}", origin=self.origin)

    async def until_typed(self, number: int, last: str) -> None:
        await until(lambda: self.screens[number].typed[-1:] == [last], what=f"{last!r} typed")


@contextlib.asynccontextmanager
async def served(screen: FakeScreen | None = None, clients: int = 32, stalled: float = 10.0) -> AsyncIterator[Served]:
    screens: list[FakeScreen] = []

    def make() -> FakeScreen:
        screens.append(screen or FakeScreen())
        return screens[-1]

    with socket.create_server(("127.0.0.1", 0)) as line:
        origin = f"http://127.0.0.1:{line.getsockname()[1]}"
        server = ObserverServer(WebSettings("secret", frozenset({origin}), KEYS, clients, stalled), make, page_files())
        runner = web.AppRunner(server.application(), access_log=None)
        await runner.setup()
        await web.SockSite(runner, line).start()
        async with aiohttp.ClientSession() as session:
            yield Served(server, screens, origin, session)
        await runner.cleanup()


async def test_only_the_right_address_is_found() -> None:
    async with served() as here:
        assert await here.status("/secret/") == 200
        assert await here.status("/secret/files/textual.js") == 200
        for path in ("/", "/secret", "/wrong/", "/Secret/", "/wrong/ws", "/wrong/files/textual.js"):
            assert await here.status(path) == 404, path
        for path in (
            "/secret/files/",
            "/secret/files/..%2f..%2fserver.py",
            "/secret/files/app.py",
            "/secret/download/x",
        ):
            assert await here.status(path) == 404, path
        async with here.web.post(here.url) as answer:
            assert answer.status in (404, 405)


async def test_a_page_takes_nothing_from_elsewhere_and_is_kept_nowhere() -> None:
    async with served() as here, here.web.get(here.url) as answer:
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self';")
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "http" not in re.sub(r"ws://127[^\"]*", "", await answer.text())


async def test_a_foreign_host_or_origin_is_refused() -> None:
    async with served() as here:
        assert await here.status("/secret/", Host="evil.example") == 421
        assert await here.status("/secret/", Origin="http://evil.example") == 403
        for origin in ("http://evil.example", "null", here.origin + "0", here.origin.replace("127.0.0.1", "localhost")):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await here.web.ws_connect(f"{here.url}ws", origin=origin)
            assert refused.value.status == 403
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await here.web.ws_connect(f"{here.url}ws")
        assert refused.value.status == 403
        assert here.screens == []


async def test_the_thirty_third_has_to_wait_for_one_of_the_others() -> None:
    async with served() as here, contextlib.AsyncExitStack() as stack:
        lookers = [await stack.enter_async_context(here.look()) for _ in range(32)]
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await here.web.ws_connect(f"{here.url}ws", origin=here.origin)
        assert refused.value.status == 503
        assert len(here.screens) == 32
        await lookers[0].close()
        await until(lambda: here.server.clients < 32, what="a free place")
        async with here.look() as late:
            assert (await late.receive_bytes(timeout=10)) == b"first"


async def test_only_keys_that_move_about_get_through() -> None:
    async with served() as here, here.look() as looker:
        assert await looker.receive_bytes(timeout=10) == b"first"
        for text in ("K", "D", "y", ":", "q", "\x03", "\x1b[200~j1\r\x1b[201~", "\x1b[67;1u", "\x1b]52;c;aGk=\x07"):
            await looker.send_json(["stdin", text])
        for broken in ('["stdin", 7]', "{", '["resize", {"width": 1}]', '["quit"]', "[" * 3000):
            await looker.send_str(broken)
        await looker.send_json(["stdin", "KjD\x1b[A:k"])
        await here.until_typed(0, "j\x1b[Ak")
        assert here.screens[0].typed == ["j\x1b[Ak"]


async def test_a_size_is_kept_within_reason() -> None:
    async with served() as here, here.look("?width=99999&height=-4") as looker:
        await looker.send_json(["resize", {"width": 10**9, "height": "x"}])
        await looker.send_json(["resize", {"width": 1, "height": 100}])
        await looker.send_json(["stdin", "j"])
        await here.until_typed(0, "j")
        assert here.screens[0].sizes == [(500, 40), (120, 40), (20, 100)]


async def test_a_message_that_is_too_long_ends_the_view() -> None:
    async with served() as here, here.look() as looker:
        await looker.send_str("x" * 10_000)
        async with asyncio.timeout(10):
            await here.screens[0].stopped.wait()


async def test_who_does_not_read_is_cut_off() -> None:
    async with served(FakeScreen(b"x" * 65_536), stalled=0.3) as here:
        with socket.socket() as line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            line.connect(("127.0.0.1", urlsplit(here.origin).port))
            line.sendall(UPGRADE.format(host=urlsplit(here.origin).netloc).encode())
            await until(lambda: bool(here.screens) and here.screens[0].stopped.is_set(), what="the end of its screen")
            await until(lambda: here.server.clients == 0, what="a free place")


async def test_a_screen_that_cannot_start_says_so_and_frees_its_place() -> None:
    async with served(FakeScreen(fails=True)) as here, here.look() as looker:
        message = await looker.receive(timeout=10)
        assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 1013)
        await until(lambda: here.server.clients == 0, what="a free place")


def test_without_the_extra_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cockpit.adapters.web_page.find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"pip install 'incident-cockpit\[serve\]'"):
        page_files()


# --- the verb, with real screens on a real range ---


@dataclass
class Verb:
    """`cockpit serve`, and its secret address."""

    process: subprocess.Popen[str]
    url: str

    @property
    def origin(self) -> str:
        return f"http://{urlsplit(self.url).netloc}"

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)


@contextlib.contextmanager
def running(*arguments: str) -> Iterator[Verb]:
    """A server of its own, with secrets in its environment that no screen needs."""
    environment = {**variables(), "PLANTED_SECRET": "hunter2", "PGPASSWORD": "hunter2"}
    with subprocess.Popen([*COCKPIT, *arguments], stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        told = "".join(process.stdout.readline() for _ in range(4))
        assert told, "the server ended"
        yield Verb(process, json.loads(told)["url"])
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def verb() -> Iterator[Verb]:
    with start_range("cron-stuck") as info:
        arguments = ("--config", info.config, "serve", "--port", "0", "--clients", "2", "--json")
        with running(*arguments) as here:
            yield here
        assert here.process.returncode == 0


class Looker:
    """A browser's WebSocket, and what the screen looks like in it."""

    def __init__(self, line: aiohttp.ClientWebSocketResponse) -> None:
        self.line = line
        self.screen = pyte.Screen(140, 45)
        self.stream = pyte.ByteStream(self.screen)

    async def until(self, pattern: str, seconds: float = 40.0) -> None:
        async with asyncio.timeout(seconds):
            while not re.search(pattern, "\n".join(self.screen.display)):
                message = await self.line.receive()
                assert message.type is aiohttp.WSMsgType.BINARY, message
                self.stream.feed(message.data)

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.line.send_json(["stdin", key])


@contextlib.asynccontextmanager
async def looking(verb: Verb) -> AsyncIterator[Looker]:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{verb.url}ws?width=140&height=45", origin=verb.origin) as line,
    ):
        yield Looker(line)


async def test_a_browser_sees_the_observers_screen_moves_about_and_cannot_write(verb: Verb) -> None:
    async with looking(verb) as looker:
        await looker.until(r"✗ cron\.recalculate")
        await looker.until("OBSERVER")
        await looker.press("3", "D", "y", "y", ":", "q", "\x03")
        await looker.press("1", "z")
        await looker.until(r"1 Health(?s:(?!2 Activity).)*$")
        [child] = verb.children()
        assert "--observer" in child.cmdline()
        given = child.environ()
        assert not {"PLANTED_SECRET", "PGPASSWORD"} & set(given)
        assert "hunter2" not in json.dumps(given)
    wait_for(lambda: verb.children() == [], "the screen ends with its browser")


async def test_places_are_counted_and_a_killed_screen_ends_its_view(verb: Verb) -> None:
    async with looking(verb) as first, looking(verb) as second:
        await first.until("OBSERVER")
        await second.until("OBSERVER")
        with pytest.raises(aiohttp.WSServerHandshakeError):
            async with looking(verb):
                pass
        for child in verb.children():
            child.kill()
        for looker in (first, second):
            async with asyncio.timeout(20):
                while (await looker.line.receive()).type is aiohttp.WSMsgType.BINARY:
                    pass
    wait_for(lambda: verb.children() == [], "both are gone")


async def test_no_screen_outlives_a_server_that_was_killed(tmp_path: Path) -> None:
    config = tmp_path / "cockpit.toml"
    config.write_text("[environments.e]\nprotected = false\n")
    with running("--config", str(config), "serve", "--port", "0", "--json") as here:
        async with looking(here) as looker:
            await looker.until("OBSERVER")
            [child] = here.children()
            here.process.kill()
            wait_for(lambda: not alive(child.pid), "it ends too")


async def test_a_real_browser_shows_the_panes_follows_and_only_moves_about(verb: Verb) -> None:
    async with browser() as page:
        await page.call("Page.navigate", url=verb.url)
        await until(lambda: "cron.recalculate" in page.text and "OBSERVER" in page.text, 60, "the panes")
        assert [url.partition("?")[0] for url in page.sockets] == [verb.url.replace("http", "ws") + "ws"]
        shown = await page.picture()
        clock = re.search(r"\d\d:\d\d:\d\dZ", page.text)
        await until(lambda: clock is not None and clock[0] not in page.text, what="the next second")
        assert await page.picture() != shown
        assert len(shown) > 20_000, "there is more than an empty page"
        await page.evaluate("document.querySelector('.xterm-helper-textarea').focus()")
        await page.press("3", "D", "y", "y", "q", ":", "1", "z")
        await until(lambda: "2 Activity" not in page.text.split("\n", 2)[2] and "1 Health" in page.text, 60, "the zoom")
        assert not re.search("Release|Command", page.text)
        assert page.complaints == []


async def test_a_page_from_elsewhere_gets_nothing_in_a_real_browser(verb: Verb) -> None:
    asked = f"""new Promise(done => {{
        const line = new WebSocket({verb.url.replace("http", "ws") + "ws"!r});
        line.onopen = () => done("open"); line.onerror = () => done("refused"); }})"""
    framed = f"""new Promise(done => {{
        const frame = document.createElement("iframe");
        frame.onload = () => done("loaded");
        frame.src = {verb.url!r}; document.body.append(frame); }})"""
    async with served() as elsewhere, browser() as page:
        await page.call("Page.navigate", url=elsewhere.url)
        await page.call("Page.setBypassCSP", enabled=True)
        await page.call("Page.navigate", url=f"{elsewhere.url}?again")
        await until(lambda: len(page.sockets) > 0, what="the other page")
        assert await page.evaluate(asked) == "refused"
        assert await page.evaluate(framed) == "loaded"
        await until(lambda: any("frame" in said for said in page.complaints), what="the browser's refusal of the frame")
    assert verb.children() == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--listen", "0.0.0.0"), "--origin"),
        (("--origin", "cockpit.example.com"), "is no origin"),
        (("--listen", "192.0.2.1", "--origin", "http://x"), "cannot be listened on"),
    ],
)
def test_what_cannot_be_served_is_said_in_one_sentence(tmp_path: Path, options: tuple[str, ...], words: str) -> None:
    config = tmp_path / "cockpit.toml"
    config.write_text("[environments.e]\n")
    command = [sys.executable, "-m", "cockpit", "--config", str(config), "serve", "--port", "0", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False, env=variables())
    assert done.returncode == 64
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
