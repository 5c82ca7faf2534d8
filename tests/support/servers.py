"""One real PostgreSQL or one real Redis for contract tests, gone when the test is, also after `kill -9`."""

from __future__ import annotations

import contextlib
import secrets
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
