"""Frames on the disk: bounded, found again by time, whole after a crash, and nobody's trouble when the disk refuses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from cockpit.adapters.recording import FILES, Recorder, Recording, recordings_folder
from cockpit.engine.share.filming import Taken
from tests.support.fake_session import START

pytestmark = pytest.mark.anyio
MEGABYTE = 1_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return recordings_folder(tmp_path / "journal.db")


@pytest.fixture
async def recorder(folder: Path) -> AsyncIterator[Recorder]:
    made = Recorder(folder, MEGABYTE)
    yield made
    await made.stop()


def a_frame(second: int, size: int = 100, incident: str = "INC-1") -> Taken:
    data = f"{second}:".encode().ljust(size, b".")
    return Taken(incident, START + timedelta(seconds=second), second % 10 == 0, data)


def seconds_in(folder: Path, incident: str = "INC-1") -> list[int]:
    recording = Recording(folder, incident)
    return [int(data.partition(b":")[0]) for data in recording.read(recording.frames())]


async def test_frames_come_back_with_their_times(recorder: Recorder, folder: Path) -> None:
    for second in range(25):
        await recorder.take(a_frame(second))
    frames = Recording(folder, "INC-1").frames()
    assert seconds_in(folder) == list(range(25))
    assert [frame.at for frame in frames] == [START + timedelta(seconds=second) for second in range(25)]
    assert [index for index, frame in enumerate(frames) if frame.whole] == [0, 10, 20]
    assert (folder / "INC-1.frames").stat().st_mode & 0o077 == 0


async def test_the_file_is_bounded_and_begins_with_a_whole_frame(recorder: Recorder, folder: Path) -> None:
    for second in range(100):
        await recorder.take(a_frame(second, 40_000))
        assert (folder / "INC-1.frames").stat().st_size <= MEGABYTE
    frames = Recording(folder, "INC-1").frames()
    assert seconds_in(folder)[-1] == 99
    assert len(frames) >= 10
    assert frames[0].whole


async def test_half_a_frame_at_the_end_is_passed_over_and_written_over(recorder: Recorder, folder: Path) -> None:
    for second in range(3):
        await recorder.take(a_frame(second))
    await recorder.stop()
    path = folder / "INC-1.frames"
    path.write_bytes(path.read_bytes()[:-7])
    assert seconds_in(folder) == [0, 1]
    again = Recorder(folder, MEGABYTE)
    await again.take(a_frame(3))
    await again.stop()
    assert seconds_in(folder) == [0, 1, 3]


async def test_a_frame_that_was_damaged_is_left_out(recorder: Recorder, folder: Path) -> None:
    for second in range(3):
        await recorder.take(a_frame(second))
    path = folder / "INC-1.frames"
    whole = bytearray(path.read_bytes())
    whole[Recording(folder, "INC-1").frames()[1].start] ^= 0xFF
    path.write_bytes(whole)
    assert seconds_in(folder) == [0, 2]


async def test_of_two_cockpits_one_records_and_the_other_takes_over(recorder: Recorder, folder: Path) -> None:
    other = Recorder(folder, MEGABYTE)
    await recorder.take(a_frame(0))
    await other.take(a_frame(1))
    await recorder.take(a_frame(2))
    await recorder.stop()
    await other.take(a_frame(3))
    await other.stop()
    assert seconds_in(folder) == [0, 2, 3]


async def test_only_so_many_incidents_are_kept(recorder: Recorder, folder: Path) -> None:
    for number in range(FILES + 5):
        await recorder.take(a_frame(0, incident=f"INC-{number}"))
    assert len(list(folder.iterdir())) == FILES
    assert seconds_in(folder, f"INC-{FILES + 4}") == [0]


async def test_an_incident_without_a_recording_has_no_frames(folder: Path) -> None:
    assert Recording(folder, "INC-9").frames() == ()


async def test_a_name_leads_nowhere_else(recorder: Recorder, folder: Path) -> None:
    await recorder.take(a_frame(0, incident="../../INC-1"))
    assert [path.name for path in folder.iterdir()] == ["______INC-1.frames"]


async def test_a_disk_that_refuses_costs_the_recording_alone(tmp_path: Path) -> None:
    (tmp_path / "journal.db.frames").write_text("a file in place of the folder")
    recorder = Recorder(tmp_path / "journal.db.frames", MEGABYTE)
    await recorder.take(a_frame(0))
    await recorder.stop()
