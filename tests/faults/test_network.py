"""Lines that fail in every way: each pane tells the truth, keys answer, the selection stays, and it recovers."""

from __future__ import annotations

import contextlib
import http.server
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
import redis

from cockpit.sandbox import redis_server
from tests.support.answering import LONG, answers_keys, cockpit_on, cursor_moves, first_word, shown_backend, zoomed
from tests.support.certificates import self_signed
from tests.support.cockpit import COCKPIT, variables
from tests.support.fault_line import Fault, FaultLine, fault_line
from tests.support.postgres import running_version
from tests.support.servers import running_postgres, running_redis
from tests.support.terminal import Terminal

pytestmark = pytest.mark.xdist_group("network")
READY = ("● api", "● main", "● kv", "2 ok")


class _Web(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = b'{"status": "well"}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def web(context: ssl.SSLContext | None = None) -> Iterator[int]:
    """A web service that is well; its port."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Web) as server:
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join(5)


@dataclass(frozen=True, slots=True)
class World:
    """Three real servers, each behind a line that can fail.

    Attributes:
        config: the configuration in which the cockpit reaches them by their lines.
        lines: one for each server.
    """

    config: Path
    lines: tuple[FaultLine, ...]

    def break_(self, fault: Fault) -> None:
        """Let every line fail at once."""
        for line in self.lines:
            line.break_(fault)

    def mend(self) -> None:
        """Let every line work again."""
        for line in self.lines:
            line.mend()


def tables(postgres: str, kv: str, base_url: str) -> str:
    """The configuration of one environment with these three sources."""
    return f"""
[journal]
path = "journal.db"
[environments.sandbox]
protected = false
host = false
base_url = "{base_url}"
[[environments.sandbox.postgres]]
name = "main"
dsn = "{postgres}"
every = "1s"
[[environments.sandbox.redis]]
name = "kv"
url = "{kv}"
every = "1s"
[[environments.sandbox.checks]]
name = "api.health"
http = "/health"
ok = "status == 200 && body.status == 'well'"
every = "1s"
[[environments.sandbox.checks]]
name = "db.answers"
sql = "SELECT 1"
every = "1s"
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with contextlib.ExitStack() as stack:
        postgres, kv = stack.enter_context(running_postgres()), stack.enter_context(running_redis())
        ports = (postgres.port, kv.port, stack.enter_context(web()))
        lines = tuple(stack.enter_context(fault_line(("127.0.0.1", port))) for port in ports)
        fill(kv.url)
        for number in range(3):
            stack.enter_context(psycopg.connect(postgres.url, application_name=f"shop-{number}"))
        config = tmp_path_factory.mktemp("network") / "cockpit.toml"
        config.write_text(
            tables(
                at(postgres.url, postgres.port, lines[0].port),
                at(kv.url, kv.port, lines[1].port),
                f"http://127.0.0.1:{lines[2].port}",
            ),
            "utf-8",
        )
        yield World(config, lines)


def fill(url: str) -> None:
    """Some locks to stand on."""
    with redis.Redis.from_url(url) as kv:
        for name in ("billing", "enrich", "recalculate"):
            kv.set(f"lock:cron:{name}", "worker-1:1", px=3_600_000)


def at(url: str, port: int, other: int) -> str:
    """The same URL at another port."""
    return url.replace(f":{port}/", f":{other}/")


SILENT = ("did not answer within 3 s", "did not answer (in time|within 3 s)", "did not answer within 3 s")
TOLD = {
    Fault.REFUSED: ("nothing listens at http", "nothing listens there", "kv cannot be reached.*127.0.0.1"),
    Fault.SWALLOWS: SILENT,
    Fault.SLOW: SILENT,
    Fault.GARBAGE: (
        "did not answer in HTTP",
        "what answers there is no PostgreSQL",
        "what answers at 127.0.0.1:.* does not speak Redis",
    ),
}
"""What Health, Activity and Cron locks say of each fault."""


@pytest.mark.parametrize("fault", TOLD, ids=lambda fault: fault.name.lower())
def test_every_line_fails_at_once_and_comes_back(world: World, fault: Fault) -> None:
    with cockpit_on(world.config, *READY) as terminal:
        terminal.press("2", "g", "j")
        backend = shown_backend(terminal)
        terminal.press("3", "g", "j")
        lock = first_word(terminal)
        world.break_(fault)
        try:
            health, activity, locks = TOLD[fault]
            terminal.wait(r"1 Health.*3 sources lost", LONG)
            terminal.wait(r"2 Activity.*stale \d+s · again in \d+s", LONG)
            terminal.wait(r"3 Cron locks.*stale \d+s · again in \d+s", LONG)
            for source in ("api", "main", "kv"):
                terminal.wait(f"[◐▲✗] {source}", LONG)
            zoomed(terminal, "1", "api.health +no answer", health)
            zoomed(terminal, "2", activity)
            zoomed(terminal, "3", locks)
            answers_keys(terminal)
            assert first_word(terminal) == lock
            cursor_moves(terminal)
            terminal.press("2")
            assert shown_backend(terminal) == backend
        finally:
            world.mend()
        recovered(terminal)
        assert shown_backend(terminal) == backend
        terminal.press("3")
        assert first_word(terminal) == lock


def recovered(terminal: Terminal) -> None:
    """Everything is fresh again, without a key."""
    for pattern in READY:
        terminal.wait(pattern, 2 * LONG)
    terminal.gone(r"(stale \d|sources? lost)", 2 * LONG)
    terminal.wait(r"2 Activity.* [0-3]s ─", LONG)


def test_postgres_comes_back_as_another_version(world: World) -> None:
    line = world.lines[0]
    before = line.target
    with cockpit_on(world.config, *READY) as terminal, running_version("15") as older:
        password = password_in(world.config)
        with psycopg.connect(older.url, autocommit=True) as admin:
            admin.execute(f"ALTER ROLE postgres PASSWORD '{password}'")
        try:
            zoomed(terminal, "2", r"2 Activity +\d+/36")
            with psycopg.connect(older.url, password=password, application_name="only-in-15"):
                line.mend(("127.0.0.1", older.port))
                terminal.press("2", "z")
                terminal.wait("only-in-15", LONG)
                terminal.gone(r"stale \d", LONG)
                assert not terminal.shows("does not exist|syntax|refused"), terminal.text
                answers_keys(terminal)
                terminal.press("g")
                assert shown_backend(terminal).isdigit()
        finally:
            line.mend(before)
        terminal.wait("shop-1", LONG)
        terminal.gone("only-in-15", LONG)
        terminal.press("z")
        recovered(terminal)


def password_in(config: Path) -> str:
    """The superuser's password, as the configuration has it."""
    return config.read_text("utf-8").partition("postgresql://postgres:")[2].partition("@")[0]


def test_redis_comes_back_as_another_product(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    line = world.lines[1]
    before = line.target
    monkeypatch.setattr(redis_server, "find_program", lambda: "/usr/bin/redis-server")
    with cockpit_on(world.config, *READY) as terminal, running_redis() as other:
        terminal.press("3", "z")
        terminal.wait("kv +valkey 9", LONG)
        words = world.config.read_text("utf-8").partition("redis://")[2].partition("@")[0]
        with redis.Redis.from_url(other.url) as kv:
            kv.execute_command("ACL", "SETUSER", "admin", ">" + words.partition(":")[2])
            kv.set("lock:cron:only-in-7", "worker-2:2", px=3_600_000)
        try:
            line.mend(("127.0.0.1", other.port))
            terminal.wait(r"kv +redis \d", LONG)
            terminal.wait("only-in-7", LONG)
            terminal.gone("lock:cron:enrich", LONG)
            answers_keys(terminal)
        finally:
            line.mend(before)
        terminal.wait("lock:cron:enrich", LONG)
        terminal.wait("kv +valkey 9", LONG)
        terminal.press("z")
        recovered(terminal)


def test_an_expired_certificate_is_told_with_its_date(tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path / "tls", "localhost", until="20210101")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with web(context) as secure, web() as plain:
        config = tmp_path / "cockpit.toml"
        config.write_text(
            f"""
[journal]
path = "journal.db"
[environments.sandbox]
protected = false
host = false
base_url = "http://127.0.0.1:{plain}"
[[environments.sandbox.checks]]
name = "api.secure"
http = "https://localhost:{secure}/health"
every = "1s"
[[environments.sandbox.checks]]
name = "api.plain"
http = "/health"
every = "1s"
"""
        )
        environment = {**variables(), "SSL_CERT_FILE": str(certificate)}
        with Terminal([*COCKPIT, "--config", str(config)], 160, 48, environment) as terminal:
            terminal.wait("✗ api.secure", LONG)
            terminal.wait("● api.plain", LONG)
            zoomed(terminal, "1", f"https://localhost:{secure}/health has expired on 2021-01-01; renew it")
            answers_keys(terminal)
            cursor_moves(terminal)


HOSTS = """127.0.0.1 localhost
127.0.0.1 db.cockpit.test kv.cockpit.test api.cockpit.test
"""


def own_hosts(hosts: Path) -> list[str]:
    """A command's beginning that gives the command this file as its /etc/hosts, and nobody else."""
    words = ["unshare", "--mount", "sh", "-c", 'mount --bind "$0" /etc/hosts && exec "$@"', str(hosts)]
    if subprocess.run([*words, sys.executable, "-c", ""], capture_output=True, check=False).returncode:
        pytest.skip("an own /etc/hosts needs root with the right to mount")
    return words


def test_names_that_no_longer_resolve(world: World, tmp_path: Path) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_text(HOSTS)
    config = tmp_path / "cockpit.toml"
    text = world.config.read_text("utf-8")
    for line, name in zip(world.lines, ("db", "kv", "api"), strict=True):
        text = text.replace(f"127.0.0.1:{line.port}", f"{name}.cockpit.test:{line.port}")
    config.write_text(text.replace('path = "journal.db"', f'path = "{tmp_path / "journal.db"}"'))
    command = [*own_hosts(hosts), *COCKPIT, "--config", str(config)]
    with Terminal(command, 160, 48, variables()) as terminal:
        for pattern in READY:
            terminal.wait(pattern, LONG)
        terminal.press("3", "g", "j")
        lock = first_word(terminal)
        hosts.write_text("127.0.0.1 localhost\n")
        for line in world.lines:
            line.cut()
        terminal.wait("1 Health.*3 sources lost", LONG)
        zoomed(terminal, "1", "the host name in http://api.cockpit.test.* cannot be resolved")
        zoomed(terminal, "2", "db.cockpit.test.*the host name cannot be resolved")
        zoomed(terminal, "3", "the host name in kv.cockpit.test.* cannot be resolved")
        answers_keys(terminal)
        assert first_word(terminal) == lock
        cursor_moves(terminal)
        hosts.write_text(HOSTS)
        recovered(terminal)
        assert first_word(terminal) == lock
        terminal.press("escape-alone", "q")
        assert terminal.wait_exit(30) == 0
