"""Processes of this machine that a pattern finds, and signals to them."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator

import psutil
import pytest

from cockpit.adapters.clock import SystemClock
from cockpit.adapters.local_executor import LocalExecutor
from cockpit.adapters.process_inspector import ProcessInspector
from cockpit.adapters.processes_local import LocalProcesses, parse_patterns
from cockpit.model.errors import ConfigError, SourceRefused, SourceUnreachable
from cockpit.model.identities import ServiceIdentity
from cockpit.model.operations import ServiceOperation, ServicesOperation, ShellCommand
from cockpit.model.outcomes import OutcomeKind
from cockpit.model.services import Service
from tests.support.awaiting import until_answered
from tests.support.permits import permit_for

pytestmark = pytest.mark.anyio

SCRIPT = """
import socket, subprocess, sys, time
line = socket.socket(); line.bind(("127.0.0.1", 0)); line.listen()
print(line.getsockname()[1], flush=True)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", "cockpit-child"])
while True: pass
"""


class Victim:
    """A busy process that listens and has a child."""

    def __init__(self, mark: str) -> None:
        self.mark = mark
        words = [sys.executable, "-c", SCRIPT, mark]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def end(self) -> None:
        children = psutil.Process(self.process.pid).children() if self.process.poll() is None else []
        for child in children:
            child.kill()
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def victim(request: pytest.FixtureRequest) -> Iterator[Victim]:
    made = Victim(f"cockpit-victim-{abs(hash(request.node.name)) % 10**6}")
    child = psutil.Process(made.process.pid)
    yield made
    for orphan in child.children() if child.is_running() and child.status() != psutil.STATUS_ZOMBIE else []:
        orphan.kill()
    made.end()


async def service_when(source: LocalProcesses, condition: Callable[[Service], bool]) -> Service:
    async def look() -> Service | None:
        return next((one for one in (await source.fetch()).services if condition(one)), None)

    return await until_answered(look)


async def test_a_process_is_found_by_its_line_with_what_it_and_its_children_use(victim: Victim) -> None:
    source = LocalProcesses("here", parse_patterns((f"line:{victim.mark}$",)))
    found = await service_when(source, lambda one: (one.cpu_percent or 0) > 0)
    seen = source.seen(found.id)

    async def find(service: str) -> tuple[Service, tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]] | None:
        known = source.seen(service)
        return (known, (), ()) if known else None

    inspector = ProcessInspector(find, SystemClock())
    sections = {section.title: section for section in await inspector.sections(found.id)}
    await inspector.close()
    await source.close()

    assert (found.id, found.pid, found.project) == (str(victim.process.pid), victim.process.pid, "here")
    assert found.running
    assert seen is not None
    assert (found.memory_bytes or 0) > psutil.Process(victim.process.pid).memory_info().rss
    assert len(sections["processes"].lines) == 3
    assert f"127.0.0.1:{victim.port}" in "\n".join(sections["ports"].lines)
    assert any(name == "PATH" for name, _ in sections["environment"].facts)
    assert source.server is not None


async def test_a_process_is_found_by_its_port_and_by_its_name(victim: Victim) -> None:
    name = psutil.Process(victim.process.pid).name()
    by_port = LocalProcesses("port", parse_patterns((f"port:{victim.port}",)))
    by_name = LocalProcesses("name", parse_patterns((f"name:{name}",)))
    [found] = (await by_port.fetch()).services
    names = {one.name for one in (await by_name.fetch()).services}
    await by_port.close()
    await by_name.close()
    assert found.pid == victim.process.pid
    assert names == {name}


async def test_one_that_has_ended_is_shown_as_gone_until_another_comes(victim: Victim) -> None:
    source = LocalProcesses("here", parse_patterns((f"line:{victim.mark}$",)))
    found = await service_when(source, lambda one: one.running)
    victim.end()
    gone = await service_when(source, lambda one: one.state == "gone")
    assert (gone.id, gone.pid) == (found.id, None)
    another = Victim(victim.mark)
    back = await service_when(source, lambda one: one.running)
    assert back.id != found.id
    assert len((await source.fetch()).services) == 1
    another.end()
    await source.close()


@pytest.mark.parametrize(("verb", "state"), [("stop", "gone"), ("kill", "gone"), ("pause", "paused")])
async def test_a_signal_is_sent_and_its_effect_is_seen(victim: Victim, verb: str, state: str) -> None:
    source = LocalProcesses("here", parse_patterns((f"line:{victim.mark}$",)))
    found = await service_when(source, lambda one: one.running)
    executor = LocalExecutor(source.id)
    asked = ServiceOperation(verb, found.name, ServiceIdentity(found.id, found.started_at))

    prepared = await executor.prepare(asked)
    assert prepared.identity == asked.identity
    assert await executor.identify(prepared.operation) == prepared.identity
    outcome = await executor.execute(permit_for(executor.id, prepared.operation))
    await source.close()

    assert outcome.kind is OutcomeKind.SUCCEEDED, outcome.reason
    assert outcome.reason.endswith(f"is {state}")
    assert "nobody here starts it again" in prepared.preview.effect
    if verb == "pause":
        on = await executor.execute(
            permit_for(
                executor.id, ServiceOperation("unpause", found.name, ServiceIdentity(found.id, found.started_at))
            )
        )
        assert on.reason.endswith("is running")


async def test_another_process_with_the_same_pid_is_left_alone(victim: Victim) -> None:
    executor = LocalExecutor(LocalProcesses("here", ()).id)
    process = psutil.Process(victim.process.pid)
    before = ServiceIdentity(str(process.pid), SystemClock().now())
    outcome = await executor.execute(permit_for(executor.id, ServiceOperation("kill", "x", before)))
    assert outcome.kind is OutcomeKind.FAILED
    assert process.is_running()
    several = ServicesOperation("kill", (ServiceOperation("kill", "x", before),))
    assert (await executor.identify(several)) == (await executor.prepare(several)).identity
    assert (await executor.execute(permit_for(executor.id, several))).kind is OutcomeKind.FAILED


async def test_what_cannot_be_done_is_refused() -> None:
    executor = LocalExecutor(LocalProcesses("here", ()).id)
    with pytest.raises(SourceRefused, match="cannot be asked to restart"):
        await executor.prepare(ServiceOperation("restart", "x", ServiceIdentity("1", None)))
    with pytest.raises(SourceRefused, match="only"):
        await executor.prepare(ShellCommand("true"))
    with pytest.raises(SourceUnreachable, match="has ended"):
        await executor.prepare(ServiceOperation("stop", "x", ServiceIdentity("999999999", None)))
    with pytest.raises(SourceUnreachable, match="has ended"):
        await executor.prepare(ServiceOperation("stop", "x"))
    assert (await executor.execute(permit_for(executor.id, ShellCommand("true")))).kind is OutcomeKind.FAILED


@pytest.mark.parametrize("written", ["nginx", "name:", "line:(", "port:http", "user:root"])
def test_a_pattern_of_another_form_is_an_error(written: str) -> None:
    with pytest.raises(ConfigError, match="is no pattern"):
        parse_patterns((written,))


async def test_an_unused_port_finds_nobody() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        source = LocalProcesses("none", parse_patterns((f"port:{free.getsockname()[1]}",)))
    assert (await source.fetch()).services == ()
    await asyncio.wait_for(source.close(), 5)
