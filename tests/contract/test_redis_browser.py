from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from redis import Redis

from cockpit.adapters.redis_browser import LARGE, PAGE, RedisBrowser
from cockpit.adapters.redis_connection import RedisConnection
from cockpit.adapters.redis_line import RedisLine
from cockpit.adapters.redis_rest import RedisRest
from cockpit.config.secrets import Secret
from cockpit.model.keys import KeyPreview, key_bytes
from cockpit.sandbox.redis_server import RedisServer
from tests.support.redis_rest import READ_ONLY, rest_endpoint
from tests.support.servers import running_redis

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with running_redis() as running:
        yield running


@pytest.fixture
def kv(server: RedisServer) -> Iterator[Redis]:
    with Redis.from_url(server.url) as client:
        client.flushall()
        yield client


@pytest.fixture(params=["native", "rest"])
async def line(request: pytest.FixtureRequest, server: RedisServer) -> RedisLine:
    if request.param == "rest":
        endpoint = request.getfixturevalue("endpoint")
        return RedisRest("kv", Secret(endpoint), Secret(READ_ONLY))
    return RedisConnection("kv", Secret(server.address("cockpit_observer")))


@pytest.fixture(scope="module")
def endpoint(server: RedisServer) -> Iterator[str]:
    with rest_endpoint(server) as running:
        yield running.url


async def looked_at(line: RedisLine, name: str) -> KeyPreview:
    found = await RedisBrowser(line).preview(name)
    assert found is not None
    return found


async def test_a_page_tells_type_time_memory_and_encoding(kv: Redis, line: RedisLine) -> None:
    kv.set("user:1", "x", ex=100)
    kv.hset("user:2", "f", "v")
    kv.set("other", "x")
    page = await RedisBrowser(line).page("user:*", 0)
    found = {entry.name: entry for entry in page.entries}
    assert set(found) == {"user:1", "user:2"}
    assert (found["user:1"].type, found["user:1"].encoding) == ("string", "embstr")
    assert found["user:1"].ttl == pytest.approx(100, abs=2)
    assert (found["user:2"].type, found["user:2"].ttl) == ("hash", None)
    assert found["user:2"].memory
    assert (page.cursor, page.stopped, page.total, page.notes) == (0, "", 3, ())
    only = await RedisBrowser(line).page("user:*", 0, "hash")
    assert [entry.name for entry in only.entries] == ["user:2"]
    await line.close()


async def test_many_keys_come_in_pages_that_together_are_all(kv: Redis, line: RedisLine) -> None:
    kv.mset({f"many:{number}": "x" for number in range(5_000)})
    browser, names, cursor, pages = RedisBrowser(line), set[str](), 0, 0
    while True:
        page = await browser.page("many:*", cursor)
        pages += 1
        assert len(page.entries) < 2 * PAGE + 100
        names |= {entry.name for entry in page.entries}
        cursor = page.cursor
        if cursor == 0:
            break
        assert page.stopped == "count"
    assert len(names) == 5_000
    assert pages >= 3
    await line.close()


async def test_a_page_ends_when_its_time_is_over(kv: Redis, line: RedisLine, monkeypatch: pytest.MonkeyPatch) -> None:
    kv.mset({f"rest:{number}": "x" for number in range(3_000)})
    monkeypatch.setattr("cockpit.adapters.redis_browser.BUDGET", -1.0)
    page = await RedisBrowser(line).page("nothing:*", 0)
    assert (page.stopped, page.entries) == ("time", ())
    assert 0 < page.looked < 3_000
    assert page.cursor != 0
    await line.close()


async def test_each_type_is_previewed(kv: Redis, line: RedisLine) -> None:
    kv.set("json", '{"a":[1,2]}')
    kv.set("text", "first\nsecond \x1b[31mred")
    kv.rpush("list", *[f"e{number}" for number in range(150)])
    kv.sadd("set", "m1", "m2")
    kv.zadd("zset", {"low": 1, "high": 2.5})
    kv.hset("hash", mapping={"name": "ada", "x": "1"})
    kv.xadd("stream", {"a": "1"}, id="5-1")
    kv.xadd("stream", {"b": "2"}, id="6-1")
    assert (await looked_at(line, "json")).lines == tuple(json.dumps({"a": [1, 2]}, indent=2).split("\n"))
    assert (await looked_at(line, "text")).lines == ("first", "second red")
    head = await looked_at(line, "list")
    assert (head.length, head.cut, head.unit, head.lines[99]) == (150, 50, "elements", "  99  e99")
    assert sorted((await looked_at(line, "set")).lines) == ["m1", "m2"]
    assert [part.split() for part in (await looked_at(line, "zset")).lines] == [["1", "low"], ["2.5", "high"]]
    assert sorted((await looked_at(line, "hash")).lines) == ["name  ada", "x     1"]
    assert (await looked_at(line, "stream")).lines == ("6-1  b=2", "5-1  a=1")
    assert await RedisBrowser(line).preview("none") is None
    await line.close()


async def test_large_and_binary_values_are_bounded(kv: Redis, line: RedisLine) -> None:
    kv.set("large", "ü" * 100_000)
    kv.set("bytes", bytes(range(256)) * 20)
    kv.set("broken", '{"a":')
    kv.set("long", "x" * 5)
    large = await looked_at(line, "large")
    assert (large.length, large.cut, large.unit) == (200_000, 200_000 - 65_536, "bytes")
    binary = await looked_at(line, "bytes")
    assert binary.lines[0].startswith("00000000  00 01 02")
    assert binary.lines[4].endswith("@ABCDEFGHIJKLMNO")
    assert binary.cut == 256 * 20 - 2_048
    assert (await looked_at(line, "broken")).lines == ('{"a":',)
    await line.close()


async def test_a_key_whose_name_is_no_text_is_shown_and_found_again(kv: Redis, server: RedisServer) -> None:
    kv.set(b"bin:\xff\x00", "v")
    line = RedisConnection("kv", Secret(server.address("cockpit_observer")))
    [entry] = (await RedisBrowser(line).page("bin:*", 0)).entries
    assert (key_bytes(entry.name), entry.shown) == (b"bin:\xff\x00", "bin:\\xff")
    assert (await looked_at(line, entry.name)).lines == ("v",)
    await line.close()


async def test_what_an_account_may_not_ask_is_said_once_with_the_rule(kv: Redis, server: RedisServer) -> None:
    rights = "-@all +scan +type +pttl +get +strlen +getrange +acl|whoami +client|setname"
    kv.execute_command("ACL", "SETUSER", "few", "on", ">pw12345", "~*", *rights.split())  # type: ignore[no-untyped-call]
    kv.set("k", "v")
    line = RedisConnection("kv", Secret(f"redis://few:pw12345@127.0.0.1:{server.port}/0"))
    page = await RedisBrowser(line).page("*", 0)
    said = (
        "not shown: the memory of keys, the encoding of keys; to see it, ACL SETUSER few +memory|usage +object|encoding"
    )
    assert page.notes == (said,)
    assert [(e.name, e.type, e.memory, e.encoding) for e in page.entries] == [("k", "string", None, "")]
    assert page.total is None
    assert (await looked_at(line, "k")).lines == ("v",)
    await line.close()


async def test_a_value_of_many_megabytes_is_not_looked_into(
    kv: Redis, line: RedisLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert LARGE > 1_000_000
    monkeypatch.setattr("cockpit.adapters.redis_browser.LARGE", 100)
    kv.rpush("list", *["x" * 50] * 20)
    assert (await looked_at(line, "list")).lines == ("too large to be looked into unasked",)
    await line.close()
