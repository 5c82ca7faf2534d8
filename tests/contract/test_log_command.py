"""Logs of commands: real programs, their death, and the groups that they leave."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cockpit.adapters.files import LogFile
from cockpit.adapters.lines import RawLine
from cockpit.adapters.log_command import CommandLog, NoCommand
from cockpit.adapters.log_glob import LOOK_EVERY, LogGlob, is_pattern
from cockpit.adapters.log_journald import journal_command, journal_parser
from cockpit.adapters.pool import BlockingPool
from cockpit.model.errors import SourceError, SourceRefused, SourceUnreachable
from cockpit.model.logs import Level, LogLine
from tests.support.awaiting import until
from tests.support.clock import FixedClock

NOW = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)


@pytest.fixture
def pool() -> Iterator[BlockingPool]:
    made = BlockingPool("test", 2)
    yield made
    made.close()


async def lines_of(log: CommandLog, count: int) -> list[LogLine]:
    found: list[LogLine] = []
    end = time.monotonic() + 20.0
    while len(found) < count:
        assert time.monotonic() < end, f"only {len(found)} lines came"
        found += (await log.fetch()).lines
        await anyio_pause()
    return found


async def anyio_pause() -> None:
    import anyio

    await anyio.sleep(0.02)


def a_log(pool: BlockingPool, script: str, clock: FixedClock | None = None) -> CommandLog:
    return CommandLog("pod", ["sh", "-c", script], clock=clock or FixedClock(NOW), pool=pool, zone=UTC)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (ProcessLookupError, FileNotFoundError):
        return False


@pytest.mark.anyio
async def test_lines_of_a_command_come_as_they_are_printed(pool: BlockingPool) -> None:
    log = a_log(
        pool,
        "echo '2026-11-21T12:01:07Z ERROR it broke'; echo '  at x' >&2; printf '\\033]0;t\\007clean'; exec sleep 60",
    )
    found = await lines_of(log, 2)
    assert [(line.text, line.level, line.continues) for line in found[:2]] == [
        ("2026-11-21T12:01:07Z ERROR it broke", Level.ERROR, False),
        ("  at x", Level.ERROR, True),
    ]
    assert found[0].at == datetime(2026, 11, 21, 12, 1, 7, tzinfo=UTC)
    await log.close()


@pytest.mark.anyio
async def test_closing_ends_the_whole_group(pool: BlockingPool) -> None:
    log = a_log(pool, "sleep 300 & echo $!; echo $$; trap '' TERM; wait; wait")
    pids = [int(line.text) for line in await lines_of(log, 2)]
    assert all(map(alive, pids))
    await log.close()
    await until(lambda: not any(map(alive, pids)), what="the end of the group")


@pytest.mark.anyio
async def test_a_command_that_ends_says_so_and_is_started_again_later_each_time(pool: BlockingPool) -> None:
    clock = FixedClock(NOW)
    log = a_log(pool, "echo cannot reach the cluster; exit 3", clock)
    waits: list[str] = []
    for _ in range(3):
        await lines_of(log, 1)
        error: SourceError | None = None
        while error is None:
            try:
                await log.fetch()
            except SourceUnreachable as raised:
                error = raised
            await anyio_pause()
        assert "sh ended with exit code 3: cannot reach the cluster" in str(error)
        waits.append(error.remedy)
        with pytest.raises(SourceUnreachable, match="is started again"):
            await log.fetch()
        clock.advance(61)
    assert waits == [f"it is started again in {n} s" for n in (2, 4, 8)]
    await log.close()


@pytest.mark.anyio
async def test_a_command_that_is_not_there_says_what_to_do(pool: BlockingPool) -> None:
    log = CommandLog("pod", ["no-such-program-here", "-f"], clock=FixedClock(NOW), pool=pool)
    with pytest.raises(SourceUnreachable, match="not installed"):
        await log.fetch()
    await log.close()
    with pytest.raises(SourceRefused, match="an observer starts none"):
        await NoCommand("pod").fetch()


@pytest.mark.anyio
async def test_a_flood_is_bounded_and_what_is_passed_over_is_counted(pool: BlockingPool) -> None:
    log = a_log(pool, "yes 'INFO x' | head -n 50000; exec sleep 60")
    seen = 0
    end = time.monotonic() + 30
    while seen < 50_000 and time.monotonic() < end:
        batch = await log.fetch()
        assert len(batch.lines) <= 10_000
        seen += len(batch.lines) + batch.dropped
        await anyio_pause()
    assert seen == 50_000
    await log.close()


def test_the_command_ends_when_the_cockpit_is_killed(tmp_path: Path) -> None:
    program = tmp_path / "follow.py"
    program.write_text(
        "import asyncio\n"
        "from cockpit.adapters.log_command import CommandLog\n"
        "from cockpit.adapters.clock import SystemClock\n"
        "from cockpit.adapters.pool import BlockingPool\n"
        "async def main():\n"
        "    log = CommandLog('x', ['sh', '-c', 'echo $$; exec sleep 300'], clock=SystemClock(),"
        " pool=BlockingPool('p', 1))\n"
        "    while True:\n"
        "        for line in (await log.fetch()).lines: print(line.text, flush=True)\n"
        "        await asyncio.sleep(0.02)\n"
        "asyncio.run(main())\n"
    )
    cockpit = subprocess.Popen([sys.executable, str(program)], stdout=subprocess.PIPE, text=True)
    assert cockpit.stdout is not None
    pid = int(cockpit.stdout.readline())
    assert alive(pid)
    cockpit.kill()
    cockpit.wait()
    cockpit.stdout.close()
    end = time.monotonic() + 20
    while alive(pid):
        assert time.monotonic() < end, "the command survived the cockpit"
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("entry", "texts", "level"),
    [
        (b'{"__REALTIME_TIMESTAMP":"1795262467250000","PRIORITY":"3","SYSLOG_IDENTIFIER":"sshd","_PID":"7","MESSAGE":"no"}',
         ["sshd[7]: no"], Level.ERROR),
        (b'{"PRIORITY":"4","_COMM":"cron","MESSAGE":"one\\ntwo\\u001b[31m"}', ["cron: one", "two"], Level.WARN),
        (b'{"PRIORITY":"6","MESSAGE":[104,195,164]}', ["h\u00e4"], Level.INFO),
        (b'{"MESSAGE":null}', ["(too long for the journal's JSON)"], Level.NONE),
        (b"No journal files were found.", ["No journal files were found."], Level.NONE),
        (b"[1,2]", ["[1,2]"], Level.NONE),
        (b"", [], Level.NONE),
    ],
)  # fmt: skip
def test_entries_of_the_journal(entry: bytes, texts: list[str], level: Level) -> None:
    lines = journal_parser("journal")(RawLine(entry), NOW)
    assert [line.text for line in lines] == texts
    assert all(line.level is level for line in lines)
    assert [line.continues for line in lines] == [False, True][: len(lines)]
    if b"REALTIME" in entry:
        assert lines[0].at == datetime(2026, 11, 21, 12, 1, 7, 250_000, tzinfo=UTC)


def test_the_journal_of_one_unit_or_of_all() -> None:
    assert "--unit=nginx.service" in journal_command("nginx.service")
    assert not any(part.startswith("--unit") for part in journal_command(""))


@pytest.mark.anyio
async def test_a_pattern_follows_files_that_come_and_go(tmp_path: Path, pool: BlockingPool) -> None:
    clock = FixedClock(NOW)
    made: list[str] = []

    def make(name: str, path: Path) -> LogFile:
        made.append(name)
        return LogFile(name, path, clock=clock, pool=pool, zone=UTC)

    log = LogGlob("shop", tmp_path / "*.log", make, clock=clock, pool=pool)
    with pytest.raises(SourceUnreachable, match="there is no file"):
        await log.fetch()
    (tmp_path / "api.log").write_text("one\n")
    (tmp_path / "old.log.gz").write_bytes(b"x")
    assert [(line.stream, line.text) for line in (await log.fetch()).lines] == [("api", "one")]
    (tmp_path / "web.log").write_text("two\n")
    clock.advance(LOOK_EVERY + 1)
    assert [(line.stream, line.text) for line in (await log.fetch()).lines] == [("web", "two")]
    (tmp_path / "api.log").unlink()
    clock.advance(LOOK_EVERY + 1)
    await log.fetch()
    assert made == ["api", "web"]
    assert is_pattern("/var/log/*.log")
    assert not is_pattern("/var/log/app.log")
    await log.close()
