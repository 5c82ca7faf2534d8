"""What pg_stat_activity shows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypedDict, Unpack

from psycopg.rows import kwargs_row

from cockpit.adapters.own_sql import statement
from cockpit.adapters.postgres_connection import Connection, PostgresConnection, own_pids, transaction
from cockpit.model.activity import HIDDEN_START, ActivitySnapshot, Backend
from cockpit.model.readings import SourceId


class ServerFacts(TypedDict):
    """What server.sql returns."""

    version: int
    max_connections: int
    connections: int
    database: str
    in_recovery: bool
    started: str
    uptime: float
    role: str
    sees_all: bool
    may_see_identifier: bool


class _Row(TypedDict):
    """What activity.sql returns: hidden columns are NULL."""

    pid: int
    backend_start: datetime | None
    database: str | None
    user: str | None
    application: str | None
    client: str | None
    state: str | None
    wait_event_type: str | None
    wait_event: str | None
    backend_type: str | None
    query: str | None
    backend_age: float | None
    transaction_age: float | None
    query_age: float | None
    state_age: float | None
    blocked_by: list[int] | None
    lock_mode: str | None
    lock_on: str | None
    leader_pid: int | None
    xmin_age: int | None
    query_id: int | None


class PostgresActivity:
    """Fulfils `Source[ActivitySnapshot]`.

    Args:
        connection: for this purpose alone; closed with this source.
        timeout: seconds for one fetch.
    """

    def __init__(self, connection: PostgresConnection, timeout: float = 3.0) -> None:
        self._connection = connection
        self._timeout = timeout
        self._identifier: str | None = None
        self._server: str | None = None

    @property
    def id(self) -> SourceId:
        """Which source it is."""
        return self._connection.id

    @property
    def server(self) -> str | None:
        """Start of the postmaster, and the system identifier where this role may see it."""
        return self._server

    async def fetch(self) -> ActivitySnapshot:
        """Read the sessions once.

        Raises:
            SourceError: when they could not be read.
        """
        return await self._connection.run(self._read, self._timeout)

    async def close(self) -> None:
        """Let go of the connection; never raises."""
        await self._connection.close()

    async def _read(self, connection: Connection) -> ActivitySnapshot:
        async with transaction(connection, self._timeout, read_only=True):
            facts = await server_facts(connection)
            backends = await read_backends(connection, facts["version"])
            if self._identifier is None:
                self._identifier = await system_identifier(connection, facts)
        self._server = f"{facts['started']} {self._identifier}".strip()
        return ActivitySnapshot(
            backends=backends,
            max_connections=facts["max_connections"],
            connections=facts["connections"],
            server_version=facts["version"],
            database=facts["database"],
            in_recovery=facts["in_recovery"],
            hidden=hidden_rights(facts),
            uptime=facts["uptime"],
        )


async def server_facts(connection: Connection) -> ServerFacts:
    """What the server says of itself and of this role.

    Raises:
        psycopg.Error: when it does not.
    """
    cursor = connection.cursor(row_factory=kwargs_row(_facts))
    await cursor.execute(statement("server"))
    [facts] = await cursor.fetchall()
    return facts


async def read_backends(connection: Connection, version: int) -> tuple[Backend, ...]:
    """The sessions, the cockpit's own left out.

    Args:
        connection: to read from.
        version: server_version_num.

    Raises:
        psycopg.Error: when they cannot be read.
    """
    cursor = connection.cursor(row_factory=kwargs_row(_backend))
    await cursor.execute(statement("activity", version), [own_pids()])
    return tuple(await cursor.fetchall())


async def system_identifier(connection: Connection, facts: ServerFacts) -> str:
    """The identifier that initdb gave the cluster; "" when this role may not see it.

    Raises:
        psycopg.Error: when it cannot be read.
    """
    if not facts["may_see_identifier"]:
        return ""
    cursor = await connection.execute("SELECT system_identifier::text FROM pg_control_system()")
    row = await cursor.fetchone()
    return str(row[0]) if row else ""


def hidden_rights(facts: ServerFacts) -> str:
    """What this role may not see, and what would help; "" when it sees all."""
    if facts["sees_all"]:
        return ""
    return (
        "queries, states and waits of other users are hidden from this role; "
        f"a superuser can run: GRANT pg_monitor TO {facts['role']}"
    )


def _facts(**columns: Unpack[ServerFacts]) -> ServerFacts:
    return columns


def _backend(**row: Unpack[_Row]) -> Backend:
    start = row["backend_start"]
    return Backend(
        pid=row["pid"],
        backend_start=start.astimezone(UTC) if start else HIDDEN_START,
        database=row["database"] or "",
        user=row["user"] or "",
        application=row["application"] or "",
        client=row["client"] or "",
        state=row["state"] or "",
        wait_event_type=row["wait_event_type"] or "",
        wait_event=row["wait_event"] or "",
        backend_type=row["backend_type"] or "",
        query="" if row["query"] == "<insufficient privilege>" else row["query"] or "",
        backend_age=row["backend_age"] or 0.0,
        transaction_age=row["transaction_age"],
        query_age=row["query_age"],
        state_age=row["state_age"],
        blocked_by=tuple(sorted(set(row["blocked_by"] or ()))),
        lock_mode=row["lock_mode"] or "",
        lock_on=row["lock_on"] or "",
        leader_pid=row["leader_pid"],
        xmin_age=row["xmin_age"],
        query_id=row["query_id"],
    )
