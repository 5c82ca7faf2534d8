"""Pane 3 and the key browser by keys."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cockpit.model.actions import Prepared
from cockpit.model.answers import Answer
from cockpit.model.errors import SourceUnreachable
from cockpit.model.incident import EnvironmentFacts, Role
from cockpit.model.jobs import JobRun, JobsSnapshot
from cockpit.model.keys import KeyEntry, KeyPage, KeyPreview
from cockpit.model.locks import (
    AdvisoryLock,
    AdvisorySnapshot,
    AgeBasis,
    CronLock,
    LocksSnapshot,
    LockState,
    RedisFigures,
)
from cockpit.model.operations import DeleteKeys, HttpRequest, Operation, RedisCommand
from cockpit.model.ports import KeyBrowser
from cockpit.model.readings import SourceId, SourceKind
from cockpit.ui.screens.confirm import ConfirmScreen, Stage
from cockpit.ui.screens.keys import KeySheet, as_pattern
from cockpit.ui.screens.lock import LockSheet
from cockpit.ui.screens.viewer import Viewer
from tests.pilot.support import Screen, a_screen, rows_of
from tests.pilot.test_changes import asked
from tests.support.edges import FakeExecutor
from tests.support.fake_session import API, JOBS, KV, MAIN, RECALCULATE, START, Range, a_range, the_locks

pytestmark = pytest.mark.anyio
ADVISORY = SourceId(SourceKind.POSTGRES, "main/advisory")
PLAN = replace(
    RECALCULATE,
    cron="*/5 * * * *",
    trigger="POST /api/cron/recalculate",
    dry="POST /api/cron/recalculate?dry=1",
    disable="POST /admin/flags?enabled=false",
    enable="POST /admin/flags?enabled=true",
)


class Keys(KeyBrowser):
    """FAKE: two pages of keys, and a value for each."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []
        self.gone: set[str] = set()
        self.trouble = ""

    async def page(self, pattern: str, cursor: int, kind: str = "") -> KeyPage:
        self.asked.append((pattern, cursor))
        if self.trouble:
            raise SourceUnreachable(self.trouble)
        numbers = range(3) if cursor == 0 else range(3, 5)
        entries = tuple(KeyEntry(f"user:{n}", "string", None if n else 60.0, 100 + n, "raw") for n in numbers)
        if cursor:
            return KeyPage(pattern, entries, 0, 1_000, 0.1, "", 9_000)
        return KeyPage(pattern, entries, 77, 1_000, 0.1, "count", 9_000, ("not shown: the memory of keys",))

    async def preview(self, name: str) -> KeyPreview | None:
        if name in self.gone:
            return None
        return KeyPreview(name, "string", None, 200_000, ('{"ada": 1}',), 134_464, "bytes", 200_100, "raw")


class History:
    """FAKE: the runs of every job."""

    def knows(self, job: str) -> bool:
        return job == "recalculate"

    async def runs(self, job: str, most: int) -> Answer:
        return Answer(("status", "worker"), (("failed", "worker-1"),))


class Preparing(FakeExecutor):
    """FAKE: notes what it is asked to prepare."""

    def __init__(self, source: SourceId, prepared: Prepared) -> None:
        super().__init__(source, prepared)
        self.operations: list[Operation] = []

    async def prepare(self, operation: Operation) -> Prepared:
        self.operations.append(operation)
        return await super().prepare(operation)


def rich(role: Role = Role.OPERATOR, *, enabled: bool | None = True, facts: EnvironmentFacts | None = None) -> Range:
    """A range whose stale lock has a job that can be run and disabled, and an advisory lock beside it."""
    stale, free = the_locks().locks
    figures = RedisFigures("valkey 8.1.1", 12 << 20, 0, 3, 97, 3, 14, 210, 2)
    locks = LocksSnapshot((replace(stale, job=PLAN), free), figures=figures)
    advisory = AdvisoryLock(
        4711, START, "shop", 0, 42, False, "report-export", "shop", "ExclusiveLock", 90.0, "", (4720,)
    )
    run = JobRun("recalculate", START - timedelta(minutes=9), result="failed", enabled=enabled)
    answers: dict[SourceId, object] = {
        KV: locks,
        JOBS: JobsSnapshot((run,)),
        ADVISORY: AdvisorySnapshot((advisory,)),
    }
    return a_range(role, answers=answers, facts=facts, browsers={KV: Keys()}, job_history=History())


def browser_of(range_: Range) -> Keys:
    found = range_.session.browsers[KV]
    assert isinstance(found, Keys)
    return found


def listening(range_: Range, source: SourceId) -> Preparing:
    """Put an executor that listens in the place of one."""
    listener = Preparing(source, range_.executors[source].prepared)
    assert range_.session.road is not None
    range_.session.road._executors = {**range_.executors, source: listener}
    return listener


def sheet(screen: Screen) -> KeySheet:
    top = screen.app.screen
    assert isinstance(top, KeySheet)
    return top


async def test_the_pane_shows_what_a_lock_means() -> None:
    async with a_screen(range_=rich(), size=(180, 50)) as screen:
        await screen.press("3", "z")
        await screen.until_text("MAY RUN")
        stale, advisory, free = rows_of(screen.app.main.panes.locks.table)
        assert "in 5m" in stale
        assert "failed" in stale
        assert "1  failed" in stale, "one line of the worker's log tells of a lock that was held"
        assert "advisory 42" in advisory
        assert "1 wait" in advisory
        assert "free" in free
        assert "valkey 8.1.1 · 12M · evicted 3" in screen.text


async def test_sorting_keeps_the_row_under_the_cursor() -> None:
    async with a_screen(range_=rich()) as screen:
        pane = screen.app.main.panes.locks
        await screen.press("3", "j")
        assert "advisory" in (pane.table.current.text if pane.table.current else "")
        await screen.press("s")
        assert rows_of(pane.table)[0].startswith("advisory 42")
        await screen.press("s", "s", "s")
        assert "advisory" in (pane.table.current.text if pane.table.current else "")


async def test_enter_tells_all_with_the_last_runs() -> None:
    async with a_screen(range_=rich()) as screen:
        await screen.press("3", "enter")
        await screen.until(lambda: isinstance(screen.app.screen, LockSheet))
        top = screen.app.screen
        assert isinstance(top, LockSheet)
        await screen.until(lambda: "failed  worker-1" in top.text)
        for said in ("held 7:00 longer", "recalculate: lock held by worker-1:8821", "runbook: Cron stuck", "cron"):
            assert said in top.text
        await screen.press("escape", "j", "enter")
        await screen.until(lambda: isinstance(screen.app.screen, LockSheet) and screen.app.screen is not top)
        assert "classid 0, objid 42" in screen.text


async def test_an_advisory_lock_is_released_by_ending_its_holder() -> None:
    async with a_screen(range_=rich()) as screen:
        top = await asked(screen, "3", "j", "D")
        assert "pg_terminate_backend(4711)" in top.body.text
        await screen.press("y")
        await screen.until(lambda: top.stage is Stage.TOLD)
        assert len(screen.range.executors[MAIN].executed) == 1


async def test_tagged_locks_of_two_servers_are_not_released_at_once() -> None:
    async with a_screen(range_=rich()) as screen:
        await screen.press("3", "asterisk", "D")
        assert "one server at a time" in screen.app.main.notice.text
        assert screen.app.screen is screen.app.main


async def test_tagged_keys_are_released_together() -> None:
    range_ = rich()
    listener = listening(range_, KV)
    more = CronLock("lock:b", LockState.HELD, b"v", "v", 9.0, 1.0, AgeBasis.TTL)
    range_.sources[KV].answers = [LocksSnapshot((*the_locks().locks, more))]
    async with a_screen(range_=range_) as screen:
        await screen.press("3", "slash", *"lock:", "enter", "asterisk")
        await asked(screen, "D")
        [operation] = listener.operations
        assert isinstance(operation, DeleteKeys)
        assert {key.key for key in operation.keys} == {"lock:b", RECALCULATE.lock}


async def test_a_job_is_run_after_its_dry_run_and_disabled_with_the_way_back_shown() -> None:
    range_ = rich()
    listener = listening(range_, API)
    async with a_screen(range_=range_) as screen:
        top = await asked(screen, "3", "T")
        assert "POST /api/cron/recalculate" in top.body.text
        await screen.press("n")
        await screen.until(lambda: screen.app.screen is screen.app.main)
        top = await asked(screen, "J")
        assert "POST /admin/flags?enabled=false" in top.body.text
        await screen.press("y")
        await screen.until(lambda: top.stage is Stage.TOLD)
        assert "J takes it back: POST /admin/flags?enabled=true" in top.body.text
        screen.range.clock.advance(1.0)
        await screen.press("escape")
        await screen.until(lambda: screen.app.screen is screen.app.main)
        await asked(screen, "J")
        first, _, back = listener.operations
        assert first == HttpRequest(
            "POST", "/api/cron/recalculate", rehearsal=HttpRequest("POST", "/api/cron/recalculate?dry=1")
        )
        assert isinstance(back, HttpRequest)
        assert back.url == "/admin/flags?enabled=true"


async def test_a_disabled_job_is_shown_and_enabled() -> None:
    range_ = rich(enabled=False)
    listener = listening(range_, API)
    async with a_screen(range_=range_, size=(200, 50)) as screen:
        await screen.press("3", "z")
        await screen.until_text("disabled")
        await asked(screen, "J")
        [operation] = listener.operations
        assert isinstance(operation, HttpRequest)
        assert operation.url.endswith("enabled=true")


async def test_nothing_is_sent_to_a_closed_environment_not_even_a_dry_run() -> None:
    facts = EnvironmentFacts("prod", "PROD", True, "", "shop")
    range_ = rich(facts=facts)
    listener = listening(range_, API)
    async with a_screen(range_=range_) as screen:
        await screen.press("3", "T")
        await screen.until(lambda: isinstance(screen.app.screen, ConfirmScreen) and bool(listener.operations))
        [operation] = listener.operations
        assert isinstance(operation, HttpRequest)
        assert operation.rehearsal is None


async def test_a_lock_without_a_job_says_so() -> None:
    async with a_screen(range_=rich()) as screen:
        await screen.press("3", "j", "T")
        assert "no job is configured for this lock" in screen.app.main.notice.text
        await screen.press("J")
        assert "no job is configured for this lock" in screen.app.main.notice.text


async def test_an_observer_has_none_of_these_keys_and_may_browse() -> None:
    async with a_screen(Role.OBSERVER, range_=rich(Role.OBSERVER)) as screen:
        await screen.press("3", "T", "J", "D")
        assert screen.app.screen is screen.app.main
        valid = {binding.id for binding in screen.app.main.valid_bindings()}
        assert not valid & {"locks.trigger", "locks.flag", "locks.release"}
        await screen.press("colon", *"keys user", "enter")
        await screen.until(lambda: isinstance(screen.app.screen, KeySheet) and len(sheet(screen).entries) == 3)
        assert "delete" not in screen.text
        await screen.press("D")
        assert isinstance(screen.app.screen, KeySheet)


async def open_keys(screen: Screen) -> KeySheet:
    await screen.press("colon", *"keys user:", "enter")
    await screen.until(lambda: isinstance(screen.app.screen, KeySheet) and len(sheet(screen).entries) == 3)
    return sheet(screen)


async def test_keys_come_in_pages_and_are_sorted_filtered_and_copied() -> None:
    async with a_screen(range_=rich()) as screen:
        top = await open_keys(screen)
        assert browser_of(screen.range).asked == [("user:*", 0)]
        assert "3 keys so far, 1,000 of 9,000 looked through" in top.head.text
        assert "not shown: the memory of keys" in top.head.text
        await screen.press("m")
        await screen.until(lambda: len(top.entries) == 5)
        assert "5 keys, all that match; 9,000 in the database" in top.head.text
        await screen.press("m", "s")
        assert top.entries[0].name == "user:4"
        assert browser_of(screen.range).asked == [("user:*", 0), ("user:*", 77)]
        await screen.press("s")
        assert top.entries[0].name == "user:0"
        await screen.press("slash", "r", "colon", "2")
        assert rows_of(top.body) == ["user:2  string  never  102B  raw"]
        await screen.press("backspace", "enter", "escape")
        assert len(top.body.state.rows) == 5
        await screen.press("G", "y")
        assert screen.app.clipboard == "user:4"
        await screen.press("slash", "x", "escape", "r")
        await screen.until(lambda: len(top.entries) == 3)
        await screen.press("escape")
        assert screen.app.screen is screen.app.main


async def test_a_value_is_previewed_and_says_what_it_leaves_out() -> None:
    async with a_screen(range_=rich()) as screen:
        await open_keys(screen)
        await screen.press("enter")
        await screen.until(lambda: isinstance(screen.app.screen, Viewer))
        top = screen.app.screen
        assert isinstance(top, Viewer)
        for said in ("200,000 bytes", '{"ada": 1}', "134,464 more bytes are not shown"):
            assert said in top.text


async def test_a_key_that_is_gone_leaves_the_list() -> None:
    async with a_screen(range_=rich()) as screen:
        top = await open_keys(screen)
        browser_of(screen.range).gone.add("user:0")
        await screen.press("enter")
        await screen.until(lambda: len(top.entries) == 2)
        assert top.is_current


async def test_tagged_keys_are_deleted_by_the_road_and_leave_the_list() -> None:
    range_ = rich()
    listener = listening(range_, KV)
    async with a_screen(range_=range_) as screen:
        top = await open_keys(screen)
        await screen.press("space", "space")
        card = await asked(screen, "D")
        assert listener.operations == [RedisCommand(("UNLINK", "user:0", "user:1"))]
        await screen.press("y")
        await screen.until(lambda: card.stage is Stage.TOLD)
        browser_of(range_).gone |= {"user:0", "user:1"}
        screen.range.clock.advance(1.0)
        await screen.press("escape")
        await screen.until(lambda: len(top.entries) == 1)
        assert screen.app.screen is top


async def test_a_server_that_does_not_answer_is_said_in_the_browser() -> None:
    range_ = rich()
    browser_of(range_).trouble = "redis kv cannot be reached"
    async with a_screen(range_=range_) as screen:
        await screen.press("3", "o")
        await screen.until_text("Which keys of kv?")
        await screen.press(*"x", "enter")
        await screen.until(lambda: isinstance(screen.app.screen, KeySheet))
        await screen.until_text("redis kv cannot be reached")


def test_a_plain_word_is_a_prefix() -> None:
    assert [as_pattern(words) for words in ("user:", " a*b ", "x[1]", "")] == ["user:*", "a*b", "x[1]", "*"]


async def test_of_very_many_locks_the_troubled_ones_are_shown() -> None:
    range_ = rich()
    held = CronLock("lock:x", LockState.HELD, b"v", "v", 9.0, 1.0, AgeBasis.TTL)
    locks = tuple(replace(held, key=f"lock:{number:05}") for number in range(3_000))
    last = replace(held, key="lock:99999", state=LockState.ORPHANED)
    range_.sources[KV].answers = [LocksSnapshot((*locks, last))]
    async with a_screen(range_=range_) as screen:
        pane = screen.app.main.panes.locks
        await screen.press("3")
        assert len(pane.table.state.rows) == 1_000
        assert rows_of(pane.table)[0].startswith("lock:99999")
        assert "1 orphaned · 1 stale · 3000 held · list cut" in pane.title_text()
