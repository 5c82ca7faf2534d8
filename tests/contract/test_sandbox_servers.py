"""The two servers alone: they start, refuse strangers, and leave nothing behind."""

from __future__ import annotations

import psycopg
import pytest
import redis

from cockpit.sandbox.postgres_server import PostgresServer
from tests.support.servers import running_postgres, running_redis


def test_postgres_starts_and_leaves_nothing() -> None:
    with running_postgres(work_mem="'8MB'") as server:
        with psycopg.connect(server.url) as connection:
            assert connection.execute("SHOW work_mem").fetchone() == ("8MB",)
            assert connection.execute("SHOW reserved_connections").fetchone() == ("6",)
            assert connection.execute("SHOW log_statement").fetchone() == ("none",)
        folder = server.spec.folder
    assert not folder.exists()


def test_postgres_asks_for_the_password_on_tcp_and_socket() -> None:
    with running_postgres() as server:
        wrong = PostgresServer(server.spec, server.data, server.socket_folder, server.port, "wrong")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(wrong.url)
        with pytest.raises(psycopg.OperationalError, match="no password supplied"):
            psycopg.connect(host=str(server.socket_folder), port=server.port, user="postgres", dbname="postgres")


def test_redis_starts_and_refuses_the_default_user() -> None:
    with running_redis() as server:
        with redis.Redis.from_url(server.url, retry=None) as admin:
            assert admin.ping() is True
        with (
            redis.Redis(port=server.port) as stranger,
            pytest.raises(redis.exceptions.AuthenticationError),
        ):
            stranger.ping()
        folder = server.spec.folder
    assert not folder.exists()
