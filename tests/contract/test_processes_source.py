from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from aiohttp import web

from cockpit.adapters.clock import SystemClock
from cockpit.adapters.process_executor import ProcessExecutor
from cockpit.adapters.process_usage import ProcessMeter, owner_alive
from cockpit.adapters.processes import ProcessServices, Supervisor
from cockpit.model.errors import SourceGarbled, SourceRefused, SourceUnreachable
from cockpit.model.operations import ServiceOperation, ShellCommand
from cockpit.model.outcomes import OutcomeKind
from cockpit.model.services import ServicesSnapshot
from cockpit.sandbox.folder import make_folder
from cockpit.sandbox.process import ProcessSpec
from cockpit.sandbox.supervisor import Supervisor as SandboxSupervisor
from cockpit.sandbox.supervisor_api import serve_supervisor
from cockpit.sandbox.watchdog import Watchdog
from tests.support.awaiting import until
from tests.support.permits import permit_for

pytestmark = pytest.mark.anyio

BUSY = "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'while True: pass'])\nwhile True: pass"


@dataclass
class Range:
    """The sandbox's own supervisor with three processes, and the socket to it."""

    socket: str
    supervisor: SandboxSupervisor


@pytest.fixture
async def supervised() -> AsyncIterator[Range]:
    folder = make_folder().root
    watchdog = Watchdog(folder)
    supervisor = SandboxSupervisor(watchdog)
    runner = await serve_supervisor(supervisor, folder / "supervisor.sock")
    commands = {
        "worker-1": (sys.executable, "-c", "import time; time.sleep(600)", "--name", "worker-1"),
        "busy": (sys.executable, "-c", BUSY),
        "once": ("sh", "-c", "exit 7"),
    }
    for name, command in commands.items():
        await supervisor.run(ProcessSpec(name, command, folder, folder / f"{name}.log"))
    yield Range(str(folder / "supervisor.sock"), supervisor)
    for name in commands:
        await supervisor.stop(name)
    await runner.cleanup()
    watchdog.dismiss()


@pytest.fixture
async def supervisor(supervised: Range) -> AsyncIterator[Supervisor]:
    made = Supervisor("shop", supervised.socket)
    yield made
    await made.close()


async def fetched_until(source: ProcessServices, condition: Callable[[ServicesSnapshot], bool]) -> ServicesSnapshot:
    for _ in range(200):
        snapshot = await source.fetch()
        if condition(snapshot):
            return snapshot
        await asyncio.sleep(0.05)
    raise AssertionError("the snapshot never came")


def exited(name: str) -> Callable[[ServicesSnapshot], bool]:
    def condition(snapshot: ServicesSnapshot) -> bool:
        found = snapshot.service(name)
        return found is not None and found.state == "exited"

    return condition


def working(name: str) -> Callable[[ServicesSnapshot], bool]:
    def condition(snapshot: ServicesSnapshot) -> bool:
        found = snapshot.service(name)
        return found is not None and (found.cpu_percent or 0) > 0

    return condition


async def test_processes_are_listed_with_what_they_use(supervised: Range) -> None:
    source = ProcessServices(Supervisor("shop", supervised.socket))
    snapshot = await fetched_until(source, working("busy"))
    ended = await fetched_until(source, exited("once"))
    await source.close()

    worker, once = snapshot.service("worker-1"), ended.service("once")
    assert worker is not None
    assert once is not None
    assert worker.running
    assert worker.started_at is not None
    assert psutil.Process(worker.pid).is_running()
    assert (worker.restarts, worker.project, worker.exit_code) == (0, "shop", None)
    assert "--name worker-1" in worker.image
    assert (worker.memory_bytes or 0) > 1_000_000
    assert (once.exit_code, once.pid, once.started_at, once.cpu_percent) == (7, None, None, None)
    assert (str(source.id), source.server) == ("processes:shop", None)


async def test_usage_is_that_of_the_whole_tree(supervised: Range) -> None:
    pid = supervised.supervisor.status("busy").pid
    assert pid is not None
    await until(lambda: bool(psutil.Process(pid).children()))
    meter = ProcessMeter()
    meter.read([pid])
    for _ in range(100):
        await asyncio.sleep(0.05)
        usage = meter.read([pid, 2_000_000_000])
        if usage[pid].cpu_percent > 0:
            break

    own = psutil.Process(pid).memory_info().rss
    assert list(usage) == [pid]
    assert usage[pid].memory_bytes > own
    assert usage[pid].cpu_percent > 0


@pytest.mark.parametrize("verb", ["restart", "stop"])
async def test_a_process_is_changed_and_its_identity_with_it(supervisor: Supervisor, verb: str) -> None:
    executor = ProcessExecutor(supervisor, SystemClock())
    prepared = await executor.prepare(ServiceOperation(verb, "worker-1"))
    assert await executor.identify(prepared.operation) == prepared.identity
    facts = {fact.label: fact.value for fact in prepared.preview.facts}
    assert (prepared.target, prepared.preview.effect) == ("worker-1", f"will {verb} the process worker-1")
    assert facts["state"] == "running"
    assert facts["up for"].startswith("0:00:")

    outcome = await executor.execute(permit_for(executor.id, prepared.operation, prepared.identity))

    process = await supervisor.process("worker-1")
    assert process is not None
    assert outcome.kind is OutcomeKind.SUCCEEDED, outcome.reason
    assert process.state == ("running" if verb == "restart" else "stopped")
    if verb == "restart":
        assert await executor.identify(prepared.operation) != prepared.identity
    else:
        started = await executor.execute(permit_for(executor.id, ServiceOperation("start", "worker-1")))
        assert started.kind is OutcomeKind.SUCCEEDED


async def test_what_does_not_exist_or_cannot_be_done_is_said(supervisor: Supervisor) -> None:
    executor = ProcessExecutor(supervisor, SystemClock())

    assert await executor.identify(ServiceOperation("stop", "nobody")) is None
    with pytest.raises(SourceUnreachable, match="no process nobody"):
        await executor.prepare(ServiceOperation("stop", "nobody"))
    with pytest.raises(SourceRefused, match="cannot pause"):
        await executor.prepare(ServiceOperation("pause", "worker-1"))
    with pytest.raises(SourceRefused, match="only"):
        await executor.prepare(ShellCommand("true"))
    outcome = await executor.execute(permit_for(executor.id, ServiceOperation("stop", "nobody")))
    assert outcome.kind is OutcomeKind.FAILED
    assert "refused to stop nobody (404)" in outcome.reason


async def test_a_process_that_ends_at_once_was_not_started(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cockpit.adapters.process_executor._SETTLE", 1.0)
    executor = ProcessExecutor(supervisor, SystemClock())

    outcome = await executor.execute(permit_for(executor.id, ServiceOperation("restart", "once")))

    assert outcome.kind is OutcomeKind.FAILED
    assert "once is exited" in outcome.reason


async def test_without_a_supervisor_it_says_so(tmp_path: Path) -> None:
    supervisor = Supervisor("shop", str(tmp_path / "none.sock"))
    executor = ProcessExecutor(supervisor, SystemClock())

    with pytest.raises(SourceUnreachable, match="does not answer"):
        await supervisor.processes()
    outcome = await executor.execute(permit_for(executor.id, ServiceOperation("stop", "worker-1")))
    assert outcome.kind is OutcomeKind.FAILED
    await supervisor.close()


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def answering(socket: Path, handler: Handler) -> web.AppRunner:
    """A supervisor that misbehaves."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.UnixSite(runner, str(socket)).start()
    return runner


@pytest.mark.parametrize(
    "answer",
    [
        web.Response(text="<html>"),
        web.Response(text="[]", status=500),
        web.Response(text="[1]"),
        web.Response(text='[{"pid": 1}]'),
        web.Response(text='[{"name": "x", "started_at": "yesterday"}]'),
    ],
)
async def test_a_supervisor_that_talks_nonsense_is_garbled(tmp_path: Path, answer: web.Response) -> None:
    async def handler(_request: web.Request) -> web.StreamResponse:
        return answer

    runner = await answering(tmp_path / "s", handler)
    supervisor = Supervisor("shop", str(tmp_path / "s"))
    with pytest.raises(SourceGarbled):
        await supervisor.processes()
    await supervisor.close()
    await runner.cleanup()


async def test_odd_and_hostile_descriptions_are_made_harmless(tmp_path: Path) -> None:
    async def handler(_request: web.Request) -> web.StreamResponse:
        item = {
            "name": "a\x1b[31mb",
            "pid": True,
            "state": 5,
            "started_at": "2026-11-21T12:00:00",
            "command": ["x", "y"],
        }
        return web.json_response([item])

    runner = await answering(tmp_path / "s", handler)
    source = ProcessServices(Supervisor("shop", str(tmp_path / "s")))
    [service] = (await source.fetch()).services
    await source.close()
    await runner.cleanup()

    assert (service.name, service.pid, service.state, service.image) == ("ab", None, "", "x y")


async def test_a_supervisor_that_hangs_is_given_up(tmp_path: Path) -> None:
    asked: list[str] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        asked.append(request.method)
        if request.path.endswith("restart"):
            assert request.transport is not None
            request.transport.abort()
        await asyncio.Event().wait()
        raise AssertionError

    runner = await answering(tmp_path / "s", handler)
    supervisor = Supervisor("shop", str(tmp_path / "s"), deadline=0.2)
    executor = ProcessExecutor(supervisor, SystemClock())
    with pytest.raises(SourceUnreachable, match="within"):
        await supervisor.processes()
    asked.clear()
    late = await executor.execute(permit_for(executor.id, ServiceOperation("stop", "x"), timeout=0.2))
    broken = await executor.execute(permit_for(executor.id, ServiceOperation("restart", "x"), timeout=5))
    await supervisor.close()
    await runner.cleanup()

    assert (late.kind, broken.kind) == (OutcomeKind.UNKNOWN, OutcomeKind.UNKNOWN)
    assert asked == ["POST", "POST"]


async def test_a_restart_that_changed_nothing_has_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cockpit.adapters.process_executor._SETTLE", 1.0)

    async def handler(_request: web.Request) -> web.StreamResponse:
        item = {"name": "x", "pid": 1, "state": "running", "started_at": "2026-11-21T12:00:00Z"}
        return web.json_response([item])

    runner = await answering(tmp_path / "s", handler)
    supervisor = Supervisor("shop", str(tmp_path / "s"))
    executor = ProcessExecutor(supervisor, SystemClock())
    prepared = await executor.prepare(ServiceOperation("restart", "x"))
    outcome = await executor.execute(permit_for(executor.id, prepared.operation, prepared.identity))
    await supervisor.close()
    await runner.cleanup()

    assert outcome.kind is OutcomeKind.FAILED
    assert outcome.reason == "x is running 1 s after restart"


async def test_the_holder_of_a_lock_is_found_alive_or_dead(supervised: Range) -> None:
    pid = supervised.supervisor.status("worker-1").pid

    assert owner_alive(f"worker-1:{pid}") is True
    assert owner_alive(f"worker-2:{pid}") is False
    assert owner_alive(f"python:{pid}") is True
    assert owner_alive(f"name-7:{pid}") is True
    assert owner_alive(f"billing:{pid}") is False
    await supervised.supervisor.stop("worker-1")
    assert owner_alive(f"worker-1:{pid}") is False


@pytest.mark.parametrize(
    "owner", ["", "worker-1", "8821", "a b:12", "x:", "x:12345678", "x:1.5", ":1", "550e8400-e29b:z"]
)
def test_owners_of_another_form_are_not_judged(owner: str) -> None:
    assert owner_alive(owner) is None
