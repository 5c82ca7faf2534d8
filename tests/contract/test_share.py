"""An incident shared over a real Redis: followed live and late, through failures, forgery and masking."""

from __future__ import annotations

import asyncio
import contextlib
import json
import zlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from redis import Redis

from cockpit.adapters.clock import SystemClock
from cockpit.adapters.journal_sqlite import SqliteJournal
from cockpit.adapters.pool import BlockingPool
from cockpit.adapters.share_stream import Bounds, RedisShare
from cockpit.config.secrets import Secret
from cockpit.engine.board import Board
from cockpit.engine.incident_clock import IncidentClock
from cockpit.engine.log_buffer import LogBuffer
from cockpit.engine.share.camera import Camera, Spotlight
from cockpit.engine.share.entries import shared_line
from cockpit.engine.share.filming import Filming
from cockpit.engine.share.follower import Follower
from cockpit.engine.share.frames import Encoder
from cockpit.engine.share.leases import Leases
from cockpit.engine.share.live import read_live
from cockpit.engine.share.picture import Picture
from cockpit.engine.share.publisher import Publisher, Signature
from cockpit.engine.share.story import MARK
from cockpit.model.activity import ActivitySnapshot
from cockpit.model.incident import EntryKind, JournalEntry
from cockpit.model.logs import Level, LogBatch, LogLine
from cockpit.model.masking import Masker
from cockpit.model.readings import Reading, ReadingState, SourceKind
from cockpit.model.share import LiveIncident, Scene
from cockpit.sandbox import redis_server
from tests.contract.test_redis_versions import PROGRAMS
from tests.support.awaiting import until, until_answered
from tests.support.fake_session import API_LOG, KV, MAIN, START, an_activity, the_locks
from tests.support.servers import FallibleRedis, fallible_redis

pytestmark = pytest.mark.anyio
KEY = b"the team's key"
QUICK = 0.4
"""Seconds that an exchange may take in these tests."""


@pytest.fixture(params=PROGRAMS)
def fallible(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[FallibleRedis]:
    monkeypatch.setattr(redis_server, "find_program", lambda: request.param)
    with fallible_redis() as running:
        yield running


@dataclass
class Operator:
    """An operator's cockpit as far as it shares."""

    journal: SqliteJournal
    incident: IncidentClock
    board: Board
    spotlight: Spotlight
    filming: Filming
    publisher: Publisher
    dots: list[Reading[object]] = field(default_factory=list)

    async def note(self, text: str) -> JournalEntry:
        return await self.journal.append(EntryKind.NOTE, {"text": text}, self.incident.id)

    async def share(self) -> None:
        """One turn of both loops."""
        await self.filming.once()
        await self.publisher.once()

    def dot_is(self, state: ReadingState) -> bool:
        return self.dots[-1].state is state


def a_share(url: str, bounds: Bounds | None = None) -> RedisShare:
    return RedisShare(Secret(url), "team", bounds or Bounds(), QUICK)


@contextlib.asynccontextmanager
async def an_operator(
    url: str, path: Path, masker: Masker | None = None, bounds: Bounds | None = None
) -> AsyncIterator[Operator]:
    """An operator with a journal on the disk, and an incident once it is declared."""
    clock, board, spotlight, masker = SystemClock(), Board(), Spotlight(), masker or Masker()
    journal = SqliteJournal(path, "ada@laptop")
    incident = IncidentClock(clock, journal, 1, "PROD")
    incident.hear(await journal.entries())
    dots: list[Reading[object]] = []
    signature = Signature("ada@laptop", "PROD", KEY)
    publisher = Publisher(a_share(url, bounds), journal, incident, masker, clock, signature, dots.append)
    pool = BlockingPool("encode", 1)
    camera = Camera(board, spotlight, clock)
    filming = Filming(camera, Encoder(masker, 200_000), incident, pool, [publisher.take], "PROD")
    try:
        yield Operator(journal, incident, board, spotlight, filming, publisher, dots)
    finally:
        await publisher.stop()
        await journal.close()
        pool.close()


@dataclass
class Eyes:
    """A follower, and what it sees."""

    follower: Follower
    board: Board
    logs: LogBuffer
    incident: IncidentClock
    dots: list[Reading[object]]

    async def told(self) -> list[JournalEntry]:
        return list(await self.follower.entries())

    async def texts(self) -> list[str]:
        return [str(entry.payload.get("text")) for entry in await self.told() if entry.kind is EntryKind.NOTE]


@contextlib.asynccontextmanager
async def eyes_on(url: str, incident: str = "INC-1", key: bytes = KEY) -> AsyncIterator[Eyes]:
    """Somebody who follows, found by the list of incidents as `cockpit observe` does."""
    stream, clock, board, logs = a_share(url), SystemClock(), Board(), LogBuffer()
    live = next(found for found in await listed(url) if found.incident == incident)
    heard, dots = IncidentClock(clock, None), list[Reading[object]]()
    pool = BlockingPool("decode", 1)
    follower = Follower(stream, live, Picture(board, logs), heard, clock, pool, dots.append, key)
    try:
        yield Eyes(follower, board, logs, heard, dots)
    finally:
        await follower.stop()
        pool.close()


async def listed(url: str) -> list[LiveIncident]:
    stream = a_share(url)
    try:
        return [read_live(data) for data in await stream.announced()]
    finally:
        await stream.close()


async def test_an_incident_is_listed_and_followed(fallible: FallibleRedis, tmp_path: Path) -> None:
    url = fallible.server.url
    async with an_operator(url, tmp_path / "journal.db") as operator:
        await operator.note("before it began")
        await operator.share()
        assert await listed(url) == [], "nothing is shared while nothing is wrong"
        await operator.incident.declare("P1", "Cron stuck", "ada")
        operator.board.publish(Reading(MAIN, ReadingState.FRESH, an_activity(), START))
        operator.spotlight.scene = Scene("Cron stuck", "Cron stuck", current="1")
        await operator.share()
        [live] = await listed(url)
        assert (live.incident, live.severity, live.title) == ("INC-1", "P1", "Cron stuck")
        assert (live.operator, live.environment, live.ended_at) == ("ada@laptop", "PROD", None)
        async with eyes_on(url) as eyes:
            await eyes.follower.once()
            assert [entry.kind for entry in await eyes.told()] == [EntryKind.INCIDENT]
            assert eyes.incident.current == operator.incident.current
            assert eyes.follower.picture.scene == operator.spotlight.scene
            activity = eyes.board.reading(MAIN).value
            assert isinstance(activity, ActivitySnapshot)
            assert len(activity.backends) == len(an_activity().backends)
            await operator.note("the worker is gone")
            operator.board.publish(Reading(KV, ReadingState.FRESH, the_locks(), START))
            await operator.share()
            await eyes.follower.once()
            assert await eyes.texts() == ["the worker is gone"]
            assert eyes.board.reading(KV).value == the_locks()
            await operator.incident.resolve("it was the lock")
            await operator.share()
            await eyes.follower.once()
            assert eyes.incident.current is None
            assert eyes.dots[-1].source.kind is SourceKind.SHARE
            assert eyes.follower.story.problems == []


async def test_a_late_joiner_gets_the_whole_story_and_a_whole_picture(fallible: FallibleRedis, tmp_path: Path) -> None:
    url = fallible.server.url
    async with an_operator(url, tmp_path / "journal.db") as operator:
        await operator.incident.declare("P1", "Cron stuck")
        operator.board.publish(Reading(MAIN, ReadingState.FRESH, an_activity(), START))
        for number in range(450):
            await operator.note(f"note {number}")
        for number in range(25):
            line = LogLine("api", f"line {number}", Level.INFO, START + timedelta(seconds=number))
            operator.board.publish(Reading(API_LOG, ReadingState.FRESH, LogBatch((line,)), START))
            await operator.share()
        async with eyes_on(url) as eyes:
            await eyes.follower.once()
            assert await eyes.texts() == [f"note {number}" for number in range(450)]
            assert eyes.board.reading(MAIN).state is ReadingState.FRESH
            assert eyes.logs.end > 0
            assert eyes.follower.story.problems == []


async def test_a_killed_share_costs_nothing_but_a_dot(fallible: FallibleRedis, tmp_path: Path) -> None:
    url = fallible.server.url
    async with an_operator(url, tmp_path / "journal.db") as operator:
        await operator.incident.declare("P1", "Cron stuck")
        operator.board.publish(Reading(MAIN, ReadingState.FRESH, an_activity(), START))
        await operator.share()
        async with eyes_on(url) as eyes:
            await eyes.follower.once()
            fallible.kill()
            for number in range(12):
                await operator.note(f"meanwhile {number}")
                await operator.share()
            await eyes.follower.once()
            assert operator.dot_is(ReadingState.STALE)
            assert operator.dots[-1].next_try is None, "no pane counts it among the lost"
            assert "cannot be reached" in eyes.follower.outlook(SystemClock().now()).trouble
            assert len(await operator.journal.entries()) == 13
            fallible.start()
            await operator.share()
            await eyes.follower.once()
            assert operator.dot_is(ReadingState.FRESH)
            assert await eyes.texts() == [f"meanwhile {number}" for number in range(12)]
            assert (eyes.follower.story.problems, eyes.follower.story.generation) == ([], 0)
            assert eyes.follower.outlook(SystemClock().now()).trouble == ""


async def test_an_empty_share_is_filled_again_also_while_nothing_happens(
    fallible: FallibleRedis, tmp_path: Path
) -> None:
    url = fallible.server.url
    async with an_operator(url, tmp_path / "journal.db") as operator:
        await operator.incident.declare("P1", "Cron stuck")
        for number in range(3):
            await operator.note(f"note {number}")
        await operator.share()
        with Redis.from_url(url) as client:
            client.flushall()
        await operator.share()
        async with eyes_on(url) as eyes:
            await eyes.follower.once()
            assert await eyes.texts() == ["note 0", "note 1", "note 2"]


async def test_a_share_that_hangs_holds_nobody_up(fallible: FallibleRedis, tmp_path: Path) -> None:
    url = fallible.server.url
    async with an_operator(url, tmp_path / "journal.db") as operator:
        await operator.incident.declare("P1", "Cron stuck")
        await operator.share()
        async with eyes_on(url) as eyes:
            await eyes.follower.once()
            fallible.hold()
            sharing = asyncio.create_task(operator.publisher.once())
            written = [await operator.note(f"while it hangs {number}") for number in range(20)]
            await sharing
            assert len(written) == 20
            assert operator.dot_is(ReadingState.STALE)
            assert "did not answer" in str(operator.dots[-1].error)
            fallible.go_on()
            await operator.share()
            await until(lambda: operator.dot_is(ReadingState.FRESH))
            await eyes.follower.once()
            await eyes.follower.once()
            assert await eyes.texts() == [f"while it hangs {number}" for number in range(20)]


async def test_a_cockpit_that_starts_again_goes_on_where_the_stream_ends(
    fallible: FallibleRedis, tmp_path: Path
) -> None:
    url = fallible.server.url
    async with an_operator(url, tmp_path / "journal.db") as first:
        await first.incident.declare("P1", "Cron stuck")
        await first.note("one")
        await first.share()
    async with an_operator(url, tmp_path / "journal.db") as second:
        await second.note("two")
        await second.share()
        async with eyes_on(url) as eyes:
            await eyes.follower.once()
            assert await eyes.texts() == ["one", "two"]
            assert eyes.follower.story.problems == []


async def test_two_cockpits_on_one_journal_tell_each_entry_once(fallible: FallibleRedis, tmp_path: Path) -> None:
    url = fallible.server.url
    async with (
        an_operator(url, tmp_path / "journal.db") as ada,
        an_operator(url, tmp_path / "journal.db", Masker(["note 7"])) as bob,
    ):
        await ada.incident.declare("P1", "Cron stuck")
        bob.incident.hear(await bob.journal.entries())
        for number in range(20):
            await ada.note(f"note {number}")
            await asyncio.gather(ada.share(), bob.share())
        await ada.share()
        async with eyes_on(url) as eyes:
            await eyes.follower.once()
            assert len(await eyes.texts()) == 20
            assert eyes.follower.story.problems == []


async def test_of_two_cockpits_on_one_journal_one_shows_its_screen_and_the_other_takes_over(
    fallible: FallibleRedis, tmp_path: Path
) -> None:
    url = fallible.server.url
    async with an_operator(url, tmp_path / "journal.db") as bob:
        async with an_operator(url, tmp_path / "journal.db") as ada:
            await ada.incident.declare("P1", "Cron stuck")
            bob.incident.hear(await bob.journal.entries())
            ada.spotlight.scene, bob.spotlight.scene = Scene("what Ada does"), Scene("what Bob does")
            async with eyes_after(ada, bob, url) as eyes:
                for _ in range(3):
                    await bob.share()
                    await eyes.follower.once()
                    assert eyes.follower.scene == Scene("what Ada does")
        await bob.share()
        await bob.share()
        async with eyes_on(url) as eyes:
            await eyes.follower.once()
            assert eyes.follower.scene == Scene("what Bob does")


@contextlib.asynccontextmanager
async def eyes_after(first: Operator, second: Operator, url: str) -> AsyncIterator[Eyes]:
    """Somebody who follows after both have had a turn."""
    await first.share()
    await second.share()
    async with eyes_on(url) as eyes:
        await eyes.follower.once()
        yield eyes


async def test_a_lease_is_had_by_one_until_it_is_given_back_or_runs_out(fallible: FallibleRedis) -> None:
    share = a_share(fallible.server.url)
    assert await share.holder("story", "step") == ""
    assert await share.hold("story", "step", "ada", 60.0)
    assert await share.hold("story", "step", "ada", 60.0), "it is prolonged"
    assert not await share.hold("story", "step", "bob", 60.0)
    await share.let_go("story", "step", "bob")
    assert await share.holder("story", "step") == "ada"
    await share.let_go("story", "step", "ada")
    assert await share.hold("story", "step", "bob", 0.05)
    await until_answered(lambda: share.hold("story", "step", "ada", 60.0), what="the end of the lease")
    assert not await share.hold("story", "step", "bob", 60.0)
    await share.close()


async def test_who_runs_a_step_is_known_to_the_other(fallible: FallibleRedis) -> None:
    share = a_share(fallible.server.url)
    ada, bob = Leases(share, "ada@laptop", lambda: "story"), Leases(share, "bob@desk", lambda: "story")
    async with ada.on("step 6") as first:
        async with bob.on("step 6") as second, bob.on("step 7") as third:
            assert (first, second, third) == ("", "ada@laptop", "")
        async with bob.on("step 6") as still:
            assert still == "ada@laptop", "who was refused took nothing away"
    async with bob.on("step 6") as after:
        assert after == ""
    with Redis.from_url(fallible.server.url) as client:
        assert client.keys("team:lease:*") == []
    fallible.kill()
    async with bob.on("step 6") as lost:
        assert lost == "", "a share that is lost keeps nobody from working"
    async with Leases(share, "bob@desk", lambda: "").on("step 6") as unshared:
        assert unshared == ""
    await share.close()


def keys(client: Redis, part: str) -> bytes:
    [key] = client.keys(f"team:{part}:*")
    assert isinstance(key, bytes)
    return key


async def test_a_forged_entry_is_shown_as_such_and_healed(fallible: FallibleRedis, tmp_path: Path) -> None:
    url = fallible.server.url
    async with an_operator(url, tmp_path / "journal.db") as operator:
        await operator.incident.declare("P1", "Cron stuck")
        last = await operator.note("the worker is gone")
        await operator.share()
        async with eyes_on(url) as eyes:
            await eyes.follower.once()
            with Redis.from_url(url) as client:
                false = JournalEntry(
                    last.sequence + 1, last.at, "ada@laptop", "INC-1", EntryKind.NOTE, {"text": "well"}, last.hash, "0"
                )
                line, _ = shared_line(false, Masker(), b"a guess", "")
                client.xadd(keys(client, "entries"), {"d": line}, id=f"{false.sequence}-0")
            await eyes.follower.once()
            texts = await eyes.texts()
            assert texts[0] == "the worker is gone"
            assert texts[1].startswith(f"{MARK}: entry 3 was forged")
            assert "forged" in eyes.follower.outlook(SystemClock().now()).problem
            await operator.share()
            await operator.note("what really came next")
            await operator.share()
            await eyes.follower.once()
            assert await eyes.texts() == ["the worker is gone", "what really came next"]
            assert eyes.follower.story.generation > 0


async def test_an_entry_taken_out_of_the_stream_is_missed(fallible: FallibleRedis, tmp_path: Path) -> None:
    url = fallible.server.url
    async with an_operator(url, tmp_path / "journal.db") as operator:
        await operator.incident.declare("P1", "Cron stuck")
        for number in range(4):
            await operator.note(f"note {number}")
        await operator.share()
        with Redis.from_url(url) as client:
            client.xdel(keys(client, "entries"), "3-0")
        async with eyes_on(url) as eyes:
            await eyes.follower.once()
            assert eyes.follower.story.problems == ["entry 3 is missing: entry 4 follows entry 2"]


async def test_strangers_bytes_harm_nobody(fallible: FallibleRedis, tmp_path: Path) -> None:
    url = fallible.server.url
    async with an_operator(url, tmp_path / "journal.db") as operator:
        await operator.incident.declare("P1", "Cron stuck")
        await operator.share()
        async with eyes_on(url) as eyes:
            with Redis.from_url(url) as client:
                client.xadd(keys(client, "entries"), {"x": "y", "d": b"\xff\x00"})
                client.xadd(keys(client, "frames"), {"z": "\x1b]52;c;aGk=\x07"})
                client.set("team:live:other", b"{")
            await eyes.follower.once()
            assert len(await eyes.told()) == 1
            assert eyes.follower.story.problems == ["what the share holds is no entry of a journal"]
            await operator.note("goes on")
            await operator.share()
            await eyes.follower.once()
            assert await eyes.texts() == ["goes on"]


async def test_no_planted_secret_is_anywhere_in_the_share(fallible: FallibleRedis, tmp_path: Path) -> None:
    url, secret, mail = fallible.server.url, "correct-horse-battery", "grace@example.com"
    masker = Masker([secret])
    async with an_operator(url, tmp_path / "journal.db", masker) as operator:
        await operator.incident.declare("P1", f"Mail to {mail}", mail, [mail])
        await operator.note(f"call {mail}, card 4111 1111 1111 1111, Authorization: Bearer abcdefghijklmnop")
        line = LogLine("api", f"login {mail} token={secret} postgres://u:{secret}@h/db", Level.INFO, START)
        operator.board.publish(Reading(API_LOG, ReadingState.FRESH, LogBatch((line,)), START))
        operator.board.publish(Reading(MAIN, ReadingState.STALE, an_activity(), START, error=f"for {mail} {secret}"))
        operator.spotlight.scene = Scene("Cron stuck", command=f"SET x {secret}", current=mail)
        await operator.share()
        async with eyes_on(url) as eyes:
            await eyes.follower.once()
            everything = everything_in(url) + json.dumps([entry.payload for entry in await eyes.told()])
    for planted in (secret, mail, "4111", "abcdefghijklmnop", "ada@example.com"):
        assert planted not in everything
    assert "Cron stuck" in everything, "what is looked through is what is shared"


def everything_in(url: str) -> str:
    """All that a Redis holds, unpacked as far as it is packed."""
    with Redis.from_url(url) as client:
        return "\n".join(text for key in client.keys("*") for text in texts_of(client, key))


def texts_of(client: Redis, key: bytes) -> Iterator[str]:
    yield repr(key)
    if client.type(key) == b"string":
        yield repr(client.get(key))
        return
    for _, fields in client.xrange(key) or []:
        for value in (fields or {}).values():
            assert isinstance(value, bytes)
            yield (zlib.decompress(value) if b":frames:" in key else value).decode()


async def test_the_streams_are_bounded_and_end_by_themselves(fallible: FallibleRedis, tmp_path: Path) -> None:
    url, bounds = fallible.server.url, Bounds(entries=100, frames=20, keep=60.0)
    async with an_operator(url, tmp_path / "journal.db", bounds=bounds) as operator:
        await operator.incident.declare("P1", "Cron stuck")
        for number in range(500):
            await operator.note(f"note {number}")
        for _ in range(300):
            await operator.share()
        with Redis.from_url(url) as client:
            names = client.keys("team:*")
            assert len(names) == 4
            assert client.xlen(keys(client, "entries")) < 300
            assert client.xlen(keys(client, "frames")) < 200
            assert all(0 < client.pttl(name) <= 60_000 for name in names)
        async with eyes_on(url) as eyes:
            await eyes.follower.once()
            assert (await eyes.texts())[-1] == "note 499"
            assert eyes.follower.story.problems == []
