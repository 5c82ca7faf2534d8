"""The logs of a real nginx: who asked what, how grave it was, and rotation by its own signal."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cockpit.adapters.clock import SystemClock
from cockpit.adapters.files import LogFile
from cockpit.adapters.pool import BlockingPool
from cockpit.engine.log_fields import fields_of
from cockpit.model.logs import Level, LogLine
from tests.support.awaiting import until_answered
from tests.support.nginx import Nginx, running_nginx

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    with running_nginx(tmp_path_factory.mktemp("nginx")) as found:
        yield found


@pytest.fixture
def pool() -> Iterator[BlockingPool]:
    made = BlockingPool("test-nginx", 2)
    yield made
    made.close()


def log_of(path: Path, pool: BlockingPool) -> LogFile:
    return LogFile(path.stem, path, clock=SystemClock(), pool=pool, zone=UTC, deadline=10.0)


async def line_with(log: LogFile, text: str) -> LogLine:
    """The next line that contains the text."""

    async def look() -> LogLine | None:
        return next((line for line in (await log.fetch()).lines if text in line.text), None)

    return await until_answered(look)


@pytest.mark.parametrize(
    ("path", "status", "level"),
    [("/ok", 200, Level.INFO), ("/gone", 404, Level.WARN), ("/broken", 503, Level.ERROR)],
)
async def test_a_request_is_a_line_with_its_time_and_the_gravity_of_its_answer(
    nginx: Nginx, pool: BlockingPool, path: str, status: int, level: Level
) -> None:
    log = log_of(nginx.folder / "access.log", pool)
    assert nginx.ask(path, **{"User-Agent": "someone/1.0"}) == status
    line = await line_with(log, f"GET {path} ")
    assert line.level is level
    assert abs((datetime.now(UTC) - line.at).total_seconds()) < 60
    fields = fields_of(line.text)
    assert (fields["status"], fields["path"], fields["method"]) == (float(status), path, "GET")
    assert (fields["client"], fields["agent"]) == ("127.0.0.1", "someone/1.0")
    await log.close()


async def test_a_server_that_is_gone_behind_it_is_an_error_in_its_error_log(nginx: Nginx, pool: BlockingPool) -> None:
    log = log_of(nginx.folder / "error.log", pool)
    assert nginx.ask("/behind") == 502
    line = await line_with(log, "connect() failed")
    assert line.level is Level.ERROR
    assert abs(datetime.now(UTC).timestamp() - line.at.timestamp()) < 86_400
    await log.close()


async def test_its_rotation_loses_no_line(nginx: Nginx, pool: BlockingPool) -> None:
    log = log_of(nginx.folder / "access.log", pool)
    nginx.ask("/ok", **{"User-Agent": "before"})
    await line_with(log, "before")
    nginx.ask("/ok", **{"User-Agent": "last-of-the-old"})
    (nginx.folder / "access.log").rename(nginx.folder / "access.log.1")
    os.kill(nginx.pid, signal.SIGUSR1)
    await line_with(log, "last-of-the-old")

    async def reopened() -> bool | None:
        return (nginx.folder / "access.log").exists() or None

    await until_answered(reopened)
    nginx.ask("/ok", **{"User-Agent": "first-of-the-new"})
    await line_with(log, "first-of-the-new")
    await log.close()
