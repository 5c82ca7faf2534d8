"""What `cockpit doctor --observer` finds out on real servers, and that what it advises closes the gaps."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from redis import Redis
from redis.exceptions import AuthenticationError

from cockpit.adapters.docker_engine import DockerEngine
from cockpit.adapters.docker_observer import docker_rights
from cockpit.adapters.postgres_observer import postgres_rights
from cockpit.adapters.redis_connection import RedisConnection
from cockpit.adapters.redis_observer import redis_rights
from cockpit.adapters.redis_rest import RedisRest
from cockpit.config.observer import DOCKER_PROXY, OBSERVER_ACL, OBSERVER_ROLE, OBSERVER_SQL, REDIS_RULES
from cockpit.config.secrets import Secret
from cockpit.model.rights import Right, Wall
from cockpit.sandbox import redis_server
from cockpit.sandbox.postgres_server import PostgresServer
from cockpit.sandbox.redis_server import RedisServer
from tests.contract.test_redis_versions import PROGRAMS
from tests.support.docker import client_or_skip
from tests.support.nginx import running_proxy
from tests.support.postgres import connection_to, running_version
from tests.support.redis_rest import FULL, READ_ONLY, rest_endpoint
from tests.support.relay import relay_unix
from tests.support.servers import running_redis

pytestmark = pytest.mark.anyio

OPEN = {"NOTIFY, its own password and settings"}
"""What PostgreSQL lets every role do."""


@pytest.fixture(scope="module", params=["bundled", "15", "13"])
def server(request: pytest.FixtureRequest) -> Iterator[PostgresServer]:
    """A database as a service has it, and the observer that the cockpit advises."""
    with running_version(request.param) as server:
        with psycopg.connect(server.url, autocommit=True) as admin:
            admin.execute("CREATE TABLE orders (id serial PRIMARY KEY, total int)")
            admin.execute("CREATE TABLE people (id int, name text)")
            admin.execute("CREATE ROLE writers NOLOGIN")
            admin.execute("GRANT INSERT, DELETE ON orders TO writers")
            admin.execute("GRANT USAGE ON SEQUENCE orders_id_seq TO writers")
            admin.execute(OBSERVER_SQL.encode())
            admin.execute(f"ALTER ROLE {OBSERVER_ROLE} PASSWORD 'observer'".encode())
        yield server


async def asked(server: PostgresServer, role: str = OBSERVER_ROLE, password: str = "observer") -> dict[str, Right]:
    connection = connection_to(server.address(role, password, "postgres"))
    try:
        return {right.change: right for right in await postgres_rights(connection, 20.0)}
    finally:
        await connection.close()


@contextlib.contextmanager
def granted(server: PostgresServer, *statements: str, undo: tuple[str, ...] = ()) -> Iterator[None]:
    with psycopg.connect(server.url, autocommit=True) as admin:
        for statement in statements:
            admin.execute(statement.encode())
        try:
            yield
        finally:
            for statement in undo:
                admin.execute(statement.encode())


async def test_the_advised_role_is_stopped_by_the_server(server: PostgresServer) -> None:
    rights = await asked(server)
    assert [right for right in rights.values() if not right.well] == []
    assert {change for change, right in rights.items() if right.wall is not Wall.SERVER} == OPEN
    with psycopg.connect(server.address(OBSERVER_ROLE, "observer", "postgres"), autocommit=True) as observer:
        observer.execute("SET default_transaction_read_only = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            observer.execute("DELETE FROM orders")


GAPS = [
    ("change rows", "GRANT UPDATE, TRUNCATE ON orders TO cockpit_observer", "TRUNCATE, UPDATE on public.orders"),
    ("change rows", "GRANT UPDATE (name) ON people TO cockpit_observer", "UPDATE on public.people"),
    ("change rows", "GRANT INSERT ON ALL TABLES IN SCHEMA public TO PUBLIC", "2 tables of schema public"),
    ("change rows", "GRANT writers TO cockpit_observer", "DELETE, INSERT on public.orders"),
    ("move sequences", "GRANT UPDATE ON SEQUENCE orders_id_seq TO cockpit_observer", "public.orders_id_seq"),
    ("create objects", "GRANT CREATE ON SCHEMA public TO PUBLIC", "CREATE in schema public"),
    ("create objects", "GRANT TEMPORARY ON DATABASE postgres TO cockpit_observer", "TEMPORARY in database postgres"),
    ("manage roles, act at large", "ALTER ROLE cockpit_observer CREATEROLE", "has CREATEROLE"),
    ("signal sessions", "GRANT pg_signal_backend TO cockpit_observer", "a member of pg_signal_backend"),
    ("files and programs of the server", "GRANT pg_read_server_files TO cockpit_observer", "pg_read_server_files"),
    (
        "act in a READ ONLY transaction",
        "GRANT EXECUTE ON FUNCTION pg_notify(text, text) TO PUBLIC",
        "may call pg_notify(text,text)",
    ),
    (
        "begin a transaction that writes",
        "ALTER ROLE cockpit_observer RESET default_transaction_read_only",
        "default_transaction_read_only is off",
    ),
]


@pytest.mark.parametrize(("change", "gap", "words"), GAPS, ids=[gap for _, gap, _ in GAPS])
async def test_each_gap_is_found_and_its_remedy_closes_it(
    server: PostgresServer, change: str, gap: str, words: str
) -> None:
    with granted(server, gap):
        right = (await asked(server))[change]
        assert right.wall is Wall.COCKPIT
        assert words in right.found
        with psycopg.connect(server.url, autocommit=True) as admin:
            for statement in right.remedy.splitlines():
                admin.execute(statement.encode())
        assert [right for right in (await asked(server)).values() if not right.well] == []


async def test_all_data_may_be_written_by_one_membership(server: PostgresServer) -> None:
    with psycopg.connect(server.url) as admin:
        if admin.info.server_version < 140_000:
            pytest.skip("pg_write_all_data came with PostgreSQL 14")
    revoke = "REVOKE pg_write_all_data FROM cockpit_observer"
    with granted(server, "GRANT pg_write_all_data TO cockpit_observer", undo=(revoke,)):
        rights = await asked(server)
    assert "is a member of pg_write_all_data" in rights["manage roles, act at large"].found
    assert rights["change rows"].remedy == revoke


async def test_a_role_that_inherits_nothing_may_still_act_as_another(server: PostgresServer) -> None:
    undo = (f"ALTER ROLE {OBSERVER_ROLE} INHERIT", f"REVOKE writers FROM {OBSERVER_ROLE}")
    with granted(server, f"ALTER ROLE {OBSERVER_ROLE} NOINHERIT", f"GRANT writers TO {OBSERVER_ROLE}", undo=undo):
        right = (await asked(server))["change rows"]
    assert (right.wall, right.remedy) == (Wall.COCKPIT, f"REVOKE writers FROM {OBSERVER_ROLE}")


async def test_a_function_of_another_role_and_a_table_of_its_own(server: PostgresServer) -> None:
    made = (
        "CREATE FUNCTION wipe() RETURNS void LANGUAGE sql SECURITY DEFINER AS 'DELETE FROM orders'",
        "CREATE TABLE mine (a int)",
        f"ALTER TABLE mine OWNER TO {OBSERVER_ROLE}",
    )
    with granted(server, *made, undo=("DROP FUNCTION wipe()", "DROP TABLE mine")):
        rights = await asked(server)
    assert rights["act in a READ ONLY transaction"].found == "may act as another role by wipe()"
    assert rights["act in a READ ONLY transaction"].remedy == "REVOKE EXECUTE ON FUNCTION wipe() FROM PUBLIC"
    assert rights["change rows"].found == "owns public.mine"


async def test_a_superuser_is_stopped_by_nothing(server: PostgresServer) -> None:
    connection = connection_to(server.url)
    [right] = await postgres_rights(connection, 20.0)
    await connection.close()
    assert (right.change, right.wall, right.well) == ("everything", Wall.NONE, False)


@pytest.fixture(scope="module", params=PROGRAMS)
def kv(request: pytest.FixtureRequest) -> Iterator[RedisServer]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(redis_server, "find_program", lambda: request.param)
        with running_redis() as running:
            yield running


async def asked_redis(kv: RedisServer, user: str, rules: str) -> dict[str, Right]:
    """What the doctor says of an account with these rules; proves that it wrote nothing."""
    with Redis.from_url(kv.url, protocol=2) as admin:
        admin.execute_command("ACL", "SETUSER", user, "reset", "on", ">pw", "~*", *rules.split())
        admin.set("kept", "1")
        dirty = admin.info("persistence")["rdb_changes_since_last_save"]
        line = RedisConnection("kv", Secret(f"redis://{user}:pw@127.0.0.1:{kv.port}/0"))
        try:
            return {right.change: right for right in await redis_rights(line)}
        finally:
            await line.close()
            assert admin.info("persistence")["rdb_changes_since_last_save"] == dirty
            assert admin.dbsize() == 1


ALL = {"change keys", "administer the server", "run scripts", "publish"}
ACCOUNTS = [
    ("advised", REDIS_RULES, set[str](), "is refused GETEX and BITFIELD"),
    ("told", f"{REDIS_RULES} +acl|getuser", set[str](), "may run no such command (by ACL GETUSER)"),
    ("everything", "+@all", ALL, "by ACL GETUSER"),
    ("writer", f"{REDIS_RULES} +@write", {"change keys"}, "is not refused GETEX and BITFIELD"),
    ("setter", f"{REDIS_RULES} +set +acl|getuser", {"change keys"}, "may run SET (by ACL GETUSER)"),
    ("keeper", f"{REDIS_RULES} +config|set +acl|getuser", {"administer the server"}, "CONFIG"),
    ("scripts", f"{REDIS_RULES} +@scripting", {"run scripts"}, "is not refused SCRIPT EXISTS"),
]


@pytest.mark.parametrize(("user", "rules", "gaps", "words"), ACCOUNTS, ids=[account[0] for account in ACCOUNTS])
async def test_an_account_of_redis_is_asked_without_a_write(
    kv: RedisServer, user: str, rules: str, gaps: set[str], words: str
) -> None:
    rights = await asked_redis(kv, user, rules)
    assert set(rights) == ALL
    assert {change for change, right in rights.items() if not right.well} == gaps
    told = rights[next(iter(sorted(gaps)))] if len(gaps) == 1 else rights["change keys"]
    assert words in told.found
    if gaps:
        with Redis.from_url(kv.url, protocol=2) as admin:
            admin.execute_command(*told.remedy.split())
        assert [right for right in (await asked_redis(kv, user, REDIS_RULES)).values() if not right.well] == []


async def test_an_account_that_may_only_judge_is_judged_by_the_server(kv: RedisServer) -> None:
    with Redis.from_url(kv.url, protocol=2) as admin:
        if int(str(admin.info("server")["redis_version"]).split(".")[0]) < 7:
            pytest.skip("ACL DRYRUN came with Redis 7")
    rights = await asked_redis(kv, "judge", f"{REDIS_RULES} +acl|dryrun +lpush")
    assert rights["change keys"].found == "judge may run LPUSH (by ACL DRYRUN)"
    assert {change for change, right in rights.items() if right.well} == ALL - {"change keys"}


@contextlib.contextmanager
def loaded(kv: RedisServer) -> Iterator[None]:
    """Let the server read its aclfile, and again at the end; it may hang up on whoever tells it to."""
    with Redis.from_url(kv.url) as admin:
        admin.execute_command("ACL", "LOAD")
    yield
    with Redis.from_url(kv.url) as admin:
        admin.execute_command("ACL", "LOAD")


async def test_the_advised_line_is_one_of_an_aclfile(kv: RedisServer) -> None:
    """Loaded from the file, the account exists and nobody can log in before a password is set."""
    with Redis.from_url(kv.url) as admin:
        file = Path(admin.config_get("aclfile")["aclfile"])
    before = file.read_text()
    file.write_text(before.replace(f"user {OBSERVER_ROLE} ", "user former_observer ") + OBSERVER_ACL)
    with loaded(kv), Redis.from_url(kv.url) as admin:
        with pytest.raises(AuthenticationError):
            admin.execute_command("AUTH", OBSERVER_ROLE, "")
        admin.execute_command("ACL", "SETUSER", OBSERVER_ROLE, ">pw")
        line = RedisConnection("kv", Secret(f"redis://{OBSERVER_ROLE}:pw@127.0.0.1:{kv.port}/0"))
        rights = await redis_rights(line)
        await line.close()
        file.write_text(before)
    assert all(right.well for right in rights)


@pytest.mark.parametrize(
    ("token", "gaps"), [(READ_ONLY, set[str]()), (FULL, {"change keys", "run scripts", "publish"})]
)
async def test_a_token_of_redis_over_rest(token: str, gaps: set[str]) -> None:
    with running_redis() as server, rest_endpoint(server) as endpoint:
        line = RedisRest("kv", Secret(endpoint.url), Secret(token))
        rights = {right.change: right for right in await redis_rights(line)}
        await line.close()
    assert {change for change, right in rights.items() if not right.well} - {"administer the server"} == gaps


@pytest.mark.docker
async def test_docker_is_asked_without_a_change(tmp_path: Path) -> None:
    """Straight to the Engine, behind the advised nginx, and behind something that cuts the line."""
    client_or_skip().close()
    socket = Path("/var/run/docker.sock")
    with relay_unix(tmp_path / "open", socket) as listened:
        straight = await asked_docker(tmp_path / "open")
    assert [right.wall for right in straight] == [Wall.COCKPIT, Wall.COCKPIT]
    assert {request.method for request in listened.asked()} == {"GET", "POST"}
    assert [request.path.rsplit("/", 1)[-1] for request in listened.writes()] == ["wait"]
    with relay_unix(tmp_path / "cut", socket, only_reads=True):
        assert (await asked_docker(tmp_path / "cut"))[0].wall is Wall.SERVER
    with running_proxy(tmp_path, DOCKER_PROXY.replace("/run/docker-observer.sock", str(tmp_path / "nginx.sock"))):
        behind = await asked_docker(tmp_path / "nginx.sock")
    assert [(right.wall, right.well) for right in behind] == [(Wall.SERVER, True)] * 2
    assert "403" in behind[0].found


async def asked_docker(socket: Path) -> tuple[Right, ...]:
    engine = DockerEngine("engine", f"unix://{socket}")
    try:
        return await docker_rights(engine)
    finally:
        engine.close()
