"""What psycopg says when something fails, in one plain sentence."""

from __future__ import annotations

import psycopg
from psycopg import errors

from cockpit.model.errors import SourceError, SourceGarbled, SourceRefused, SourceUnreachable
from cockpit.model.text import clean

_AT_CONNECTING: tuple[tuple[str, type[SourceError], str, str], ...] = (
    ("password authentication failed", SourceRefused, "the password was refused", "check the user and password in dsn"),
    ("no password supplied", SourceRefused, "a password is needed", "put it into dsn or ~/.pgpass"),
    ("no pg_hba.conf entry", SourceRefused, "pg_hba.conf has no entry for us", "add one for this host and user"),
    ("remaining connection slots", SourceRefused, "every connection is taken", "see _SLOTS"),
    ("too many clients", SourceRefused, "every connection is taken", "see _SLOTS"),
    (
        "too many connections for",
        SourceRefused,
        "the role or database has all its connections",
        "raise CONNECTION LIMIT",
    ),
    ("does not exist", SourceRefused, "the role or database does not exist", "check user and database in dsn"),
    ("permission denied for database", SourceRefused, "the role may not connect", "GRANT CONNECT ON DATABASE to it"),
    ("is starting up", SourceUnreachable, "the server is starting up", "wait"),
    ("is shutting down", SourceUnreachable, "the server is shutting down", "look why"),
    ("Connection refused", SourceUnreachable, "nothing listens there", "look whether PostgreSQL runs"),
    (
        "failed to resolve host",
        SourceUnreachable,
        "the host name cannot be resolved",
        "check the name and this network",
    ),
    ("could not translate host name", SourceUnreachable, "the host name cannot be resolved", "check the name"),
    (
        "received invalid response",
        SourceUnreachable,
        "what answers there is no PostgreSQL",
        "check host and port in dsn",
    ),
    (
        "expected authentication request",
        SourceUnreachable,
        "what answers there is no PostgreSQL",
        "check host and port",
    ),
    ("certificate", SourceRefused, "the TLS certificate is not trusted", "check sslmode and sslrootcert in dsn"),
    ("timeout expired", SourceUnreachable, "it did not answer in time", "look whether the host is up"),
    ("timeout", SourceUnreachable, "it did not answer in time", "look whether the host is up"),
)
_SLOTS = "GRANT pg_use_reserved_connections to the cockpit's role (PostgreSQL 16), or end idle sessions"


def at_connecting(error: psycopg.Error, place: str) -> SourceError:
    """Why no connection came about; libpq gives words here and no code.

    Args:
        error: from psycopg.
        place: the source and its address, without a password.
    """
    said = str(error)
    for words, kind, what, remedy in _AT_CONNECTING:
        if words in said:
            return kind(f"{place}: {what}", _SLOTS if remedy == "see _SLOTS" else remedy)
    return SourceUnreachable(f"{place} could not be reached: {first_line(error)}")


def at_work(error: psycopg.Error, place: str) -> SourceError:
    """Why a statement failed."""
    said = first_line(error)
    match error:
        case errors.InsufficientPrivilege():
            return SourceRefused(f"{place} refused: {said}", missing_right(f"{said} {error.diag.message_detail or ''}"))
        case errors.QueryCanceled():
            return SourceUnreachable(f"{place} did not finish in time: {said}", "allow it more time, or ask for less")
        case errors.LockNotAvailable():
            return SourceRefused(
                f"{place}: another session holds the lock that is needed", "see who blocks in Activity"
            )
        case errors.ReadOnlySqlTransaction():
            return SourceRefused(f"{place} refused: {said}", "run it as a change")
        case errors.AdminShutdown() | errors.CrashShutdown() | errors.IdleInTransactionSessionTimeout():
            return SourceUnreachable(f"{place} ended our session: {said}")
    if error.sqlstate is not None:
        return SourceRefused(f"{place} refused: {said}", clean(error.diag.message_hint or "", 300))
    if isinstance(error, psycopg.OperationalError):
        return SourceUnreachable(f"the line to {place} broke: {said}")
    return SourceGarbled(f"{place} gave an answer that cannot be understood: {said}")


def session_lost(error: psycopg.Error) -> bool:
    """Whether the session ended, so that nobody knows how far its last statement came."""
    return error.sqlstate is None or error.sqlstate.startswith("57P0")


def missing_right(said: str) -> str:
    """What to grant, from the server's message and its detail."""
    if "terminat" in said or "cancel" in said:
        if "superuser" in said.lower():
            return "only a superuser can signal a superuser's session"
        return "GRANT pg_signal_backend TO the cockpit's role"
    return "grant the cockpit's role that right"


def first_line(error: psycopg.Error) -> str:
    """The server's own message, else the first line of what the driver said; cleaned."""
    said = error.diag.message_primary or str(error).strip().split("\n", 1)[0]
    return clean(said, 300) or type(error).__name__
