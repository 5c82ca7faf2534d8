"""A cockpit of its own for one browser: a process that draws into a pipe in Textual's web protocol.

A packet is one byte for its kind (D for data, M for messages), four for its length, and its content.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence

from cockpit.model.errors import SourceUnreachable

DRIVER = "textual.drivers.web_driver:WebDriver"
_PRELUDE = b"__GANGLION__\n"
_STARTING = 30.0
"""Seconds until a cockpit has begun to draw."""
_LEAVING = 3.0
"""Seconds that it is given to end by itself, and again to end when it is told to."""
_LARGEST = 8_000_000
"""Bytes of one packet; a picture of the largest screen takes a fraction."""


class ObserverProcess:
    """Starts, feeds and ends one cockpit.

    Args:
        command: program and arguments.
        environment: all variables that it gets.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._command = command
        self._environment = environment
        self._process: Process | None = None

    async def start(self, width: int, height: int) -> None:
        """Start it with a screen of that size, and wait until it draws.

        Raises:
            SourceUnreachable: when it ends or says nothing instead.
        """
        size = {"COLUMNS": str(width), "ROWS": str(height)}
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            env={**self._environment, **size, "TEXTUAL_DRIVER": DRIVER, "TEXTUAL_COLOR_SYSTEM": "truecolor"},
            start_new_session=True,
        )
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(_STARTING):
                while (line := await self._process.stdout.readline()) != _PRELUDE:
                    if not line:
                        raise SourceUnreachable("the observer's cockpit ended at once", "run it by hand to see why")
        except TimeoutError as error:
            raise SourceUnreachable(f"the observer's cockpit did not draw within {_STARTING:.0f} s") from error

    async def pictures(self) -> AsyncIterator[bytes]:
        """What it draws, until it ends; messages of other kinds (files, addresses to open) are dropped."""
        assert self._process is not None
        assert self._process.stdout is not None
        read = self._process.stdout.readexactly
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await read(5)
                size = int.from_bytes(head[1:], "big")
                if size > _LARGEST:
                    return
                content = await read(size)
                if head[:1] == b"D":
                    yield content

    async def type(self, text: str) -> None:
        """Type something."""
        await self._send(b"D", text.encode("utf-8"))

    async def resize(self, width: int, height: int) -> None:
        """Tell it another size of its screen."""
        await self._tell({"type": "resize", "width": width, "height": height})

    async def stop(self) -> None:
        """End it: asked first, then told, then killed with all that it started."""
        process = self._process
        if process is None:
            return
        await self._tell({"type": "quit"})
        for number in (None, signal.SIGTERM, signal.SIGKILL):
            if number is not None:
                _signal(process, number)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(_drained(process), _LEAVING)
                break
        self._process = None

    async def _tell(self, message: Mapping[str, object]) -> None:
        await self._send(b"M", json.dumps(message).encode())

    async def _send(self, kind: bytes, content: bytes) -> None:
        if self._process is None or self._process.stdin is None:
            return
        with contextlib.suppress(ConnectionError, RuntimeError):
            self._process.stdin.write(kind + len(content).to_bytes(4, "big") + content)
            await self._process.stdin.drain()


def _signal(process: Process, number: signal.Signals) -> None:
    """Signal its whole group, which it leads."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


async def _drained(process: Process) -> None:
    """Wait for its end; what it still draws is read, so that it can write it."""
    assert process.stdout is not None
    while await process.stdout.read(65_536):
        pass
    await process.wait()
