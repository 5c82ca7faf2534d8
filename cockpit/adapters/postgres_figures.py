"""The figures of a database: what it does per second, who replicates it, what is under way."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypedDict, TypeVar, Unpack

import psycopg
from psycopg.rows import kwargs_row

from cockpit.adapters.own_sql import statement
from cockpit.adapters.plain_source import PlainSource
from cockpit.adapters.postgres_connection import Connection, PostgresConnection, transaction
from cockpit.adapters.postgres_errors import first_line, session_lost
from cockpit.model.database import Counters, DatabaseFigures, Progress, Replica, Slot, Standby, rates_between
from cockpit.model.readings import SourceId

T = TypeVar("T")

SIZE_EVERY = 30.0
"""Seconds between two looks at the size of the database."""
SIZE_AGAIN = 600.0
"""Seconds until it is asked for again after it took too long."""
SIZE_LIMIT = 1_000
"""Milliseconds that the server may take to tell the size."""


class _Database(TypedDict):
    database: str
    at: float
    in_recovery: bool
    commits: int
    rollbacks: int
    hits: int
    reads: int
    inserted: int
    updated: int
    deleted: int
    temp_files: int
    temp_bytes: int
    deadlocks: int
    reset: str


class PostgresFigures(PlainSource):
    """Fulfils `Source[DatabaseFigures]`.

    Rates come from two looks in a row, so the first has none. What a managed service does not let anybody read
    is left out and said, each part for itself.

    Args:
        connection: shared with other reads of the same database.
        way: what follows the slash in this source's name.
        timeout: seconds for one look.
    """

    def __init__(self, connection: PostgresConnection, way: str, timeout: float = 3.0) -> None:
        self._connection = connection
        self._timeout = timeout
        self._before: DatabaseFigures | None = None
        self._sized_before: DatabaseFigures | None = None
        self._growth: float | None = None
        self._size: int | None = None
        self._size_due = 0.0
        super().__init__(SourceId(connection.id.kind, f"{connection.id.name}/{way}"))

    async def fetch(self) -> DatabaseFigures:
        """Look once.

        Raises:
            SourceError: when nothing could be read.
        """
        figures = await self._connection.run(self._read, self._timeout)
        rates = rates_between(self._before, figures) if self._before else None
        self._before = figures
        return replace(figures, rates=replace(rates, growth=self._growth) if rates else None)

    async def close(self) -> None:
        """Let go of the connection; never raises."""
        await self._connection.close()

    async def _read(self, connection: Connection) -> DatabaseFigures:
        version = connection.info.server_version
        hidden: list[str] = []
        async with transaction(connection, self._timeout, read_only=True):
            cursor = connection.cursor(row_factory=kwargs_row(_database))
            await cursor.execute(statement("figures_database"))
            [row] = await cursor.fetchall()
            await self._look_at_size(connection, row["at"], row["database"], hidden)
            replicas = await _part(connection, "figures_replicas", Replica, "replicas", hidden)
            slots = await _part(connection, "figures_slots", Slot, "replication slots", hidden)
            progress = await _part(connection, "figures_progress", Progress, "progress", hidden)
            prepared = await _part(connection, "figures_prepared", _prepared, "prepared transactions", hidden)
            standby: tuple[Standby, ...] = ()
            if row["in_recovery"]:
                standby = await _part(connection, "figures_standby", Standby, "the standby's lag", hidden)
        return DatabaseFigures(
            database=row["database"],
            server_version=version,
            at=row["at"],
            counters=_counters(row),
            size=self._size,
            replicas=replicas,
            slots=slots,
            progress=progress,
            standby=standby[0] if standby else None,
            prepared=prepared[0][0] if prepared else 0,
            oldest_prepared=prepared[0][1] if prepared else None,
            hidden=tuple(hidden),
        )

    async def _look_at_size(self, connection: Connection, at: float, database: str, hidden: list[str]) -> None:
        """Take the size when it is due; one that takes too long is left alone for a while."""
        if time.monotonic() < self._size_due:
            return
        found = await _part(connection, "figures_size", _size, "the size", hidden, SIZE_LIMIT)
        self._size_due = time.monotonic() + (SIZE_EVERY if found else SIZE_AGAIN)
        before, size = self._sized_before, found[0] if found else None
        if size is not None and before is not None and before.size is not None and at > before.at:
            self._growth = (size - before.size) / (at - before.at)
        self._size = size
        self._sized_before = DatabaseFigures(database, 0, at, _NOTHING, size=size)


async def _part(
    connection: Connection, name: str, make: Callable[..., T], what: str, hidden: list[str], limit: int = 0
) -> tuple[T, ...]:
    """The rows of one statement; when the server refuses it, a sentence instead, and the rest goes on.

    Raises:
        psycopg.Error: when the session itself is lost.
    """
    await connection.execute("SAVEPOINT cockpit_part")
    try:
        if limit:
            await connection.execute(f"SET LOCAL statement_timeout = {limit}")
        cursor = connection.cursor(row_factory=kwargs_row(make))
        await cursor.execute(statement(name, connection.info.server_version))
        rows = tuple(await cursor.fetchall())
    except psycopg.Error as error:
        if session_lost(error):
            raise
        await connection.execute("ROLLBACK TO SAVEPOINT cockpit_part")
        hidden.append(f"{what} cannot be read here: {first_line(error)}")
        return ()
    if limit:
        await connection.execute("ROLLBACK TO SAVEPOINT cockpit_part")
    await connection.execute("RELEASE SAVEPOINT cockpit_part")
    return rows


def _database(**row: Unpack[_Database]) -> _Database:
    return row


def _size(size: int) -> int:
    return size


def _prepared(prepared: int, oldest: float | None) -> tuple[int, float | None]:
    return prepared, oldest


def _counters(row: _Database) -> Counters:
    return Counters(
        row["commits"],
        row["rollbacks"],
        row["hits"],
        row["reads"],
        row["inserted"],
        row["updated"],
        row["deleted"],
        row["temp_files"],
        row["temp_bytes"],
        row["deadlocks"],
        row["reset"],
    )


_NOTHING = Counters(0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
