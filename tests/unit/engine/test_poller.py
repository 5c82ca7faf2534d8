from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from cockpit.engine.poller import Poller
from cockpit.model.errors import SourceUnreachable
from cockpit.model.readings import Reading, ReadingState, SourceId, SourceKind
from tests.support.awaiting import until
from tests.support.clock import FixedClock
from tests.support.edges import FakeSource

pytestmark = pytest.mark.anyio
SOURCE = SourceId(SourceKind.REDIS, "kv")


def poller(source: FakeSource[int], seen: list[Reading[int]], **options: float) -> Poller[int]:
    settings = {"every": 0.01, "timeout": 5.0, **options}
    return Poller(source, FixedClock(), on_reading=seen.append, **settings)


async def test_a_good_answer_is_fresh_and_carries_its_time() -> None:
    seen: list[Reading[int]] = []
    reading = await poller(FakeSource(SOURCE, [7]), seen).once()
    assert (reading.state, reading.value, reading.taken_at) == (ReadingState.FRESH, 7, FixedClock().now())
    assert seen == [reading]


async def test_a_failure_keeps_the_last_good_value_and_says_why() -> None:
    source = FakeSource[int](SOURCE, [7, SourceUnreachable("nobody answers at kv", "start it")])
    subject = poller(source, [])
    await subject.once()
    reading = await subject.once()
    assert (reading.state, reading.value, reading.failures) == (ReadingState.STALE, 7, 1)
    assert reading.error == "nobody answers at kv; start it."


async def test_a_source_that_never_answered_has_failed() -> None:
    reading = await poller(FakeSource[int](SOURCE, [SourceUnreachable("no")]), []).once()
    assert (reading.state, reading.value, reading.taken_at) == (ReadingState.FAILED, None, None)


async def test_a_defect_in_an_adapter_ends_nothing() -> None:
    reading = await poller(FakeSource[int](SOURCE, [ZeroDivisionError("by zero")]), []).once()
    assert reading.state is ReadingState.FAILED
    assert reading.error is not None
    assert "ZeroDivisionError" in reading.error


async def test_recovery_clears_the_error() -> None:
    subject = poller(FakeSource[int](SOURCE, [SourceUnreachable("no"), 8]), [])
    await subject.once()
    reading = await subject.once()
    assert (reading.state, reading.error, reading.failures, reading.next_try) == (ReadingState.FRESH, None, 0, None)


async def test_a_changed_server_identity_is_a_restart_not_a_blip() -> None:
    source = FakeSource[int](SOURCE, [1], server="run-a")
    subject = poller(source, [])
    assert (await subject.once()).restarted_at is None
    source.server = "run-b"
    assert (await subject.once()).restarted_at == FixedClock().now()


async def test_a_silent_source_goes_stale_at_once_and_is_asked_only_once_at_a_time() -> None:
    seen: list[Reading[int]] = []
    source = FakeSource[int](SOURCE, [1])
    source.gate = asyncio.Event()
    subject = poller(source, seen, timeout=0.01)
    subject.start()
    await until(lambda: bool(seen) and seen[-1].state is ReadingState.FAILED)
    assert seen[-1].error == "redis:kv did not answer within 0.01 s."
    assert source.fetches == 1
    source.gate.set()
    await until(lambda: seen[-1].state is ReadingState.FRESH)
    assert source.most_at_once == 1
    await subject.stop()
    assert source.closed


async def test_it_goes_on_by_itself_and_says_when_it_will_try_again() -> None:
    seen: list[Reading[int]] = []
    source = FakeSource[int](SOURCE, [SourceUnreachable("no"), SourceUnreachable("no"), 5])
    subject = poller(source, seen)
    subject.start()
    subject.start()
    await until(lambda: seen[-1:] != [] and seen[-1].state is ReadingState.FRESH)
    assert any(reading.next_try is not None for reading in seen)
    assert source.most_at_once == 1
    await subject.stop()


async def test_a_poke_reads_without_waiting_for_the_turn() -> None:
    source = FakeSource[int](SOURCE, [1])
    subject = poller(source, [], every=3600.0)
    subject.start()
    await until(lambda: source.fetches == 1 and source.running == 0)
    await asyncio.sleep(0)
    subject.poke()
    await until(lambda: source.fetches == 2)
    await subject.stop()


async def test_stopping_ends_an_attempt_that_hangs() -> None:
    source = FakeSource[int](SOURCE, [1])
    source.gate = asyncio.Event()
    subject = poller(source, [])
    subject.start()
    await until(lambda: source.running == 1)
    await subject.stop()
    assert (source.running, source.closed) == (0, True)


async def test_the_pause_grows_with_failures_and_stays_bounded() -> None:
    subject = poller(FakeSource[int](SOURCE, [SourceUnreachable("no")]), [], every=2.0)
    pauses = []
    for _ in range(12):
        await subject.once()
        pauses.append(subject._delay())
    assert pauses[0] < 3.0 < pauses[3]
    assert max(pauses) <= 36.0


class Newsy(FakeSource[int]):
    """FAKE: a source that tells of news."""

    def on_news(self, tell: Callable[[], None]) -> None:
        self.tell = tell


async def test_news_are_fetched_at_once_and_those_that_come_together_only_once() -> None:
    source, seen = Newsy(SOURCE, [7]), list[Reading[int]]()
    subject = poller(source, seen, every=3600.0)
    subject.start()
    await until(lambda: source.fetches == 1)

    for _ in range(20):
        await asyncio.to_thread(source.tell)
    await until(lambda: source.fetches == 2, what="the news")
    await asyncio.to_thread(source.tell)
    await subject.stop()
    source.tell()

    assert source.fetches == 2
    assert source.closed
