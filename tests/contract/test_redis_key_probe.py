from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest
from redis import Redis

from cockpit.adapters.redis_connection import RedisConnection
from cockpit.adapters.redis_key_probe import RedisKeyProbe
from cockpit.adapters.redis_reader import RedisReader
from cockpit.config.secrets import Secret
from cockpit.model.readings import SourceId, SourceKind
from cockpit.sandbox.redis_server import RedisServer
from tests.support.servers import running_redis

pytestmark = pytest.mark.anyio
HERE = SourceId(SourceKind.REDIS, "kv/beat")


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with running_redis() as running:
        yield running


@pytest.fixture
def admin(server: RedisServer) -> Iterator["Redis"]:  # noqa: UP037
    with Redis.from_url(server.url) as client:
        client.flushall()
        yield client


@pytest.fixture
async def reader(server: RedisServer) -> AsyncIterator[RedisReader]:
    connection = RedisConnection("kv", Secret(server.address("cockpit_observer")), 3.0)
    yield RedisReader(connection)
    await connection.close()


@pytest.mark.parametrize(
    ("command", "type_", "length"),
    [
        (("SET", "k", "hello"), "string", 5),
        (("RPUSH", "k", "a", "b"), "list", 2),
        (("SADD", "k", "a", "b", "c"), "set", 3),
        (("ZADD", "k", "1", "a"), "zset", 1),
        (("HSET", "k", "f", "v"), "hash", 1),
        (("XADD", "k", "*", "f", "v"), "stream", 1),
    ],
)
async def test_each_type_has_its_length_also_for_an_observer(
    admin: Redis, reader: RedisReader, command: tuple[str, ...], type_: str, length: int
) -> None:
    admin.execute_command(*command)  # type: ignore[no-untyped-call]
    found = await RedisKeyProbe(HERE, reader, "k", 3.0).fetch()
    assert (found.type, found.length, found.ttl) == (type_, length, None)
    assert found.idle is not None
    assert found.idle >= 0


async def test_a_key_that_is_not_there(admin: Redis, reader: RedisReader) -> None:
    found = await RedisKeyProbe(HERE, reader, "no:such key", 3.0).fetch()
    assert (found.type, found.length) == ("none", None)


@pytest.mark.parametrize(
    "text", ["2026-03-14T03:00:00Z", "1773457200", "1773457200000", '"2026-03-14T03:00:00.000000000Z"']
)
async def test_the_time_in_a_value(admin: Redis, reader: RedisReader, text: str) -> None:
    admin.set("beat", text, ex=100)
    found = await RedisKeyProbe(HERE, reader, "beat", 3.0).fetch()
    assert found.written_at == datetime(2026, 3, 14, 3, tzinfo=UTC)
    assert found.ttl is not None
    assert 90 < found.ttl <= 100


@pytest.mark.parametrize("text", ["hello", "42", "2026", "", "99999999999999999999", "2026-99-99T00:00:00"])
async def test_what_is_no_time(admin: Redis, reader: RedisReader, text: str) -> None:
    admin.set("beat", text)
    assert (await RedisKeyProbe(HERE, reader, "beat", 3.0).fetch()).written_at is None


async def test_an_evicting_server_does_not_tell_how_idle_a_key_is(admin: Redis, reader: RedisReader) -> None:
    admin.set("k", "v")
    admin.config_set("maxmemory-policy", "allkeys-lfu")
    try:
        assert (await RedisKeyProbe(HERE, reader, "k", 3.0).fetch()).idle is None
    finally:
        admin.config_set("maxmemory-policy", "noeviction")
