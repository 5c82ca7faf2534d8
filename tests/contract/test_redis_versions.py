"""The same on every Redis that this machine has: the sandbox's own, the system's, and those that are named.

`COCKPIT_REDIS_SERVERS` names further programs, separated by colons, for example a Redis 6.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from redis import Redis

from cockpit.adapters.redis_browser import RedisBrowser
from cockpit.adapters.redis_connection import RedisConnection
from cockpit.adapters.redis_executor import RedisExecutor
from cockpit.adapters.redis_locks import RedisLocks
from cockpit.adapters.redis_reader import RedisReader
from cockpit.config.secrets import Secret
from cockpit.model.locks import JobPlan, LockState
from cockpit.model.operations import RedisCommand
from cockpit.model.outcomes import OutcomeKind
from cockpit.sandbox import redis_server
from cockpit.sandbox.redis_server import RedisServer
from tests.support.clock import FixedClock
from tests.support.permits import permit_for
from tests.support.servers import running_redis

pytestmark = pytest.mark.anyio
PLAN = JobPlan("a", "lock:a", every=300.0, lock_ttl=7200.0, max_run=3600.0)
SYSTEMS = shutil.which("redis-server")
NAMED = [name for name in os.environ.get("COCKPIT_REDIS_SERVERS", "").split(":") if name]
PROGRAMS = [*dict.fromkeys([redis_server.find_program(), *([SYSTEMS] if SYSTEMS else []), *NAMED])]


@pytest.fixture(scope="module", params=PROGRAMS)
def server(request: pytest.FixtureRequest) -> Iterator[RedisServer]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(redis_server, "find_program", lambda: request.param)
        with running_redis() as running:
            yield running


@pytest.fixture
def kv(server: RedisServer) -> Iterator[Redis]:
    with Redis.from_url(server.url) as client:
        client.flushall()
        yield client


def _send(kv: Redis, *words: str) -> object:
    connection = kv.connection_pool.get_connection()
    try:
        connection.send_command(*words)  # type: ignore[no-untyped-call]
        return connection.read_response()
    finally:
        kv.connection_pool.release(connection)


def _refusals(kv: Redis, command: bytes) -> int:
    """How often ACL LOG has noted that a command was refused."""
    found = 0
    for entry in _send(kv, "ACL", "LOG") or []:  # type: ignore[attr-defined]
        found += int(entry[b"count"]) if command in entry[b"object"] else 0
    return found


async def test_locks_figures_keys_and_a_release(kv: Redis, server: RedisServer) -> None:
    kv.set("lock:a", "worker-1", px=3_000_000)
    kv.hset("h", "f", "v")
    line = RedisConnection("kv", Secret(server.address("cockpit_operator")))
    snapshot = await RedisLocks(line, "lock:", [PLAN], FixedClock()).fetch()
    [lock] = snapshot.locks
    assert (lock.state, lock.owner, snapshot.notes) == (LockState.STALE, "worker-1", ())
    figures = snapshot.figures
    assert figures is not None
    assert figures.version.split()[0] in ("redis", "valkey")
    assert None not in (figures.memory, figures.evicted, figures.clients, figures.slow, figures.hits)
    page = await RedisBrowser(line).page("*", 0)
    assert {(entry.name, entry.type) for entry in page.entries} == {("lock:a", "string"), ("h", "hash")}
    assert page.notes == ()
    assert (await RedisReader(line).read(RedisCommand(("HGETALL", "h")), 3.0)).value == ["f", "v"]
    executor = RedisExecutor(line, [PLAN], "lock:", FixedClock())
    prepared = await executor.prepare(RedisCommand(("UNLINK", "lock:*")))
    kv.set("lock:a", "worker-2")
    assert (await executor.execute(permit_for(line.id, prepared.operation))).kind is OutcomeKind.REFUSED
    again = await executor.prepare(RedisCommand(("UNLINK", "lock:a", "h")))
    assert (await executor.execute(permit_for(line.id, again.operation))).kind is OutcomeKind.SUCCEEDED
    assert kv.dbsize() == 0
    await line.close()


async def test_an_observer_sees_the_same(kv: Redis, server: RedisServer) -> None:
    kv.set("lock:a", "worker-1", px=3_000_000)
    line = RedisConnection("kv", Secret(server.address("cockpit_observer")))
    source = RedisLocks(line, "lock:", [PLAN], FixedClock())
    for _ in range(2):
        snapshot = await source.fetch()
    assert snapshot.figures is not None
    assert (snapshot.figures.slow, snapshot.notes) == (0, ())
    assert _refusals(kv, b"slowlog") == 0
    await line.close()


async def test_an_account_that_may_not_scan_sees_the_configured_locks_and_the_rule(
    kv: Redis, server: RedisServer
) -> None:
    kv.set("lock:a", "worker-1", px=3_000_000)
    kv.set("lock:b", "worker-1")
    rights = "-@all +getrange +pttl +type +client|setname +acl|whoami"
    _send(kv, "ACL", "SETUSER", "few", "on", ">pw12345", "~*", *rights.split())
    line = RedisConnection("kv", Secret(f"redis://few:pw12345@127.0.0.1:{server.port}/0"))
    snapshot = await RedisLocks(line, "lock:", [PLAN], FixedClock()).fetch()
    assert [lock.key for lock in snapshot.locks] == ["lock:a"]
    [note] = snapshot.notes
    assert note.startswith("not shown: locks that the configuration does not name")
    assert note.endswith("ACL SETUSER few +scan +info")
    await line.close()
