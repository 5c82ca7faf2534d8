"""A cockpit that is killed (SIGKILL) in the middle of an action of each kind, at random moments.

Whatever the moment: the change is made once or not at all, the journal is whole, holds the intent of whatever may have
begun, and an outcome only when it is true; what has an intent and no outcome is named by the next start.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis import Redis

from cockpit.model.incident import EntryKind
from cockpit.sandbox.folder import make_folder
from cockpit.sandbox.process import ProcessSpec
from cockpit.sandbox.supervisor_api import serve_supervisor
from cockpit.sandbox.watchdog import Watchdog
from tests.support.docker import Containers, client_or_skip, ensure_image
from tests.support.killing import Ended, Stage, cockpit_for
from tests.support.pm2 import running_pm2
from tests.support.postgres import session
from tests.support.servers import running_postgres, running_redis
from tests.support.sshd import NEEDED, running_sshd
from tests.support.stages import (
    CountingSupervisor,
    DockerStage,
    HttpStage,
    LineStage,
    Pm2Stage,
    ProcessStage,
    RedisStage,
    SqlStage,
)

pytestmark = pytest.mark.anyio
SEED = 20_260_314
KILLS, FEWER = 12, 5
"""Kills for each kind; fewer where each takes seconds."""
SLACK = 1.05
"""Kills come until a little after the moment at which an action that nobody kills has ended."""
EARLY = 0.1
"""Half of them come in this share of that time, in which the action is begun."""


async def killed(stage: Stage, folder: Path, kills: int = KILLS) -> None:
    """Let one action run to its end, then kill others at moments between its begin and that end."""
    moments, seen, unknown = random.Random(f"{SEED} {stage.kind}"), Counter[str](), set[str]()
    async with cockpit_for(stage, folder) as cockpit:
        whole = await cockpit.carry_out(None)
        assert whole.said.startswith("ended succeeded"), whole
        assert (whole.effects, [entry.kind for entry in whole.entries]) == (1, [EntryKind.INTENT, EntryKind.OUTCOME])
        for _ in range(kills):
            moment = moments.uniform(0.0, SLACK * whole.took) * moments.choice((EARLY, 1.0))
            ended = await cockpit.carry_out(moment)
            judge(ended)
            unknown |= {ended.command} if ended.words.startswith("between") else set()
            assert {command for command in unknown if any(command in told for told in ended.told)} == unknown
            assert len(ended.told) == len(unknown), ended.told
            seen[ended.words] += 1
    said = ", ".join(f"{number} {words}" for words, number in sorted(seen.items()))
    sys.stdout.write(f"{stage.kind}: {kills} kills within {SLACK * whole.took:.2f} s: {said}\n")


def judge(ended: Ended) -> None:
    """Never twice, never better than it was, nothing lost."""
    kinds = [entry.kind for entry in ended.entries]
    assert ended.effects in (0, 1), f"done {ended.effects} times: {ended}"
    assert kinds == [EntryKind.INTENT, EntryKind.OUTCOME][: len(kinds)], ended
    assert all(told.startswith("unknown, verify: ") for told in ended.told)
    if len(kinds) < 2:
        assert ended.said == "", "an outcome was told that is not in the journal"
    if not kinds:
        assert ended.effects == 0, ended
    elif len(kinds) == 2:
        assert (ended.entries[1].payload["outcome"], ended.effects) == ("succeeded", 1), ended


async def test_a_statement(tmp_path: Path) -> None:
    with running_postgres() as server:
        async with session(server.url) as admin:
            await killed(await SqlStage.on(server.url, admin), tmp_path)


async def test_the_deletion_of_a_lock(tmp_path: Path) -> None:
    with running_redis() as server, Redis.from_url(server.url) as admin:
        await killed(RedisStage(server.url, admin), tmp_path)


async def test_a_request(tmp_path: Path) -> None:
    stage = HttpStage()
    await stage.start()
    try:
        await killed(stage, tmp_path)
    finally:
        await stage.stop()


@pytest.mark.docker
async def test_the_restart_of_a_container(tmp_path: Path) -> None:
    client = client_or_skip()
    ensure_image(client)
    containers = Containers(client)
    try:
        await killed(DockerStage(containers), tmp_path)
    finally:
        containers.remove_all()
        client.close()


@pytest.fixture
async def supervised() -> AsyncIterator[ProcessStage]:
    folder = make_folder().root
    watchdog = Watchdog(folder)
    supervisor = CountingSupervisor(watchdog)
    runner = await serve_supervisor(supervisor, folder / "ctl.sock")
    await supervisor.run(ProcessSpec("worker", ("sleep", "600"), folder, folder / "worker.log"))
    yield ProcessStage(str(folder / "ctl.sock"), supervisor)
    await supervisor.stop("worker")
    await runner.cleanup()
    watchdog.dismiss()


async def test_the_restart_of_a_process(supervised: ProcessStage, tmp_path: Path) -> None:
    await killed(supervised, tmp_path)


async def test_a_line_of_the_shell(tmp_path: Path) -> None:
    await killed(LineStage(tmp_path), tmp_path)


@NEEDED
async def test_a_line_on_another_host(tmp_path: Path) -> None:
    with running_sshd(tmp_path) as server:
        await killed(LineStage(tmp_path, server), tmp_path)


async def test_the_restart_of_a_pm2_application(tmp_path: Path) -> None:
    with running_pm2() as daemon:
        await killed(Pm2Stage(daemon), tmp_path, FEWER)
