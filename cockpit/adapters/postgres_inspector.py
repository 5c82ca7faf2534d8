"""One backend or statement looked at closely: its locks, its plan, its statistics. Reads only."""

from __future__ import annotations

from typing import TypedDict, Unpack

import pglast
import psycopg
from pglast import ast
from pglast.stream import RawStream
from psycopg.rows import kwargs_row

from cockpit.adapters.own_sql import statement
from cockpit.adapters.postgres_connection import Connection, PostgresConnection, transaction
from cockpit.adapters.postgres_errors import first_line, session_lost
from cockpit.adapters.postgres_kinds import has_plan, words
from cockpit.adapters.postgres_statements import nodes, parse_one
from cockpit.model.errors import SourceRefused
from cockpit.model.identities import BackendIdentity
from cockpit.model.inspection import BackendLock, Plan, Statements, StatementStatistics
from cockpit.model.text import clean

TIMEOUT = 5.0
"""Seconds for one question."""
FORMATTED = 20_000
"""Characters of a statement up to which it is laid out; beyond, it takes longer than a picture may."""
_LINES = 500
_GENERIC_PLAN = 160_000
_LOADED = "55000"
"""SQLSTATE object_not_in_prerequisite_state: the extension is there and its library is not loaded."""


class _Extension(TypedDict):
    schema: str | None
    version: str | None
    available: bool
    database: str
    role: str
    sees_all: bool


class PostgresInspector:
    """Fulfils `DatabaseInspector`.

    Args:
        connection: shared with the steps of runbooks; questions wait for each other.
    """

    def __init__(self, connection: PostgresConnection) -> None:
        self._connection = connection

    async def locks(self, backend: BackendIdentity) -> tuple[BackendLock, ...]:
        """The locks that the backend holds and waits for, those that it waits for first.

        Raises:
            SourceError: when they could not be read.
        """

        async def work(connection: Connection) -> tuple[BackendLock, ...]:
            async with transaction(connection, TIMEOUT, read_only=True):
                cursor = connection.cursor(row_factory=kwargs_row(_lock))
                await cursor.execute(statement("locks", connection.info.server_version), [backend.pid])
                return tuple(await cursor.fetchall())

        return await self._connection.run(work, TIMEOUT)

    async def explain(self, query: str, database: str) -> Plan:
        """The plan of a statement by EXPLAIN, which does not run it; says why when there is none.

        Raises:
            SourceError: when the server could not be asked.
        """
        try:
            tree = parse_one(query)
        except SourceRefused as error:
            return Plan((), f"no plan: {error.what}; the server may have cut it at track_activity_query_size")
        if isinstance(tree, ast.ExplainStmt):
            return Plan((), "no plan: it is EXPLAIN itself")
        if not has_plan(tree):
            return Plan(
                (), f"no plan: EXPLAIN takes SELECT, INSERT, UPDATE, DELETE and MERGE, and this is {words(tree)}"
            )
        generic = any(isinstance(node, ast.ParamRef) for node in nodes(tree))
        # Printed from the tree, so that nothing but this one statement can be in the text.
        text = str(RawStream()(tree))

        async def work(connection: Connection) -> Plan:
            here = connection.info.dbname
            if database != here:
                return Plan((), f"no plan: it runs in {database}, and this connection is to {here}")
            if generic and connection.info.server_version < _GENERIC_PLAN:
                return Plan(
                    (), "no plan: its values are parameters, and only PostgreSQL 16 and later plan without them"
                )
            return await _explained(connection, text, generic=generic)

        return await self._connection.run(work, TIMEOUT)

    async def statistics(self, query_id: int) -> StatementStatistics | None:
        """What pg_stat_statements knows of a statement in this database; None when it knows nothing.

        Raises:
            SourceError: when it cannot be asked.
        """
        found = await self._statements(1, query_id)
        if found.missing:
            raise SourceRefused(found.missing.rstrip("."))
        return found.top[0] if found.top else None

    async def statements(self, most: int) -> Statements:
        """The statements that took longest altogether.

        Raises:
            SourceError: when it could not be asked.
        """
        return await self._statements(most, None)

    async def formatted(self, query: str) -> str:
        """The statement laid out over several lines; as it is when it cannot be parsed ."""
        if len(query) > FORMATTED:
            return query
        try:
            return clean_lines(pglast.prettify(query, comma_at_eoln=True, safety_belt=True))
        except (pglast.Error, NotImplementedError, RecursionError):
            return query

    async def _statements(self, most: int, query_id: int | None) -> Statements:
        async def work(connection: Connection) -> Statements:
            async with transaction(connection, TIMEOUT, read_only=True):
                cursor = connection.cursor(row_factory=kwargs_row(_extension))
                await cursor.execute(statement("statements_extension"))
                [extension] = await cursor.fetchall()
                missing = _missing(extension)
                return Statements(missing=missing) if missing else await _top(connection, extension, most, query_id)

        return await self._connection.run(work, TIMEOUT)


async def _explained(connection: Connection, text: str, *, generic: bool) -> Plan:
    option = "(GENERIC_PLAN) " if generic else ""
    try:
        async with transaction(connection, TIMEOUT, read_only=True) as cursor:
            await cursor.execute(f"EXPLAIN {option}{text}")
            lines = tuple(clean(str(row[0]), 1_000) for row in await cursor.fetchmany(_LINES))
    except psycopg.Error as error:
        if session_lost(error):
            raise
        return Plan((), f"no plan: {first_line(error)}")
    how = "without its values (GENERIC_PLAN)" if generic else "with the values of the statement"
    return Plan(lines, f"EXPLAIN {how}, planned for this role and its search_path; the statement was not run")


async def _top(connection: Connection, extension: _Extension, most: int, query_id: int | None) -> Statements:
    view = f"{extension['schema']}.pg_stat_statements"
    await connection.execute("SAVEPOINT cockpit_statements")
    try:
        cursor = connection.cursor(row_factory=kwargs_row(StatementStatistics))
        await cursor.execute(statement("statements").format(view=view), [most, query_id])
        return Statements(tuple(await cursor.fetchall()))
    except psycopg.Error as error:
        if session_lost(error):
            raise
        await connection.execute("ROLLBACK TO SAVEPOINT cockpit_statements")
        if error.sqlstate == _LOADED:
            return Statements(missing=_NOT_LOADED)
        return Statements(missing=f"pg_stat_statements cannot be read: {first_line(error)}")


_NOT_LOADED = (
    "pg_stat_statements is installed and its library is not loaded: add pg_stat_statements to "
    "shared_preload_libraries and restart the server"
)


def _missing(extension: _Extension) -> str:
    """Why there are no statistics of statements and what to do; "" when there are."""
    version = extension["version"]
    if version is None:
        return (
            f"pg_stat_statements is not installed in {extension['database']}: add it to shared_preload_libraries, "
            "restart the server and run CREATE EXTENSION pg_stat_statements there"
            if extension["available"]
            else "pg_stat_statements is not on this server: install PostgreSQL's contrib package first"
        )
    if tuple(int(part) for part in version.split(".") if part.isdigit()) < (1, 8):
        return f"pg_stat_statements {version} is too old: ALTER EXTENSION pg_stat_statements UPDATE"
    return ""


def clean_lines(text: str) -> str:
    """A text of several lines, each of them cleaned."""
    return "\n".join(clean(part, 4_000) for part in text.split("\n"))


def _extension(**row: Unpack[_Extension]) -> _Extension:
    return row


def _lock(**row: object) -> BackendLock:
    waited = row["waited"]
    return BackendLock(
        kind=str(row["kind"]),
        target=_target({name: str(value) for name, value in row.items()}),
        mode=str(row["mode"]),
        granted=row["granted"] is True,
        waited=waited if isinstance(waited, float) else None,
    )


def _target(row: dict[str, str]) -> str:
    """What is locked, in words."""
    match row["kind"]:
        case "relation":
            return row["relation"]
        case "extend" | "frozenid":
            return f"{row['kind']} of {row['relation'] or 'the database'}"
        case "page":
            return f"page {row['page']} of {row['relation']}"
        case "tuple":
            return f"row {row['tuple']} on page {row['page']} of {row['relation']}"
        case "transactionid":
            return f"transaction {row['transaction']}"
        case "virtualxid":
            return (
                f"its own virtual transaction {row['transaction']}"
                if row["granted"] == "True"
                else (f"the end of virtual transaction {row['transaction']}")
            )
        case "advisory":
            return f"advisory lock {row['class']}, {row['object']}"
        case _:
            return f"{row['kind']} {row['relation']}{row['object']}".strip()
