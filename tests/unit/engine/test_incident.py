"""Escalation, messages, stages and the fold of the incident's events."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from cockpit.config.load import parse
from cockpit.engine.board import Board
from cockpit.engine.communication import fields_of, filled, message_draft, open_fields
from cockpit.engine.escalation import next_level, pending, policy_for
from cockpit.engine.incident_clock import IncidentClock
from cockpit.engine.incident_events import incident_after
from cockpit.engine.incident_plan import USUAL_TEMPLATES, EscalationPolicy, IncidentPlan, Level, update_left
from cockpit.engine.run import Run
from cockpit.engine.stage import StageClock, runbook_names
from cockpit.engine.todo import Todo, read_todo, tracker_address, tracker_draft
from cockpit.model.errors import ConfigError, JournalError
from cockpit.model.incident import EntryKind, Incident, StepState
from cockpit.model.operations import SendMessage
from cockpit.model.readings import SourceId, SourceKind
from cockpit.runbook.reader import read_runbook
from cockpit.ui.present.header import countdown, header_line, incident_clocks
from cockpit.ui.spans import line, plain
from cockpit.wiring.incident import incident_plan, is_address
from tests.support.clock import FixedClock
from tests.support.edges import FakeJournal
from tests.support.story import INCIDENT, a_story

NOW = FixedClock().now()
BEGAN = NOW - timedelta(seconds=872)
INC = Incident(
    INCIDENT, "P1", "Prices are old", BEGAN, environment="PROD", commander="ada", services=("shop", "worker")
)
L1, L2, L3 = Level("L1", 0.0), Level("L2", 1800.0, "databases", "telephone"), Level("L3", 3600.0)

CONFIG = """
[incident]
duty = "database"
review = "24h"
updates = { P1 = "30m" }
tracker = "gh issue create"

[[escalation]]
severities = ["P0", "P1"]
[[escalation.levels]]
name = "L2"
after = "30m"
to = "the database team"
how = "telephone"

[[escalation]]
duty = "database"
runbook = "Cron stuck"

[[templates]]
name = "Team"
text = "{title}"
to = ["team"]

[notify]
timeout = "10s"
[notify.targets]
team = "env:TEAM_CHAT"

[environments.prod]
"""


def test_the_plan_is_read_from_the_file() -> None:
    plan = incident_plan(parse(CONFIG, "cockpit.toml"))
    assert (plan.duty, plan.review_within, plan.updates, plan.targets) == (
        "database",
        86400.0,
        {"P1": 1800.0},
        ("team",),
    )
    assert plan.policies[0].levels == (Level("L2", 1800.0, "the database team", "telephone"),)
    assert [template.name for template in plan.templates] == ["Team"]
    assert (plan.send_timeout, plan.tracker) == (10.0, "gh issue create")
    assert incident_plan(parse("[environments.prod]\n", "x")).templates == USUAL_TEMPLATES


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('to = ["team"]', 'to = ["crew"]', "goes to 'crew', which"),
        ('severities = ["P0", "P1"]', 'severities = ["P7"]', "an escalation for 'P7'"),
        ("updates = { P1", "updates = { P8", "updates for 'P8'"),
        ('duty = "database"\nreview', 'default = "SEV1"\nreview', "the default severity 'SEV1'"),
        ('how = "telephone"', '[[escalation.levels]]\nname = "L2"\nafter = "1h"', "two levels of one name"),
    ],
)
def test_what_contradicts_itself_in_the_file_is_named_with_its_line(before: str, after: str, said: str) -> None:
    assert before in CONFIG
    with pytest.raises(ConfigError, match=said) as raised:
        parse(CONFIG.replace(before, after, 1), "cockpit.toml")
    assert "cockpit.toml:" in str(raised.value)


def test_a_tracker_is_an_address_or_a_command() -> None:
    assert is_address("https://tracker.example/new?title={title}")
    assert not is_address("gh issue create --title {title}")


# --- escalation ---


def test_of_several_policies_the_one_that_says_most_holds() -> None:
    everyone, severe = EscalationPolicy(levels=(L1,)), EscalationPolicy(("P1",), levels=(L2,))
    duty, runbook = (
        EscalationPolicy(duty="database", levels=(L3,)),
        EscalationPolicy(runbook="cron-stuck", levels=(L1, L3)),
    )
    plan = IncidentPlan(policies=(everyone, severe, duty, runbook))
    assert policy_for(plan, "P3") is everyone
    assert policy_for(plan, "P1") is severe
    assert policy_for(replace(plan, duty="database"), "P1") is duty
    assert policy_for(replace(plan, duty="database"), "P1", ("Cron-Stuck",)) is runbook
    assert policy_for(IncidentPlan(), "P1") is None


def test_the_level_that_is_shown_is_the_highest_that_is_due_else_the_next() -> None:
    policy = EscalationPolicy(levels=(L3, L1, L2))

    def shown(incident: Incident, now: datetime = NOW) -> tuple[str, float] | None:
        found = next_level(pending(policy, incident, now))
        return (found.level.name, found.left) if found else None

    assert shown(INC) == ("L1", -872.0)
    assert shown(replace(INC, answered=("L1",))) == ("L2", 928.0)
    assert shown(INC, BEGAN + timedelta(seconds=1801)) == ("L2", -1.0)
    assert shown(replace(INC, answered=("L1", "L2", "L3"))) is None
    assert pending(None, INC, NOW) == pending(policy, None, NOW) == []


# --- messages ---


def test_a_template_is_filled_from_the_incident_and_shows_what_nobody_knows() -> None:
    plan = IncidentPlan(updates={"P1": 1800.0})
    fields = fields_of(INC, plan, Board(), a_story(), NOW)
    text = filled("{incident} {severity} {title} {services} {began} {elapsed} {next_update} {last_done} {why}", fields)
    assert text == "INC-7 P1 Prices are old shop and worker 02:45 15 minutes 03:30 1 key deleted {why}"
    assert open_fields(text) == ("why",)
    bare = fields_of(replace(INC, services=(), commander=""), IncidentPlan(), Board(), [], NOW)
    assert filled("{services}, {commander}, {failing}, {last_done}, {next_update}", bare) == (
        "our service, nobody yet, nothing, nothing yet, {next_update}"
    )


@pytest.mark.parametrize("template", USUAL_TEMPLATES, ids=lambda template: template.name)
def test_the_usual_templates_know_all_their_fields(template) -> None:  # type: ignore[no-untyped-def]
    fields = fields_of(INC, IncidentPlan(updates={"P1": 60.0}), Board(), [], NOW)
    assert open_fields(filled(f"{template.title}\n{template.text}", fields)) == ()


def test_a_value_with_braces_is_no_field() -> None:
    assert filled("{title}", {"title": "{severity}", "severity": "P1"}) == "{severity}"


def test_the_next_update_counts_from_the_last_one() -> None:
    plan = IncidentPlan(updates={"P1": 1800.0})
    assert update_left(plan, INC, NOW) == 928.0
    assert update_left(plan, replace(INC, told_at=NOW), NOW) == 1800.0
    assert update_left(plan, replace(INC, severity="P4"), NOW) is None
    assert update_left(plan, None, NOW) is None


def test_a_message_is_named_by_its_subject_or_first_line() -> None:
    assert message_draft("team", "Subject", "text", 5.0).command == "send to team: Subject"
    draft = message_draft("team", "", "\n first\nsecond", 5.0)
    assert (draft.command, draft.source.name) == ("send to team: first", "team")


# --- the fold ---


def test_the_events_of_the_record_make_the_incident() -> None:
    incident: Incident | None = None
    for entry in a_story():
        if entry.incident == INCIDENT:
            incident = incident_after(incident, entry)
    assert incident is not None
    assert (incident.severity, incident.commander, incident.answered) == ("P1", "grace", ("L2",))
    assert incident.told_at is not None
    assert incident.ended_at is not None
    clock = IncidentClock(FixedClock(), None)
    clock.hear(a_story())
    assert (clock.current, clock.last) == (None, incident)


@pytest.mark.anyio
async def test_what_another_cockpit_declares_is_known_here_and_numbers_go_on() -> None:
    clock = FixedClock()
    journal = FakeJournal(clock)
    mine, theirs = IncidentClock(clock, journal), IncidentClock(clock, journal)
    await theirs.declare("P1", "slow")
    mine.hear(await journal.entries())
    assert mine.id == "INC-1"
    with pytest.raises(JournalError, match="still open"):
        await mine.declare("P2", "slow too")
    await mine.answered("L2", "grace")
    await mine.resolve("over")
    theirs.hear(await journal.entries())
    assert (theirs.current, theirs.last and theirs.last.id) == (None, "INC-1")
    assert (await theirs.declare("P2", "another")).id == "INC-2"
    mine.hear(await journal.entries())
    assert mine.id == "INC-2"


@pytest.mark.anyio
async def test_a_level_that_is_due_is_noted_once() -> None:
    clock = FixedClock()
    journal = FakeJournal(clock)
    incident = IncidentClock(clock, journal)
    await incident.declare("P1", "slow")
    assert await incident.due("L2", "x", "y")
    assert not await incident.due("L2", "x", "y")
    other = IncidentClock(clock, journal)
    other.hear(await journal.entries())
    assert not await other.due("L2", "x", "y")
    assert journal.kinds() == [EntryKind.INCIDENT, EntryKind.INCIDENT]


@pytest.mark.anyio
async def test_nothing_is_done_about_an_incident_that_is_not_there() -> None:
    incident = IncidentClock(FixedClock(), FakeJournal(FixedClock()))
    with pytest.raises(JournalError, match="there is no incident"):
        await incident.hand_over("grace")
    with pytest.raises(JournalError, match="no incident that ended"):
        await incident.reopen("again")
    with pytest.raises(JournalError, match="no incident that ended"):
        await incident.told("x", "y", "copied")


# --- what is to be done ---


def test_a_thing_to_do_is_read_from_words() -> None:
    assert read_todo("shorter ttl @ada 2026-03-20") == Todo("shorter ttl", "ada", "2026-03-20")
    assert read_todo("mail ada@shop.example by 2026-99-99") == Todo("mail ada@shop.example by 2026-99-99")
    assert read_todo("   ") == Todo("")


def test_a_tracker_gets_title_and_text_and_nothing_else() -> None:
    item = next(entry for entry in a_story() if entry.payload.get("event") == "action item")
    address = tracker_address("https://t.example/new?t={title}&b={body}", INC, item)
    assert address.startswith("https://t.example/new?t=Give%20the%20lock%20a%20shorter%20time%20to%20live&b=From%20the")
    assert "\n" not in address
    assert tracker_address("gh issue create", INC, item) == ""
    draft = tracker_draft(SourceId(SourceKind.NOTIFY, "tracker"), "gh", INC, item, 5.0)
    assert isinstance(draft.operation, SendMessage)
    assert draft.operation.text.splitlines()[1:] == ["Owner: ada", "Due: 2026-03-20"]


# --- stages and the header ---

TEXT = """# Cron stuck

## Cron stuck

### Diagnosis (< 5 minutes)

1. Look
2. Think

### Mitigation

3. Act
"""


def test_a_phase_counts_from_when_the_run_came_to_it() -> None:
    runbook = read_runbook(TEXT, "docs/cron-stuck.md", lambda target: True)
    run, clock, stages = Run("r1", runbook, runbook.procedures[0]), FixedClock(), StageClock()
    assert stages.stage(None, clock.now()) is None
    first = stages.stage(run, clock.now())
    assert first is not None
    assert (first.elapsed, first.budget, first.over) == (0.0, 300.0, False)
    clock.advance(301)
    later = stages.stage(run, clock.now())
    assert later is not None
    assert later.over
    for step in run.procedure.steps[:2]:
        run.note(step, state=StepState.DONE)
    assert stages.stage(run, clock.now()) is None
    assert {"Cron stuck", "cron-stuck.md", "cron-stuck"} <= set(runbook_names(run))
    assert runbook_names(None) == ()


def test_the_clocks_of_the_header_say_what_runs_and_go_one_by_one_when_it_is_narrow() -> None:
    waiting = next_level(pending(EscalationPolicy(levels=(L2,)), INC, NOW))
    runbook = read_runbook(TEXT, "docs/cron-stuck.md", lambda target: True)
    stages, run = StageClock(), Run("r1", runbook, runbook.procedures[0])
    stages.stage(run, BEGAN)
    clocks = incident_clocks(waiting, 250.0, stages.stage(run, NOW))
    assert [plain(one).strip() for one in clocks] == [
        "L2 in 15:28", "update in 4:10", "Diagnosis 14:32 (< 5 minutes)",
    ]  # fmt: skip
    overdue = next_level(pending(EscalationPolicy(levels=(L1,)), INC, NOW))
    assert [plain(one).strip() for one in incident_clocks(overdue, -1.0, None)] == ["L1 DUE 14:32", "update due"]
    head, dots, right = [line(" PROD ")], (line("● api"), line("●")), [line("03:00Z"), line(" OPERATOR ")]

    def at(cells: int) -> str:
        return plain(header_line(head, dots, right, cells, clocks))

    assert "Diagnosis" in at(120)
    assert "● api" in at(120)
    assert "Diagnosis" not in at(60)
    assert "L2 in 15:28" in at(60)
    assert "L2" not in at(24)
    assert "OPERATOR" in at(24)


def test_a_countdown_has_hours_only_when_there_are_some() -> None:
    assert [countdown(seconds) for seconds in (-3, 9, 75, 3723)] == ["0:00", "0:09", "1:15", "1:02:03"]
