"""The sessions that a setting does not reach: ALTER DATABASE and ALTER ROLE hold for those that begin afterwards."""

from __future__ import annotations

from pglast import ast

from cockpit.adapters.postgres_connection import Connection, PostgresConnection
from cockpit.model.errors import SourceError
from cockpit.model.operations import SignalMatchingBackends
from cockpit.model.outcomes import FollowUp
from cockpit.model.text import clean

_NOW = "SELECT clock_timestamp()::text"


def new_sessions_only(tree: ast.Node) -> bool:
    """Whether a statement changes what only new sessions take on."""
    return isinstance(tree, ast.AlterDatabaseSetStmt | ast.AlterRoleSetStmt)


async def left_behind(connection: PostgresConnection, tree: ast.Node, seconds: float) -> FollowUp | None:
    """The offer to end the sessions that are older than a change; None when the statement reaches all.

    Args:
        connection: on which the statement was carried out just now.
        tree: the statement.
        seconds: for asking the server what time it is.
    """
    conditions = _whose(tree)
    if conditions is None:
        return None
    whose = {column: value for column, value in conditions.items() if value}
    said = " and ".join(f"{_WORDS[column]} {clean(value, 100)}" for column, value in whose.items()) or "every database"
    where = ["backend_type = 'client backend'", *(f"{column} = %({column})s" for column in whose)]
    parameters = list(whose.items())
    try:
        where.append("backend_start < %(changed_at)s::timestamptz")
        parameters.append(("changed_at", await _server_time(connection, seconds)))
    except SourceError:
        where.pop()
    operation = SignalMatchingBackends(True, " AND ".join(where), tuple(parameters))
    return FollowUp(
        operation,
        f"end the sessions of {said} that are older than the change (pg_terminate_backend)",
        "the sessions that were open before keep the old setting until they end",
    )


_WORDS = {"datname": "database", "usename": "role"}


def _whose(tree: ast.Node) -> dict[str, str] | None:
    """Columns of pg_stat_activity and their values; None when the statement is of another kind."""
    if isinstance(tree, ast.AlterDatabaseSetStmt):
        return {"datname": str(tree.dbname or "")}
    if isinstance(tree, ast.AlterRoleSetStmt):
        return {"usename": str((tree.role and tree.role.rolename) or ""), "datname": str(tree.database or "")}
    return None


async def _server_time(connection: PostgresConnection, seconds: float) -> str:
    async def work(line: Connection) -> str:
        row = await (await line.execute(_NOW)).fetchone()
        return str(row[0]) if row else ""

    return await connection.run(work, seconds)
