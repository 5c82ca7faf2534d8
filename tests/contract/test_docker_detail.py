"""One container looked at closely, events, several at once, a shell, and figures beside the docker program."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import threading
from collections.abc import Sequence
from typing import Any

import pytest
from docker.models.containers import Container

from cockpit.adapters.clock import SystemClock
from cockpit.adapters.docker import DockerServices
from cockpit.adapters.docker_engine import DockerEngine
from cockpit.adapters.docker_executor import DockerExecutor
from cockpit.adapters.docker_inspector import DockerInspector
from cockpit.adapters.docker_shell import ContainerShell
from cockpit.engine.poller import Poller
from cockpit.engine.terminal import LentTerminal
from cockpit.model.errors import RunbookError, SourceRefused, SourceUnreachable
from cockpit.model.identities import ServiceIdentity, ServicesIdentity
from cockpit.model.operations import OpenShell, ServiceOperation, ServicesOperation
from cockpit.model.outcomes import OutcomeKind
from cockpit.model.readings import Reading
from cockpit.model.services import Section, Service, ServicesSnapshot
from tests.support.absent import absent
from tests.support.awaiting import until, until_answered
from tests.support.docker import IMAGE, Containers
from tests.support.permits import permit_for

pytestmark = [pytest.mark.anyio, pytest.mark.docker, pytest.mark.xdist_group("docker")]
FOREVER = "while :; do sleep 0.1; done"


def titled(sections: Sequence[Section], title: str) -> Section:
    return next(section for section in sections if section.title == title)


def fresh(container: Container) -> dict[str, Any]:
    """The attributes of a container as they are now."""
    container.reload()
    return container.attrs


async def test_a_container_is_shown_in_full(engine: DockerEngine, containers: Containers) -> None:
    labels = {"com.docker.compose.project": "shop", "com.docker.compose.service": "api", "tier": "front"}
    name = containers.start(
        "full", FOREVER, labels=labels, health="echo well; true", ports={"80/tcp": 0}, environment={"PASSWORD": "x=y"}
    )
    inspector = DockerInspector(engine, SystemClock())
    container = containers.client.containers.get(name)
    await until(lambda: fresh(container)["State"]["Health"]["Log"] != [], 20)

    sections = await inspector.sections(str(container.id))

    overview = dict(titled(sections, "overview").facts)
    assert (overview["name"], overview["image"], overview["compose"]) == (name, IMAGE, "shop / api")
    assert overview["image id"].startswith("sha256:")
    assert overview["restart policy"] == "no"
    assert ("PASSWORD", "x=y") in titled(sections, "environment").facts
    assert any("sleep" in line for line in titled(sections, "processes").lines)
    assert dict(titled(sections, "ports").facts)["80/tcp"].startswith("0.0.0.0:")
    assert "bridge" in "\n".join(titled(sections, "ports").lines)
    assert dict(titled(sections, "labels").facts)["tier"] == "front"
    assert any("well" in line for line in titled(sections, "health").lines)
    log = inspector.log(str(container.id), name)
    assert log is not None
    assert (await log.fetch()).dropped == 0
    await log.close()

    container.stop(timeout=1)
    stopped = await inspector.sections(str(container.id))
    assert titled(stopped, "processes").lines == ("it does not run",)
    assert "exit code" in dict(titled(stopped, "overview").facts)
    containers.remove(name)
    with pytest.raises(SourceUnreachable, match="does not know it"):
        await inspector.sections(str(container.id))


async def test_events_are_kept_and_bring_the_next_look_at_once(engine: DockerEngine, containers: Containers) -> None:
    name = containers.start("eventful", FOREVER)
    source = DockerServices(engine)
    seen: list[Reading[ServicesSnapshot]] = []
    poller = Poller(source, SystemClock(), every=3600.0, timeout=20.0, on_reading=seen.append)
    poller.start()
    await until(lambda: bool(seen) and source._events is not None and source._events.listening)

    containers.client.containers.get(name).kill()

    def heard() -> bool:
        snapshot = seen[-1].value
        assert snapshot is not None
        service = snapshot.service(name)
        return service is not None and service.state == "exited"

    await until(heard, what="the end of the container without waiting for the next turn")
    snapshot = seen[-1].value
    assert snapshot is not None
    own = [event for event in snapshot.events if event.name == name]
    assert [(event.what, event.detail) for event in own][-2:] == [("kill", "signal 9"), ("ended", "exit code 137")]
    assert own[-1].grave
    await poller.stop()


async def test_a_container_that_runs_out_of_memory_is_marked(engine: DockerEngine, containers: Containers) -> None:
    def start() -> str:
        return containers.start("greedy", "x=a; while :; do x=$x$x; done", memory="8m")

    name, source = start(), DockerServices(engine)
    source.on_news(lambda: None)

    async def starved() -> Service | None:
        found = (await source.fetch()).service(name)
        if found and found.exit_code == 137 and not found.running and not found.oom_killed:
            containers.remove(name)  # the Engine missed the kernel's event, as it does now and then
            start()
        return found if found and found.oom_killed and not found.running else None

    try:
        found = await until_answered(starved, 60)
    finally:
        await source.close()
    assert found.exit_code == 137


async def test_figures_are_those_of_the_docker_program(engine: DockerEngine, containers: Containers) -> None:
    if shutil.which("docker") is None:
        absent("no docker program")
    busy = containers.start("busy", "dd if=/dev/zero of=/tmp/x bs=1024 count=20000; while :; do :; done", memory="64m")
    source = DockerServices(engine)

    async def measured() -> Service | None:
        found = (await source.fetch()).service(busy)
        return found if found and (found.cpu_percent or 0) > 20 and found.traffic.received is not None else None

    ours = await until_answered(measured)
    program = await asyncio.create_subprocess_exec(
        *("docker", "stats", "--no-stream", "--format", "{{json .}}", busy), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await program.communicate()
    ours = (await source.fetch()).service(busy) or ours
    await source.close()

    theirs = json.loads(out)
    used, _, limit = theirs["MemUsage"].partition(" / ")
    assert limit == "64MiB"
    assert ours.memory_limit == 64 * 1024**2
    assert ours.memory_bytes is not None
    assert ours.memory_bytes == pytest.approx(_bytes(used), rel=0.3, abs=300_000)
    assert int(theirs["PIDs"]) == ours.tasks
    assert ours.cpu_percent is not None
    assert 10 < ours.cpu_percent < 110
    assert 10 < float(theirs["CPUPerc"].rstrip("%")) < 110


def _bytes(text: str) -> float:
    units = {"KiB": 1024, "MiB": 1024**2, "GiB": 1024**3, "B": 1}
    unit = next(unit for unit in units if text.endswith(unit))
    return float(text.removesuffix(unit)) * units[unit]


async def test_several_are_changed_with_a_result_for_each(engine: DockerEngine, containers: Containers) -> None:
    names = [containers.start(name, FOREVER) for name in ("one", "two", "three")]
    ids = {name: str(containers.client.containers.get(name).id) for name in names}
    executor = DockerExecutor(engine, SystemClock())
    wanted = ServicesOperation("stop", tuple(ServiceOperation("stop", n, ServiceIdentity(ids[n], None)) for n in names))
    containers.remove(names[2])

    prepared = await executor.prepare(wanted)
    assert prepared.preview.count == 2
    assert prepared.preview.targets[0].startswith(f"{names[0]}  state running  up for 0:00:")
    assert prepared.preview.targets[2].startswith("left out: the Docker Engine does not know it")
    assert prepared.target == f"{names[0]}, {names[1]}"
    assert await executor.identify(prepared.operation) == prepared.identity

    containers.remove(names[1])
    assert await executor.identify(prepared.operation) != prepared.identity
    outcome = await executor.execute(permit_for(executor.id, prepared.operation, prepared.identity))

    assert outcome.kind is OutcomeKind.FAILED
    assert [(r.target, r.kind) for r in outcome.results] == [
        (names[0], OutcomeKind.SUCCEEDED),
        (names[1], OutcomeKind.FAILED),
    ]
    assert outcome.reason.startswith("1 stopped; ")
    with pytest.raises(SourceUnreachable, match="none of the 1 services"):
        await executor.prepare(ServicesOperation("stop", (ServiceOperation("stop", names[2]),)))
    assert await executor.identify(
        ServicesOperation("stop", (ServiceOperation("stop", names[2]),))
    ) == ServicesIdentity(())


async def test_one_that_was_made_anew_since_the_key_press_is_refused(
    engine: DockerEngine, containers: Containers
) -> None:
    name = containers.start("phoenix", FOREVER)
    before = ServiceIdentity(str(containers.client.containers.get(name).id), None)
    containers.remove(name)
    containers.start("phoenix", FOREVER)
    executor = DockerExecutor(engine, SystemClock())

    with pytest.raises(SourceRefused, match="made anew"):
        await executor.prepare(ServiceOperation("stop", name, before))
    with pytest.raises(SourceRefused, match="made anew"):
        await executor.prepare(OpenShell(name, before))


async def test_one_that_keeps_restarting_can_be_stopped(engine: DockerEngine, containers: Containers) -> None:
    name = containers.start("loop", "exit 1", restart="always")
    container = containers.client.containers.get(name)
    await until(lambda: fresh(container)["RestartCount"] >= 2, 30)
    executor = DockerExecutor(engine, SystemClock())

    prepared = await executor.prepare(ServiceOperation("stop", name))
    count = container.attrs["RestartCount"]
    await until(lambda: fresh(container)["RestartCount"] > count, 30)
    assert prepared.identity == ServiceIdentity(str(container.id), None)
    assert await executor.identify(prepared.operation) == prepared.identity
    outcome = await executor.execute(permit_for(executor.id, prepared.operation, prepared.identity))

    assert outcome.kind is OutcomeKind.SUCCEEDED, outcome.reason
    assert {fact.label for fact in prepared.preview.facts} >= {"meant", "image"}


@pytest.mark.parametrize(("health", "kind"), [("true", OutcomeKind.SUCCEEDED), ("false", OutcomeKind.FAILED)])
async def test_a_restart_is_done_when_the_health_check_has_spoken(
    engine: DockerEngine, containers: Containers, health: str, kind: OutcomeKind
) -> None:
    name = containers.start("checked", FOREVER, health=health)
    executor = DockerExecutor(engine, SystemClock())
    prepared = await executor.prepare(ServiceOperation("restart", name))

    outcome = await executor.execute(permit_for(executor.id, prepared.operation, prepared.identity, timeout=60))

    assert outcome.kind is kind
    assert outcome.reason.endswith("health healthy" if health == "true" else "health unhealthy")


async def test_a_shell_is_opened_on_the_terminal_that_is_lent(engine: DockerEngine, containers: Containers) -> None:
    if shutil.which("docker") is None:
        absent("no docker program")
    name = containers.start("inside", FOREVER)
    terminal, ran = LentTerminal(), list[Sequence[str]]()
    executor = DockerExecutor(engine, SystemClock(), ContainerShell(engine, terminal))

    async def lend(command: Sequence[str]) -> int:
        ran.append(command)
        words = [word for word in command if word != "-it"]
        program = await asyncio.create_subprocess_exec(*words, stdin=asyncio.subprocess.DEVNULL)
        return await program.wait()

    prepared = await executor.prepare(OpenShell(name))
    assert await executor.identify(prepared.operation) == prepared.identity
    nobody = await executor.execute(permit_for(executor.id, prepared.operation))
    terminal.offer(lend)
    outcome = await executor.execute(permit_for(executor.id, prepared.operation))

    assert isinstance(prepared.identity, ServiceIdentity)
    assert (nobody.kind, outcome.kind) == (OutcomeKind.FAILED, OutcomeKind.SUCCEEDED), outcome.reason
    assert "no terminal here" in nobody.reason
    assert ran[0][:4] == ["docker", "exec", "-it", prepared.identity.id]

    async def fail(command: Sequence[str]) -> int:
        raise RunbookError("it cannot be started", "install it")

    terminal.offer(fail)
    assert (await executor.execute(permit_for(executor.id, prepared.operation))).kind is OutcomeKind.FAILED
    assert (await executor.execute(permit_for(executor.id, OpenShell(name)))).kind is OutcomeKind.FAILED
    containers.client.containers.get(name).stop(timeout=1)
    with pytest.raises(SourceRefused, match="does not run"):
        await executor.prepare(OpenShell(name))


async def test_no_thread_is_left_behind(containers: Containers) -> None:
    containers.start("quiet", FOREVER)
    engine = DockerEngine("brief", timeout=10)
    source = DockerServices(engine)
    source.on_news(lambda: None)
    await source.fetch()
    with contextlib.suppress(SourceUnreachable):
        await source.fetch()
    await source.close()

    def left() -> list[str]:
        names = [thread.name for thread in threading.enumerate()]
        return [name for name in names if name.startswith(("docker-stream", "docker-brief"))]

    await until(lambda: not left(), 60, what=f"the end of {left()}")
