"""What the server says about a role's rights: the rows of the questions in sql/rights_*.sql."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from psycopg.rows import class_row

from cockpit.adapters.own_sql import statement
from cockpit.adapters.postgres_connection import Connection, PostgresConnection, transaction

T = TypeVar("T")

POWERS = (
    "pg_checkpoint",
    "pg_create_subscription",
    "pg_execute_server_program",
    "pg_maintain",
    "pg_read_server_files",
    "pg_signal_autovacuum_worker",
    "pg_signal_backend",
    "pg_write_all_data",
    "pg_write_server_files",
)
"""PostgreSQL's own roles that do more than read the database."""
ACTING = (
    "^(lo_.*|lowrite|pg_notify|pg_(try_)?advisory_.*|pg_logical_emit_message|pg_reload_conf|pg_rotate_logfile"
    "|pg_switch_(wal|xlog)|pg_create_restore_point|pg_promote|pg_(wal|xlog)_replay_(pause|resume)|pg_stat_reset.*"
    "|pg_stat_statements_reset|pg_(backup_)?(start|stop)(_backup)?|dblink.*"
    "|pg_replication_origin_(advance|create|drop|session_.*|xact_.*))$"
)
"""The names of functions that act although the transaction is READ ONLY."""


@dataclass(frozen=True, slots=True)
class RoleRow:
    """What rights_role.sql returns."""

    role: str
    database: str
    superuser: bool
    attributes: list[str]
    read_only: bool
    standby: bool


@dataclass(frozen=True, slots=True)
class MembershipRow:
    """What rights_memberships.sql returns."""

    power: str
    through: str
    attributes: bool
    signals: bool


@dataclass(frozen=True, slots=True)
class RelationRow:
    """What rights_relations.sql returns."""

    sequence: bool
    schema: str
    through: str
    privileges: list[str]
    number: int
    example: str
    owned: bool


@dataclass(frozen=True, slots=True)
class ObjectRow:
    """What rights_objects.sql returns."""

    place: str
    privilege: str
    through: str


@dataclass(frozen=True, slots=True)
class FunctionRow:
    """What rights_functions.sql returns."""

    function: str
    definer: bool
    through: str


@dataclass(frozen=True, slots=True)
class RoleRights:
    """All answers about one role."""

    role: RoleRow
    memberships: tuple[MembershipRow, ...] = ()
    relations: tuple[RelationRow, ...] = ()
    objects: tuple[ObjectRow, ...] = ()
    functions: tuple[FunctionRow, ...] = ()


async def read_role_rights(connection: PostgresConnection, timeout: float) -> RoleRights:  # noqa: ASYNC109
    """Ask the server what the role of this connection may do; a superuser's rights are not counted.

    Args:
        connection: opened as that role.
        timeout: seconds.

    Raises:
        SourceError: when it could not be asked.
    """

    async def work(live: Connection) -> RoleRights:
        async with transaction(live, timeout, read_only=True):
            [role] = await _rows(live, RoleRow, "rights_role")
            if role.superuser:
                return RoleRights(role)
            return RoleRights(
                role,
                await _rows(live, MembershipRow, "rights_memberships", list(POWERS)),
                await _rows(live, RelationRow, "rights_relations"),
                await _rows(live, ObjectRow, "rights_objects"),
                await _rows(live, FunctionRow, "rights_functions", ACTING),
            )

    return await connection.run(work, timeout)


async def _rows(live: Connection, row: type[T], name: str, *values: object) -> tuple[T, ...]:
    cursor = live.cursor(row_factory=class_row(row))
    await cursor.execute(statement(name, live.info.server_version), list(values))
    return tuple(await cursor.fetchall())
