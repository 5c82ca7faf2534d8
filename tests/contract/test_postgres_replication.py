"""A primary and its standby, both real: who is behind, by how much, and which slot keeps WAL."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from cockpit.adapters.postgres_activity import PostgresActivity
from cockpit.adapters.postgres_figures import PostgresFigures
from cockpit.sandbox.postgres_server import PostgresServer, wait_until_ready
from cockpit.sandbox.process import free_ports
from tests.support.postgres import OLDER, connection_to, eventually, running_version
from tests.support.servers import _running, _watched

pytestmark = pytest.mark.anyio


@contextlib.contextmanager
def standby_of(primary: PostgresServer) -> Iterator[PostgresServer]:
    """A copy of a server that follows it through the slot `follower`."""
    data, spec = primary.socket_folder / "standby", primary.spec
    account = spec.account
    subprocess.run(
        [
            str(OLDER / "bin" / "pg_basebackup"),
            *("-d", primary.url, "-D", str(data), "-R", "-C", "-S", "follower", "-X", "stream", "-c", "fast"),
        ],
        cwd="/",
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        check=True,
        capture_output=True,
        timeout=60,
    )
    [port] = free_ports(1)
    log = Path(spec.log).with_name("standby.log")
    command = (spec.command[0], "-D", str(data), "-p", str(port))
    follower = PostgresServer(
        replace(spec, name="standby", command=command, log=log), data, primary.socket_folder, port, primary.password
    )
    with _watched() as (_, watchdog), _running(follower.spec, watchdog) as process:
        wait_until_ready(follower, process)
        yield follower


async def test_both_ends_of_a_replication_tell_how_far_it_is() -> None:
    with running_version("15") as primary, standby_of(primary) as standby:
        first = PostgresFigures(connection_to(primary.url), "figures")
        second = PostgresFigures(connection_to(standby.url), "figures")
        sessions = PostgresActivity(connection_to(standby.url))

        async def streams() -> bool:
            looked = await first.fetch()
            return [r.state for r in looked.replicas] == ["streaming"] and looked.slots[0].active

        await eventually(streams, "a standby that streams")
        [replica] = (await first.fetch()).replicas
        assert (replica.name, replica.client, replica.sync) == ("walreceiver", "127.0.0.1", "async")
        assert (await sessions.fetch()).in_recovery

        async def caught_up() -> bool:
            told = (await second.fetch()).standby
            return told is not None and told.lag_bytes == 0 and told.lag_seconds == 0.0 and told.receiving is True

        await eventually(caught_up, "a standby that has replayed everything")
        assert (await first.fetch()).standby is None
        with (
            psycopg.connect(standby.url, autocommit=True) as live,
            psycopg.connect(primary.url, autocommit=True) as admin,
        ):
            live.execute("SELECT pg_wal_replay_pause()")
            admin.execute("CREATE TABLE later AS SELECT n FROM generate_series(1, 20000) n")

            async def behind() -> bool:
                told, [replica] = (await second.fetch()).standby, (await first.fetch()).replicas
                return told is not None and (told.lag_bytes or 0) > 100_000 and (replica.lag_bytes or 0) > 100_000

            await eventually(behind, "a standby that is behind")
            live.execute("SELECT pg_wal_replay_resume()")
        await eventually(caught_up, "a standby that has caught up")
        for source in (first, second, sessions):
            await source.close()
