"""The supervisor and the watchdog with small processes of every temper."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import psutil
import pytest

from cockpit.model.errors import SandboxError
from cockpit.sandbox import postgres_server, redis_server, supervisor, watchdog
from cockpit.sandbox.process import MARKER, ProcessSpec, free_ports
from cockpit.sandbox.supervisor import Supervisor
from cockpit.sandbox.supervisor_api import serve_supervisor
from cockpit.sandbox.watchdog import Watchdog, end_all
from tests.support.range import wait_for
from tests.support.servers import alive, running_postgres

pytestmark = pytest.mark.anyio

SLEEPS = "import time; time.sleep(1000)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(1000)"
)


def spec(folder: Path, name: str, program: str, *, restart: bool = False) -> ProcessSpec:
    return ProcessSpec(name, (sys.executable, "-c", program), folder, folder / f"{name}.log", restart=restart)


@pytest.fixture
async def supervised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Supervisor]:
    monkeypatch.setattr(supervisor, "STOP_PATIENCE", 0.3)
    monkeypatch.setattr(supervisor, "_BACKOFF", 0.01)
    dog = Watchdog(tmp_path, keep=True)
    owner = Supervisor(dog)
    yield owner
    await owner.stop_all()
    dog.dismiss()


async def until(reached: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not reached():  # noqa: ASYNC110  the state is another process's
            await asyncio.sleep(0.02)


async def test_a_stubborn_process_is_killed(supervised: Supervisor, tmp_path: Path) -> None:
    await supervised.run(spec(tmp_path, "stubborn", STUBBORN))
    await until(lambda: "up" in (tmp_path / "stubborn.log").read_text())
    pid = supervised.status("stubborn").pid
    await supervised.stop("stubborn")
    assert supervised.status("stubborn").exit_code == -signal.SIGKILL
    assert pid is not None
    assert not alive(pid)


async def test_a_process_that_ends_by_itself_is_restarted_or_not(supervised: Supervisor, tmp_path: Path) -> None:
    await supervised.run(spec(tmp_path, "once", "raise SystemExit(3)"))
    await supervised.run(spec(tmp_path, "again", "raise SystemExit(4)", restart=True))
    await until(lambda: supervised.status("once").state == "exited")
    assert supervised.status("once").exit_code == 3
    await until(lambda: supervised.status("again").restarts >= 2)
    await supervised.stop("again")
    after = supervised.status("again").restarts
    assert supervised.status("again").state == "stopped"
    await supervised.start("once")
    await until(lambda: supervised.status("once").restarts == 1)
    assert supervised.status("again").restarts == after


async def test_a_killed_process_without_restart_stays_away(supervised: Supervisor, tmp_path: Path) -> None:
    await supervised.run(spec(tmp_path, "victim", SLEEPS))
    supervised.kill("victim")
    await until(lambda: supervised.status("victim").state == "exited")
    with pytest.raises(SandboxError, match="victim does not run"):
        supervised.kill("victim")


async def test_what_does_not_exist_is_said(supervised: Supervisor, tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="no process 'x'"):
        await supervised.start("x")
    missing = ProcessSpec("missing", ("/no/such/program",), tmp_path, tmp_path / "missing.log")
    with pytest.raises(SandboxError, match="missing of the sandbox cannot be started"):
        await supervised.run(missing)


async def test_the_api_says_what_cannot_be_started(supervised: Supervisor, tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\nexec sleep 1000\n")
    program.chmod(0o755)
    await supervised.run(ProcessSpec("moody", (str(program),), tmp_path, tmp_path / "moody.log"))
    runner = await serve_supervisor(supervised, tmp_path / "ctl.sock")
    transport = httpx.AsyncHTTPTransport(uds=str(tmp_path / "ctl.sock"))
    async with httpx.AsyncClient(transport=transport, base_url="http://supervisor") as client:
        program.unlink()
        answer = await client.post("/processes/moody/restart")
        assert answer.status_code == 409
        assert "cannot be started" in answer.json()["error"]
        [listed] = (await client.get("/processes")).json()
        assert (listed["state"], listed["pid"]) == ("stopped", None)
        assert (await client.get("/processes/moody/stop")).status_code == 405
    await runner.cleanup()
    with pytest.raises(SandboxError, match="cannot listen"):
        await serve_supervisor(supervised, tmp_path / "no" / "such" / "ctl.sock")


def test_the_watchdog_ends_registered_marked_and_their_children(tmp_path: Path) -> None:
    nest = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(1000)']);"
    parent = subprocess.Popen([sys.executable, "-c", nest + "print('up', flush=True); time.sleep(1000)"], stdout=-1)
    assert parent.stdout is not None
    parent.stdout.readline()
    marked = subprocess.Popen([sys.executable, "-c", SLEEPS], env={MARKER: str(tmp_path)}, start_new_session=True)
    inside = subprocess.Popen([sys.executable, "-c", SLEEPS], cwd=tmp_path)
    stranger = subprocess.Popen([sys.executable, "-c", SLEEPS], env={MARKER: f"{tmp_path}-other"})
    try:
        family = [parent.pid, *(child.pid for child in psutil.Process(parent.pid).children(recursive=True))]
        assert len(family) == 2
        end_all(tmp_path, [(psutil.Process(parent.pid), signal.SIGTERM)])
        assert not any(alive(pid) for pid in [*family, marked.pid, inside.pid])
        assert alive(stranger.pid)
    finally:
        for each in (parent, marked, inside, stranger):
            each.kill()
            each.wait()
        parent.stdout.close()


def test_the_watchdog_reads_only_what_makes_sense() -> None:
    assert watchdog._read_until_end(["", "x 9", "4194304 9", "1"]) == []


def test_a_killed_watchdog_does_not_hold_up_its_owner(tmp_path: Path) -> None:
    dog = Watchdog(tmp_path)
    psutil.Process(dog.pid).kill()
    wait_for(lambda: not alive(dog.pid), "the watchdog's end")
    dog.register(1, signal.SIGTERM)
    dog.dismiss()
    assert tmp_path.exists()


def test_a_watchdog_that_hangs_is_not_waited_for(tmp_path: Path) -> None:
    dog = Watchdog(tmp_path)
    psutil.Process(dog.pid).suspend()
    dog.dismiss(0.2)
    assert not alive(dog.pid)


def test_a_copy_of_postgres_serves_root_when_the_packages_are_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_server, "_open_to_others", lambda _: False)
    monkeypatch.setattr("os.link", _no_links)
    with running_postgres() as server:
        program = Path(server.spec.command[0])
        assert program.is_relative_to(server.spec.folder) is (server.spec.account is not None)
        assert program.stat().st_mode & 0o111
        installed = postgres_server.find_install()
        assert installed.is_dir()
    assert installed.is_dir()


def _no_links(*_: object) -> None:
    raise OSError


def test_initdb_that_fails_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_server, "unprivileged_account", lambda: None)
    monkeypatch.setattr(postgres_server, "SUPERUSER", "pg_reserved_name")
    with pytest.raises(SandboxError, match="initdb"):
        postgres_server.prepare_postgres(tmp_path, 1, "x", tmp_path / "log", {})


def test_servers_that_end_at_once_are_said(tmp_path: Path) -> None:
    passwords = dict.fromkeys(redis_server.RIGHTS, "x")
    server = redis_server.prepare_redis(tmp_path, free_ports(1)[0], passwords, tmp_path / "redis.log")
    (tmp_path / "redis.log").write_text("bind: Address already in use\n")
    ended = subprocess.Popen(["true"])
    ended.wait()
    with pytest.raises(SandboxError, match="Address already in use"):
        redis_server.wait_until_ready(server, ended)
    made = postgres_server.PostgresServer(server.spec, tmp_path, tmp_path, 1, "x")
    with pytest.raises(SandboxError, match="Address already in use"):
        postgres_server.wait_until_ready(made, ended)
