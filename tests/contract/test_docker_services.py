from __future__ import annotations

import asyncio
import contextlib
import gc
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cockpit.adapters.clock import SystemClock
from cockpit.adapters.docker import DockerServices
from cockpit.adapters.docker_engine import DockerEngine
from cockpit.adapters.docker_executor import DockerExecutor
from cockpit.adapters.docker_logs import DockerLogs
from cockpit.adapters.docker_stats import DockerStats
from cockpit.model.errors import SourceError, SourceRefused, SourceUnreachable
from cockpit.model.identities import ServiceIdentity
from cockpit.model.logs import Level, LogLine
from cockpit.model.operations import ServiceOperation, ShellCommand
from cockpit.model.outcomes import OutcomeKind
from cockpit.model.services import Service, ServiceKind
from tests.support.awaiting import until, until_answered
from tests.support.docker import IMAGE, Containers
from tests.support.fault_line import Fault, fault_line
from tests.support.permits import permit_for

pytestmark = [pytest.mark.anyio, pytest.mark.docker, pytest.mark.xdist_group("docker")]

SDK_LEAK = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <socket.socket:pytest.PytestUnraisableExceptionWarning"
)
"""The SDK does not close the socket with which it failed to connect (docker 7.2, transport/unixconn.py)."""

FOREVER = "while :; do sleep 0.1; done"


async def service_when(source: DockerServices, name: str, condition: Callable[[Service], bool]) -> Service:
    for _ in range(300):
        found = (await source.fetch()).service(name)
        if found is not None and condition(found):
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(f"{name} never came to the awaited state: {found}")


async def test_a_container_is_shown_with_its_state_and_what_it_uses(
    engine: DockerEngine, containers: Containers
) -> None:
    labels = {"com.docker.compose.project": containers.prefix, "com.docker.compose.service": "busy"}
    busy = containers.start("busy", "while :; do :; done", labels=labels, health="true", ports={"80/tcp": 0})
    failed = containers.start("failed", "exit 3", labels=labels)
    other = containers.start("other", FOREVER)
    source = DockerServices(engine, project=containers.prefix)

    service = await service_when(source, busy, lambda one: one.health == "healthy" and (one.cpu_percent or 0) > 10)
    ended = await service_when(source, failed, lambda one: one.state == "exited")
    snapshot = await source.fetch()
    server = source.server
    await source.close()

    assert service.kind is ServiceKind.CONTAINER
    assert service.running
    assert service.started_at is not None
    assert (service.image, service.project, service.restarts) == (IMAGE, containers.prefix, 0)
    assert service.cpu_percent is not None
    assert service.cpu_percent < 150
    assert service.memory_bytes is not None
    assert 0 < service.memory_bytes < 50_000_000
    assert service.exit_code is None
    assert (service.pid or 0) > 1
    assert any(port.endswith("→80/tcp") for port in service.ports)
    assert (ended.exit_code, ended.started_at, ended.cpu_percent, ended.pid) == (3, None, None, None)
    assert snapshot.service(other) is None
    assert snapshot.engine.startswith("Docker ")
    assert server


async def test_restarts_are_seen_although_the_list_does_not_tell(engine: DockerEngine, containers: Containers) -> None:
    name = containers.start("loop", "sleep 0.2; exit 1", restart="always")
    source = DockerServices(engine)

    looping = await service_when(source, name, lambda one: (one.restarts or 0) >= 2)
    await source.close()

    assert looping.state in ("running", "restarting")


async def test_only_so_many_containers_are_measured_and_it_is_said(
    engine: DockerEngine, containers: Containers
) -> None:
    labels = {"com.docker.compose.project": containers.prefix}
    for name in ("a", "b"):
        containers.start(name, FOREVER, labels=labels)
    stats = DockerStats(engine, limit=1)
    source = DockerServices(engine, project=containers.prefix, stats=stats)

    first = await service_when(source, f"{containers.prefix}-a", lambda one: one.memory_bytes is not None)
    snapshot = await source.fetch()
    second = snapshot.service(f"{containers.prefix}-b")
    assert first.memory_bytes
    assert second is not None
    assert second.memory_bytes is None
    assert "1 of 2 measured" in snapshot.engine

    meter = stats._meters[first.id]
    containers.remove(first.name)
    await service_when(source, second.name, lambda one: one.memory_bytes is not None)
    await until(lambda: meter.ended)
    await source.close()
    assert stats._meters == {}


@pytest.fixture
def leak_collected() -> Iterator[None]:
    yield
    gc.collect()


@SDK_LEAK
@pytest.mark.usefixtures("leak_collected")
async def test_without_an_engine_it_says_so(tmp_path: Path) -> None:
    source = DockerServices(DockerEngine("gone", f"unix://{tmp_path}/none.sock", timeout=5))
    with pytest.raises(SourceUnreachable, match="no Docker Engine listens there"):
        await source.fetch()
    await source.close()
    unknown = DockerEngine("unknown", "no-such-context")
    with pytest.raises(SourceError, match="no Docker context"):
        await unknown.call(lambda client: client.info())
    unknown.close()


async def test_a_mute_engine_is_given_up_in_time(tmp_path: Path) -> None:
    done = asyncio.Event()

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await done.wait()
        writer.close()

    async with await asyncio.start_unix_server(mute, tmp_path / "s"):
        engine = DockerEngine("mute", f"unix://{tmp_path}/s", timeout=0.3)
        with pytest.raises(SourceUnreachable, match="did not answer within"):
            await engine.call(lambda client: client.info())
        done.set()
        engine.close()


class Line:
    """A socket in front of the Engine's own that can fall silent and be cut."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._open = asyncio.Event()
        self._open.set()
        self._writers: list[asyncio.StreamWriter] = []
        self._server: asyncio.Server | None = None

    async def mend(self) -> None:
        self._open.set()
        self._server = await asyncio.start_unix_server(self._join, self.path)

    def silence(self) -> None:
        self._open.clear()

    def speak(self) -> None:
        self._open.set()

    async def cut(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.close()
        self.path.unlink()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        engine_reader, engine_writer = await asyncio.open_unix_connection("/var/run/docker.sock")
        self._writers += [writer, engine_writer]
        await asyncio.gather(self._pass_on(reader, engine_writer), self._pass_on(engine_reader, writer))

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                await self._open.wait()
                writer.write(data)
                await writer.drain()
        writer.close()


@SDK_LEAK
@pytest.mark.usefixtures("leak_collected")
async def test_an_engine_that_falls_silent_or_goes_away_is_told_apart_and_read_again(
    containers: Containers, tmp_path: Path
) -> None:
    name = containers.start("steady", FOREVER)
    line = Line(tmp_path / "s")
    await line.mend()
    source = DockerServices(DockerEngine("far", f"unix://{line.path}", timeout=1))
    await service_when(source, name, lambda one: one.cpu_percent is not None)
    server = source.server

    line.silence()
    with pytest.raises(SourceUnreachable, match="did not answer"):
        await source.fetch()
    line.speak()
    await reachable(source)

    await line.cut()
    said = [await failure_of(source) for _ in range(6)]
    assert "no Docker Engine listens there" in said[-1]
    await line.mend()
    again = await service_when(source, name, lambda one: one.cpu_percent is not None)
    await source.close()
    await line.cut()

    assert again.running
    assert source.server == server


async def failure_of(source: DockerServices) -> str:
    with pytest.raises(SourceUnreachable) as raised:
        await source.fetch()
    return raised.value.what


async def reachable(source: DockerServices) -> None:
    for _ in range(100):
        with contextlib.suppress(SourceUnreachable):
            await source.fetch()
            return
    raise AssertionError("the Engine never answered again")


async def lines_until(source: DockerLogs, condition: Callable[[list[LogLine]], bool]) -> tuple[list[LogLine], str]:
    lines: list[LogLine] = []
    notices = ""
    for _ in range(300):
        batch = await source.fetch()
        lines += batch.lines
        notices += batch.notice
        if condition(lines):
            return lines, notices
        await asyncio.sleep(0.05)
    raise AssertionError([line.text for line in lines])


def said(text: str, times: int = 1) -> Callable[[list[LogLine]], bool]:
    return lambda lines: [line.text for line in lines].count(text) >= times


@pytest.mark.parametrize("tty", [False, True])
async def test_a_log_is_followed_across_a_restart(engine: DockerEngine, containers: Containers, tty: bool) -> None:
    script = f"echo 'ERROR it broke'; printf '\\033[31mred\\033[0m\\n' >&2; {FOREVER}"
    name = containers.start("talker", script, tty=tty)
    source = DockerLogs(engine, name, clock=SystemClock())

    first, notices = await lines_until(source, said("red"))
    assert sorted(line.text for line in first) == ["ERROR it broke", "red"]
    assert notices == ""
    assert first[[line.text for line in first].index("ERROR it broke")].level is Level.ERROR
    started, server = first[0].at, source.server

    containers.client.containers.get(name).restart(timeout=2)
    again, notices = await lines_until(source, said("red"))
    await source.close()

    assert sorted(line.text for line in again) == ["ERROR it broke", "red"]
    assert notices == "restarted"
    assert again[0].at > started
    assert source.server != server


async def test_a_recreated_container_is_followed_too(engine: DockerEngine, containers: Containers) -> None:
    name = containers.start("phoenix", f"echo first; {FOREVER}")
    source = DockerLogs(engine, name, clock=SystemClock())
    await lines_until(source, said("first"))

    containers.remove(name)
    with pytest.raises(SourceUnreachable, match="does not know it"):
        await source.fetch()
    containers.start("phoenix", f"echo second; {FOREVER}")
    lines, notices = await lines_until(source, said("second"))
    await source.close()

    assert [line.text for line in lines] == ["second"]
    assert notices == "recreated"


async def test_a_flood_is_bounded_and_counted(engine: DockerEngine, containers: Containers) -> None:
    name = containers.start("flood", f"sleep 1; seq 1 20000; echo end; {FOREVER}")
    source = DockerLogs(engine, name, clock=SystemClock())
    await source.fetch()
    follower = source._follower
    assert follower is not None
    await until(lambda: bool(follower.lines) and follower.lines[-1].text == "end", 30)

    batch = await source.fetch()
    await source.close()

    assert len(batch.lines) == 5_000
    assert batch.dropped == 20_001 - 5_000


async def test_a_broken_line_is_taken_up_again_without_repeating(engine: DockerEngine, containers: Containers) -> None:
    name = containers.start("steady", f"echo one; while ! test -e /tmp/go; do sleep 0.1; done; echo two; {FOREVER}")
    source = DockerLogs(engine, name, clock=SystemClock())
    await lines_until(source, said("one"))
    follower = source._follower
    assert follower is not None
    follower.close()
    await until(lambda: follower.ended)
    follower._stream.error = "the line broke"

    containers.client.containers.get(name).exec_run(["touch", "/tmp/go"])
    lines, notices = await lines_until(source, said("two"))
    await source.close()

    assert [line.text for line in lines] == ["two"]
    assert notices == ""


@pytest.mark.parametrize(
    ("verb", "before", "after"),
    [
        ("restart", "", "running"),
        ("stop", "", "exited"),
        ("kill", "", "exited"),
        ("pause", "", "paused"),
        ("unpause", "pause", "running"),
        ("start", "stop", "running"),
    ],
)
async def test_a_container_is_changed_once_by_its_identity(
    engine: DockerEngine, containers: Containers, verb: str, before: str, after: str
) -> None:
    name = containers.start("target", FOREVER)
    executor = DockerExecutor(engine, SystemClock())
    container = containers.client.containers.get(name)
    if before:
        getattr(container, before)()

    prepared = await executor.prepare(ServiceOperation(verb, name))
    assert await executor.identify(prepared.operation) == prepared.identity
    outcome = await executor.execute(permit_for(executor.id, prepared.operation, prepared.identity))

    container.reload()
    assert outcome.kind is OutcomeKind.SUCCEEDED, outcome.reason
    assert container.status == after
    assert after in outcome.reason
    changed = await executor.identify(prepared.operation) != prepared.identity
    assert changed is (verb in ("restart", "start"))


async def test_the_preview_says_what_depends_on_the_container(engine: DockerEngine, containers: Containers) -> None:
    project = {"com.docker.compose.project": containers.prefix}
    depends = "db:service_healthy:true,cache:service_started:false"
    db = containers.start("db", FOREVER, labels={**project, "com.docker.compose.service": "db"}, health="true")
    for service in ("api", "worker"):
        labels = {**project, "com.docker.compose.service": service, "com.docker.compose.depends_on": depends}
        containers.start(service, FOREVER, labels=labels)
    containers.start("lone", FOREVER, labels={**project, "com.docker.compose.service": "lone"})

    prepared = await DockerExecutor(engine, SystemClock()).prepare(ServiceOperation("restart", db))

    facts = {fact.label: fact.value for fact in prepared.preview.facts}
    assert facts["depend on it"] == "api, worker"
    assert facts["image"] == IMAGE
    assert facts["state"].startswith("running, health ")
    assert facts["up for"].startswith("0:00:")
    assert (prepared.target, prepared.preview.count) == (db, 1)


async def test_a_container_that_dies_at_once_was_not_started(
    engine: DockerEngine, containers: Containers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cockpit.adapters.docker_executor._SETTLE", 2.0)
    name = containers.start("weak", "exit 5")
    containers.client.containers.get(name).wait()
    executor = DockerExecutor(engine, SystemClock())
    prepared = await executor.prepare(ServiceOperation("start", name))

    outcome = await executor.execute(permit_for(executor.id, prepared.operation, prepared.identity))

    assert outcome.kind is OutcomeKind.FAILED
    assert "exited with code 5" in outcome.reason


async def test_a_recreated_container_is_not_the_one_that_was_meant(
    engine: DockerEngine, containers: Containers
) -> None:
    name = containers.start("twin", FOREVER)
    executor = DockerExecutor(engine, SystemClock())
    prepared = await executor.prepare(ServiceOperation("stop", name))
    containers.remove(name)
    assert await executor.identify(prepared.operation) is None
    containers.start("twin", FOREVER)

    assert await executor.identify(prepared.operation) != prepared.identity
    outcome = await executor.execute(permit_for(executor.id, prepared.operation, prepared.identity))

    assert outcome.kind is OutcomeKind.FAILED
    assert "does not know it" in outcome.reason
    assert containers.client.containers.get(name).status == "running"


@SDK_LEAK
@pytest.mark.usefixtures("leak_collected")
async def test_what_cannot_be_done_is_refused(engine: DockerEngine, containers: Containers, tmp_path: Path) -> None:
    executor = DockerExecutor(engine, SystemClock())
    name = containers.start("calm", FOREVER)
    running = (await executor.prepare(ServiceOperation("unpause", name))).operation

    with pytest.raises(SourceRefused, match="cannot be asked to remove"):
        await executor.prepare(ServiceOperation("remove", name))
    with pytest.raises(SourceRefused, match="only"):
        await executor.prepare(ShellCommand("true"))
    with pytest.raises(SourceUnreachable, match="does not know it"):
        await executor.prepare(ServiceOperation("stop", "no-such-container"))
    for operation in (running, ShellCommand("true"), ServiceOperation("stop", name)):
        assert (await executor.execute(permit_for(executor.id, operation))).kind is OutcomeKind.FAILED
    gone = DockerExecutor(DockerEngine("gone", f"unix://{tmp_path}/none.sock"), SystemClock())
    outcome = await gone.execute(permit_for(executor.id, running))
    assert outcome.kind is OutcomeKind.FAILED


async def test_a_deadline_that_passes_leaves_the_outcome_unknown(engine: DockerEngine, containers: Containers) -> None:
    name = containers.start("stubborn", "trap '' TERM; " + FOREVER)
    executor = DockerExecutor(engine, SystemClock())
    prepared = await executor.prepare(ServiceOperation("stop", name))

    outcome = await executor.execute(permit_for(executor.id, prepared.operation, prepared.identity, timeout=0.5))

    assert outcome.kind is OutcomeKind.UNKNOWN
    assert isinstance(prepared.identity, ServiceIdentity)


async def test_a_line_that_is_cut_in_the_middle_leaves_the_outcome_unknown(
    containers: Containers, tmp_path: Path
) -> None:
    name = containers.start("slow", "trap 'sleep 1; exit 0' TERM; " + FOREVER)
    with fault_line(Path("/var/run/docker.sock")) as line:
        engine = DockerEngine("far", f"tcp://127.0.0.1:{line.port}", timeout=20)
        executor = DockerExecutor(engine, SystemClock())
        prepared = await executor.prepare(ServiceOperation("restart", name))
        began_at = time.time()
        doing = asyncio.create_task(executor.execute(permit_for(executor.id, prepared.operation, prepared.identity)))

        async def begun() -> bool:
            return await asyncio.to_thread(signalled, containers, name, began_at) == 1

        await until_answered(begun, what="the signal")
        line.break_(Fault.REFUSED)
        outcome = await doing
        engine.close()
    assert outcome.kind is OutcomeKind.UNKNOWN
    assert await asyncio.to_thread(signalled, containers, name, began_at) == 1


def signalled(containers: Containers, name: str, began_at: float) -> int:
    """How often the Engine has sent the container a signal since then."""
    events = containers.client.events(
        since=int(began_at),
        until=time.time(),  # type: ignore[call-overload]  # the Engine takes parts of a second, the stubs do not
        filters={"container": name},
        decode=True,
    )
    return sum(event["Action"] == "kill" and event["timeNano"] > began_at * 1e9 for event in events)
