"""Changes: asked for, shown, confirmed by the right key at the right time, and told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from textual.events import Key

from cockpit.model.actions import Prepared, PreviewFact
from cockpit.model.errors import SourceUnreachable
from cockpit.model.identities import BackendIdentity
from cockpit.model.incident import EntryKind, EnvironmentFacts
from cockpit.model.operations import Operation, TerminateBackends
from cockpit.model.outcomes import Outcome, OutcomeKind, TargetResult
from cockpit.model.risk import Risk
from cockpit.ui.screens.confirm import ConfirmScreen, Stage
from cockpit.ui.screens.palette import Palette
from cockpit.ui.screens.viewer import Viewer
from tests.pilot.support import Screen, a_screen
from tests.support.fake_session import KV, MAIN, SHOP, a_backend, a_range

pytestmark = pytest.mark.anyio


def card(screen: Screen) -> ConfirmScreen:
    top = screen.app.screen
    assert isinstance(top, ConfirmScreen)
    return top


async def asked(screen: Screen, *keys: str) -> ConfirmScreen:
    """Press keys that lead to a confirmation and wait until it could be answered."""
    await screen.press(*keys)
    await screen.until(
        lambda: isinstance(screen.app.screen, ConfirmScreen) and screen.app.screen.confirmation is not None,
        "the question",
    )
    screen.range.clock.advance(1.0)
    return card(screen)


async def test_a_lock_is_released_after_y() -> None:
    async with a_screen() as screen:
        top = await asked(screen, "3", "D")
        for text in (
            "SANDBOX",
            "redis:kv",
            "DEL lock:cron:recalculate",
            "will delete 1 key",
            "worker-1:8821",
            "CHANGE",
            "y do it",
        ):
            assert text in top.body.text
        await screen.press("y")
        await screen.until(lambda: top.stage is Stage.TOLD)
        assert "succeeded" in top.body.text
        assert len(screen.range.executors[KV].executed) == 1
        assert screen.range.journal.kinds() == [EntryKind.INTENT, EntryKind.OUTCOME]


async def test_the_result_stays_until_a_key_and_a_held_key_does_not_wipe_it_away() -> None:
    async with a_screen() as screen:
        top = await asked(screen, "3", "D")
        await screen.press("y")
        await screen.until(lambda: top.stage is Stage.TOLD)
        await screen.press("y", "y", "y")
        assert screen.app.screen is top
        screen.range.clock.advance(1.0)
        await screen.press("space")
        await screen.until(lambda: screen.app.screen is screen.app.main)
        assert len(screen.range.executors[KV].executed) == 1


async def test_enter_never_means_yes() -> None:
    async with a_screen() as screen:
        top = await asked(screen, "3", "D")
        for _ in range(5):
            await screen.press("enter", "space")
            screen.range.clock.advance(1.0)
        assert top.stage is Stage.ASKING
        assert screen.range.executors[KV].executed == []


async def test_a_y_before_the_card_could_be_read_does_nothing() -> None:
    async with a_screen() as screen:
        await screen.press("3", "D")
        await screen.until(
            lambda: isinstance(screen.app.screen, ConfirmScreen) and bool(screen.app.screen.confirmation)
        )
        await screen.press("y")
        assert card(screen).stage is Stage.ASKING
        screen.range.clock.advance(0.29)
        await screen.press("y")
        assert card(screen).stage is Stage.ASKING
        screen.range.clock.advance(0.31)
        await screen.press("y")
        await screen.until(lambda: card(screen).stage is Stage.TOLD)


async def test_a_held_y_never_confirms() -> None:
    async with a_screen() as screen:
        top = await asked(screen, "3", "D")
        screen.range.clock.advance(-0.9)
        for _ in range(40):
            await screen.press("y")
            screen.range.clock.advance(0.033)
        assert top.stage is Stage.ASKING
        assert screen.range.executors[KV].executed == []


async def test_a_burst_of_the_danger_key_and_y_changes_nothing() -> None:
    async with a_screen() as screen:
        await screen.press("3")
        for key in ("D", "y", "D", "y", "y"):
            screen.app.post_message(Key(key, key))
        await screen.until(lambda: isinstance(screen.app.screen, ConfirmScreen))
        await screen.until(lambda: card(screen).stage is Stage.ASKING)
        assert screen.range.executors[KV].executed == []
        assert sum(isinstance(s, ConfirmScreen) for s in screen.app.screen_stack) == 1
        assert screen.app.clipboard == ""


async def test_the_card_says_how_old_it_is_counts_on_and_wants_another_look_when_it_is_too_old() -> None:
    async with a_screen() as screen:
        kv = screen.range.executors[KV]
        facts = (PreviewFact("ttl", "51s", 51.0, -1), PreviewFact("age", "held for 1h07m", 4020.0))
        kv.prepared = replace(kv.prepared, preview=replace(kv.prepared.preview, facts=facts))
        top = await asked(screen, "3", "D")
        screen.range.clock.advance(11.0)
        await screen.until(lambda: "looked at 12s ago" in top.frame.text, "the age in the title")
        assert "39s" in top.body.text
        assert "r look again" in top.body.text
        screen.range.clock.advance(30.0)
        await screen.until(lambda: "too old to decide by" in top.body.text, "the end of its time")
        assert "y do it" not in top.body.text
        await screen.press("y")
        screen.range.clock.advance(1.0)
        await screen.press("y")
        assert top.stage is Stage.ASKING
        assert kv.executed == []
        await screen.press("r")
        await screen.until(lambda: "looked at 0s ago" in top.frame.text, "the new look")
        await screen.until(lambda: top.confirmation is not None)
        screen.range.clock.advance(1.0)
        await screen.press("y")
        await screen.until(lambda: top.stage is Stage.TOLD)
        assert len(kv.executed) == 1


async def test_another_look_at_a_target_that_is_gone_is_told() -> None:
    async with a_screen() as screen:
        top = await asked(screen, "3", "D")

        async def gone(operation: Operation) -> Prepared:
            raise SourceUnreachable("the lock is gone")

        screen.range.executors[KV].prepare = gone  # type: ignore[method-assign]
        await screen.press("r")
        await screen.until(lambda: top.stage is Stage.TOLD)
        assert "the lock is gone" in top.body.text


@pytest.mark.parametrize(
    ("key", "then"),
    [
        ("7", lambda screen: screen.active() == "timeline"),
        ("2", lambda screen: screen.active() == "activity"),
        ("0", lambda screen: screen.app.main.in_sidebar),
        ("question_mark", lambda screen: isinstance(screen.app.screen, Viewer)),
        ("colon", lambda screen: isinstance(screen.app.screen, Palette)),
        ("q", lambda screen: screen.ending()),
    ],
)
async def test_a_key_that_closes_an_outcome_does_what_it_always_does(key: str, then: Callable[[Screen], bool]) -> None:
    async with a_screen() as screen:
        top = await asked(screen, "3", "D")
        await screen.press("y")
        await screen.until(lambda: top.stage is Stage.TOLD)
        assert "enter closes this" in top.body.text
        assert "any key" not in top.body.text
        screen.range.clock.advance(1.0)
        await screen.press(key)
        await screen.until(lambda: then(screen), f"what {key} does")


@pytest.mark.parametrize("key", ["enter", "escape", "space", "y", "n"])
async def test_a_key_that_only_closes_an_outcome_does_nothing_else(key: str) -> None:
    async with a_screen() as screen:
        top = await asked(screen, "3", "D")
        await screen.press("y")
        await screen.until(lambda: top.stage is Stage.TOLD)
        screen.range.clock.advance(1.0)
        await screen.press(key)
        await screen.until(lambda: screen.app.screen is screen.app.main and not screen.app.main.turn.taken_by)
        await screen.pilot.pause()
        assert screen.app.screen is screen.app.main
        assert screen.app.main.panes.locks.table.state.tags == set()
        assert screen.app.clipboard == ""


@pytest.mark.parametrize("key", ["n", "escape", "ctrl+c"])
async def test_not_now(key: str) -> None:
    async with a_screen() as screen:
        await asked(screen, "3", "D")
        await screen.press(key)
        await screen.until(lambda: screen.app.screen is screen.app.main)
        assert screen.range.executors[KV].executed == []
        assert screen.range.journal.kinds() == [EntryKind.REFUSAL]
        await screen.until(lambda: not screen.app.main.turn.taken_by)
        await asked(screen, "D")


async def test_the_target_is_captured_at_the_key_press() -> None:
    async with a_screen() as screen:
        top = await asked(screen, "2", "K")
        assert top.action is not None
        assert top.action.operation == TerminateBackends((BackendIdentity(4711, a_backend(4711).backend_start),))
        assert "pg_terminate_backend(4711)" in top.body.text


async def test_tagged_rows_are_meant_together() -> None:
    async with a_screen() as screen:
        top = await asked(screen, "2", "space", "space", "K")
        assert "pg_terminate_backend(4711, 4720)" in top.body.text
        await screen.press("n")
        await screen.until(lambda: screen.app.screen is screen.app.main)
        await screen.press("backspace")
        assert screen.app.main.panes.activity.table.state.tags == set()


async def test_a_filter_takes_hidden_rows_out_of_what_is_meant() -> None:
    async with a_screen() as screen:
        await screen.press("2", "space", "slash", *"worker", "enter")
        top = await asked(screen, "C")
        assert "pg_cancel_backend(4742)" in top.body.text


async def test_a_service_is_restarted() -> None:
    async with a_screen() as screen:
        top = await asked(screen, "4", "R")
        assert "restart worker" in top.body.text
        assert top.action is not None
        assert top.action.source == SHOP


async def test_high_risk_and_protected_ask_for_the_typed_name() -> None:
    facts = EnvironmentFacts("prod", "PROD", True, "", "shop")
    async with a_screen(range_=a_range(facts=facts)) as screen:
        await screen.press("3", "D")
        await screen.until(lambda: isinstance(screen.app.screen, ConfirmScreen) and card(screen).stage is Stage.TOLD)
        assert "PROD is protected" in card(screen).body.text
        assert screen.range.journal.kinds() == [EntryKind.REFUSAL]
        screen.range.clock.advance(1.0)
        await screen.press("space")
        await screen.until(lambda: not screen.app.main.turn.taken_by)

        await screen.press("colon", *"unlock 10m", "enter")
        await screen.press(*"PROD", "enter", *"the lock is dead", "enter")
        await screen.until(lambda: "PROD is open for changes" in screen.app.main.notice.text)
        assert screen.range.journal.written[-1].kind is EntryKind.ROLE
        assert screen.app.main.feed is not None
        screen.app.main.feed.tick()
        assert "UNLOCKED 10:00" in screen.app.main.header.text

        top = await asked(screen, "D")
        await screen.press(*"lock:cron:recalculat")
        screen.range.clock.advance(1.0)
        await screen.press("y")
        assert top.stage is Stage.ASKING
        assert top.confirmation is not None
        await screen.press("backspace", "e")
        assert top.confirmation.complete
        screen.range.clock.advance(1.0)
        await screen.press("y")
        await screen.until(lambda: top.stage is Stage.TOLD)
        assert len(screen.range.executors[KV].executed) == 1


async def test_unlocking_needs_the_name_and_a_reason() -> None:
    facts = EnvironmentFacts("prod", "PROD", True, "", "shop")
    async with a_screen(range_=a_range(facts=facts)) as screen:
        await screen.press("colon", *"unlock", "enter", *"prod", "enter")
        await screen.until(lambda: "PROD stays closed" in screen.app.main.notice.text)
        assert screen.range.session.road is not None
        assert screen.range.session.road.policy.unlocked_until is None


async def test_a_target_that_cannot_be_looked_at_is_told_and_nothing_is_asked() -> None:
    range_ = a_range()

    async def gone(operation: object) -> object:
        raise SourceUnreachable("kv does not answer", "look at its pane")

    range_.executors[KV].prepare = gone  # type: ignore[assignment, method-assign]
    async with a_screen(range_=range_) as screen:
        await screen.press("3", "D")
        await screen.until(lambda: isinstance(screen.app.screen, ConfirmScreen) and card(screen).stage is Stage.TOLD)
        assert "kv does not answer; look at its pane." in card(screen).body.text


async def test_an_unknown_outcome_says_so_for_each_target() -> None:
    range_ = a_range()
    results = (TargetResult("4711", OutcomeKind.SUCCEEDED), TargetResult("4720", OutcomeKind.UNKNOWN, "no answer"))
    range_.executors[MAIN].outcome = Outcome(OutcomeKind.UNKNOWN, "main did not say in time.", results, duration=5.0)
    async with a_screen(range_=range_) as screen:
        top = await asked(screen, "2", "K")
        await screen.press("y")
        await screen.until(lambda: top.stage is Stage.TOLD)
        assert "unknown: verify before you repeat it" in top.body.text
        assert "4720  no answer" in top.body.text


async def test_while_it_is_carried_out_keys_do_nothing_and_quitting_waits() -> None:
    range_ = a_range()
    gate = range_.executors[KV].gate = asyncio.Event()
    async with a_screen(range_=range_) as screen:
        top = await asked(screen, "3", "D")
        await screen.press("y")
        await screen.until(lambda: len(range_.executors[KV].executed) == 1)
        await screen.press("escape", "q", "y", "ctrl+c")
        assert top.stage is Stage.ACTING
        assert "carrying it out" in top.body.text
        screen.app.main.back_or_quit()
        assert not screen.app._exit
        gate.set()
        await screen.until(lambda: top.stage is Stage.TOLD)


async def test_a_long_question_keeps_the_answer_keys_in_sight() -> None:
    from cockpit.model.actions import Prepared, Preview, PreviewFact

    range_ = a_range()
    prepared = range_.executors[KV].prepared
    facts = tuple(PreviewFact(f"fact {n}", "x" * 40) for n in range(40))
    range_.executors[KV].prepared = Prepared(
        prepared.operation, prepared.identity, Preview("will delete 1 key", facts, count=1), prepared.target
    )
    async with a_screen(size=(80, 24), range_=range_) as screen:
        top = await asked(screen, "3", "D")
        assert "y do it" in screen.text
        assert "more lines" in screen.text
        await screen.press("down", "down", "down")
        assert "SANDBOX" not in top.body.text.splitlines()[0]


async def test_risk_is_shown_by_word_not_by_colour_alone() -> None:
    async with a_screen() as screen:
        top = await asked(screen, "3", "D")
        assert Risk.CHANGE.name in top.frame.text
