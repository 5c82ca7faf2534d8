"""The past of log files: real files, rotated and packed ones."""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cockpit.adapters import log_chain
from cockpit.adapters.log_archive import FileArchive
from cockpit.adapters.log_chain import rotated_files
from cockpit.adapters.pool import BlockingPool
from cockpit.engine.log_buffer import LogBuffer
from cockpit.engine.log_past import BOUND, LogPast, nearest, total
from cockpit.model.errors import SourceUnreachable
from cockpit.model.logs import Level, LogLine, Tally

START = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
pytestmark = pytest.mark.anyio


MADE: list[FileArchive] = []


@pytest.fixture
def pool() -> Iterator[BlockingPool]:
    made = BlockingPool("test", 2)
    yield made
    made.close()
    while MADE:
        MADE.pop()._chain.close()


def an_archive(name: str, path: Path, pool: BlockingPool) -> FileArchive:
    """The past of a file, let go of when the test ends."""
    MADE.append(FileArchive(name, path, pool, zone=UTC))
    return MADE[-1]


def stamped(second: float, text: str) -> str:
    at = START + timedelta(seconds=second)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z INFO {text}\n"


def written(path: Path, seconds: range, word: str = "line") -> Path:
    path.write_text("".join(stamped(n, f"{word} {n}") for n in seconds))
    return path


async def everything_before(archive: FileArchive, page: int) -> list[str]:
    texts: list[str] = []
    place = await archive.seek(START + timedelta(days=1))
    while found := (await archive.before(place, page)).places:
        lines = (await archive.before(place, page)).lines
        texts[:0] = [line.text for line in lines]
        place = found[0]
    return texts


@pytest.mark.parametrize("page", [1, 7, 1000])
async def test_pages_backwards_give_every_line_once(tmp_path: Path, pool: BlockingPool, page: int) -> None:
    path = written(tmp_path / "api.log", range(60, 120))
    with gzip.open(tmp_path / "api.log.2.gz", "wt") as packed:
        packed.write("".join(stamped(n, f"line {n}") for n in range(30)))
    written(tmp_path / "api.log.1", range(30, 60))
    (tmp_path / "api.log.3").write_text("")
    archive = an_archive("api", path, pool)
    expected = [stamped(n, f"line {n}").strip() for n in range(120)]
    assert sorted(tmp_path.iterdir())
    assert await everything_before(archive, page) == expected
    await archive.close()


async def test_pages_forwards_give_every_whole_line_once(tmp_path: Path, pool: BlockingPool) -> None:
    path = written(tmp_path / "api.log", range(60, 120))
    written(tmp_path / "api.log.1", range(60))
    with path.open("a") as file:
        file.write("half a li")
    archive = an_archive("api", path, pool)
    place, texts = (-1, 0), []
    while (page := await archive.after(place, 7)).lines:
        texts += [line.text for line in page.lines]
        place = page.end
    assert texts == [stamped(n, f"line {n}").strip() for n in range(120)]
    with path.open("a") as file:
        file.write("ne\n")
    assert [line.text for line in (await archive.after(place, 7)).lines] == ["half a line"]


async def test_places_by_time_in_every_file(tmp_path: Path, pool: BlockingPool) -> None:
    path = written(tmp_path / "api.log", range(1000, 3000))
    written(tmp_path / "api.log.1", range(1000))
    archive = an_archive("api", path, pool)
    for second in (0, 1, 500, 999, 1000, 1001, 2500, 2999):
        page = await archive.after(await archive.seek(START + timedelta(seconds=second)), 1)
        assert page.lines[0].text.endswith(f"line {second}"), second
    before = await archive.after(await archive.seek(START - timedelta(days=1)), 1)
    assert before.lines[0].text.endswith("line 0")
    assert (await archive.after(await archive.seek(START + timedelta(days=1)), 1)).lines == ()


async def test_places_by_time_where_traces_have_none(tmp_path: Path, pool: BlockingPool) -> None:
    path = tmp_path / "api.log"
    trace = "Traceback (most recent call last):\n" + '  File "x.py", line 3\n' * 30
    path.write_text("".join(stamped(n, f"line {n}") + trace for n in range(200)))
    archive = an_archive("api", path, pool)
    page = await archive.after(await archive.seek(START + timedelta(seconds=77)), 3)
    assert page.lines[0].text.endswith("line 77")
    assert [line.continues for line in page.lines] == [False, True, True]


async def test_finding_goes_both_ways_and_over_the_edges_of_blocks(
    tmp_path: Path, pool: BlockingPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cockpit.adapters.log_archive._BLOCK", 64)
    monkeypatch.setattr("cockpit.adapters.log_archive._TELL_EVERY", 0.0)
    path = tmp_path / "api.log"
    hits = sorted(random.Random(7).sample(range(400), 25))
    path.write_text("".join(stamped(n, "a NEEDLE in hay" if n in hits else "hay") for n in range(200, 400)))
    (tmp_path / "api.log.1").write_text("".join(stamped(n, "needle" if n in hits else "hay") for n in range(200)))
    archive = an_archive("api", path, pool)
    tallies: list[Tally] = []

    async def at(place: tuple[int, int]) -> int:
        return int((((await archive.after(place, 1)).lines[0]).at - START).total_seconds())

    place, found = await archive.seek(START + timedelta(days=1)), []
    while (hit := await archive.find("needle", place, -1, tallies.append)) is not None:
        found.append(await at(hit))
        place = hit
    assert found == hits[::-1]
    place, found = (-1, 0), []
    while (hit := await archive.find("Needle", place, 1)) is not None:
        found.append(await at(hit))
        place = (await archive.after(hit, 1)).end
    assert found == hits
    assert tallies
    assert (await archive.count("needle", tallies.append)).lines == len(hits)
    assert await archive.find("nowhere", (0, 0), 1) is None


async def test_a_rotation_while_it_is_read_moves_nothing(tmp_path: Path, pool: BlockingPool) -> None:
    path = written(tmp_path / "api.log", range(100))
    archive = an_archive("api", path, pool)
    place = await archive.seek(START + timedelta(seconds=50))
    path.rename(tmp_path / "api.log.1")
    written(path, range(100, 110))
    assert (await archive.after(place, 1)).lines[0].text.endswith("line 50")
    await archive.close()
    assert (await archive.after(await archive.seek(START + timedelta(seconds=50)), 1)).lines[0].text.endswith("line 50")


async def test_what_cannot_be_read_says_so(tmp_path: Path, pool: BlockingPool, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SourceUnreachable, match="cannot be read"):
        await an_archive("api", tmp_path / "none.log", pool).seek(START)
    path = written(tmp_path / "api.log", range(100, 110))
    (tmp_path / "api.log.1.gz").write_bytes(gzip.compress(b"x" * 50_000)[:40])
    with pytest.raises(SourceUnreachable, match="damaged"):
        await an_archive("api", path, pool).seek(START)
    monkeypatch.setattr(log_chain, "UNPACKED_CAP", 1000)
    (tmp_path / "api.log.1.gz").write_bytes(gzip.compress(b"x" * 50_000))
    with pytest.raises(SourceUnreachable, match="unpacks to more"):
        await an_archive("api", path, pool).seek(START)


def test_only_rotated_files_of_the_same_log_belong_to_it(tmp_path: Path) -> None:
    names = ["app.log", "app.log.1", "app.log.2.gz", "app.log-20261120", "app-20261119.log", "app2.log", "app.log.bak"]
    for name in [*names, "apple.log.1", "app.log.1.gz.tmp"]:
        (tmp_path / name).write_text("x")
    assert {path.name for path in rotated_files(tmp_path / "app.log")} == {
        "app.log.1",
        "app.log.2.gz",
        "app.log-20261120",
        "app-20261119.log",
    }


async def two_logs(tmp_path: Path, pool: BlockingPool, lines: int = 3000) -> list[FileArchive]:
    even = tmp_path / "even.log"
    even.write_text("".join(stamped(n, f"even {n}") for n in range(0, lines, 2)))
    odd = tmp_path / "odd.log"
    odd.write_text("".join(stamped(n, f"odd {n}") for n in range(1, lines, 2)))
    return [an_archive("even", even, pool), an_archive("odd", odd, pool)]


def seconds(past: LogPast) -> list[int]:
    return [int(kept.line.text.rpartition(" ")[2]) for kept in past.ordered]


async def test_a_stretch_of_the_past_mixes_logs_by_time_without_gaps(tmp_path: Path, pool: BlockingPool) -> None:
    archives = await two_logs(tmp_path, pool, 6000)
    past = LogPast(archives, LogBuffer())
    await past.open(START + timedelta(seconds=4000))
    assert seconds(past) == list(range(seconds(past)[0], seconds(past)[-1] + 1))
    assert 4000 in seconds(past)
    while not past.at_start:
        await past.older()
    while not past.at_end:
        await past.newer()
    assert seconds(past) == list(range(6000))


async def test_a_stretch_of_the_past_stays_within_its_bound_and_comes_back(
    tmp_path: Path, pool: BlockingPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cockpit.engine.log_past.BOUND", 1500)
    monkeypatch.setattr("cockpit.engine.log_past.PAGE", 400)
    archives = await two_logs(tmp_path, pool)
    past = LogPast(archives, LogBuffer())
    await past.open(START + timedelta(seconds=2900))
    while not past.at_start:
        await past.older()
        assert len(past.ordered) <= 1500
    assert seconds(past) == list(range(1500))
    while not past.at_end:
        await past.newer()
    assert seconds(past) == list(range(1500, 3000))
    assert len({kept.number for kept in past.ordered}) == 1500
    assert BOUND == 20_000


async def test_lines_of_logs_without_a_past_are_mixed_in(tmp_path: Path, pool: BlockingPool) -> None:
    ring = LogBuffer()
    ring.extend(LogLine("kubectl", f"pod {n}", Level.INFO, START + timedelta(seconds=n + 0.5)) for n in range(90, 110))
    path = written(tmp_path / "api.log", range(200))
    past = LogPast([an_archive("api", path, pool)], ring)
    await past.open(START + timedelta(seconds=100))
    texts = [kept.line.text for kept in past.ordered]
    assert [text for text in texts if text.startswith("pod")] == [f"pod {n}" for n in range(90, 110)]
    assert texts.index("pod 95") == next(n for n, text in enumerate(texts) if text.endswith("line 95")) + 1


async def test_the_nearest_match_of_all_logs(tmp_path: Path, pool: BlockingPool) -> None:
    archives = await two_logs(tmp_path, pool)
    end = START + timedelta(days=1)
    hit = await nearest(archives, "99", end, -1, None, lambda tally: None)
    assert hit is not None
    assert hit.line.text.endswith("odd 2999")
    following = await nearest(archives, "99", hit.line.at, -1, (hit.stream, hit.place), lambda tally: None)
    assert following is not None
    assert following.line.text.endswith("even 2998")
    back = await nearest(archives, "99", following.line.at, 1, (following.stream, following.place), lambda tally: None)
    assert back == hit
    assert await nearest(archives, "nowhere", end, -1, None, lambda tally: None) is None
    tally, troubles = await total(archives, "even", lambda tally: None)
    assert (tally.lines, troubles) == (1500, ())


async def test_a_log_that_cannot_be_read_does_not_hide_the_others(tmp_path: Path, pool: BlockingPool) -> None:
    archives = [*(await two_logs(tmp_path, pool)), an_archive("gone", tmp_path / "gone.log", pool)]
    past = LogPast(archives, LogBuffer())
    await past.open(START + timedelta(seconds=100))
    assert past.ordered
    assert "gone.log" in past.troubles[0]
    hit = await nearest(archives, "odd 7", START + timedelta(days=1), -1, None, lambda tally: None)
    assert hit is not None
    with pytest.raises(SourceUnreachable):
        await nearest(archives[2:], "odd 7", START, -1, None, lambda tally: None)
    assert len((await total(archives, "odd", lambda tally: None))[1]) == 1
