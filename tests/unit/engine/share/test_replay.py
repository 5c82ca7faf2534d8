"""An incident played again: every pane on one clock, which stands still, runs, steps and jumps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from cockpit.engine.board import Board
from cockpit.engine.incident_clock import IncidentClock
from cockpit.engine.log_buffer import LogBuffer
from cockpit.engine.share.frames import Encoder
from cockpit.engine.share.picture import Picture
from cockpit.engine.share.replay import Replay
from cockpit.engine.share.replay_clock import SPEEDS, ReplayClock
from cockpit.model.activity import ActivitySnapshot
from cockpit.model.errors import JournalError
from cockpit.model.health import Json
from cockpit.model.incident import EntryKind, JournalEntry
from cockpit.model.logs import Level, LogBatch, LogLine
from cockpit.model.masking import Masker
from cockpit.model.readings import Reading, ReadingState
from cockpit.model.share import Frame, Scene
from tests.support.clock import FixedClock
from tests.support.fake_session import API_LOG, MAIN, START, an_activity

pytestmark = pytest.mark.anyio
SECONDS = 300


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_the_clock_goes_as_fast_as_it_is_told_and_ends() -> None:
    real = FixedClock()
    clock = ReplayClock(at(0), at(100), real)
    real.advance(10)
    assert clock.now() == at(10)
    clock.change_speed(1)
    real.advance(10)
    assert clock.now() == at(30)
    clock.pause()
    real.advance(10)
    assert clock.now() == at(30)
    clock.pause()
    real.advance(1_000)
    assert (clock.now(), clock.over) == (at(100), True)


def test_the_clock_jumps_within_its_bounds_and_begins_anew_at_its_end() -> None:
    real = FixedClock()
    clock = ReplayClock(at(0), at(100), real)
    clock.jump(at(-50))
    assert clock.now() == at(0)
    clock.jump(at(500))
    assert clock.over
    clock.pause()
    assert clock.now() == at(100)
    clock.pause()
    assert (clock.now(), clock.playing) == (at(0), True)


def test_there_is_a_slowest_and_a_fastest_speed() -> None:
    clock = ReplayClock(at(0), at(100), FixedClock())
    for _ in range(20):
        clock.change_speed(1)
    assert clock.speed == SPEEDS[-1]
    for _ in range(20):
        clock.change_speed(-1)
    assert clock.speed == SPEEDS[0]


@dataclass(frozen=True)
class Kept:
    """A frame in memory."""

    at: datetime
    whole: bool
    data: bytes


def a_film() -> list[Kept]:
    """A frame a second, each tenth a whole one: as many connections as seconds have gone by, and a line of log."""
    encoder, film = Encoder(Masker(), 1_000_000), list[Kept]()
    for second in range(SECONDS):
        activity = replace(an_activity(), connections=second)
        line = LogLine("api", f"line {second}", Level.INFO, at(second))
        readings: tuple[Reading[object], ...] = (
            Reading(MAIN, ReadingState.FRESH, activity, at(second)),
            Reading(API_LOG, ReadingState.FRESH, LogBatch((line,)), at(second)),
        )
        frame = Frame(at(second), second % 10 == 0, readings, scene=Scene(current=str(second)))
        film.append(Kept(at(second), frame.whole, encoder.encode(frame)))
    return film


def an_entry(sequence: int, second: float, kind: EntryKind, payload: dict[str, Json]) -> JournalEntry:
    return JournalEntry(sequence, at(second), "ada@laptop", "INC-1", kind, payload, "", "")


STORY = [
    an_entry(5, 1, EntryKind.INCIDENT, {"event": "declared", "severity": "P1", "title": "Cron stuck"}),
    an_entry(6, 100, EntryKind.NOTE, {"text": "the worker is gone"}),
    an_entry(7, 250, EntryKind.INCIDENT, {"event": "resolved"}),
]


class AtOnce:
    """FAKE: runs everything where it is."""

    async def run(self, call: Callable[[], list[Frame]], deadline: float) -> list[Frame]:
        return call()


class Stage:
    """A replay with a hand on its clock."""

    def __init__(self, film: list[Kept] | None = None) -> None:
        self.real, self.board, self.logs = FixedClock(), Board(), LogBuffer()
        self.clock = ReplayClock(at(0), at(SECONDS), self.real)
        self.incident = IncidentClock(self.clock, None)
        self.read: list[int] = []
        self.broken = False
        film = a_film() if film is None else film
        picture = Picture(self.board, self.logs)
        self.replay = Replay("INC-1", STORY, film, self._data, picture, self.incident, self.clock, AtOnce())

    def _data(self, wanted: Sequence[Kept]) -> list[bytes]:
        if self.broken:
            raise JournalError("the recording cannot be read")
        self.read.append(len(wanted))
        return [one.data for one in wanted]

    async def go_to(self, second: float) -> None:
        self.clock.jump(at(second))
        await self.replay.once()

    def connections(self) -> int:
        value = self.board.reading(MAIN).value
        assert isinstance(value, ActivitySnapshot)
        return value.connections

    def lines(self) -> list[str]:
        return [kept.line.text for kept in self.logs.ordered]

    async def told(self) -> list[int]:
        return [entry.sequence for entry in await self.replay.entries()]


async def test_readings_logs_entries_scene_and_incident_stand_at_the_same_moment() -> None:
    stage = Stage()
    for second, sequences, open_ in (
        (0.5, [], False),
        (42.5, [5], True),
        (120.5, [5, 6], True),
        (299.0, [5, 6, 7], False),
    ):
        await stage.go_to(second)
        assert stage.connections() == int(second)
        assert stage.lines()[-1] == f"line {int(second)}"
        assert stage.replay.scene.current == str(int(second))
        assert await stage.told() == sequences
        assert (stage.incident.current is not None) is open_


async def test_it_plays_on_by_itself() -> None:
    stage = Stage()
    await stage.replay.once()
    stage.clock.change_speed(1)
    for _ in range(3):
        stage.real.advance(5)
        await stage.replay.once()
    assert stage.connections() == 30
    assert stage.lines() == [f"line {second}" for second in range(31)]


async def test_going_back_forgets_what_was_not_yet() -> None:
    stage = Stage()
    await stage.go_to(280)
    generation = stage.replay.generation
    await stage.go_to(60)
    assert stage.replay.generation > generation
    assert stage.connections() == 60
    assert stage.lines()[-1] == "line 60"
    assert await stage.told() == [5]
    assert stage.incident.current is not None
    await stage.go_to(0)
    assert stage.incident.current is None


async def test_a_jump_reads_what_it_needs_and_no_more() -> None:
    stage = Stage()
    await stage.go_to(290)
    [frames] = stage.read
    assert 121 <= frames <= 131
    assert stage.lines()[-1] == "line 290"


async def test_a_step_goes_to_the_next_entry_and_stands_still() -> None:
    stage = Stage()
    moments = []
    for _ in range(4):
        stage.replay.step()
        stage.real.advance(10)
        moments.append((stage.clock.now() - START).total_seconds())
    assert moments == [1, 100, 250, SECONDS]
    assert not stage.clock.playing


async def test_a_jump_of_a_minute() -> None:
    stage = Stage()
    stage.replay.jump(60)
    stage.replay.jump(60)
    stage.replay.jump(-60)
    assert stage.clock.now() == at(60)
    assert stage.replay.outlook(stage.clock.now()).playing == "at 1x, 01:00 of 05:00"


async def test_without_a_recording_the_timeline_plays_and_says_so() -> None:
    stage = Stage([])
    await stage.go_to(120)
    assert await stage.told() == [5, 6]
    assert stage.replay.outlook(stage.clock.now()).trouble.startswith("no readings were recorded")


async def test_a_recording_that_cannot_be_read_is_said_and_tried_again() -> None:
    stage = Stage()
    stage.broken = True
    await stage.go_to(120)
    assert "cannot be read" in stage.replay.outlook(stage.clock.now()).trouble
    stage.broken = False
    await stage.replay.once()
    assert stage.replay.outlook(stage.clock.now()).trouble == ""
    assert stage.connections() == 120
