"""A small pool of database sessions that says when it is exhausted."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator
from typing import TypeAlias

import psycopg
from psycopg.pq import TransactionStatus

Connection: TypeAlias = psycopg.AsyncConnection[tuple[object, ...]]

CONNECT_TIMEOUT = 3


class PoolExhausted(Exception):  # noqa: N818  the name states the fact
    """Every session of the pool stayed in use for the whole time that a request may wait."""


class Pool:
    """Sessions of one process.

    Args:
        url: the database.
        application: application_name of the sessions.
        size: sessions at the most.
        patience: seconds that a request waits for a session.
    """

    def __init__(self, url: str, application: str, size: int, patience: float = 1.0) -> None:
        self._url = url
        self._application = application
        self._size = size
        self._patience = patience
        self._slots = asyncio.Semaphore(size)
        self._idle: list[Connection] = []

    async def warm(self, count: int) -> None:
        """Open sessions before the first request.

        Raises:
            psycopg.Error: when the server refuses.
        """
        self._idle += [await connect(self._url, self._application) for _ in range(count)]

    @contextlib.asynccontextmanager
    async def session(self) -> AsyncIterator[Connection]:
        """A session in autocommit mode for one piece of work.

        Raises:
            PoolExhausted: when none got free in time.
            psycopg.Error: when a new one is refused.
        """
        try:
            await asyncio.wait_for(self._slots.acquire(), self._patience)
        except TimeoutError:
            raise PoolExhausted(f"no free session among {self._size} within {self._patience:g} s") from None
        try:
            connection = self._take() or await connect(self._url, self._application)
            try:
                yield connection
            finally:
                await self._give_back(connection)
        finally:
            self._slots.release()

    def _take(self) -> Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if not connection.closed:
                return connection
        return None

    async def _give_back(self, connection: Connection) -> None:
        if connection.closed or connection.info.transaction_status != TransactionStatus.IDLE:
            await connection.close()
        else:
            self._idle.append(connection)

    async def close(self) -> None:
        """Close the sessions that are not in use."""
        while self._idle:
            await self._idle.pop().close()


async def connect(url: str, application: str) -> Connection:
    """One session in autocommit mode.

    Raises:
        psycopg.Error: when the server refuses or does not answer.
    """
    return await psycopg.AsyncConnection.connect(
        url, autocommit=True, application_name=application, connect_timeout=CONNECT_TIMEOUT, prepare_threshold=None
    )


async def wait_for_schema(url: str, name: str, migration: str, deadline: float = 60.0) -> None:
    """Wait until the database answers and its schema is the one that this release needs, as after a deployment.

    Raises:
        psycopg.Error: when it does not within `deadline` seconds.
    """
    end = time.monotonic() + deadline
    logging.getLogger(name).info("waiting for the database, schema %s", migration)
    while True:
        try:
            connection = await connect(url, name)
            try:
                cursor = await connection.execute("SELECT 1 FROM schema_migrations WHERE version = %s", (migration,))
                if await cursor.fetchone():
                    return
            finally:
                await connection.close()
        except psycopg.Error:
            if time.monotonic() > end:
                raise
        await asyncio.sleep(0.05)
