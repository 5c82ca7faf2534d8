"""What the role of an observer could change in a PostgreSQL database, with the REVOKE that would end it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cockpit.adapters.postgres_connection import PostgresConnection
from cockpit.adapters.postgres_rights_rows import (
    POWERS,
    FunctionRow,
    MembershipRow,
    ObjectRow,
    RelationRow,
    RoleRights,
    read_role_rights,
)
from cockpit.model.rights import Right, Wall
from cockpit.model.wording import count

FILES = frozenset({"pg_execute_server_program", "pg_read_server_files", "pg_write_server_files"})
SIGNALS = frozenset({"pg_signal_backend", "pg_signal_autovacuum_worker"})
OWN_ROLE = "`cockpit config init --observer` prints a role of its own: put it into observer_dsn"
_SHOWN = 3
"""Functions that a remedy names one by one."""


async def postgres_rights(connection: PostgresConnection, timeout: float) -> tuple[Right, ...]:  # noqa: ASYNC109
    """What the role of this connection may do, kind by kind; reads only.

    Args:
        connection: opened as the observer.
        timeout: seconds.

    Raises:
        SourceError: when the server could not be asked.
    """
    return judged(str(connection.id), await read_role_rights(connection, timeout))


def judged(source: str, rights: RoleRights) -> tuple[Right, ...]:
    """The same from the server's answers."""
    role = rights.role
    if role.superuser:
        return (Right(source, "everything", Wall.NONE, f"{role.role} is a superuser, whom nothing stops", OWN_ROLE),)
    tables = [row for row in rights.relations if not row.sequence]
    sequences = [row for row in rights.relations if row.sequence]
    others = [one for one in rights.memberships if one.power not in FILES | SIGNALS]
    powers = [one for one in others if one.attributes or one.power in POWERS]
    own = _attributes(role.role, role.attributes)
    signals = [one for one in rights.memberships if one.power in SIGNALS or one.signals]
    files = [one for one in rights.memberships if one.power in FILES]
    return (
        _stored(source, "change rows", rights, [_relation(role.role, row) for row in tables]),
        _stored(source, "move sequences", rights, [_relation(role.role, row) for row in sequences]),
        _stored(source, "create objects", rights, [_object(role.role, row) for row in rights.objects]),
        _right(source, "manage roles, act at large", own + _members(role.role, powers)),
        _right(source, "signal sessions", _members(role.role, signals)),
        _right(source, "files and programs of the server", _members(role.role, files)),
        _right(source, "act in a READ ONLY transaction", _functions(role.role, rights.functions)),
        _read_only(source, rights),
        _left_over(source, rights),
    )


_Finding = tuple[str, str]
"""What was found, and the statement that ends it."""


def _right(source: str, change: str, findings: Iterable[_Finding]) -> Right:
    found = list(findings)
    if not found:
        return Right(source, change, Wall.SERVER, "no right of the role allows it")
    remedies = dict.fromkeys(remedy for _, remedy in found if remedy)
    return Right(source, change, Wall.COCKPIT, "; ".join(what for what, _ in found), "\n".join(remedies))


def _stored(source: str, change: str, rights: RoleRights, findings: Sequence[_Finding]) -> Right:
    """What is written to the database's files, which a standby refuses whatever the role may do."""
    if rights.role.standby:
        return Right(source, change, Wall.SERVER, "the server is a standby and takes no writes")
    return _right(source, change, findings)


def _relation(role: str, row: RelationRow) -> _Finding:
    what, plural = ("sequence", "SEQUENCES") if row.sequence else ("table", "TABLES")
    privileges = ", ".join(row.privileges)
    only = row.example if row.number == 1 else f"{count(row.number, what)} of schema {row.schema}, as {row.example}"
    target = f"{plural[:-1]} {row.example}" if row.number == 1 else f"ALL {plural} IN SCHEMA {row.schema}"
    if row.owned:
        return f"owns {only}", f"REASSIGN OWNED BY {role} TO another_role"
    return f"{privileges} on {only}", _revoke(role, row.through, f"{privileges} ON {target}")


def _object(role: str, row: ObjectRow) -> _Finding:
    return f"{row.privilege} in {row.place.lower()}", _revoke(role, row.through, f"{row.privilege} ON {row.place}")


def _revoke(role: str, through: str, what: str) -> str:
    """The statement that takes a privilege away: from everybody, from the role, or with the membership it comes by."""
    if through and through != "PUBLIC":
        return f"REVOKE {through} FROM {role}"
    return f"REVOKE {what} FROM {through or role}"


def _attributes(role: str, attributes: Sequence[str]) -> list[_Finding]:
    return [(f"has {name}", f"ALTER ROLE {role} NO{name}") for name in attributes]


def _members(role: str, rows: Iterable[MembershipRow]) -> list[_Finding]:
    return [(f"is a member of {row.power}", f"REVOKE {row.through} FROM {role}") for row in rows]


def _functions(role: str, rows: Sequence[FunctionRow]) -> list[_Finding]:
    found: list[_Finding] = []
    acting = [row for row in rows if not row.definer]
    if len(acting) > _SHOWN:
        block = "`cockpit config init --observer` prints the block that revokes them all"
        found.append((f"may call {acting[0].function} and {count(len(acting) - 1, 'more function')}", block))
    else:
        found += [(f"may call {row.function}", _call(role, row)) for row in acting]
    definers = [row for row in rows if row.definer]
    return [*found, *((f"may act as another role by {row.function}", _call(role, row)) for row in definers)]


def _call(role: str, row: FunctionRow) -> str:
    return _revoke(role, row.through, f"EXECUTE ON FUNCTION {row.function}")


def _read_only(source: str, rights: RoleRights) -> Right:
    change, role = "begin a transaction that writes", rights.role
    if role.standby:
        return Right(source, change, Wall.SERVER, "the server is a standby and takes no writes")
    if role.read_only:
        words = "default_transaction_read_only is on; the role could switch it off, so the rights above are what holds"
        return Right(source, change, Wall.SERVER, words)
    remedy = f"ALTER ROLE {role.role} SET default_transaction_read_only = on"
    return Right(source, change, Wall.COCKPIT, "default_transaction_read_only is off", remedy)


def _left_over(source: str, rights: RoleRights) -> Right:
    """What PostgreSQL lets every role do."""
    change = "NOTIFY, its own password and settings"
    if rights.role.standby:
        return Right(source, change, Wall.SERVER, "the server is a standby and takes no writes")
    words = "every role may, and no REVOKE ends it"
    return Right(source, change, Wall.COCKPIT, words, "let observer_dsn lead to a standby", closable=False)
