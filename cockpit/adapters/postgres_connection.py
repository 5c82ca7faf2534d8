"""One connection to a PostgreSQL database, opened when it is first needed and opened again when it was lost.

Nothing here cancels a waiting query: psycopg would ask the server to stop it and wait for the answer. When a
deadline has passed, the line is cut instead and the connection never used again. All settings are made with
SET LOCAL inside a transaction, so that PgBouncer may sit between.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeAlias, TypeVar

import psycopg
from psycopg import conninfo, pq
from psycopg.adapt import Buffer, Loader
from psycopg.rows import TupleRow

from cockpit.adapters.postgres_errors import at_connecting, at_work
from cockpit.config.secrets import Secret
from cockpit.model.errors import ConfigError, SourceUnreachable
from cockpit.model.readings import SourceId
from cockpit.model.text import clean_bytes

T = TypeVar("T")
Connection: TypeAlias = psycopg.AsyncConnection[TupleRow]
Cursor: TypeAlias = psycopg.AsyncCursor[TupleRow]

APPLICATION = "cockpit"
LOCK_WAIT = 5.0
"""Seconds that a statement waits for another session's lock at the most."""
_CLOSING = 2.0
_TEXT_TYPES = ("text", "varchar", "bpchar", "name")

_own_pids: set[int] = set()


def own_pids() -> list[int]:
    """Backends that serve this process, as far as the server has told."""
    return sorted(_own_pids)


class DeadlinePassed(SourceUnreachable):
    """The server did not answer in time and the line to it was cut."""


class _CleanText(Loader):
    """Text as it may be shown, whatever its encoding."""

    def load(self, data: Buffer) -> str:
        return clean_bytes(bytes(data))


class PostgresConnection:
    """One connection for one purpose; questions wait for each other.

    Args:
        source: which source it belongs to, for errors.
        dsn: URL or key=value list; empty leaves all to PG* variables and service files.

    Raises:
        ConfigError: when the dsn is no address.
    """

    def __init__(self, source: SourceId, dsn: Secret) -> None:
        self.id = source
        self._dsn = dsn
        self.address = _address(source, dsn)
        self._place = f"{source} ({self.address})"
        self._lock = asyncio.Lock()
        self._connection: Connection | None = None
        self._pid: int | None = None
        self._leaving: set[asyncio.Task[None]] = set()

    @property
    def place(self) -> str:
        """The source and its address, without a password."""
        return self._place

    async def run(self, work: Callable[[Connection], Awaitable[T]], seconds: float) -> T:
        """Let `work` use the connection.

        Args:
            work: what to do; leaves no transaction open.
            seconds: deadline for waiting, connecting and the work together.

        Raises:
            SourceError: when it could not be reached or refused.
            DeadlinePassed: when the work did not end in time; the line was cut.
        """
        end = time.monotonic() + seconds
        try:
            async with asyncio.timeout(seconds):
                await self._lock.acquire()
        except TimeoutError as error:
            raise SourceUnreachable(f"{self._place} is still busy with an earlier question") from error
        try:
            connection = await self._connected(end - time.monotonic())
            return await self._worked(connection, work, max(0.0, end - time.monotonic()), seconds)
        finally:
            self._lock.release()

    async def close(self) -> None:
        """Let go of the connection; never raises."""
        if self._connection is not None:
            self._leave(self._connection, None)
        if self._leaving:
            await asyncio.wait(set(self._leaving), timeout=_CLOSING)

    async def _connected(self, seconds: float) -> Connection:
        if self._connection is not None:
            return self._connection
        try:
            async with asyncio.timeout(max(0.05, seconds)):
                connection = await psycopg.AsyncConnection.connect(
                    self._dsn.reveal(),
                    autocommit=True,
                    prepare_threshold=None,
                    cursor_factory=psycopg.AsyncRawCursor,
                    application_name=APPLICATION,
                    client_encoding="utf8",
                    connect_timeout=max(2, round(seconds)),
                )
        except TimeoutError as error:
            raise SourceUnreachable(f"{self._place} did not answer in time", "look whether the host is up") from error
        except psycopg.Error as error:
            raise at_connecting(error, self._place) from error
        for name in _TEXT_TYPES:
            connection.adapters.register_loader(name, _CleanText)
        self._connection, self._pid = connection, connection.info.backend_pid
        _own_pids.add(self._pid)
        return connection

    async def _worked(
        self, connection: Connection, work: Callable[[Connection], Awaitable[T]], left: float, allowed: float
    ) -> T:
        task = asyncio.ensure_future(_awaited(work(connection)))
        try:
            await asyncio.wait({task}, timeout=left)
        finally:
            if not task.done():
                self._leave(connection, task)
        if not task.done():
            raise DeadlinePassed(f"{self._place} did not answer within {allowed:g} s")
        try:
            return task.result()
        except psycopg.Error as error:
            raise at_work(error, self._place) from error
        finally:
            if connection.closed or connection.info.transaction_status is not pq.TransactionStatus.IDLE:
                self._leave(connection, None)

    def _leave(self, connection: Connection, task: asyncio.Future[T] | None) -> None:
        """Cut the line and let a background task put away what is left of the connection."""
        if connection is self._connection:
            self._connection = None
            _own_pids.discard(self._pid or 0)
        if task is not None:
            _cut(connection)
        leaving = asyncio.ensure_future(_put_away(connection, task))
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)


@contextlib.asynccontextmanager
async def transaction(connection: Connection, seconds: float, *, read_only: bool) -> AsyncIterator[Cursor]:
    """A transaction with the server's own time limits in it; COMMIT at the end, ROLLBACK after an error.

    Args:
        connection: nothing is open on it.
        seconds: the server stops a statement a little earlier than this, so that it can still say so.
        read_only: have the server refuse every write.

    Raises:
        psycopg.Error: what the server says, at COMMIT too.
    """
    limit = max(1, int(seconds * 900))
    waiting = max(1, int(min(LOCK_WAIT * 1000, seconds * 500)))
    cursor = connection.cursor()
    await cursor.execute(
        f"BEGIN {'READ ONLY' if read_only else 'READ WRITE'};"
        f"SET LOCAL statement_timeout = {limit}; SET LOCAL lock_timeout = {waiting};"
        "SET LOCAL idle_in_transaction_session_timeout = '60s'; SET LOCAL standard_conforming_strings = on;"
        "SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'postgres'; SET LOCAL TimeZone = 'UTC';"
        "SET LOCAL bytea_output = 'hex'"
    )
    try:
        yield cursor
        await cursor.execute("COMMIT")
    finally:
        if not connection.closed and connection.info.transaction_status in _OPEN:
            await cursor.execute("ROLLBACK")


_OPEN = (pq.TransactionStatus.INTRANS, pq.TransactionStatus.INERROR)


async def _awaited(work: Awaitable[T]) -> T:
    return await work


def _cut(connection: Connection) -> None:
    """Shut the socket down without closing it: whoever waits on it wakes up and sees the end of the line."""
    with contextlib.suppress(psycopg.Error, OSError), socket.socket(fileno=os.dup(connection.fileno())) as line:
        line.shutdown(socket.SHUT_RDWR)


async def _put_away(connection: Connection, task: asyncio.Future[T] | None) -> None:
    if task is not None:
        await asyncio.wait({task}, timeout=_CLOSING)
        if not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=_CLOSING)
        if task.done() and not task.cancelled():
            task.exception()
    await connection.close()


def _address(source: SourceId, dsn: Secret) -> str:
    """host:port/database as far as the dsn says; what it does not say may be a password."""
    try:
        parts = conninfo.conninfo_to_dict(dsn.reveal())
    except psycopg.ProgrammingError:
        raise ConfigError(
            f"the dsn of {source} is no address of PostgreSQL", "write postgresql://user:password@host:5432/database"
        ) from None
    host = parts.get("host") or parts.get("hostaddr") or os.environ.get("PGHOST") or "local"
    port = parts.get("port") or os.environ.get("PGPORT") or "5432"
    database = parts.get("dbname") or os.environ.get("PGDATABASE") or parts.get("user") or ""
    return f"{host}:{port}/{database}" if not parts.get("service") else f"service {parts['service']}"
