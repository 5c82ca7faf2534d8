"""A FAKE of a chat service: an HTTP receiver on 127.0.0.1 that notes what it gets and answers as it is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class FakeChatService:
    """Takes Apprise's `json://` messages.

    Attributes:
        status: what it answers; 0 drops the line without an answer, -1 never answers.
        messages: the bodies that came, in order.
        port: where it listens.
    """

    status: int = 200
    messages: list[dict[str, str]] = field(default_factory=list)
    port: int = 0

    def address(self, token: str = "") -> str:
        return f"json://127.0.0.1:{self.port}/{token}"

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._answer(reader, writer)
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(
            int(line.split(":")[1]) for line in head.splitlines() if line.lower().startswith("content-length")
        )
        self.messages.append(json.loads(await reader.readexactly(length)))
        if self.status == -1:
            await asyncio.Event().wait()
        if self.status:
            elsewhere = "Location: /elsewhere\r\n" if 300 <= self.status < 400 else ""
            head = f"HTTP/1.1 {self.status} x\r\n{elsewhere}Content-Length: 0\r\nConnection: close\r\n\r\n"
            writer.write(head.encode())
            await writer.drain()


@asynccontextmanager
async def a_chat_service() -> AsyncIterator[FakeChatService]:
    """One that runs until the end of the block."""
    service = FakeChatService()
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(service.take(reader, writer))
        tasks.add(task)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    service.port = server.sockets[0].getsockname()[1]
    try:
        yield service
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        server.close()
