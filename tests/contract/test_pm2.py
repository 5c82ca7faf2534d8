"""pm2 as npm installs it, with a small application."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import psutil
import pytest

from cockpit.adapters.clock import SystemClock
from cockpit.adapters.pm2 import Pm2, Pm2Services
from cockpit.adapters.pm2_executor import Pm2Executor
from cockpit.adapters.process_inspector import ProcessInspector
from cockpit.model.errors import SourceRefused, SourceUnreachable
from cockpit.model.identities import ServiceIdentity
from cockpit.model.operations import Operation, ScaleService, ServiceOperation, ServicesOperation, ShellCommand
from cockpit.model.outcomes import Outcome, OutcomeKind
from cockpit.model.services import Service, ServicesSnapshot
from tests.support.awaiting import until, until_answered
from tests.support.permits import permit_for
from tests.support.pm2 import Daemon, program, running_pm2

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("pm2")]

APPLICATION = """
console.log('hello from ' + (process.env.NODE_APP_INSTANCE || 'one'));
console.error('TOKEN=abcdef this went wrong');
setInterval(() => {}, 1000);
"""

DEAF = """
process.on('SIGINT', () => require('fs').writeFileSync('ASKED', 'x'));
setInterval(() => {}, 1000);
"""


@pytest.fixture(scope="module")
def daemon() -> Iterator[Daemon]:
    with running_pm2() as made:
        (made.home.parent / "app.js").write_text(APPLICATION)
        yield made


@pytest.fixture
async def pm2(daemon: Daemon) -> AsyncIterator[Pm2]:
    app = str(daemon.home.parent / "app.js")
    daemon.call("start", app, "--name", "web", "-i", "2")
    daemon.call("start", app, "--name", "solo")
    yield Pm2("apps", str(daemon.home), daemon.command, deadline=30)
    daemon.call("delete", "all")


async def snapshot_when(pm2: Pm2, condition: Callable[[ServicesSnapshot], bool]) -> ServicesSnapshot:
    source = Pm2Services(pm2)

    async def look() -> ServicesSnapshot | None:
        snapshot = await source.fetch()
        return snapshot if condition(snapshot) else None

    return await until_answered(look, 40)


def running(snapshot: ServicesSnapshot, name: str) -> list[Service]:
    return [service for service in snapshot.services if service.name == name and service.running]


async def carried_out(executor: Pm2Executor, operation: Operation) -> Outcome:
    prepared = await executor.prepare(operation)
    assert await executor.identify(prepared.operation) == prepared.identity
    return await executor.execute(permit_for(executor.id, prepared.operation, prepared.identity, timeout=60))


async def test_processes_are_listed_with_what_they_use(pm2: Pm2) -> None:
    source = Pm2Services(pm2)
    snapshot = await snapshot_when(pm2, lambda found: len(running(found, "web")) == 2)
    await source.fetch()
    web, solo = running(snapshot, "web")[0], running(snapshot, "solo")[0]

    assert snapshot.engine.startswith("pm2 ")
    assert (web.part, solo.part) == ("cluster 2", "fork")
    assert (web.memory_bytes or 0) > 1_000_000
    assert web.started_at is not None
    assert web.image.endswith("app.js")
    assert source.server is not None
    assert source.server.split()[0] == (pm2.home / "pm2.pid").read_text()


async def test_the_environment_and_both_logs_are_there(pm2: Pm2) -> None:
    snapshot = await snapshot_when(pm2, lambda found: bool(running(found, "solo")))
    [solo] = running(snapshot, "solo")

    async def find(service: str) -> tuple[Service, tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]] | None:
        found = next((one for one in await pm2.processes() if one.service.id == service), None)
        return (found.service, found.facts, found.variables) if found else None

    inspector = ProcessInspector(find, SystemClock())
    assert inspector.log(solo.id, "solo") is None
    sections = {section.title: section for section in await inspector.sections(solo.id)}
    assert ("API_TOKEN", "abcdef") in sections["environment"].facts
    assert dict(sections["overview"].facts)["mode"] == "fork_mode"
    assert str(solo.pid) in sections["processes"].lines[1]
    log = inspector.log(solo.id, "solo")
    assert log is not None

    async def both() -> bool:
        seen.extend(line.text for line in (await log.fetch()).lines)
        return any("hello" in text for text in seen) and any("went wrong" in text for text in seen)

    seen: list[str] = []
    await until_answered(both)
    await log.close()
    with pytest.raises(SourceUnreachable, match="no process 99"):
        await inspector.sections("99")
    await inspector.close()


async def test_one_process_is_restarted_stopped_and_started(pm2: Pm2) -> None:
    executor = Pm2Executor(pm2, SystemClock())
    before = running(await snapshot_when(pm2, lambda found: bool(running(found, "solo"))), "solo")[0]

    restarted = await carried_out(executor, ServiceOperation("restart", "solo"))
    after = running(await Pm2Services(pm2).fetch(), "solo")[0]
    stopped = await carried_out(executor, ServiceOperation("stop", "solo"))
    gone = await Pm2Services(pm2).fetch()
    started = await carried_out(executor, ServiceOperation("start", "solo"))

    assert [one.kind for one in (restarted, stopped, started)] == [OutcomeKind.SUCCEEDED] * 3, restarted.reason
    assert before.started_at is not None
    assert after.started_at is not None
    assert after.started_at > before.started_at
    assert running(gone, "solo") == []
    assert len([s for s in (await Pm2Services(pm2).fetch()).services if s.name == "solo"]) == 1


async def test_an_application_is_scaled_and_tagged_instances_are_stopped(pm2: Pm2) -> None:
    executor = Pm2Executor(pm2, SystemClock())
    await snapshot_when(pm2, lambda found: len(running(found, "web")) == 2)

    prepared = await executor.prepare(ScaleService("web", 3))
    scaled = await carried_out(executor, ScaleService("web", 3))
    web = running(await Pm2Services(pm2).fetch(), "web")
    both = tuple(ServiceOperation("stop", one.name, ServiceIdentity(one.id, one.started_at)) for one in web[:2])
    stopped = await carried_out(executor, ServicesOperation("stop", both))
    left = running(await Pm2Services(pm2).fetch(), "web")

    assert prepared.preview.effect == "will start 1 more, so that web has 3"
    assert scaled.kind is OutcomeKind.SUCCEEDED, scaled.reason
    assert len(web) == 3
    assert stopped.reason == "2 stopped."
    assert [one.id for one in left] == [web[2].id]


async def test_what_cannot_be_done_is_refused(pm2: Pm2) -> None:
    executor = Pm2Executor(pm2, SystemClock())
    for operation, reason in (
        (ServiceOperation("pause", "solo"), "cannot pause"),
        (ServiceOperation("stop", "web"), "2 processes named web"),
        (ShellCommand("true"), "only"),
        (ScaleService("solo", 2), "fork mode"),
        (ScaleService("web", 2), "2 instances already"),
        (ScaleService("web", 0), "no number of instances"),
    ):
        with pytest.raises(SourceRefused, match=reason):
            await executor.prepare(operation)
    for missing in (ServiceOperation("stop", "nobody"), ScaleService("nobody", 2)):
        with pytest.raises(SourceUnreachable, match="pm2 has no"):
            await executor.prepare(missing)
    assert await executor.identify(ServiceOperation("stop", "nobody")) is None
    for unprepared in (ServiceOperation("stop", "solo"), ShellCommand("true")):
        assert (await executor.execute(permit_for(executor.id, unprepared))).kind is OutcomeKind.FAILED
    gone = ServiceOperation("stop", "solo", ServiceIdentity("999", None))
    outcome = await executor.execute(permit_for(executor.id, gone))
    assert outcome.kind is OutcomeKind.FAILED
    assert "999" in outcome.reason


async def test_a_daemon_that_does_not_run_is_not_started_by_looking(tmp_path: Path) -> None:
    pm2 = Pm2("apps", str(tmp_path), program())
    with pytest.raises(SourceUnreachable, match=r"no pm2 daemon runs in .*; `pm2 resurrect`"):
        await pm2.processes()
    assert pm2.daemon() is None
    assert list(tmp_path.iterdir()) == []


async def test_a_program_that_is_missing_hangs_or_fails_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceRefused, match="no program nothing-of-that-name"):
        await Pm2("apps", str(tmp_path), "nothing-of-that-name").run("jlist")
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    with pytest.raises(SourceUnreachable, match="did not end within"):
        await Pm2("apps", str(tmp_path), str(slow), deadline=0.2).run("jlist")
    bad = tmp_path / "bad"
    bad.write_text("#!/bin/sh\necho '[PM2][ERROR] it broke' >&2; exit 1\n")
    bad.chmod(0o755)
    with pytest.raises(SourceRefused, match=r"failed:.*it broke"):
        await Pm2("apps", str(tmp_path), str(bad)).run("jlist")


async def test_what_does_not_end_in_time_is_unknown(pm2: Pm2) -> None:
    executor = Pm2Executor(pm2, SystemClock())
    await snapshot_when(pm2, lambda found: bool(running(found, "solo")))
    prepared = await executor.prepare(ServiceOperation("restart", "solo"))
    outcome = await executor.execute(permit_for(executor.id, prepared.operation, prepared.identity, timeout=0.1))
    assert outcome.kind is OutcomeKind.UNKNOWN


async def test_a_daemon_that_dies_in_the_middle_leaves_the_outcome_unknown() -> None:
    with running_pm2() as daemon:
        asked = daemon.home.parent / "asked"
        (daemon.home.parent / "deaf.js").write_text(DEAF.replace("ASKED", str(asked)))
        daemon.call("start", str(daemon.home.parent / "deaf.js"), "--name", "deaf", "--kill-timeout", "30000")
        own = Pm2("apps", str(daemon.home), daemon.command, deadline=30)
        [deaf] = running(await snapshot_when(own, lambda found: bool(running(found, "deaf"))), "deaf")
        assert deaf.pid is not None
        process, executor = psutil.Process(deaf.pid), Pm2Executor(own, SystemClock())
        prepared = await executor.prepare(ServiceOperation("restart", "deaf"))
        permit = permit_for(executor.id, prepared.operation, prepared.identity, timeout=5.0)
        doing = asyncio.create_task(executor.execute(permit))
        try:
            await until(asked.exists, what="the daemon to ask for the end")
            os.kill(int((daemon.home / "pm2.pid").read_text()), signal.SIGKILL)
            outcome = await doing
        finally:
            with contextlib.suppress(psutil.NoSuchProcess):  # node ends by itself when it notices
                process.kill()
    assert outcome.kind is OutcomeKind.UNKNOWN, outcome.reason
