"""What psycopg says, in plain sentences."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import errors

from cockpit.adapters.postgres_errors import at_connecting, at_work, session_lost
from cockpit.model.errors import SourceError, SourceGarbled, SourceRefused, SourceUnreachable

PLACE = "postgres:main (db:5432/shop)"


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        ('FATAL:  no pg_hba.conf entry for host "10.0.0.1"', SourceRefused, "pg_hba.conf"),
        ("FATAL:  sorry, too many clients already", SourceRefused, "pg_use_reserved_connections"),
        ("FATAL:  the database system is starting up", SourceUnreachable, "starting up; wait"),
        ("FATAL:  the database system is shutting down", SourceUnreachable, "shutting down"),
        ('FATAL:  permission denied for database "shop"', SourceRefused, "GRANT CONNECT"),
        ("SSL error: certificate verify failed", SourceRefused, "sslrootcert"),
        ("connection timeout expired", SourceUnreachable, "in time"),
        ("something new\nsecond line", SourceUnreachable, "could not be reached: something new."),
        ("bad \x1b[31mcolours", SourceUnreachable, "could not be reached: bad colours."),
    ],
)
def test_why_no_connection_came_about(said: str, kind: type[SourceError], words: str) -> None:
    found = at_connecting(psycopg.OperationalError(said), PLACE)
    assert type(found) is kind
    assert words in str(found)
    assert PLACE in str(found)


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (psycopg.OperationalError("server closed the connection unexpectedly"), SourceUnreachable, "line to"),
        (psycopg.InterfaceError("cursor is closed"), SourceGarbled, "cannot be understood"),
        (psycopg.DataError(""), SourceGarbled, "DataError"),
        (errors.AdminShutdown("terminating connection"), SourceUnreachable, "ended our session"),
        (errors.InsufficientPrivilege("permission denied for table x"), SourceRefused, "grant the cockpit's role"),
        (errors.SyntaxError("syntax error"), SourceRefused, "refused: syntax error"),
    ],
)
def test_why_a_statement_failed(error: psycopg.Error, kind: type[SourceError], words: str) -> None:
    found = at_work(error, PLACE)
    assert type(found) is kind
    assert words in str(found)


def test_a_session_that_ended_leaves_its_statement_unknown() -> None:
    assert session_lost(psycopg.OperationalError("gone"))
    assert session_lost(errors.AdminShutdown("ended"))
    assert not session_lost(errors.UniqueViolation("twice"))
