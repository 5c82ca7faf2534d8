"""A real Chromium without a window, driven by its own protocol."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import re
import shutil
import tempfile
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pyte

from tests.support.absent import absent

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
_STARTING = 60.0
_ANSWERING = 30.0
_QUIET = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"),
    *("--no-first-run", "--disable-extensions", "--disable-component-update", "--remote-debugging-port=0"),
)


@dataclass
class Page:
    """One page.

    Attributes:
        width, height: of its screen in cells, once its terminal has told.
        complaints: what the browser itself logged as errors.
    """

    line: aiohttp.ClientWebSocketResponse
    session: str = ""
    complaints: list[str] = field(default_factory=list)
    screen: pyte.Screen = field(default_factory=lambda: pyte.Screen(120, 40))
    sockets: list[str] = field(default_factory=list)
    _number: int = 0
    _answers: dict[int, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._stream = pyte.ByteStream(self.screen)

    async def call(self, method: str, **parameters: object) -> dict[str, Any]:
        """One call of the protocol."""
        self._number += 1
        future = self._answers[self._number] = asyncio.get_running_loop().create_future()
        message = {"id": self._number, "method": method, "params": parameters}
        await self.line.send_json({**message, "sessionId": self.session} if self.session else message)
        return await asyncio.wait_for(future, _ANSWERING)

    async def evaluate(self, script: str) -> Any:
        """The value of an expression in the page; promises are waited for."""
        answer = await self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        return answer["result"].get("value")

    async def press(self, *keys: str) -> None:
        """Type printable characters."""
        for key in keys:
            await self.call("Input.dispatchKeyEvent", type="keyDown", key=key, text=key)
            await self.call("Input.dispatchKeyEvent", type="keyUp", key=key)

    async def picture(self) -> bytes:
        """What the page looks like, as PNG."""
        return base64.b64decode((await self.call("Page.captureScreenshot", format="png"))["data"])

    @property
    def text(self) -> str:
        """What was drawn into its terminal, line by line."""
        return "\n".join(self.screen.display)

    async def hear(self) -> None:
        """Take in what the browser tells, until it ends."""
        async for message in self.line:
            told = message.json()
            if "id" in told:
                future = self._answers.pop(told["id"])
                if "error" in told:
                    future.set_exception(RuntimeError(str(told["error"])))
                else:
                    future.set_result(told["result"])
            else:
                self._event(told["method"], told["params"])

    def _event(self, name: str, told: dict[str, Any]) -> None:
        if name == "Network.webSocketCreated":
            self.sockets.append(told["url"])
            size = re.search(r"width=(\d+)&height=(\d+)", told["url"])
            if size:
                self.screen.resize(int(size[2]), int(size[1]))
        elif name == "Network.webSocketFrameReceived" and told["response"]["opcode"] == 2:
            self._stream.feed(base64.b64decode(told["response"]["payloadData"]))
        elif name == "Log.entryAdded" and told["entry"]["level"] == "error":
            self.complaints.append(told["entry"]["text"])
        elif name == "Runtime.exceptionThrown":
            self.complaints.append(str(told["exceptionDetails"]))


@contextlib.asynccontextmanager
async def browser(width: int = 1600, height: int = 900) -> AsyncIterator[Page]:
    """One empty page of that size in pixels, gone with its browser."""
    program = next((found for name in _PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        absent("chromium is not installed")
    with tempfile.TemporaryDirectory(prefix="cockpit-browser-", ignore_cleanup_errors=True) as folder:
        process = await asyncio.create_subprocess_exec(
            *(program, *_QUIET, f"--window-size={width},{height}", f"--user-data-dir={folder}", "about:blank"),
            stdin=DEVNULL,
            stdout=DEVNULL,
            stderr=PIPE,
        )
        assert process.stderr is not None
        try:
            address = await asyncio.wait_for(_address(process.stderr), _STARTING)
            async with aiohttp.ClientSession() as web, web.ws_connect(address, max_msg_size=0) as line:
                page = Page(line)
                hearing = asyncio.create_task(page.hear())
                draining = asyncio.create_task(_drain(process.stderr))
                await _attach(page)
                yield page
                hearing.cancel()
                draining.cancel()
                await asyncio.gather(hearing, draining, return_exceptions=True)
        finally:
            process.kill()
            await process.wait()


async def _address(told: asyncio.StreamReader) -> str:
    """Where it takes calls."""
    while line := await told.readline():
        if found := re.search(rb"DevTools listening on (ws://\S+)", line):
            return found[1].decode()
    raise AssertionError("the browser ended at once")


async def _drain(told: asyncio.StreamReader) -> None:
    while await told.read(65_536):
        pass


async def _attach(page: Page) -> None:
    target = (await page.call("Target.createTarget", url="about:blank"))["targetId"]
    page.session = (await page.call("Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
    for part in ("Page", "Runtime", "Network", "Log"):
        await page.call(f"{part}.enable")
