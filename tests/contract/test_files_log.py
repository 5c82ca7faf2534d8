from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest

from cockpit.adapters.file_stretch import FETCH_BYTES, FETCH_LINES, FIRST_BYTES, FIRST_LINES
from cockpit.adapters.file_tail import LINGER
from cockpit.adapters.files import LogFile
from cockpit.adapters.pool import BlockingPool
from cockpit.model.errors import SourceRefused, SourceUnreachable
from cockpit.model.logs import Level, LogBatch
from tests.support.awaiting import until
from tests.support.clock import FixedClock

pytestmark = pytest.mark.anyio


@pytest.fixture
def pool() -> Iterator[BlockingPool]:
    made = BlockingPool("test-files", 2)
    yield made
    made.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "app.log"
    made.write_bytes(b"")
    return made


def log_of(path: Path, pool: BlockingPool, deadline: float = 10.0) -> LogFile:
    return LogFile("api", path, clock=FixedClock(), pool=pool, zone=UTC, deadline=deadline)


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def texts(batch: LogBatch) -> list[str]:
    return [line.text for line in batch.lines]


async def test_the_first_fetch_gives_the_end_and_later_ones_only_what_is_new(path: Path, pool: BlockingPool) -> None:
    append(path, b"".join(b"line %d\n" % number for number in range(500)))
    log = log_of(path, pool)

    first = await log.fetch()
    nothing = await log.fetch()
    append(path, b"2026-11-21T12:01:07Z ERROR new\n")
    second = await log.fetch()
    await log.close()

    assert texts(first) == [f"line {number}" for number in range(500 - FIRST_LINES, 500)]
    assert nothing == LogBatch(())
    [line] = second.lines
    assert (line.stream, line.level, line.at.hour) == ("api", Level.ERROR, 12)


async def test_the_first_fetch_of_a_huge_file_starts_with_a_whole_line(path: Path, pool: BlockingPool) -> None:
    append(path, b"".join(b"%07d %s\n" % (number, b"x" * 3000) for number in range(400)))
    log = log_of(path, pool)

    first = await log.fetch()
    await log.close()

    assert path.stat().st_size > FIRST_BYTES
    assert all(len(text) == 3008 for text in texts(first))
    assert texts(first)[-1].startswith("0000399 ")


async def test_an_incomplete_line_waits_for_its_end(path: Path, pool: BlockingPool) -> None:
    log = log_of(path, pool)
    append(path, b"hal")
    assert texts(await log.fetch()) == []
    append(path, b"f a line\nand")

    assert texts(await log.fetch()) == ["half a line"]
    await log.close()


async def test_a_writer_that_moves_on_late_is_heard_until_it_has_had_time_to(path: Path, pool: BlockingPool) -> None:
    clock, old = FixedClock(), path.with_suffix(".1")
    log = LogFile("api", path, clock=clock, pool=pool, zone=UTC)
    await log.fetch()
    path.rename(old)
    append(path, b"new\n")
    assert texts(await log.fetch()) == ["new"]
    append(old, b"late\nno end")
    append(path, b"newer\n")
    assert texts(await log.fetch()) == ["late", "newer"]
    clock.advance(LINGER)
    assert texts(await log.fetch()) == ["no end"]
    append(old, b" and never read\n")
    assert texts(await log.fetch()) == []
    await log.close()


async def test_a_rotated_file_is_read_to_its_end_and_then_the_new_one(path: Path, pool: BlockingPool) -> None:
    log = log_of(path, pool)
    await log.fetch()
    append(path, b"old\n")
    path.rename(path.with_suffix(".1"))
    append(path.with_suffix(".1"), b"late\nlast")
    path.write_bytes(b"new\n")

    batch = await log.fetch()
    append(path, b"newer\n")

    assert (texts(batch), batch.notice) == (["old", "late", "last", "new"], "rotated")
    assert texts(await log.fetch()) == ["newer"]
    await log.close()


async def test_a_truncated_file_is_read_from_its_start(path: Path, pool: BlockingPool) -> None:
    append(path, b"one\ntwo\nincompl")
    log = log_of(path, pool)
    await log.fetch()
    os.truncate(path, 0)
    append(path, b"three\n")

    batch = await log.fetch()
    await log.close()

    assert (texts(batch), batch.notice) == (["three"], "truncated")


async def test_a_deleted_file_is_said_and_read_again_when_it_is_back(path: Path, pool: BlockingPool) -> None:
    log = log_of(path, pool)
    await log.fetch()
    append(path, b"goodbye\n")
    path.unlink()

    batch = await log.fetch()
    assert (texts(batch), batch.notice) == (["goodbye"], "deleted")
    with pytest.raises(SourceUnreachable, match="there is no file"):
        await log.fetch()

    path.write_bytes(b"back\n")
    batch = await log.fetch()
    await log.close()
    assert (texts(batch), batch.notice) == (["back"], "recreated")


async def test_deletion_without_a_last_word_is_an_error_at_once(path: Path, pool: BlockingPool) -> None:
    log = log_of(path, pool)
    await log.fetch()
    path.unlink()

    with pytest.raises(SourceUnreachable, match="has been deleted"):
        await log.fetch()


async def test_a_flood_is_capped_and_what_was_passed_over_is_counted(path: Path, pool: BlockingPool) -> None:
    log = log_of(path, pool)
    await log.fetch()
    total = 3 * FETCH_BYTES // 100
    append(path, b"".join(b"%098d\n" % number + b"\n" for number in range(total)))

    batch = await log.fetch()
    after = await log.fetch()
    await log.close()

    assert len(batch.lines) == FETCH_LINES
    assert len(batch.lines) + batch.dropped == 2 * total
    assert batch.lines[-2].text.endswith(str(total - 1))
    assert after == LogBatch(())


async def test_the_last_lines_are_the_ones_that_are_kept(path: Path, pool: BlockingPool) -> None:
    log = log_of(path, pool)
    await log.fetch()
    append(path, b"".join(b"%d\n" % number for number in range(FETCH_LINES + 3)) + b"open")

    batch = await log.fetch()
    append(path, b" end\n")

    assert batch.dropped == 3
    assert texts(batch) == [str(number) for number in range(3, FETCH_LINES + 3)]
    assert texts(await log.fetch()) == ["open end"]
    await log.close()


async def test_hostile_content_is_shown_harmless(path: Path, pool: BlockingPool) -> None:
    log = log_of(path, pool)
    await log.fetch()
    append(path, b"\xff\xfe\x00[@click=app.quit]\x1b]52;c;x\x07\n" + b"x" * 1_000_000 + b"\n" + "\u202eabc\n".encode())

    hostile, huge, reversed_text = texts(await log.fetch())
    await log.close()

    assert hostile == "��[@click=app.quit]"
    assert huge.endswith("… 990,000 more characters")
    assert reversed_text == "abc"


async def test_what_is_no_readable_file_is_refused(tmp_path: Path, pool: BlockingPool) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    with pytest.raises(SourceRefused, match="no regular file"):
        await log_of(pipe, pool).fetch()
    with pytest.raises(SourceUnreachable, match="there is no file"):
        await log_of(tmp_path / "nothing", pool).fetch()
    with pytest.raises(SourceUnreachable, match="Not a directory"):
        await log_of(pipe / "below", pool).fetch()


async def test_a_hanging_file_system_is_left_behind(path: Path) -> None:
    pool = BlockingPool("test-hang", 1)
    released = threading.Event()
    with pytest.raises(TimeoutError):
        await pool.run(released.wait, 0.01)

    with pytest.raises(SourceUnreachable, match="could not be read within"):
        await log_of(path, pool, deadline=0.05).fetch()
    released.set()
    log = log_of(path, pool)
    assert texts(await log.fetch()) == []
    pool.close()
    pool.close()
    with pytest.raises(SourceUnreachable):
        await log.fetch()
    await log.close()


async def test_what_a_late_read_brings_is_not_lost(
    path: Path, pool: BlockingPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(path, b"one\n")
    log = log_of(path, pool, deadline=0.05)
    released, entered = threading.Event(), threading.Event()
    fstat = os.fstat

    def slow(descriptor: int) -> os.stat_result:
        entered.set()
        released.wait(10)
        return fstat(descriptor)

    monkeypatch.setattr(os, "fstat", slow)
    with pytest.raises(SourceUnreachable, match="hangs"):
        await log.fetch()
    assert entered.is_set()
    with pytest.raises(SourceUnreachable, match="hangs"):
        await log.fetch()
    released.set()
    await until(lambda: bool(log._ready))

    assert texts(await log.fetch()) == ["one"]
    await log.close()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
async def test_a_file_without_permission_is_refused(path: Path, pool: BlockingPool) -> None:
    path.chmod(0)
    with pytest.raises(SourceRefused, match="may not be read"):
        await log_of(path, pool).fetch()
