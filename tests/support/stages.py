"""Real systems on which actions are killed in the middle: each tells how often the last command had its effect."""

from __future__ import annotations

import asyncio
import itertools
import os
import time
from pathlib import Path

import psutil
import psycopg
from aiohttp import ClientSession, web
from redis import Redis

from cockpit.adapters.processes import Supervisor
from cockpit.sandbox.process import free_ports
from cockpit.sandbox.supervisor import Supervisor as SandboxSupervisor
from tests.support.awaiting import until, until_answered
from tests.support.docker import Containers
from tests.support.pm2 import Daemon
from tests.support.sshd import SshServer

PAUSE = 0.03
"""Seconds for which a system is busy before and after its effect, so that a kill may find it there."""


class SqlStage:
    """UPDATE of one row, whose trigger takes its time. Built with `SqlStage.on`."""

    kind = "sql"

    def __init__(self, address: str, admin: psycopg.AsyncConnection) -> None:
        self.at = address
        self._admin = admin
        self._row = 0

    @classmethod
    async def on(cls, address: str, admin: psycopg.AsyncConnection) -> SqlStage:
        """Make the table."""
        await admin.execute("CREATE TABLE counters (id int PRIMARY KEY, times int NOT NULL)")
        await admin.execute(
            "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN PERFORM pg_sleep({PAUSE}); RETURN NEW; END $$"
        )
        await admin.execute("CREATE TRIGGER slow BEFORE UPDATE ON counters FOR EACH ROW EXECUTE FUNCTION slow()")
        return cls(address, admin)

    async def make_target(self) -> str:
        """Another row."""
        self._row += 1
        await self._admin.execute("INSERT INTO counters VALUES (%s, 0)", [self._row])
        return f"UPDATE counters SET times = times + 1 WHERE id = {self._row}"

    async def ready(self) -> None:
        """Nothing: the trigger is slow enough."""

    async def effects(self) -> int:
        """What the row counts once the session is gone."""

        async def gone() -> bool:
            return not await self._ask("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'cockpit'")

        await until_answered(gone, what="the end of the session")
        return await self._ask(f"SELECT times FROM counters WHERE id = {self._row}")

    async def _ask(self, query: str) -> int:
        cursor = await self._admin.execute(query.encode())
        row = await cursor.fetchone()
        assert row is not None
        return int(row[0])


class RedisStage:
    """DEL of a lock, on a server that holds writes back for a moment."""

    kind = "redis"

    def __init__(self, address: str, admin: Redis) -> None:
        self.at = address
        self._admin = admin
        self._number = 0

    @property
    def _key(self) -> str:
        return f"lock:cron:{self._number}"

    async def make_target(self) -> str:
        """Another lock."""
        self._number += 1
        self._admin.set(self._key, "worker-1:8821")
        self._admin.config_resetstat()
        return f"DEL {self._key}"

    async def ready(self) -> None:
        """Hold writes back."""
        self._admin.client_pause(round(2_000 * PAUSE), all=False)

    async def effects(self) -> int:
        """How often the server has carried out DEL since then; the key must agree."""
        await until(lambda: not self._clients(), what="the end of the connection")
        done = self._admin.info("commandstats").get("cmdstat_del", {}).get("calls", 0)
        assert bool(self._admin.exists(self._key)) == (done == 0)
        return int(done)

    def _clients(self) -> list[str]:
        return [client["name"] for client in self._admin.client_list() if client["name"] == "cockpit"]


class HttpStage:
    """POST to a service that works for a moment, does it, and works on before it answers."""

    kind = "http"

    def __init__(self) -> None:
        self.at = ""
        self._runner: web.AppRunner | None = None
        self._done = self._busy = 0

    async def start(self) -> None:
        """Listen."""
        app = web.Application()
        app.router.add_post("/jobs", self._work)
        app.router.add_get("/", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        [port] = free_ports(1)
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        self.at = f"http://127.0.0.1:{port}"

    async def stop(self) -> None:
        """Listen no longer."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _work(self, _request: web.Request) -> web.Response:
        self._busy += 1
        await asyncio.sleep(PAUSE)
        self._done += 1
        await asyncio.sleep(PAUSE)
        self._busy -= 1
        return web.Response(status=202)

    async def _answer(self, _request: web.Request) -> web.Response:
        return web.Response()

    async def make_target(self) -> str:
        """The same job again, counted anew."""
        self._done = 0
        return "POST /jobs"

    async def ready(self) -> None:
        """Nothing: the service is slow enough."""

    async def effects(self) -> int:
        """How often the job was done; what came before a request of our own was taken is begun by then."""
        async with ClientSession() as client:
            for _ in range(2):
                await client.get(self.at)
        await until(lambda: self._busy == 0, what="the end of the job")
        return self._done


class CountingSupervisor(SandboxSupervisor):
    """The sandbox's supervisor, which knows how many restarts were asked for and how many are under way."""

    asked = busy = 0

    async def restart(self, name: str) -> None:
        """Restart, counted."""
        self.asked, self.busy = self.asked + 1, self.busy + 1
        try:
            await super().restart(name)
        finally:
            self.busy -= 1


class ProcessStage:
    """Restart of a supervised process."""

    kind = "process"

    def __init__(self, socket: str, supervisor: CountingSupervisor) -> None:
        self.at = socket
        self._supervisor = supervisor
        self._before = 0

    async def make_target(self) -> str:
        """The same process, counted anew."""
        self._before = self._supervisor.status("worker").restarts
        return "restart worker"

    async def ready(self) -> None:
        """Nothing."""

    async def effects(self) -> int:
        """How often it was started again."""
        looking = Supervisor("shop", self.at)
        for _ in range(2):
            await looking.processes()
        await looking.close()
        await until(lambda: self._supervisor.busy == 0, what="the end of the restart")
        assert self._supervisor.status("worker").state == "running"
        return self._supervisor.status("worker").restarts - self._before


class DockerStage:
    """Restart of a container."""

    kind, at = "docker", ""

    def __init__(self, containers: Containers) -> None:
        self._name = containers.start("target", "while :; do sleep 0.05; done")
        self._client = containers.client
        self._since = 0

    async def make_target(self) -> str:
        """The same container, counted anew."""
        self._since = time.time_ns()
        return f"restart {self._name}"

    async def ready(self) -> None:
        """Nothing."""

    async def effects(self) -> int:
        """How often the Engine has ended it; an Engine that loses its client in between leaves it down."""
        for _ in range(3):
            await asyncio.to_thread(self._client.ping)

        async def ended() -> bool:
            said = await asyncio.to_thread(self._events)
            return said.count("kill") == said.count("die")

        await until_answered(ended, what="the end of the container")
        await asyncio.to_thread(self._client.containers.get(self._name).start)
        return (await asyncio.to_thread(self._events)).count("die")

    def _events(self) -> list[str]:
        until, filters = time.time(), {"container": self._name}
        since = self._since // 10**9
        # The Engine takes parts of a second, and the stubs do not; without them it would wait for the second's end.
        events = self._client.events(since=since, until=until, filters=filters, decode=True)  # type: ignore[call-overload]
        return [event["Action"] for event in events if event["timeNano"] > self._since]


class LineStage:
    """A line of bash that adds one line to a file, here or on another host."""

    def __init__(self, folder: Path, server: SshServer | None = None) -> None:
        self.kind, self.at = ("ssh", server.opens) if server else ("shell", "")
        self._files = (folder / f"done-{number}" for number in itertools.count(1))
        self._file = folder

    async def make_target(self) -> str:
        """Another file."""
        self._file = next(self._files)
        return f"sleep {PAUSE}; echo once >> {self._file}; sleep {PAUSE}"

    async def ready(self) -> None:
        """Nothing: the line is slow enough."""

    async def effects(self) -> int:
        """Lines in the file once no line that names it runs any more; what watches over one is no leader."""
        await until(lambda: not any(_leads(process) for process in _running(str(self._file))), what="the end of it")
        return len(self._file.read_text().splitlines()) if self._file.exists() else 0


class Pm2Stage:
    """Restart of an application that adds a line to a file at each start."""

    kind = "pm2"

    def __init__(self, daemon: Daemon) -> None:
        self.at = f"{daemon.home}\n{daemon.command}"
        self._starts = daemon.home.parent / "starts"
        script = daemon.home.parent / "counted.js"
        script.write_text(
            f"require('fs').appendFileSync('{self._starts}', process.pid + '\\n'); setInterval(() => {{}}, 1000);"
        )
        daemon.call("start", str(script), "--name", "counted", "--kill-timeout", "100")
        self._home, self._before = daemon.home, 0

    async def make_target(self) -> str:
        """The same application, counted anew."""
        await until(self._calm, what="its first start")
        self._before = len(self._pids())
        return "restart counted"

    async def ready(self) -> None:
        """Nothing."""

    async def effects(self) -> int:
        """How often it was started again, once pm2's program has ended and the last start has told of itself."""
        await until(lambda: not self._asking(), what="the end of pm2's program")
        await until(self._calm, what="the start of the application")
        return len(self._pids()) - self._before

    def _asking(self) -> list[psutil.Process]:
        return [process for process in _running("restart") if _variables(process).get("PM2_HOME") == str(self._home)]

    def _calm(self) -> bool:
        """Whether the run that pm2 tells of is the last that has begun, and lives."""
        told = "".join(file.read_text() for file in (self._home / "pids").glob("counted-*.pid"))
        return told != "" and self._pids()[-1:] == [told] and psutil.pid_exists(int(told))

    def _pids(self) -> list[str]:
        return self._starts.read_text().split() if self._starts.exists() else []


def _running(word: str) -> list[psutil.Process]:
    """The living processes with that word in their command line."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        words = process.info["cmdline"] or []
        if process.info["status"] != psutil.STATUS_ZOMBIE and any(word in part for part in words):
            found.append(process)
    return found


def _leads(process: psutil.Process) -> bool:
    """Whether it is the first of its process group."""
    try:
        return os.getpgid(process.pid) == process.pid
    except ProcessLookupError:
        return False


def _variables(process: psutil.Process) -> dict[str, str]:
    try:
        return process.environ()
    except psutil.Error:
        return {}
