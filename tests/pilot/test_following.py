"""The screen of somebody who follows: the operator's run and question, marked entries, and keys that ask nobody."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

import pytest

from cockpit.engine.board import Board
from cockpit.engine.library import Library
from cockpit.engine.log_buffer import LogBuffer
from cockpit.engine.share.following import Outlook
from cockpit.engine.watch import Watch
from cockpit.model.incident import EntryKind, JournalEntry, Role, StepState
from cockpit.model.readings import Reading, ReadingState
from cockpit.model.risk import Risk
from cockpit.model.share import Asked, Scene, SceneStep
from cockpit.ui.bindings import REGISTRY, Scope
from tests.pilot.support import Screen, a_screen
from tests.support.clock import FixedClock
from tests.support.fake_session import KV, MAIN, START, a_range, an_activity, the_locks

pytestmark = pytest.mark.anyio
STEPS = (
    SceneStep("1", "1", "See who holds the lock", StepState.DONE, Risk.READ),
    SceneStep("2", "2", "Release the lock", StepState.PENDING, Risk.CHANGE),
)
WALKING = Scene("Cron stuck", "Cron stuck", STEPS, "2", "DEL lock:cron:recalculate")
QUESTION = Asked(
    "asking", "DEL lock:cron:recalculate", "lock:cron:recalculate", "deletes 1 key", Risk.CHANGE, (("held", "1:07"),)
)


@dataclass
class FakeFollowing:
    """FAKE: says what a test has put into it."""

    scene: Scene = WALKING
    generation: int = 0
    story: list[JournalEntry] = field(default_factory=list)
    said: Outlook = field(default_factory=lambda: Outlook("ada@laptop", 1.0))

    def outlook(self, now: datetime) -> Outlook:
        return self.said

    async def entries(self, incident: str = "", after: int = 0) -> Sequence[JournalEntry]:
        return [entry for entry in self.story if entry.sequence > after]


def a_note(sequence: int, text: str) -> JournalEntry:
    return JournalEntry(sequence, START, "ada@laptop", "INC-1", EntryKind.NOTE, {"text": text}, "", "")


@asynccontextmanager
async def a_follower(following: FakeFollowing, size: tuple[int, int] = (210, 56)) -> AsyncIterator[Screen]:
    clock, board, logs = FixedClock(START), Board(), LogBuffer()
    board.publish(Reading(MAIN, ReadingState.FRESH, an_activity(), START))
    board.publish(Reading(KV, ReadingState.FRESH, the_locks(), START))
    watch = Watch(board, logs, clock, ())
    range_ = a_range(
        Role.OBSERVER,
        clock=clock,
        board=board,
        logs=logs,
        watch=watch,
        following=following,
        library=Library(),
        inspectors={},
        service_inspectors={},
        browsers={},
        change_readers={},
        host=None,
    )
    async with a_screen(Role.OBSERVER, size, range_) as screen:
        yield screen


async def test_the_run_and_the_step_stand_there_as_the_operator_has_them() -> None:
    following = FakeFollowing()
    async with a_follower(following) as screen:
        await screen.until_text("following ada@laptop  picture 1s old")
        await screen.until_text("ada@laptop is on step 2 of 2")
        await screen.until_text("✓  1 See who holds the lock")
        await screen.until_text("DEL lock:cron:recalculate")
        following.scene = Scene("Cron stuck", "Cron stuck", STEPS, "2", asked=QUESTION)
        await screen.until_text("ada@laptop is asked, and has not answered, about  CHANGE")
        await screen.until_text("deletes 1 key")
        following.scene = Scene(pane="logs")
        await screen.until_text("ada@laptop is on logs")
        await screen.until_text("no runbook is open")


async def test_an_old_picture_and_a_story_that_is_not_proven_are_said() -> None:
    following = FakeFollowing(said=Outlook("ada@laptop", 75.0, "redis share cannot be reached", "entry 7 was forged"))
    async with a_follower(following) as screen:
        await screen.until_text("picture 1m old")
        await screen.until_text("not proven: entry 7 was forged")
        await screen.until_text("redis share cannot be reached")


async def test_a_story_that_changed_is_told_anew() -> None:
    following = FakeFollowing(story=[a_note(1, "one"), a_note(2, "NOT PROVEN: entry 2 was forged")])
    async with a_follower(following) as screen:
        await screen.until_text("NOT PROVEN: entry 2 was forged")
        following.story = [a_note(1, "one"), a_note(2, "what was true")]
        following.generation += 1
        await screen.until_text("what was true")
        assert "NOT PROVEN" not in screen.text


SCOPES = {
    "1": (Scope.HEALTH, Scope.PANE, Scope.TABLE),
    "2": (Scope.ACTIVITY, Scope.PANE),
    "3": (Scope.LOCKS,),
    "4": (Scope.SERVICES,),
    "5": (Scope.LOGS, Scope.PANE),
    "6": (Scope.HOST,),
    "7": (Scope.TIMELINE, Scope.TABLE),
    "0": (Scope.STEPS, Scope.RUNBOOKS),
}


@pytest.mark.parametrize("pane", SCOPES)
async def test_no_key_of_an_observer_fails_where_there_is_nothing_to_ask(pane: str) -> None:
    bound = [binding for binding in REGISTRY if not binding.operator and binding.scope in SCOPES[pane]]
    async with a_follower(FakeFollowing()) as screen:
        await screen.until_text("following ada@laptop")
        await screen.press(pane)
        for binding in bound:
            await screen.press(binding.keys[0], "escape")
        await screen.press("1")
        assert screen.app.failure is None
        assert not screen.ending()
        assert "the cockpit itself failed" not in screen.text


class FakeLeases:
    """FAKE: somebody else has every lease."""

    def __init__(self, other: str) -> None:
        self.other = other
        self.asked: list[str] = []

    @asynccontextmanager
    async def on(self, what: str) -> AsyncIterator[str]:
        self.asked.append(what)
        yield self.other


@pytest.mark.parametrize(("other", "said"), [("grace@desk", "grace@desk is at this step now"), ("", "Do this?")])
async def test_a_step_that_somebody_else_is_at_does_not_begin(other: str, said: str) -> None:
    leases = FakeLeases(other)
    async with a_screen(Role.OPERATOR, (160, 48), a_range(leases=leases)) as screen:
        await screen.until_text("Cron stuck")
        await screen.press("0", "enter")
        await screen.until_text("Step 1 of")
        await screen.press("j", "j", "j")
        await screen.until_text("Step 4 of")
        await screen.press("i")
        await screen.until_text("Which lock?")
        await screen.press(*"lock:cron:recalculate", "enter")
        await screen.until_text("DEL lock:cron:recalculate")
        screen.range.clock.advance(5.0)
        await screen.press("enter")
        await screen.until_text(said)
        assert len(leases.asked) == 1
        assert ("Do this?" in screen.text) is not bool(other)
