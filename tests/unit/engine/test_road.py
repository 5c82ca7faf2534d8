from __future__ import annotations

import asyncio

import pytest

from cockpit.engine import road as road_module
from cockpit.engine.policy import Policy
from cockpit.engine.road import Road
from cockpit.model.errors import SourceError, SourceUnreachable
from cockpit.model.identities import KeyIdentity
from cockpit.model.incident import EntryKind, EnvironmentFacts, Role
from cockpit.model.masking import Masker
from cockpit.model.outcomes import Outcome, OutcomeKind
from cockpit.model.readings import SourceId, SourceKind
from tests.support.actions import KV, LOCK, a_draft, a_prepared
from tests.support.awaiting import until
from tests.support.clock import FixedClock
from tests.support.edges import FakeExecutor, FakeJournal

pytestmark = pytest.mark.anyio


class Scene:
    """A road with a fake executor and a fake journal at its ends."""

    def __init__(self, role: Role = Role.OPERATOR) -> None:
        self.clock = FixedClock()
        self.journal = FakeJournal(self.clock)
        self.executor = FakeExecutor(KV, a_prepared())
        self.poked: list[SourceId] = []
        facts = EnvironmentFacts("sandbox", "SANDBOX", protected=False)
        self.road = Road(
            Policy(role, facts, self.clock, "op@test"),
            {KV: self.executor},
            self.journal,
            self.clock,
            Masker(),
            lambda: "INC-1",
            self.poked.append,
        )


async def test_the_whole_road() -> None:
    scene = Scene()
    action = await scene.road.prepare(a_draft())
    scene.executor.before_execution = lambda: kinds_before.extend(scene.journal.kinds())
    kinds_before: list[EntryKind] = []
    outcome = await scene.road.carry_out(action, "y")
    assert outcome.kind is OutcomeKind.SUCCEEDED
    assert kinds_before == [EntryKind.INTENT], "the intent is on the disk before anything happens"
    assert scene.journal.kinds() == [EntryKind.INTENT, EntryKind.OUTCOME]
    assert scene.journal.written[0].payload["identity"] == {"key": LOCK.key, "value": "worker-1:8821"}
    assert [entry.incident for entry in scene.journal.written] == ["INC-1", "INC-1"]
    assert scene.poked == [KV]


async def test_what_was_not_confirmed_is_not_done() -> None:
    scene = Scene()
    outcome = await scene.road.carry_out(await scene.road.prepare(a_draft()), "")
    assert (outcome.kind, scene.executor.executed) == (OutcomeKind.REFUSED, [])
    assert scene.journal.kinds() == [EntryKind.REFUSAL]


async def test_a_lock_that_changed_hands_is_left_alone() -> None:
    scene = Scene()
    action = await scene.road.prepare(a_draft())
    scene.executor.identity = KeyIdentity(LOCK.key, b"worker-2:1")
    outcome = await scene.road.carry_out(action, "y")
    assert (outcome.kind, scene.executor.executed) == (OutcomeKind.REFUSED, [])
    assert "not what it was" in outcome.reason
    assert scene.journal.written[0].payload["refused_by"] == "identity"


async def test_a_target_that_is_gone_is_said_to_be_gone() -> None:
    scene = Scene()
    action = await scene.road.prepare(a_draft())
    scene.executor.identity = None
    outcome = await scene.road.carry_out(action, "y")
    assert outcome.kind is OutcomeKind.REFUSED
    assert "is gone" in outcome.reason


async def test_an_identity_that_cannot_be_read_again_stops_the_act() -> None:
    scene = Scene()
    action = await scene.road.prepare(a_draft())
    scene.executor.identity = SourceUnreachable("kv does not answer")
    outcome = await scene.road.carry_out(action, "y")
    assert (outcome.kind, scene.executor.executed) == (OutcomeKind.REFUSED, [])
    assert "left alone" in outcome.reason


async def test_without_a_journal_nothing_is_changed() -> None:
    scene = Scene()
    action = await scene.road.prepare(a_draft())
    scene.journal.broken = True
    outcome = await scene.road.carry_out(action, "y")
    assert (outcome.kind, scene.executor.executed) == (OutcomeKind.REFUSED, [])
    assert "the journal cannot be written" in outcome.reason


async def test_an_outcome_that_cannot_be_noted_is_told_all_the_same() -> None:
    scene = Scene()
    action = await scene.road.prepare(a_draft())
    scene.journal.broken = EntryKind.OUTCOME
    outcome = await scene.road.carry_out(action, "y")
    assert outcome.kind is OutcomeKind.SUCCEEDED
    assert "could not note" in outcome.reason


async def test_an_action_runs_once_however_often_it_is_confirmed() -> None:
    scene = Scene()
    action = await scene.road.prepare(a_draft())
    await scene.road.carry_out(action, "y")
    again = await scene.road.carry_out(action, "y")
    assert again.kind is OutcomeKind.REFUSED
    assert len(scene.executor.executed) == 1


async def test_one_action_at_a_time() -> None:
    scene = Scene()
    first, second = [await scene.road.prepare(a_draft()) for _ in range(2)]
    scene.executor.gate = asyncio.Event()
    running = asyncio.create_task(scene.road.carry_out(first, "y"))
    await until(lambda: len(scene.executor.executed) == 1)
    assert scene.road.busy
    refused = await scene.road.carry_out(second, "y")
    assert refused.kind is OutcomeKind.REFUSED
    scene.executor.gate.set()
    assert (await running).kind is OutcomeKind.SUCCEEDED
    assert not scene.road.busy


async def test_an_executor_that_never_answers_leaves_an_unknown_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene()
    action = await scene.road.prepare(a_draft())
    scene.executor.gate = asyncio.Event()
    monkeypatch.setattr(road_module, "GRACE", -4.99)
    outcome = await scene.road.carry_out(action, "y")
    assert outcome.kind is OutcomeKind.UNKNOWN
    assert scene.journal.written[-1].payload["outcome"] == "unknown"
    scene.executor.gate.set()


async def test_an_executor_that_breaks_off_leaves_an_unknown_outcome() -> None:
    scene = Scene()
    scene.executor.outcome = ZeroDivisionError()
    outcome = await scene.road.carry_out(await scene.road.prepare(a_draft()), "y")
    assert (outcome.kind, scene.journal.written[-1].payload["outcome"]) == (OutcomeKind.UNKNOWN, "unknown")


async def test_a_failed_execution_is_reported_as_failed() -> None:
    scene = Scene()
    scene.executor.outcome = Outcome(OutcomeKind.FAILED, "the server said no.")
    outcome = await scene.road.carry_out(await scene.road.prepare(a_draft()), "y")
    assert (outcome.kind, scene.journal.written[-1].payload["reason"]) == (OutcomeKind.FAILED, "the server said no.")


async def test_a_source_that_nothing_can_change_says_so() -> None:
    scene = Scene()
    draft = a_draft()
    stranger = SourceId(SourceKind.POSTGRES, "main")
    with pytest.raises(SourceError, match="nothing here can change postgres:main"):
        await scene.road.prepare(type(draft)(stranger, draft.operation, "x", draft.verdict, draft.origin))


async def test_a_declined_action_is_noted() -> None:
    scene = Scene()
    await scene.road.decline(await scene.road.prepare(a_draft()), "not now")
    assert scene.journal.written[0].payload["why"] == "not now"


async def test_an_observer_is_refused_even_with_a_road_in_hand() -> None:
    scene = Scene(Role.OBSERVER)
    outcome = await scene.road.carry_out(await scene.road.prepare(a_draft()), "y")
    assert (outcome.kind, scene.executor.executed) == (OutcomeKind.REFUSED, [])


async def test_no_two_actions_share_an_id_not_even_of_two_cockpits_in_one_second() -> None:
    one, other = Scene(), Scene()
    actions = [await scene.road.prepare(a_draft()) for scene in (one, one, other)]
    assert len({action.id for action in actions}) == 3
