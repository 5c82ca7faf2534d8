"""One real PostgreSQL or one real Redis for contract tests, gone when the test is, also after `kill -9`."""

from __future__ import annotations

import contextlib
import secrets
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil

from cockpit.sandbox import postgres_server, redis_server
from cockpit.sandbox.folder import make_folder
from cockpit.sandbox.postgres_server import PostgresServer
from cockpit.sandbox.process import ProcessSpec, free_ports
from cockpit.sandbox.redis_server import RedisServer
from cockpit.sandbox.watchdog import Watchdog


@contextlib.contextmanager
def running_postgres(**settings: str) -> Iterator[PostgresServer]:
    """A bare PostgreSQL 18; `.url` is the superuser's. Settings are written as in postgresql.conf."""
    with _watched() as (folder, watchdog):
        [port] = free_ports(1)
        server = postgres_server.prepare_postgres(folder, port, secrets.token_hex(8), folder / "postgres.log", settings)
        with _running(server.spec, watchdog) as process:
            postgres_server.wait_until_ready(server, process)
            yield server


@contextlib.contextmanager
def running_redis() -> Iterator[RedisServer]:
    """A bare Redis with the sandbox's users; `.url` is the admin's, `.address(name)` another user's."""
    with _watched() as (folder, watchdog):
        [port] = free_ports(1)
        passwords = {name: secrets.token_hex(8) for name in redis_server.RIGHTS}
        server = redis_server.prepare_redis(folder, port, passwords, folder / "redis.log")
        with _running(server.spec, watchdog) as process:
            redis_server.wait_until_ready(server, process)
            yield server


class FallibleRedis:
    """A Redis that can be killed, restarted empty, and held up; use as a context.

    Attributes:
        server: how it is reached, the same after a restart.
    """

    def __init__(self, folder: Path, watchdog: Watchdog) -> None:
        [port] = free_ports(1)
        passwords = {name: secrets.token_hex(8) for name in redis_server.RIGHTS}
        self.server = redis_server.prepare_redis(folder, port, passwords, folder / "redis.log")
        self._watchdog = watchdog
        self._running = contextlib.ExitStack()
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start it, with nothing in it."""
        self._process = self._running.enter_context(_running(self.server.spec, self._watchdog))
        redis_server.wait_until_ready(self.server, self._process)

    def kill(self) -> None:
        """End it at once, as `kill -9` does."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._running.close()

    def hold(self) -> None:
        """Let it do nothing: connections stay open, and nobody answers."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it work again."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """End it."""
        self.go_on()
        self._running.close()


@contextlib.contextmanager
def fallible_redis() -> Iterator[FallibleRedis]:
    """A Redis of its own that can fail."""
    with _watched() as (folder, watchdog), contextlib.closing(FallibleRedis(folder, watchdog)) as running:
        yield running


@contextlib.contextmanager
def _watched() -> Iterator[tuple[Path, Watchdog]]:
    folder = make_folder().root
    watchdog = Watchdog(folder)
    try:
        yield folder, watchdog
    finally:
        watchdog.dismiss()


@contextlib.contextmanager
def _running(spec: ProcessSpec, watchdog: Watchdog) -> Iterator[subprocess.Popen[bytes]]:
    with spec.log.open("ab") as log:
        process = subprocess.Popen(
            spec.command,
            cwd=spec.cwd,
            env=spec.variables(),
            user=spec.account.uid if spec.account else None,
            group=spec.account.gid if spec.account else None,
            extra_groups=[] if spec.account else None,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    watchdog.register(process.pid, spec.quit_signal)
    try:
        yield process
    finally:
        process.send_signal(spec.stop_signal)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def alive(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
