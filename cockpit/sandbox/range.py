"""One embedded incident range: real servers, the sample service, at most one fault."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import os
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cockpit.model.errors import SandboxError
from cockpit.sandbox.configuration import ConfigurationFacts, configuration_text
from cockpit.sandbox.folder import RangeFolder, make_folder
from cockpit.sandbox.info import RangeInfo
from cockpit.sandbox.postgres_server import PostgresServer, prepare_postgres
from cockpit.sandbox.process import ProcessSpec, free_ports, tail
from cockpit.sandbox.redis_server import OBSERVER, OPERATOR, RIGHTS, WORKLOAD, RedisServer, prepare_redis
from cockpit.sandbox.shop_processes import shop_process, workload
from cockpit.sandbox.supervisor import Supervisor
from cockpit.sandbox.watchdog import Watchdog

if TYPE_CHECKING:
    from aiohttp import web

    from cockpit.sandbox.scenarios.base import Scenario

_PATIENCE: Final = 60.0
_ANSWER: Final = 10.0
_POSTGRES_LOGINS: Final = ("shop", "cockpit_operator", "cockpit_observer")
_LOGS: Final = ("api", "worker", "world", "postgres", "redis")
_SERVERS: Final = ("postgres", "redis")
_FIRST: Final = 2


class Range:
    """A range in this process; `start` it once, `stop` it always.

    Args:
        runbooks: folder or file that the configuration names.
        keep: leave the folder behind.
        docker_host: address of a Docker Engine to show as well, "" for none.
    """

    def __init__(self, runbooks: Path, *, keep: bool = False, docker_host: str = "") -> None:
        self._runbooks = runbooks
        self._docker_host = docker_host
        self._keep = keep
        self._passwords = {name: secrets.token_hex(12) for name in (*_POSTGRES_LOGINS, *RIGHTS, "postgres")}
        self._blocking = ThreadPoolExecutor(max_workers=2, thread_name_prefix="sandbox")
        self._api_runner: web.AppRunner | None = None
        self._logs = list(_LOGS)
        self.folder: RangeFolder = make_folder()
        self._watchdog = Watchdog(self.folder.root, keep=keep)
        self.supervisor = Supervisor(self._watchdog)
        self._postgres: PostgresServer | None = None
        self._redis: RedisServer | None = None
        self.port = 0

    @property
    def postgres(self) -> PostgresServer:
        """The PostgreSQL server."""
        assert self._postgres is not None, "the range was not started"
        return self._postgres

    @property
    def redis(self) -> RedisServer:
        """The Redis server."""
        assert self._redis is not None, "the range was not started"
        return self._redis

    @property
    def base_url(self) -> str:
        """Address of the service."""
        return f"http://127.0.0.1:{self.port}"

    def database_address(self, role: str) -> str:
        """URL of a role on the database `shop`."""
        return self.postgres.address(role, self._passwords[role], "shop")

    async def start(self, scenario: Scenario | None) -> RangeInfo:
        """Start everything, break it if asked, and say where it is.

        Raises:
            SandboxError: when a part does not start; the caller still has to `stop`.
        """
        postgres_port, redis_port, self.port = free_ports(3)
        self.rotate_webhook_secret()
        await self._start_servers(postgres_port, redis_port)
        first, others = self._workload()
        for spec in first:
            await self.supervisor.run(spec)
        from cockpit.sandbox.database import create_database, open_service

        await create_database(self.postgres, self._passwords)
        await self._until(self.redis.ready, "redis")
        if scenario is not None:
            await scenario.prepare(self)
        await open_service(self.postgres)
        for spec in others:
            await self.supervisor.run(spec)
        if scenario is not None:
            await scenario.inject(self)
        await self.until_listening()
        from cockpit.sandbox.supervisor_api import serve_supervisor

        self._api_runner = await serve_supervisor(self.supervisor, self.folder.supervisor_socket)
        self._write_configuration()
        return self._info(scenario.name if scenario else None)

    async def stop(self) -> None:
        """Stop every process and remove the folder, unless it is to be kept."""
        with contextlib.suppress(asyncio.CancelledError):
            await self.supervisor.stop_all(last=_SERVERS)
        if self._api_runner is not None:
            await self._api_runner.cleanup()
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._blocking, self._watchdog.dismiss)
        self._blocking.shutdown(wait=False)

    async def run_extra(self, service: str, name: str, environment: tuple[tuple[str, str], ...] = ()) -> None:
        """Start one more process of the service that is not restarted when it ends.

        Args:
            service: what it runs.
            name: of the process.
            environment: variables beside those that every process of the service has.

        Raises:
            SandboxError: when it cannot be started.
        """
        database, kv = self.database_address("shop"), self.redis.address(WORKLOAD)
        self._logs.append(service)
        spec = shop_process(self.folder, service, name, database, kv, self.port, restart=False)
        await self.supervisor.run(replace(spec, environment=(*spec.environment, *environment)))

    def rotate_webhook_secret(self) -> None:
        """Give the payment provider another secret to sign with; who read the old one keeps it in memory."""
        new = self.folder.root / "webhook-secret.new"
        new.touch(mode=0o600)
        new.write_text(secrets.token_hex(16), "utf-8")
        new.replace(self.folder.webhook_secret)

    async def until(self, reached: Callable[[], bool], what: str, patience: float = _PATIENCE) -> None:
        """Wait for a state.

        Raises:
            SandboxError: when it is not reached in time.
        """
        end = time.monotonic() + patience
        while not reached():
            if time.monotonic() > end:
                raise SandboxError(f"the sandbox waited {patience:.0f} s in vain until {what}")
            await asyncio.sleep(0.01)

    async def _start_servers(self, postgres_port: int, redis_port: int) -> None:
        """Start both servers; beside initdb there is work for one more processor: this process's own libraries."""
        loop = asyncio.get_running_loop()
        made = loop.run_in_executor(self._blocking, self._prepare_postgres, postgres_port)
        loaded = loop.run_in_executor(self._blocking, _load_libraries)
        self._redis = prepare_redis(
            self.folder.root, redis_port, {name: self._passwords[name] for name in RIGHTS}, self.folder.log("redis")
        )
        await self.supervisor.run(self._redis.spec)
        self._postgres = await made
        await self.supervisor.run(self._postgres.spec)
        await self._until(self.postgres.ready, "postgres")
        await loaded

    def _prepare_postgres(self, port: int) -> PostgresServer:
        return prepare_postgres(self.folder.root, port, self._passwords["postgres"], self.folder.log("postgres"), {})

    def _workload(self) -> tuple[list[ProcessSpec], list[ProcessSpec]]:
        """The service's processes: those that are there when it opens, and those that follow.

        The start is bound by the processors, of which a laptop's virtual machine may have two.
        """
        processes = workload(self.folder, self.database_address("shop"), self.redis.address(WORKLOAD), self.port)
        return processes[:_FIRST], processes[_FIRST:]

    async def _until(self, ready: Callable[[], bool], name: str) -> None:
        def reached() -> bool:
            if self.supervisor.status(name).state != "running":
                raise SandboxError(f"{name} of the sandbox did not start: {tail(self.folder.log(name))}")
            return ready()

        await self.until(reached, f"{name} answers")

    async def until_listening(self) -> None:
        """Wait until the service answers.

        Raises:
            SandboxError: when it does not in time.
        """
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                await asyncio.sleep(0.01)
                continue
            writer.close()
            await writer.wait_closed()
            return
        raise SandboxError(f"the api of the sandbox did not start: {tail(self.folder.log('api-1'))}")

    async def service_healthy(self) -> bool:
        """What /healthz says; a service that does not answer is not healthy."""
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            line = await asyncio.wait_for(reader.readline(), _ANSWER)
            writer.close()
        except OSError:
            return False
        return b" 200 " in line

    def _write_configuration(self) -> None:
        facts = ConfigurationFacts(
            base_url=self.base_url,
            operator_dsn=self.database_address("cockpit_operator"),
            observer_dsn=self.database_address("cockpit_observer"),
            redis_url=self.redis.address(OPERATOR),
            redis_observer_url=self.redis.address(OBSERVER),
            supervisor_socket=self.folder.supervisor_socket,
            journal=self.folder.journal,
            runbooks=self._runbooks.resolve(),
            logs={name: self.folder.log(name) for name in self._logs},
            docker_host=self._docker_host,
        )
        self.folder.config.touch(mode=0o600)
        self.folder.config.write_text(configuration_text(facts), "utf-8")

    def _info(self, scenario: str | None) -> RangeInfo:
        from cockpit.sandbox.database import admin_address

        pids = {status.name: status.pid for status in self.supervisor.statuses() if status.pid is not None}
        return RangeInfo(
            scenario=scenario,
            config=str(self.folder.config),
            postgres=self.database_address("cockpit_operator"),
            postgres_admin=admin_address(self.postgres),
            redis=self.redis.address(OPERATOR),
            redis_admin=self.redis.url,
            api=self.base_url,
            log_dir=str(self.folder.logs),
            pids={"supervisor": os.getpid(), "watchdog": self._watchdog.pid, **pids},
        )


def _load_libraries() -> None:
    """Import what takes long, off the event loop."""
    importlib.import_module("cockpit.sandbox.database")
    importlib.import_module("cockpit.sandbox.supervisor_api")
