from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cockpit.engine.board import Board
from cockpit.engine.checks import CheckPlan
from cockpit.engine.log_buffer import LogBuffer
from cockpit.engine.poller import Poller
from cockpit.engine.watch import Watch
from cockpit.model.errors import SourceUnreachable
from cockpit.model.health import CheckResult, HttpSample, Mute, Verdict
from cockpit.model.logs import Level, LogBatch, LogLine
from cockpit.model.metrics import Alert, AlertsSnapshot
from cockpit.model.readings import Reading, ReadingState, SourceId, SourceKind
from tests.support.awaiting import until
from tests.support.clock import FixedClock
from tests.support.edges import FakeSource

pytestmark = pytest.mark.anyio
API = SourceId(SourceKind.HTTP, "api/GET /")
LOG = SourceId(SourceKind.LOGS, "app")


class Scene:
    """A watch over fake sources that notes what it is told."""

    def __init__(self, *plans: CheckPlan) -> None:
        self.board, self.logs = Board(), LogBuffer(100)
        self.verdicts: list[tuple[str, Verdict | None, Verdict]] = []
        self.losses: list[tuple[str, bool]] = []
        self.watch = Watch(self.board, self.logs, FixedClock(), plans, self.verdict, self.source)

    def verdict(self, result: CheckResult, before: CheckResult | None) -> None:
        self.verdicts.append((result.name, before.verdict if before else None, result.verdict))

    def source(self, reading: Reading[object], back: bool) -> None:
        self.losses.append((str(reading.source), back))

    def add(self, source: FakeSource[object], every: float = 0.01) -> None:
        self.watch.add(lambda sink: Poller(source, FixedClock(), every=every, timeout=5.0, on_reading=sink))


def sample(status: int) -> HttpSample:
    return HttpSample("GET", "http://x/", status, 0.01)


async def test_a_verdict_that_changes_is_told_once() -> None:
    scene = Scene(CheckPlan("api", "http", API))
    scene.add(FakeSource[object](API, [sample(200), sample(500), sample(500), sample(200)]))
    scene.watch.start()
    await until(lambda: len(scene.verdicts) == 4)
    await scene.watch.stop()
    steps = [Verdict.UNKNOWN, Verdict.OK, Verdict.CRIT, Verdict.OK]
    assert [after for _, _, after in scene.verdicts] == steps
    assert [before for _, before, _ in scene.verdicts] == [None, *steps[:-1]]


async def test_a_lost_source_is_told_once_and_so_is_its_return() -> None:
    scene = Scene()
    gone = SourceUnreachable("no")
    source = FakeSource[object](API, [sample(200), gone, gone, sample(200)])
    scene.add(source)
    scene.watch.start()
    await until(lambda: len(scene.losses) == 2)
    await scene.watch.stop()
    assert scene.losses == [("http:api/GET /", False), ("http:api/GET /", True)]
    assert source.closed


async def test_log_lines_go_to_the_buffer_and_a_failure_does_not_repeat_them() -> None:
    line = LogLine("app", "hello", Level.INFO, datetime(2026, 1, 1, tzinfo=UTC))
    scene = Scene()
    source = FakeSource[object](LOG, [LogBatch((line,), dropped=3), SourceUnreachable("gone"), LogBatch(())])
    scene.add(source)
    scene.watch.start()
    await until(lambda: source.fetches >= 4)
    await scene.watch.stop()
    assert (scene.logs.since(0), scene.logs.dropped) == ((line,), 3)


async def test_one_pass_reads_each_source_once() -> None:
    scene = Scene(CheckPlan("api", "http", API))
    source = FakeSource[object](API, [sample(500)])
    scene.add(source)
    health = await scene.watch.once()
    assert (health.worst, source.fetches) == (Verdict.CRIT, 1)
    await scene.watch.stop()


async def test_sources_are_announced_before_they_are_read() -> None:
    scene = Scene()
    scene.add(FakeSource[object](API, [sample(200)]))
    assert scene.board.reading(API).state is ReadingState.PENDING
    assert list(scene.board.readings) == [API] == list(scene.watch.sources)


async def test_the_interval_stays_within_reason() -> None:
    scene = Scene()
    scene.add(FakeSource[object](API, [sample(200)]), every=2.0)
    assert scene.watch.interval(API) == 2.0
    scene.watch.set_interval(API, 0.0)
    assert scene.watch.interval(API) == 0.5
    scene.watch.set_interval(API, 10_000)
    assert scene.watch.interval(API) == 300.0


async def test_a_poke_reads_what_a_change_may_show_in() -> None:
    scene = Scene()
    api, log = FakeSource[object](API, [sample(200)]), FakeSource[object](LOG, [LogBatch(())])
    scene.add(api, every=3600.0)
    scene.add(log, every=3600.0)
    scene.watch.start()
    await until(lambda: api.fetches == 1 and log.fetches == 1 and not api.running and not log.running)
    scene.watch.poke(SourceId(SourceKind.REDIS, "kv"))
    await until(lambda: api.fetches == 2)
    assert log.fetches == 1
    await scene.watch.stop()


def test_listeners_are_told_until_they_leave() -> None:
    board, told = Board(), list[SourceId | None]()
    leave = board.subscribe(told.append)
    board.publish(Reading(API))
    leave()
    board.publish(Reading(API))
    assert told == [API]
    assert [r.source for r in board.of_kind(SourceKind.HTTP)] == [API]
    assert board.reading(LOG).state is ReadingState.PENDING


def test_the_ring_forgets_the_oldest_lines() -> None:
    logs = LogBuffer(3)
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    logs.extend(LogLine("a", str(number), Level.NONE, moment) for number in range(5))
    assert (logs.first, logs.end) == (2, 5)
    assert [line.text for line in logs.since(0)] == ["2", "3", "4"]
    assert [line.text for line in logs.since(4)] == ["4"]
    assert logs.since(9) == ()


AM = SourceId(SourceKind.ALERTMANAGER, "main")
DOWN = Alert("DatabaseDown", (("severity", "critical"),), "down", None, "firing")


async def test_an_alert_that_is_over_is_told_too() -> None:
    scene = Scene()
    scene.add(FakeSource[object](AM, [AlertsSnapshot((DOWN,)), AlertsSnapshot(())]))
    scene.watch.start()
    await until(lambda: ("alert DatabaseDown", Verdict.CRIT, Verdict.OK) in scene.verdicts)
    await scene.watch.stop()
    assert ("alert DatabaseDown", None, Verdict.CRIT) in scene.verdicts
    assert scene.board.health.named("alert DatabaseDown") is None


async def test_a_mute_holds_is_restored_and_its_end_is_told_once() -> None:
    clock, ended = FixedClock(), list[str]()
    board = Board()
    plans = [CheckPlan("api", "http", API), CheckPlan("web", "http", API)]
    watch = Watch(board, LogBuffer(100), clock, plans, mute_ended=lambda result: ended.append(result.name))
    source = FakeSource[object](API, [sample(500)])
    watch.add(lambda sink: Poller(source, clock, every=3600.0, timeout=5.0, on_reading=sink))
    watch.restore_mutes({"web": Mute("known", "ada", clock.now() + timedelta(minutes=1))})
    await watch.once()
    watch.mute("api", Mute("repaired", "ada", clock.now() + timedelta(hours=1)))
    assert {result.name: result.muted for result in board.health.results} == {"api": True, "web": True}
    assert board.health.worst == "ok"
    clock.advance(120)
    await watch.once()
    await watch.once()
    assert ended == ["web"]
    assert board.health.worst == "crit"
    assert watch.unmute("api")
    assert not watch.unmute("api")
    assert ended == ["web"]
    await watch.stop()
