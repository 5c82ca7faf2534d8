"""What frames hold: all of the board now and then, what changed in between, and every log line once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from cockpit.engine.board import Board
from cockpit.engine.incident_clock import IncidentClock
from cockpit.engine.log_buffer import LogBuffer
from cockpit.engine.share.camera import Camera, Spotlight
from cockpit.engine.share.filming import WHOLE_EVERY, Filming, Taken
from cockpit.engine.share.frames import Encoder, decode
from cockpit.engine.share.picture import Picture
from cockpit.engine.share.publisher import SHARE
from cockpit.engine.share.values import LINES
from cockpit.model.health import CheckResult, HealthSnapshot, Verdict
from cockpit.model.logs import Level, LogBatch, LogLine
from cockpit.model.masking import Masker
from cockpit.model.readings import Reading, ReadingState
from cockpit.model.share import Frame, Scene
from tests.support.clock import FixedClock
from tests.support.edges import FakeJournal
from tests.support.fake_session import API_LOG, KV, MAIN, START, an_activity, the_locks

pytestmark = pytest.mark.anyio


class Set:
    """A board and what films it."""

    def __init__(self) -> None:
        self.board, self.spotlight, self.clock = Board(), Spotlight(), FixedClock(START)
        self.camera = Camera(self.board, self.spotlight, self.clock)

    def say(self, *texts: str) -> None:
        lines = tuple(LogLine("api", text, Level.INFO, START) for text in texts)
        self.board.publish(Reading(API_LOG, ReadingState.FRESH, LogBatch(lines), START))


def texts(frame: Frame) -> list[str]:
    batches = [reading.value for reading in frame.readings if isinstance(reading.value, LogBatch)]
    return [line.text for batch in batches for line in batch.lines]


def fresh() -> Reading[object]:
    return Reading(MAIN, ReadingState.FRESH, an_activity(), START)


def test_a_whole_frame_holds_everything_and_others_what_changed() -> None:
    scene = Set()
    scene.board.publish(fresh())
    scene.board.publish(Reading(KV, ReadingState.FRESH, the_locks(), START))
    assert [r.source for r in scene.camera.take(whole=True).readings] == [MAIN, KV]
    assert scene.camera.take(whole=False) == Frame(START, False)
    scene.board.publish(fresh())
    assert [r.source for r in scene.camera.take(whole=False).readings] == [MAIN]
    assert [r.source for r in scene.camera.take(whole=True).readings] == [MAIN, KV]


def test_health_and_scene_come_with_a_frame_when_they_changed() -> None:
    scene = Set()
    scene.camera.take(whole=True)
    health = HealthSnapshot((CheckResult("api.health", Verdict.CRIT, "500"),))
    scene.board.publish_health(health)
    scene.spotlight.scene = Scene("Cron stuck")
    frame = scene.camera.take(whole=False)
    assert (frame.health, frame.scene) == (health, Scene("Cron stuck"))
    following = scene.camera.take(whole=False)
    assert (following.health, following.scene) == (None, None)
    late = scene.camera.take(whole=True)
    assert (late.health, late.scene) == (health, Scene("Cron stuck"))


def test_every_log_line_is_in_one_frame_however_many_batches_came() -> None:
    scene = Set()
    scene.say("one", "two")
    scene.say("three")
    assert texts(scene.camera.take(whole=False)) == ["one", "two", "three"]
    assert texts(scene.camera.take(whole=True)) == []
    scene.say("four")
    assert texts(scene.camera.take(whole=True)) == ["four"]


def test_more_lines_than_a_frame_holds_are_counted() -> None:
    scene = Set()
    for number in range(3):
        scene.say(*(f"{number} {line}" for line in range(LINES)))
    [reading] = scene.camera.take(whole=False).readings
    assert isinstance(reading.value, LogBatch)
    assert (len(reading.value.lines), reading.value.dropped) == (LINES, 2 * LINES)


def test_lines_of_a_log_that_is_lost_are_not_told_twice() -> None:
    scene = Set()
    scene.say("one")
    lost = Reading(API_LOG, ReadingState.STALE, LogBatch((LogLine("api", "one", Level.INFO, START),)), START, error="x")
    scene.board.publish(lost)
    assert texts(scene.camera.take(whole=False)) == ["one"]


def test_how_the_share_is_is_not_shared() -> None:
    scene = Set()
    scene.board.publish(Reading(SHARE, ReadingState.FRESH))
    assert scene.camera.take(whole=True).readings == ()


class AtOnce:
    """FAKE: runs everything where it is."""

    def __init__(self, failing: int = 0) -> None:
        self.failing = failing

    async def run(self, call: Callable[[], bytes], deadline: float) -> bytes:
        if self.failing:
            self.failing -= 1
            raise TimeoutError
        return call()


def filmed(scene: Set, pool: AtOnce) -> tuple[Filming, IncidentClock, list[Taken]]:
    taken: list[Taken] = []

    async def sink(one: Taken) -> None:
        taken.append(one)

    incident = IncidentClock(scene.clock, FakeJournal(scene.clock))
    return Filming(scene.camera, Encoder(Masker(), 1_000_000), incident, pool, [sink], "PROD"), incident, taken


async def test_it_films_while_an_incident_is_open_and_begins_with_a_whole_frame() -> None:
    scene = Set()
    scene.board.publish(fresh())
    filming, incident, taken = filmed(scene, AtOnce())
    await filming.once()
    assert taken == []
    await incident.declare("P1", "Cron stuck")
    for _ in range(WHOLE_EVERY + 2):
        await filming.once()
        scene.clock.advance(1.0)
    assert [index for index, one in enumerate(taken) if one.whole] == [0, WHOLE_EVERY]
    assert (taken[3].incident, taken[3].at) == ("INC-1", START + timedelta(seconds=3))
    await incident.resolve()
    await filming.once()
    assert len(taken) == WHOLE_EVERY + 2


async def test_an_incident_of_another_environment_is_not_filmed() -> None:
    scene = Set()
    filming, incident, taken = filmed(scene, AtOnce())
    elsewhere = IncidentClock(scene.clock, journal := FakeJournal(scene.clock), environment="STAGING")
    await elsewhere.declare("P1", "Cron stuck")
    incident.hear(await journal.entries())
    await filming.once()
    assert incident.current is not None
    assert taken == []


async def test_after_a_frame_that_was_lost_a_whole_one_comes() -> None:
    scene, pool = Set(), AtOnce()
    filming, incident, taken = filmed(scene, pool)
    await incident.declare("P1", "Cron stuck")
    await filming.once()
    pool.failing = 1
    scene.board.publish(fresh())
    await filming.once()
    await filming.once()
    assert [one.whole for one in taken] == [True, True]
    assert [r.source for r in decode(taken[1].data).readings] == [MAIN]


def test_a_picture_begins_with_a_whole_frame() -> None:
    board, logs = Board(), LogBuffer()
    picture = Picture(board, logs)
    picture.show([Frame(START, False, (fresh(),))])
    assert (picture.taken_at, board.readings) == (None, {})
    picture.show([Frame(START, True, (fresh(),)), Frame(START + timedelta(seconds=1), False)])
    assert picture.taken_at == START + timedelta(seconds=1)
    assert board.reading(MAIN) == fresh()
