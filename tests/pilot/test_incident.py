"""The incident by keys: declared, graded, handed over, escalated, told, resolved, reopened, reviewed."""

from __future__ import annotations

import pytest

from cockpit.engine.communication import TRACKER
from cockpit.engine.incident_plan import EscalationPolicy, IncidentPlan, Level, MessageTemplate
from cockpit.model.actions import Prepared, Preview
from cockpit.model.incident import EntryKind, Role
from cockpit.model.jobs import JobRun, JobsSnapshot
from cockpit.model.operations import SendMessage
from cockpit.model.outcomes import Outcome, OutcomeKind
from cockpit.model.readings import SourceId, SourceKind
from cockpit.ui.screens.declare import DeclareSheet
from cockpit.ui.screens.message import MessageSheet
from cockpit.ui.screens.viewer import Viewer
from tests.pilot.support import Screen, a_screen
from tests.support.actions import a_prepared
from tests.support.edges import FakeExecutor
from tests.support.fake_session import JOBS, START, Range, a_range

pytestmark = pytest.mark.anyio

TEAM = SourceId(SourceKind.NOTIFY, "team")
PLAN = IncidentPlan(
    updates={"P1": 1800.0},
    policies=(EscalationPolicy(("P1",), levels=(Level("L2", 1800.0, "the database team", "telephone"),)),),
    templates=(MessageTemplate("Internal update", "{incident} {title}", "Since {began}: {title}.\nNext: {nobody}"),),
    targets=("team",),
)


def planned(plan: IncidentPlan = PLAN, target: SourceId = TEAM) -> Range:
    """A range with a plan, and a FAKE target that takes messages."""
    range_ = a_range(plan=plan)
    executor = FakeExecutor(target, a_prepared())
    executor.prepared = Prepared(
        SendMessage("", ""), a_prepared().identity, Preview("will send one message", count=1), "team"
    )
    executor.identity = executor.prepared.identity
    range_.executors[target] = executor
    assert range_.session.road is not None
    range_.session.road._executors = {**range_.session.road._executors, target: executor}
    return range_


async def declared(screen: Screen, title: str = "prices are old") -> None:
    await screen.press("I")
    await screen.until(lambda: isinstance(screen.app.screen, DeclareSheet))
    await screen.press(*title, "enter")
    await screen.until(lambda: screen.range.session.incident.current is not None)
    await screen.until(lambda: not screen.app.main.turn.taken_by)


def told(screen: Screen) -> list[dict[str, object]]:
    kinds = (EntryKind.INCIDENT, EntryKind.MESSAGE)
    return [dict(entry.payload) for entry in screen.range.journal.written if entry.kind in kinds]


async def test_the_sheet_is_filled_in_already_and_says_what_is_wrong() -> None:
    async with a_screen() as screen:
        await screen.press("I")
        await screen.until(lambda: isinstance(screen.app.screen, DeclareSheet))
        sheet = screen.app.screen
        assert isinstance(sheet, DeclareSheet)
        assert [field.value for field in sheet.fields] == [
            "P1",
            "cron.recalculate, service.worker are critical",
            "ada",
            "shop",
        ]
        assert all(f" {label} " in screen.text for label in ("severity", "title", "commander", "affected"))
        await screen.press("shift+tab", *"P9", "enter")
        assert "the severity is one of P0, P1" in screen.text
        await screen.press(*"p0", "enter")
        await screen.until(lambda: screen.range.session.incident.current is not None)
        incident = screen.range.session.incident.current
        assert incident is not None
        assert (incident.severity, incident.commander, incident.services) == ("P0", "ada", ("shop",))


async def test_a_title_is_needed_and_escape_declares_nothing() -> None:
    async with a_screen() as screen:
        await screen.press("I")
        await screen.until(lambda: isinstance(screen.app.screen, DeclareSheet))
        await screen.press("backspace", "enter")
        assert "it needs a few words" in screen.text
        await screen.press("escape")
        await screen.until(lambda: screen.app.screen is screen.app.main)
        assert screen.range.session.incident.current is None


async def test_an_incident_goes_from_hand_to_hand_to_its_end_and_back() -> None:
    async with a_screen(range_=planned()) as screen:
        await declared(screen)
        await screen.press("colon", *"grade p2 only old prices", "enter")
        await screen.until(lambda: "INC-7 is P2 now" in screen.app.main.notice.text)
        await screen.press("colon", *"lead grace", "enter")
        await screen.until(lambda: "grace leads INC-7" in screen.app.main.notice.text)
        await screen.press("colon", *"todo shorter ttl @ada 2026-03-20", "enter")
        await screen.until(lambda: "noted for the post-mortem" in screen.app.main.notice.text)
        await screen.press("colon", *"review", "enter")
        await screen.until(lambda: isinstance(screen.app.screen, Viewer))
        assert "Post-mortem of INC-7: prices are old" in screen.text
        await screen.press("escape", "colon", *"resolve the job runs", "enter")
        await screen.until(lambda: "its review is due by Monday 16 March 03:00Z" in screen.app.main.notice.text)
        assert "INC-7" not in screen.app.main.header.text
        await screen.press("colon", *"reopen it is back", "enter")
        await screen.until(lambda: "INC-7 is open again" in screen.app.main.notice.text)
        incident = screen.range.session.incident.current
        assert incident is not None
        assert (incident.severity, incident.commander) == ("P2", "grace")
        assert [one.get("event") for one in told(screen)] == [
            "declared", "regraded", "handed over", "action item", "resolved", "reopened",
        ]  # fmt: skip
        assert told(screen)[3] == {"event": "action item", "text": "shorter ttl", "owner": "ada", "due": "2026-03-20"}


async def test_the_key_offers_what_can_be_done_about_an_open_incident() -> None:
    async with a_screen(range_=planned()) as screen:
        await declared(screen)
        await screen.press("I")
        await screen.until_text("hand over the command")
        await screen.press("3")
        await screen.until_text("Who leads INC-7 from now on? (ada does)")
        await screen.press(*"grace", "enter")
        await screen.until(lambda: screen.range.session.incident.current is not None)
        await screen.until(lambda: "grace leads" in screen.app.main.notice.text)


async def test_the_next_escalation_counts_down_is_due_once_and_is_answered() -> None:
    async with a_screen(range_=planned()) as screen:
        await declared(screen)
        screen.range.clock.advance(872)
        screen.app.main.bring_up_bars()
        assert "L2 in 15:28" in screen.app.main.header.text
        assert "update in 15:28" in screen.app.main.header.text
        screen.range.clock.advance(1000)
        for _ in range(2):
            assert screen.app.main.feed is not None
            screen.app.main.feed.tick()
            await screen.until(lambda: any(one.get("event") == "escalation due" for one in told(screen)))
        assert "L2 DUE 1:12" in screen.app.main.header.text
        assert "update due" in screen.app.main.header.text
        await screen.until(lambda: "L2 is due: the database team, telephone" in screen.app.main.notice.text)
        assert sum(one.get("event") == "escalation due" for one in told(screen)) == 1
        await screen.press("colon", *"answered grace", "enter")
        await screen.until(lambda: "L2 has answered: grace" in screen.app.main.notice.text)
        screen.app.main.bring_up_bars()
        assert "L2" not in screen.app.main.header.text


async def test_a_message_is_edited_and_copied_and_the_next_update_counts_anew() -> None:
    async with a_screen(range_=planned()) as screen:
        await declared(screen)
        screen.range.clock.advance(600)
        await screen.press("colon", *"tell internal", "enter")
        await screen.until(lambda: isinstance(screen.app.screen, MessageSheet))
        sheet = screen.app.screen
        assert isinstance(sheet, MessageSheet)
        assert sheet.subject.value == "INC-7 prices are old"
        assert sheet.area.text == "Since 03:00: prices are old.\nNext: {nobody}"
        assert "still to be filled in: nobody" in screen.text
        await screen.press(*["backspace"] * 8, *"wait", "enter", *"hunter22", "ctrl+y")
        await screen.until(lambda: screen.app.screen is screen.app.main)
        text = "INC-7 prices are old\n\nSince 03:00: prices are old.\nNext: wait\n•••"
        assert screen.app.clipboard == text
        await screen.until(lambda: told(screen)[-1].get("how") == "copied")
        assert told(screen)[-1]["text"] == text
        screen.app.main.bring_up_bars()
        assert "update in 30:00" in screen.app.main.header.text


async def test_a_message_is_sent_down_the_road_after_a_confirmation_only() -> None:
    async with a_screen(range_=planned()) as screen:
        executor = screen.range.executors[TEAM]
        await declared(screen)
        await screen.press("colon", *"tell", "enter")
        await screen.until_text("Tell people what?")
        await screen.press("1")
        await screen.until(lambda: isinstance(screen.app.screen, MessageSheet))
        await screen.press("ctrl+s")
        await screen.until_text("Do this?")
        assert not executor.executed
        screen.range.clock.advance(1.0)
        await screen.press("y")
        await screen.until(lambda: bool(executor.executed))
        operation = executor.executed[0].action.operation
        assert isinstance(operation, SendMessage)
        await screen.until_text("What became of it")
        screen.range.clock.advance(1.0)
        await screen.press("enter")
        await screen.until(lambda: told(screen)[-1].get("how") == "sent to team")
        kinds = [entry.kind for entry in screen.range.journal.written]
        assert kinds[-3:] == [EntryKind.INTENT, EntryKind.OUTCOME, EntryKind.MESSAGE]


async def test_a_message_whose_answer_was_lost_is_told_as_that() -> None:
    async with a_screen(range_=planned()) as screen:
        screen.range.executors[TEAM].outcome = Outcome(OutcomeKind.UNKNOWN, "the answer was lost")
        await declared(screen)
        await screen.press("colon", *"tell internal", "enter")
        await screen.until(lambda: isinstance(screen.app.screen, MessageSheet))
        await screen.press("ctrl+s")
        await screen.until_text("Do this?")
        screen.range.clock.advance(1.0)
        await screen.press("y")
        await screen.until_text("unknown: verify before you repeat it")
        screen.range.clock.advance(1.0)
        await screen.press("enter")
        await screen.until(lambda: "answer was lost" in str(told(screen)[-1].get("how")))


async def test_a_message_that_is_left_is_kept_and_one_not_wanted_is_not_sent() -> None:
    async with a_screen(range_=planned()) as screen:
        await declared(screen)
        for _ in range(2):
            await screen.press("colon", *"tell internal", "enter")
            await screen.until(lambda: isinstance(screen.app.screen, MessageSheet))
            await screen.press("x", "escape")
            await screen.until(lambda: screen.app.screen is screen.app.main and not screen.app.main.turn.taken_by)
        await screen.press("colon", *"tell internal", "enter")
        await screen.until(lambda: isinstance(screen.app.screen, MessageSheet))
        assert isinstance(screen.app.screen, MessageSheet)
        assert screen.app.screen.area.text.endswith("xx")
        await screen.press("ctrl+s")
        await screen.until_text("Do this?")
        screen.range.clock.advance(1.0)
        await screen.press("n")
        await screen.until(lambda: screen.app.screen is screen.app.main)
        assert not screen.range.executors[TEAM].executed


async def test_what_cannot_be_done_says_why() -> None:
    async with a_screen(range_=planned(IncidentPlan())) as screen:
        notice = screen.app.main.notice
        for words, said in (
            ("tell", "there is no incident"),
            ("grade p1", "there is no incident"),
            ("reopen again", "no incident that ended"),
            ("review", "there is no incident"),
        ):
            await screen.press("colon", *words, "enter")
            await screen.until(lambda said=said: said in notice.text)  # type: ignore[misc]
        await declared(screen)
        for words, said in (
            ("grade p1 x", "is P1 already"),
            ("grade p9", "'p9' is no severity"),
            ("answered grace", "no level of an escalation waits"),
            ("tell nonsense", "there is no template 'nonsense'"),
            ("ticket", "there is no tracker"),
        ):
            await screen.press("colon", *words, "enter")
            await screen.until(lambda said=said: said in notice.text)  # type: ignore[misc]


async def test_a_check_that_goes_critical_proposes_an_incident_and_declares_none() -> None:
    good = {JOBS: JobsSnapshot((JobRun("recalculate", START),))}
    async with a_screen(range_=a_range(answers=dict(good))) as screen:
        notice = screen.app.main.notice
        assert "declares an incident" not in notice.text
        screen.range.clock.advance(3600)
        screen.range.say(JOBS, JobsSnapshot((JobRun("recalculate", START),)))
        await screen.until(lambda: "cron.recalculate: critical; I declares an incident" in notice.text)
        assert screen.range.session.incident.current is None


async def test_an_observer_has_no_word_for_any_of_it() -> None:
    async with a_screen(Role.OBSERVER) as screen:
        assert screen.app.main.spoken is not None
        entries = {entry.id for entry in screen.app.main.spoken.entries()}
        writing = {"incident", "resolve", "reopen", "grade", "lead", "answered", "tell", "todo", "ticket", "review"}
        assert not entries & {f"say.{word}" for word in writing}
        await screen.app.main.spoken.carry_out("say.incident", "P1 x")
        assert screen.range.session.incident.current is None


async def test_a_row_of_evidence_goes_into_the_step_that_takes_it() -> None:
    async with a_screen() as screen:
        await screen.press("3", "a")
        await screen.until_text("Which step shall take lock:cron:recalculate?")
        assert "Cron stuck: Release the lock  (key = lock:cron:recalculate)" in screen.text
        await screen.press("enter")
        await screen.until(lambda: screen.app.main.walking and not screen.app.main.turn.taken_by)
        steps = screen.app.main.steps
        assert steps is not None
        current = steps.current()
        assert current is not None
        assert (current[1].title, current[0].run.values["key"]) == ("Release the lock", "lock:cron:recalculate")
        run = current[0].run
        await screen.press("3", "j", "a")
        await screen.until_text("Which step shall take")
        await screen.press("enter")
        await screen.until(lambda: run.values["key"] != "lock:cron:recalculate")
        assert steps.walk is not None
        assert steps.walk.run is run


async def test_a_row_that_no_step_takes_says_so() -> None:
    async with a_screen(Role.OBSERVER) as screen:
        await screen.press("4", "a")
        await screen.until(lambda: "no step of any runbook takes" in screen.app.main.notice.text)
        await screen.press("1", "a")
        await screen.until(lambda: "are no arguments of steps" in screen.app.main.notice.text)


async def test_what_is_to_be_done_is_opened_in_the_tracker_once() -> None:
    range_ = planned(IncidentPlan(tracker='gh issue create --title "$TITLE"'), TRACKER)
    executor = range_.executors[TRACKER]
    executor.outcome = Outcome(OutcomeKind.SUCCEEDED, "https://tracker.example/42")
    async with a_screen(range_=range_) as screen:
        await declared(screen)
        await screen.press("colon", *"ticket", "enter")
        await screen.until(lambda: "nothing to do that is not opened yet" in screen.app.main.notice.text)
        for text in ("shorter ttl @ada", "alert on old locks"):
            await screen.press("colon", *f"todo {text}", "enter")
            await screen.until(lambda text=text: text.split(" @")[0] in str(told(screen)[-1].get("text")))  # type: ignore[misc]
            await screen.until(lambda: not screen.app.main.turn.taken_by)
        await screen.press("colon", *"ticket", "enter")
        await screen.until_text("Open which?")
        await screen.press("1")
        await screen.until_text("Do this?")
        assert not executor.executed
        screen.range.clock.advance(1.0)
        await screen.press("y")
        await screen.until_text("What became of it")
        screen.range.clock.advance(1.0)
        await screen.press("enter")
        await screen.until(lambda: told(screen)[-1].get("event") == "ticket")
        assert told(screen)[-1] == {"event": "ticket", "text": "shorter ttl", "where": "https://tracker.example/42"}
        assert len(executor.executed) == 1


async def test_an_address_of_the_tracker_is_copied_and_a_severity_is_chosen_from_the_list() -> None:
    range_ = planned(IncidentPlan(tracker="https://tracker.example/new?title={title}"))
    async with a_screen(range_=range_) as screen:
        await declared(screen)
        await screen.press("colon", *"todo shorter ttl", "enter")
        await screen.until(lambda: "noted for the post-mortem" in screen.app.main.notice.text)
        await screen.press("colon", *"ticket", "enter")
        await screen.until(lambda: screen.app.clipboard == "https://tracker.example/new?title=shorter%20ttl")
        await screen.until(lambda: not screen.app.main.turn.taken_by)
        await screen.press("colon", *"grade", "enter")
        await screen.until_text("INC-7 is P1; what is it now?")
        await screen.press("1")
        await screen.until_text("Why is it P0 now?")
        await screen.press(*"worse", "enter")
        await screen.until(lambda: "INC-7 is P0 now" in screen.app.main.notice.text)
