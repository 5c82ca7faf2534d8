"""What is particular to Redis over REST; what it shares with Redis' own protocol is in test_redis_locks."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest
from redis import Redis

from cockpit.adapters.redis_executor import RedisExecutor
from cockpit.adapters.redis_line import Refused
from cockpit.adapters.redis_locks import RedisLocks
from cockpit.adapters.redis_reader import RedisReader
from cockpit.adapters.redis_rest import RedisRest
from cockpit.config.secrets import Secret
from cockpit.model.errors import ConfigError, SourceError, SourceGarbled, SourceRefused, SourceUnreachable
from cockpit.model.identities import KeyIdentity
from cockpit.model.operations import DeleteKeys, RedisCommand
from cockpit.model.outcomes import OutcomeKind
from cockpit.sandbox.redis_server import RedisServer
from tests.support.clock import FixedClock
from tests.support.permits import permit_for
from tests.support.redis_rest import FULL, READ_ONLY, rest_endpoint
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


def answering(handler: Callable[[httpx.Request], httpx.Response]) -> RedisRest:
    """A line to a service that no test can have for real."""
    return RedisRest("kv", Secret("http://kv.test"), Secret("token-12345"), 1.0, httpx.MockTransport(handler))


@pytest.mark.parametrize("encodes", [True, False])
async def test_texts_come_through_whether_or_not_the_service_encodes_them(
    kv: Redis, server: RedisServer, *, encodes: bool
) -> None:
    kv.set("k", "grüße")
    kv.set("n", "7")
    kv.rpush("l", "OK", "b")
    with rest_endpoint(server, encodes=encodes) as endpoint:
        line = RedisRest("kv", Secret(f"{endpoint.url}/"), Secret(FULL))
        assert await line.send("GET", "k") == "grüße".encode()
        assert await line.send("GET", "none") is None
        assert await line.send("LRANGE", "l", 0, -1) == [b"OK", b"b"]
        got, wrong, number = await line.send_all([("GET", "n"), ("LPUSH", "n", "x"), ("STRLEN", "k")])
        assert (got, number) == (b"7", 7)
        assert isinstance(wrong, Refused)
        assert "WRONGTYPE" in wrong.said
        assert await line.send_all([]) == []
        await line.close()


async def test_a_token_that_only_reads_cannot_release_a_lock(kv: Redis, server: RedisServer) -> None:
    kv.set("lock:x", "v", ex=60)
    with rest_endpoint(server) as endpoint:
        line = RedisRest("kv", Secret(endpoint.url), Secret(READ_ONLY))
        assert (await RedisLocks(line, "lock:", [], FixedClock()).fetch()).lock("lock:x") is not None
        action = DeleteKeys((KeyIdentity("lock:x", b"v"),))
        outcome = await RedisExecutor(line, [], "lock:", FixedClock()).execute(permit_for(line.id, action))
        assert (outcome.kind, kv.get("lock:x")) == (OutcomeKind.FAILED, b"v")
        with pytest.raises(SourceRefused, match="read-only token"):
            await line.send("SET", "k", "v")
        await line.close()


async def test_a_wrong_token_is_named_and_never_shown(server: RedisServer) -> None:
    with rest_endpoint(server) as endpoint:
        line = RedisRest("kv", Secret(endpoint.url), Secret("wrong-token-777"))
        with pytest.raises(SourceRefused, match="refused the token") as raised:
            await RedisLocks(line, "lock:", [], FixedClock()).fetch()
        assert "wrong-token-777" not in str(raised.value)
        await line.close()


async def test_a_service_that_does_not_explain_its_commands_runs_only_reads_known_here() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if b"COMMAND" in request.content:
            return httpx.Response(400, json={"error": "ERR Command is not available: 'COMMAND'"})
        return httpx.Response(200, json={"result": "cockpit"})

    line = answering(handler)
    reader = RedisReader(line, frozenset({"GET", "OBJECT|ENCODING"}))
    assert (await reader.read(RedisCommand(("get", "k")), 1.0)).value == "cockpit"
    assert (await reader.read(RedisCommand(("OBJECT", "encoding", "k")), 1.0)).value == "cockpit"
    with pytest.raises(SourceRefused, match="no command that only reads"):
        await reader.read(RedisCommand(("SET", "k", "v")), 1.0)
    await line.close()


@pytest.mark.parametrize(
    ("response", "error"),
    [
        (httpx.Response(200, text="<html>hello</html>"), SourceGarbled),
        (httpx.Response(200, json=["surprise"]), SourceGarbled),
        (httpx.Response(302, headers={"location": "http://elsewhere"}), SourceGarbled),
        (httpx.Response(500, json={"error": "ERR token-12345 is \x1b[31mred"}), SourceRefused),
        (httpx.Response(200, content=b'{"result": "' + b"x" * 16_000_001 + b'"}'), SourceGarbled),
    ],
)
async def test_what_is_no_answer_of_such_a_service(response: httpx.Response, error: type[SourceError]) -> None:
    line = answering(lambda request: response)
    with pytest.raises(error) as raised:
        await line.send("GET", "k")
    assert "token-12345" not in str(raised.value)
    assert "\x1b" not in str(raised.value)
    with pytest.raises(error):
        await line.send_all([("GET", "k")])
    await line.close()


async def test_a_pipeline_that_is_refused_as_a_whole_or_cut_short() -> None:
    answers = [{"result": "cockpit"}, {"error": "ERR too long"}, [{"result": 1}]]
    line = answering(lambda request: httpx.Response(200, json=answers.pop(0)))
    with pytest.raises(SourceRefused, match="too long"):
        await line.send_all([("GET", "a")])
    with pytest.raises(SourceGarbled, match="each command"):
        await line.send_all([("GET", "a"), ("GET", "b")])
    await line.close()


async def test_nobody_there_and_nobody_answering() -> None:
    nobody = RedisRest("kv", Secret("http://127.0.0.1:1"), Secret("token-12345"), 1.0)
    with pytest.raises(SourceUnreachable, match="connection refused"):
        await nobody.send("PING")
    await nobody.close()


async def test_a_word_that_is_no_text_is_refused_before_it_is_sent(server: RedisServer) -> None:
    with rest_endpoint(server) as endpoint:
        line = RedisRest("kv", Secret(endpoint.url), Secret(FULL))
        with pytest.raises(SourceRefused, match="no UTF-8"):
            await line.send("GET", b"\xff")
        await line.close()


def test_an_address_that_is_none() -> None:
    with pytest.raises(ConfigError, match="no web address"):
        RedisRest("kv", Secret("redis://x"), Secret("t"))
