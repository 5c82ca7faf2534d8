from __future__ import annotations

import asyncio
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from redis import Redis

from cockpit.adapters.redis_connection import RedisConnection
from cockpit.adapters.redis_executor import RedisExecutor
from cockpit.adapters.redis_line import RedisLine
from cockpit.adapters.redis_locks import RedisLocks
from cockpit.adapters.redis_reader import RedisReader
from cockpit.adapters.redis_rest import RedisRest
from cockpit.config.secrets import Secret
from cockpit.model.command_info import CommandInfo
from cockpit.model.errors import ConfigError, SourceRefused, SourceUnreachable
from cockpit.model.identities import EndpointIdentity, KeyIdentity, KeysIdentity
from cockpit.model.locks import AgeBasis, JobPlan, LockState
from cockpit.model.operations import DeleteKeys, Operation, RedisCommand
from cockpit.model.outcomes import OutcomeKind
from cockpit.model.risk import Risk
from cockpit.runbook import redis_commands
from cockpit.runbook.redis_risk import command_names, judge_redis, redis_risk
from cockpit.sandbox.redis_server import RedisServer
from tests.support.awaiting import until
from tests.support.clock import FixedClock
from tests.support.fault_line import fault_line
from tests.support.permits import permit_for
from tests.support.redis_rest import FULL, Endpoint, rest_endpoint
from tests.support.servers import running_redis

pytestmark = pytest.mark.anyio
PLAN = JobPlan("recalculate", "lock:cron:recalculate", every=300.0, lock_ttl=7200.0, max_run=3600.0)


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    with running_redis() as running:
        yield running


@pytest.fixture
def kv(server: RedisServer) -> Iterator[Redis]:
    with Redis.from_url(server.url) as client:
        client.flushall()
        yield client


@pytest.fixture(scope="module")
def endpoint(server: RedisServer) -> Iterator[Endpoint]:
    with rest_endpoint(server) as running:
        yield running


@pytest.fixture(params=["native", "rest"])
async def connection(request: pytest.FixtureRequest, server: RedisServer, endpoint: Endpoint) -> RedisLine:
    if request.param == "rest":
        return RedisRest("kv", Secret(endpoint.url), Secret(FULL))
    return RedisConnection("kv", Secret(server.address("cockpit_operator")))


def locks(connection: RedisLine, **options: object) -> RedisLocks:
    return RedisLocks(connection, "lock:", [PLAN], FixedClock(), **options)  # type: ignore[arg-type]


def executor(connection: RedisLine) -> RedisExecutor:
    return RedisExecutor(connection, [PLAN], "lock:", FixedClock())


async def run(connection: RedisLine, operation: Operation):  # type: ignore[no-untyped-def]
    return await executor(connection).execute(permit_for(connection.id, operation))


async def test_a_stale_lock_with_owner_ttl_and_age(kv: Redis, connection: RedisLine) -> None:
    kv.set("lock:cron:recalculate", "worker-1:8821", px=3_000_000)
    (lock,) = (await locks(connection).fetch()).locks
    assert (lock.owner, lock.raw_value, lock.state) == ("worker-1:8821", b"worker-1:8821", LockState.STALE)
    assert lock.ttl == pytest.approx(3000, abs=5)
    assert lock.age == pytest.approx(4200, abs=5)
    assert lock.age_basis is AgeBasis.TTL
    await connection.close()


async def test_a_configured_lock_is_shown_while_it_is_free(kv: Redis, connection: RedisLine) -> None:
    (lock,) = (await locks(connection).fetch()).locks
    assert (lock.key, lock.state, lock.raw_value) == (PLAN.lock, LockState.FREE, None)
    await connection.close()


async def test_what_else_can_be_said_of_a_lock(kv: Redis, connection: RedisLine) -> None:
    kv.set("lock:forever", "someone")
    kv.set("lock:dated", "host 2026-03-14T02:00:00Z", ex=9_000)
    kv.set("lock:dead", "worker-9:1", ex=60)
    kv.hset("lock:hash", "owner", "x")
    kv.set("lock:hostile", b"\x1b]52;c;aGk=\x07evil\xff", ex=60)
    kv.set("other:key", "x")
    source = locks(connection, owner_alive=lambda owner: False if owner == "worker-9:1" else None)
    snapshot = await source.fetch()
    found = {lock.key: lock for lock in snapshot.locks}
    assert found["lock:forever"].state is LockState.NO_EXPIRY
    assert (found["lock:dated"].age, found["lock:dated"].age_basis) == (3600.0, AgeBasis.VALUE)
    assert found["lock:dead"].state is LockState.ORPHANED
    assert found["lock:hash"].owner == "(hash)"
    assert found["lock:hostile"].owner == "evil\ufffd"
    assert "other:key" not in found
    assert source.server
    await source.close()


async def test_bytes_that_are_no_text_survive(kv: Redis, connection: RedisLine) -> None:
    kv.set("lock:bytes", b"\xff\x00\xfe")
    kv.set("lock:large", b"x" * 100_000)
    kv.zadd("lock:set", {"a": 1})
    prepared = await executor(connection).prepare(RedisCommand(("DEL", "lock:*")))
    assert await executor(connection).identify(prepared.operation) == prepared.identity
    assert (await locks(connection).fetch()).lock("lock:bytes").raw_value == b"\xff\x00\xfe"  # type: ignore[union-attr]
    kv.append("lock:large", "y")
    outcome = await run(connection, prepared.operation)
    assert (outcome.reason, kv.keys("*")) == ("deleted 2 of 3 keys.", [b"lock:large"])
    await connection.close()


async def test_the_prefix_is_no_pattern(kv: Redis, connection: RedisLine) -> None:
    kv.set("a*b:1", "x")
    kv.set("axb:1", "x")
    snapshot = await RedisLocks(connection, "a*b:", [], FixedClock()).fetch()
    assert [lock.key for lock in snapshot.locks] == ["a*b:1"]
    await connection.close()


async def test_a_restart_shows_as_another_server(connection: RedisLine, server: RedisServer) -> None:
    with running_redis() as other:
        elsewhere = RedisConnection("kv", Secret(other.url))
        here, there = locks(connection), locks(elsewhere)
        await here.fetch()
        await there.fetch()
        assert here.server != there.server
        await elsewhere.close()
    await connection.close()


@pytest.mark.parametrize(
    ("command", "lines", "value"),
    [
        (("GET", "k"), ('"v"',), "v"),
        (("get", "nothing"), ("(nil)",), None),
        (("TTL", "k"), ("(integer) -1",), -1),
        (("LRANGE", "list", "0", "-1"), ('1) "a"', '2) "b"'), ["a", "b"]),
        (("KEYS", "*"), ('1) "k"', '2) "list"'), ["k", "list"]),
        (("SMEMBERS", "none"), ("(empty array)",), []),
        (("OBJECT", "ENCODING", "k"), ('"embstr"',), "embstr"),
        (("PING",), ('"PONG"',), "PONG"),
    ],
)
async def test_reads(
    kv: Redis, connection: RedisLine, command: tuple[str, ...], lines: tuple[str, ...], value: object
) -> None:
    kv.set("k", "v")
    kv.rpush("list", "a", "b")
    answer = await RedisReader(connection).read(RedisCommand(command), 3.0)
    assert (answer.lines, answer.value) == (lines, value)
    await connection.close()


@pytest.mark.parametrize(
    "command",
    [
        ("SET", "k", "v"),
        ("DEL", "k"),
        ("FLUSHALL",),
        ("MONITOR",),
        ("DEBUG", "SLEEP", "1"),
        ("EVAL", "return 1", "0"),
        ("BLPOP", "k", "1"),
        ("CONFIG", "SET", "a", "b"),
        ("SORT", "k", "STORE", "x"),
        ("GETDEL", "k"),
        ("NONSENSE",),
        ("CLIENT", "KILL", "x"),
    ],
)
async def test_what_is_no_read_is_not_run(kv: Redis, connection: RedisLine, command: tuple[str, ...]) -> None:
    kv.set("k", "v")
    with pytest.raises(SourceRefused):
        await RedisReader(connection).read(RedisCommand(command), 3.0)
    assert kv.get("k") == b"v"
    await connection.close()


async def test_a_lock_is_released_with_its_facts_shown(kv: Redis, connection: RedisLine) -> None:
    kv.set(PLAN.lock, "worker-1:8821", px=3_000_000)
    prepared = await executor(connection).prepare(RedisCommand(("DEL", PLAN.lock)))
    facts = {fact.label: fact.value for fact in prepared.preview.facts}
    assert (prepared.preview.effect, prepared.target) == ("will delete 1 key", PLAN.lock)
    assert facts["owner"] == "worker-1:8821"
    assert facts["ttl"].startswith(("49m", "50m"))
    assert facts["age"].startswith("held for 1h1")
    assert await executor(connection).identify(prepared.operation) == prepared.identity
    outcome = await run(connection, prepared.operation)
    assert (outcome.kind, kv.exists(PLAN.lock)) == (OutcomeKind.SUCCEEDED, 0)
    await connection.close()


@pytest.mark.parametrize(("alive", "said"), [(True, True), (False, False), (None, False)])
async def test_a_lock_whose_owner_lives_is_not_offered_without_saying_so(
    kv: Redis, connection: RedisLine, alive: bool | None, said: bool
) -> None:
    kv.set(PLAN.lock, "worker-1:8821", px=3_000_000)
    careful = RedisExecutor(connection, [PLAN], "lock:", FixedClock(), lambda owner: alive)
    prepared = await careful.prepare(RedisCommand(("DEL", PLAN.lock)))
    facts = {fact.label: fact.value for fact in prepared.preview.facts}
    assert (facts.get("owner lives") == "its run goes on, and the next would go beside it") is said
    await connection.close()


async def test_a_lock_that_changed_hands_stays(kv: Redis, connection: RedisLine) -> None:
    kv.set(PLAN.lock, "worker-1:8821")
    prepared = await executor(connection).prepare(RedisCommand(("DEL", PLAN.lock)))
    kv.set(PLAN.lock, "worker-2:9")
    assert await executor(connection).identify(prepared.operation) == KeyIdentity(PLAN.lock, b"worker-2:9")
    with pytest.raises(SourceRefused, match="changed hands"):
        await executor(connection).prepare(prepared.operation)
    outcome = await run(connection, prepared.operation)
    assert (outcome.kind, kv.get(PLAN.lock)) == (OutcomeKind.REFUSED, b"worker-2:9")
    assert 'holds "worker-2:9" now' in outcome.reason
    await connection.close()


async def test_a_lock_that_is_gone_is_said_to_be_gone(kv: Redis, connection: RedisLine) -> None:
    gone = DeleteKeys((KeyIdentity("lock:x", b"v"),))
    assert await executor(connection).identify(gone) is None
    with pytest.raises(SourceRefused, match="is gone"):
        await executor(connection).prepare(gone)
    assert (await run(connection, gone)).kind is OutcomeKind.REFUSED
    with pytest.raises(SourceRefused, match="nothing matches"):
        await executor(connection).prepare(RedisCommand(("DEL", "lock:x")))
    await connection.close()


async def test_a_glob_is_expanded_and_only_unchanged_keys_go(kv: Redis, connection: RedisLine) -> None:
    kv.mset({"flag:version:a": "1", "flag:version:b": "2", "flag:other": "3"})
    kv.hset("flag:version:h", "f", "1")
    prepared = await executor(connection).prepare(RedisCommand(("DEL", "flag:version:*")))
    assert isinstance(prepared.identity, KeysIdentity)
    assert (prepared.preview.count, prepared.target) == (3, "3 keys")
    kv.set("flag:version:b", "changed")
    outcome = await run(connection, prepared.operation)
    assert outcome.kind is OutcomeKind.REFUSED
    assert outcome.reason == "deleted 2 of 3 keys."
    assert kv.mget("flag:version:a", "flag:version:b", "flag:other") == [None, b"changed", b"3"]
    await connection.close()


async def test_an_escaped_star_is_a_star(kv: Redis, connection: RedisLine) -> None:
    kv.mset({"flag:*": "1", "flag:a": "2", "other:x*": "3"})
    prepared = await executor(connection).prepare(RedisCommand(("DEL", r"flag:\*")))
    assert prepared.identity == KeyIdentity("flag:*", b"1")
    mixed = await executor(connection).prepare(RedisCommand(("DEL", r"*:x\*")))
    assert mixed.identity == KeyIdentity("other:x*", b"3")
    await connection.close()


async def test_other_changes_show_the_key_and_are_sent_once(kv: Redis, connection: RedisLine) -> None:
    kv.set("counter", "1")
    command = RedisCommand(("INCR", "counter"))
    prepared = await executor(connection).prepare(command)
    assert prepared.identity == KeyIdentity("counter", b"1")
    assert await executor(connection).identify(command) == prepared.identity
    outcome = await run(connection, command)
    assert (outcome.kind, kv.get("counter")) == (OutcomeKind.SUCCEEDED, b"2")
    failed = await run(connection, RedisCommand(("LPUSH", "counter", "x")))
    assert failed.kind is OutcomeKind.FAILED
    new = await executor(connection).prepare(RedisCommand(("SET", "new", "1")))
    assert "does not exist yet" in new.preview.effect
    await connection.close()


async def test_dropping_everything_says_how_much_and_which_locks(kv: Redis, connection: RedisLine) -> None:
    kv.mset({"a": "1", "lock:x": "1"})
    prepared = await executor(connection).prepare(RedisCommand(("FLUSHDB",)))
    assert prepared.preview.effect == "FLUSHDB drops all 2 keys, 1 lock among them"
    assert isinstance(prepared.identity, EndpointIdentity)
    plain = await executor(connection).prepare(RedisCommand(("SCRIPT", "FLUSH")))
    assert plain.preview.effect == "no preview exists for this kind"
    await connection.close()


async def test_an_answer_that_is_lost_leaves_the_outcome_unknown(kv: Redis, server: RedisServer) -> None:
    kv.set(PLAN.lock, "v")
    hasty = RedisConnection("kv", Secret(server.address("cockpit_operator")))
    operation = DeleteKeys((KeyIdentity(PLAN.lock, b"v"),))
    kv.client_pause(1_500, all=False)
    granted = permit_for(hasty.id, operation, timeout=0.3)
    outcome = await executor(hasty).execute(granted)
    assert outcome.kind is OutcomeKind.UNKNOWN
    kv.client_unpause()
    await hasty.close()


async def test_a_line_that_is_cut_in_the_middle_leaves_the_outcome_unknown(kv: Redis, server: RedisServer) -> None:
    kv.set(PLAN.lock, "v")
    address = urlsplit(server.address("cockpit_operator"))
    with fault_line(("127.0.0.1", address.port or 0)) as line:
        through = address._replace(netloc=address.netloc.replace(f":{address.port}", f":{line.port}"))
        remote = RedisConnection("kv", Secret(through.geturl()))
        kv.client_pause(10_000, all=False)
        doing = asyncio.create_task(run(remote, DeleteKeys((KeyIdentity(PLAN.lock, b"v"),))))
        await until(lambda: any(client["flags"] == "b" for client in kv.client_list()), what="the deletion to wait")
        line.cut()
        outcome = await doing
        await remote.close()
    kv.client_unpause()
    assert outcome.kind is OutcomeKind.UNKNOWN
    assert "after the request had left" in outcome.reason


async def test_the_observer_is_refused_by_the_server_itself(kv: Redis, server: RedisServer) -> None:
    kv.set(PLAN.lock, "v", ex=60)
    observer = RedisConnection("kv", Secret(server.address("cockpit_observer")))
    assert (await locks(observer).fetch()).lock(PLAN.lock) is not None
    outcome = await run(observer, DeleteKeys((KeyIdentity(PLAN.lock, b"v"),)))
    assert (outcome.kind, kv.get(PLAN.lock)) == (OutcomeKind.FAILED, b"v")
    await observer.close()


async def test_trouble_is_named_without_the_password(server: RedisServer) -> None:
    nobody = RedisConnection("kv", Secret("redis://u:hunter2secret@127.0.0.1:1/0"), 1.0)
    with pytest.raises(SourceUnreachable) as raised:
        await locks(nobody).fetch()
    assert "hunter2secret" not in str(raised.value)
    place = server.url.rpartition("@")[2]
    stranger = RedisConnection("kv", Secret(f"redis://cockpit_operator:hunter2secret@{place}"), 1.0)
    with pytest.raises(SourceRefused, match="refused the login") as refused:
        await locks(stranger).fetch()
    assert "hunter2secret" not in str(refused.value)
    with pytest.raises(ConfigError, match="is no Redis URL"):
        RedisConnection("kv", Secret("http://x"))
    failed = await executor(nobody).execute(permit_for(nobody.id, RedisCommand(("INCR", "x"))))
    assert (failed.kind, failed.reason.startswith("nothing was sent")) == (OutcomeKind.FAILED, True)
    await nobody.close()
    await stranger.close()


async def test_only_redis_commands_are_taken(connection: RedisLine) -> None:
    from cockpit.model.operations import SqlStatement

    with pytest.raises(SourceRefused):
        await executor(connection).prepare(SqlStatement("SELECT 1"))
    assert await executor(connection).identify(SqlStatement("SELECT 1")) is None
    assert (await run(connection, SqlStatement("SELECT 1"))).kind is OutcomeKind.REFUSED
    await connection.close()


@pytest.mark.parametrize(
    ("text", "risk"),
    [
        ("OBJECT HELP", Risk.READ),
        ("LCS a b", Risk.READ),
        ("DEL a", Risk.CHANGE),
        ("FLUSHALL", Risk.HIGH),
        ("WIPE_IT_ALL", Risk.UNKNOWN),
    ],
)
async def test_the_server_is_asked_what_its_commands_do(connection: RedisLine, text: str, risk: Risk) -> None:
    reader = RedisReader(connection)
    assert judge_redis(text, await reader.command_info(command_names(text))).risk is risk
    await connection.close()


async def test_what_the_real_server_says_fits_the_shipped_table(connection: RedisLine) -> None:
    reader = RedisReader(connection)
    names = sorted(redis_commands.READS | redis_commands.CHANGES | set(redis_commands.HIGH))
    known = await reader.command_info(names)
    assert known["GET"] == CommandInfo("GET", frozenset({"readonly", "fast"}), frozenset({"read", "string", "fast"}), 1)
    assert "dangerous" in known["FLUSHALL"].categories
    assert "NOBODY" not in await reader.command_info(["NOBODY"])
    writing_reads = [name for name in redis_commands.READS if name in known and "write" in known[name].flags]
    assert writing_reads == []
    # A command under another name: the server's word alone must see what it is.
    assert redis_risk(["WIPE"], known["FLUSHALL"]).risk is Risk.HIGH
    assert redis_risk(["WALK", "*"], known["KEYS"]).risk is Risk.HIGH
    assert redis_risk(["PEEK", "a"], known["GET"]).risk is Risk.READ
    lowered = {
        name: info.flags
        for name, info in known.items()
        if name in redis_commands.CHANGES and "write" in info.flags and redis_risk(["RENAMED"], info).risk is Risk.READ
    }
    assert lowered == {}
    await connection.close()
