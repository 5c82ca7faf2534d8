"""Messages and items over the one road, through the real Apprise, to a FAKE of the chat service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from cockpit.adapters.notify import NotifyExecutor
from cockpit.adapters.tracker import TrackerExecutor
from cockpit.engine.communication import TRACKER, message_draft
from cockpit.engine.policy import CONFIRMED, Policy
from cockpit.engine.road import Road
from cockpit.model.actions import Refusal
from cockpit.model.errors import SourceError, SourceRefused
from cockpit.model.incident import EntryKind, EnvironmentFacts, Role
from cockpit.model.masking import Masker
from cockpit.model.operations import RedisCommand
from cockpit.model.outcomes import Outcome, OutcomeKind
from cockpit.model.ports import Executor
from tests.support.chat_service import FakeChatService, a_chat_service
from tests.support.clock import FixedClock
from tests.support.edges import FakeJournal

pytestmark = [pytest.mark.anyio, pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")]
PROD = EnvironmentFacts("prod", "PROD", True)
SANDBOX = EnvironmentFacts("sandbox", "SANDBOX", False)


@pytest.fixture
async def service() -> AsyncIterator[FakeChatService]:
    async with a_chat_service() as running:
        yield running


def a_road(executor: Executor, facts: EnvironmentFacts = SANDBOX) -> tuple[Road, FakeJournal]:
    clock = FixedClock()
    journal = FakeJournal(clock)
    policy = Policy(Role.OPERATOR, facts, clock, "ada@laptop")
    road = Road(policy, {executor.id: executor}, journal, clock, Masker(), lambda: "INC-7", lambda source: None)
    return road, journal


async def send(
    executor: Executor, given: str = CONFIRMED, facts: EnvironmentFacts = SANDBOX, seconds: float = 6.0
) -> tuple[Outcome, FakeJournal]:
    road, journal = a_road(executor, facts)
    draft = message_draft(executor.id.name, "INC-7 prices", "Prices are old.\nWe are looking.", seconds)
    action = await road.prepare(draft)
    return await road.carry_out(action, given), journal


async def test_a_message_is_sent_once_and_journalled_before_and_after(service: FakeChatService) -> None:
    executor = NotifyExecutor("team", service.address())
    outcome, journal = await send(executor)
    assert (outcome.kind, outcome.reason) == (OutcomeKind.SUCCEEDED, "team has taken the message")
    [message] = service.messages
    assert (message["title"], message["message"]) == ("INC-7 prices", "Prices are old.\nWe are looking.")
    assert journal.kinds() == [EntryKind.INTENT, EntryKind.OUTCOME]
    await executor.close()


async def test_looking_at_it_sends_nothing_and_shows_no_secret(service: FakeChatService) -> None:
    executor = NotifyExecutor("team", service.address("tokentokentoken"))
    road, _ = a_road(executor)
    action = await road.prepare(message_draft("team", "t", "one\ntwo", 5.0))
    assert not service.messages
    assert action.preview.targets == ("one", "two")
    assert "tokentokentoken" not in str(action)
    assert "cannot be taken back" in action.preview.effect


@pytest.mark.parametrize(
    ("status", "kind", "said"),
    [
        (500, OutcomeKind.FAILED, "answered 500"),
        (403, OutcomeKind.FAILED, "answered 403"),
        (307, OutcomeKind.FAILED, "answered 307"),
        (0, OutcomeKind.UNKNOWN, "look there before you send it again"),
        (-1, OutcomeKind.UNKNOWN, "look there before you send it again"),
    ],
)
async def test_what_became_of_it_is_never_told_better_than_it_is(
    service: FakeChatService, status: int, kind: OutcomeKind, said: str
) -> None:
    service.status = status
    outcome, journal = await send(NotifyExecutor("team", service.address("tokentokentoken")), seconds=5.5)
    assert outcome.kind is kind
    assert said in outcome.reason
    assert "tokentokentoken" not in str(journal.written)
    assert len(service.messages) == 1


async def test_an_address_that_asks_for_repetition_is_not_obeyed(service: FakeChatService) -> None:
    service.status = 500
    outcome, _ = await send(NotifyExecutor("team", f"{service.address()}?retry=3&wait=0&optional=yes"))
    assert outcome.kind is OutcomeKind.FAILED
    assert len(service.messages) == 1


async def test_a_service_that_is_not_there_got_nothing(service: FakeChatService) -> None:
    outcome, _ = await send(NotifyExecutor("team", "json://127.0.0.1:9/"))
    assert (outcome.kind, outcome.reason) == (OutcomeKind.FAILED, "team could not be reached; nothing was sent")


async def test_a_message_for_several_receivers_that_fails_may_have_reached_some(service: FakeChatService) -> None:
    from cockpit.adapters.notify import _judged

    assert _judged("team", "error=500", receivers=3).kind is OutcomeKind.UNKNOWN


async def test_an_address_that_is_none_or_leads_nowhere_is_said_before_anything_is_sent() -> None:
    for executor, what in (
        (NotifyExecutor("team", "nonsense://x"), "none that Apprise knows"),
        (NotifyExecutor("team", "", "notify.targets.team refers to the variable X, which is not set"), "not set"),
    ):
        with pytest.raises(SourceError, match=what):
            await a_road(executor)[0].prepare(message_draft("team", "", "x", 5.0))


async def test_a_message_target_takes_nothing_else() -> None:
    for executor in (NotifyExecutor("team", "json://127.0.0.1"), TrackerExecutor("true", Path())):
        with pytest.raises(SourceRefused, match="messages only"):
            await executor.prepare(RedisCommand(("GET", "x")))


async def test_a_protected_environment_wants_the_targets_name_and_need_not_be_opened(service: FakeChatService) -> None:
    executor = NotifyExecutor("team", service.address())
    outcome, journal = await send(executor, CONFIRMED, PROD)
    assert outcome.kind is OutcomeKind.REFUSED
    assert (journal.kinds(), service.messages) == ([EntryKind.REFUSAL], [])
    outcome, _ = await send(executor, "team", PROD)
    assert outcome.kind is OutcomeKind.SUCCEEDED


async def test_an_observer_gets_no_permit_for_a_message(service: FakeChatService) -> None:
    road, _ = a_road(NotifyExecutor("team", service.address()))
    action = await road.prepare(message_draft("team", "", "x", 5.0))
    policy = Policy(Role.OBSERVER, SANDBOX, FixedClock(), "eve@laptop")
    assert isinstance(policy.permit(replace(action), CONFIRMED), Refusal)


# --- the tracker ---


@pytest.mark.parametrize(
    ("command", "kind", "said"),
    [
        (
            'printf "%s|%s" "$TITLE" "$BODY" > item.txt; echo https://tracker/1',
            OutcomeKind.SUCCEEDED,
            "https://tracker/1",
        ),
        ("echo no such project; exit 3", OutcomeKind.FAILED, "exit code 3: no such project"),
        ("sleep 30", OutcomeKind.UNKNOWN, "look there before you open it again"),
    ],
)
async def test_an_item_is_opened_by_the_configured_command(
    tmp_path: Path, command: str, kind: OutcomeKind, said: str
) -> None:
    executor = TrackerExecutor(command, tmp_path)
    road, journal = a_road(executor)
    text = 'Shorter "ttl"; $(touch pwned) `touch pwned`'
    action = await road.prepare(message_draft(TRACKER.name, text, "body", 1.5))
    outcome = await road.carry_out(action, CONFIRMED)
    assert outcome.kind is kind
    assert said in outcome.reason
    assert not (tmp_path / "pwned").exists()
    assert journal.kinds() == [EntryKind.INTENT, EntryKind.OUTCOME]
    if kind is OutcomeKind.SUCCEEDED:
        assert (tmp_path / "item.txt").read_text() == f"{text}|body"
