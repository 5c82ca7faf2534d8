"""Advisory locks of PostgreSQL: what jobs use that keep themselves from running twice without Redis."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypedDict, Unpack

from psycopg.rows import kwargs_row

from cockpit.adapters.own_sql import statement
from cockpit.adapters.plain_source import PlainSource
from cockpit.adapters.postgres_connection import Connection, PostgresConnection, transaction
from cockpit.model.locks import AdvisoryLock, AdvisorySnapshot
from cockpit.model.readings import SourceId

WAY = "advisory"
"""What follows the slash in the name of its source."""


class _Row(TypedDict):
    """What advisory_locks.sql returns."""

    pid: int
    backend_start: datetime | None
    database: str
    classid: int
    objid: int
    paired: bool
    application: str
    user: str
    mode: str
    state: str
    age: float | None
    waiting: list[int]


class PostgresAdvisory(PlainSource):
    """Fulfils `Source[AdvisorySnapshot]`.

    Args:
        connection: shared with other reads of the same database.
        timeout: seconds for one look.
    """

    def __init__(self, connection: PostgresConnection, timeout: float = 3.0) -> None:
        self._connection = connection
        self._timeout = timeout
        super().__init__(SourceId(connection.id.kind, f"{connection.id.name}/{WAY}"))

    async def fetch(self) -> AdvisorySnapshot:
        """All that are held now, those that most wait for first.

        Raises:
            SourceError: when they could not be read.
        """

        async def work(connection: Connection) -> AdvisorySnapshot:
            async with transaction(connection, self._timeout, read_only=True):
                cursor = connection.cursor(row_factory=kwargs_row(_lock))
                await cursor.execute(statement("advisory_locks"))
                return AdvisorySnapshot(tuple(await cursor.fetchall()))

        return await self._connection.run(work, self._timeout)


def _lock(**row: Unpack[_Row]) -> AdvisoryLock:
    start = row["backend_start"]
    return AdvisoryLock(
        pid=row["pid"],
        backend_start=start.astimezone(UTC) if start else None,
        database=row["database"],
        classid=row["classid"],
        objid=row["objid"],
        paired=row["paired"],
        application=row["application"],
        user=row["user"],
        mode=row["mode"],
        age=row["age"],
        state=row["state"],
        waiting=tuple(row["waiting"]),
    )
