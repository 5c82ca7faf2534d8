"""The database `shop`: made, filled and given its roles."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from cockpit.model.errors import SandboxError
from cockpit.sandbox.postgres_server import SUPERUSER, PostgresServer
from cockpit.sandbox.shop.service import MIGRATION

DATABASE: Final = "shop"
WORKLOAD: Final = "shop"
OPERATOR: Final = "cockpit_operator"
OBSERVER: Final = "cockpit_observer"
LOGINS: Final = (WORKLOAD, OPERATOR, OBSERVER)

_FOLDER = Path(__file__).parent / "sql"


async def create_database(server: PostgresServer, passwords: dict[str, str]) -> None:
    """Create the database, its roles, tables and rows; the last migration is recorded by `open_service`.

    Args:
        server: a running, empty server.
        passwords: one for each of `LOGINS`.

    Raises:
        SandboxError: when the server refuses.
    """
    try:
        async with await psycopg.AsyncConnection.connect(server.url, autocommit=True) as connection:
            await connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        async with await psycopg.AsyncConnection.connect(admin_address(server), autocommit=True) as connection:
            # The log shows every statement, and these hold passwords and a thousand rows that say nothing.
            await connection.execute("SET log_statement = 'none'")
            await connection.execute((_FOLDER / "roles.sql").read_bytes())
            for role in LOGINS:
                change = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(passwords[role]))
                await connection.execute(change)
            await connection.execute("SET ROLE shop_owner")
            await connection.execute((_FOLDER / "schema.sql").read_bytes())
            await connection.execute((_FOLDER / "migrations" / f"{MIGRATION}.sql").read_bytes())
    except psycopg.Error as error:
        raise SandboxError(f"the sandbox's database cannot be made: {error}") from error


async def open_service(server: PostgresServer) -> None:
    """Record the last migration, for which the service's processes wait before they begin.

    Raises:
        SandboxError: when the server refuses.
    """
    try:
        async with await psycopg.AsyncConnection.connect(admin_address(server), autocommit=True) as connection:
            await connection.execute(
                "INSERT INTO schema_migrations (version, applied_at) VALUES (%s, now() - interval '20 days')",
                (MIGRATION,),
            )
    except psycopg.Error as error:
        raise SandboxError(f"the sandbox's database cannot be opened for the service: {error}") from error


def admin_address(server: PostgresServer) -> str:
    """URL of the superuser on the database `shop`."""
    return server.address(SUPERUSER, server.password, DATABASE)
