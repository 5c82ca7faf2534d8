"""The post-mortem that the record writes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from cockpit.engine.chronicle import incidents
from cockpit.engine.impact import spells
from cockpit.engine.incident_clock import IncidentClock
from cockpit.engine.markdown import code, fence, md, table
from cockpit.engine.postmortem import named_incident, post_mortem, stretch
from cockpit.engine.postmortem_text import post_mortem_text
from cockpit.engine.postmortem_words import enumerated, long_duration, things
from cockpit.engine.record_lines import record_lines, verify_lines
from cockpit.model.errors import JournalError
from cockpit.model.incident import EntryKind, JournalEntry
from cockpit.model.masking import Masker
from tests.support.clock import FixedClock
from tests.support.story import INCIDENT, NIGHT, Story, a_story

GOLDEN = Path(__file__).parent / "golden" / "post_mortem.md"
STORY = a_story()


def text_of(entries: list[JournalEntry], incident: str = INCIDENT) -> str:
    return post_mortem_text(post_mortem(entries, incident, Masker()))


def test_the_post_mortem_of_a_known_night_is_the_one_that_was_read_and_found_good() -> None:
    assert text_of(STORY) == GOLDEN.read_text(encoding="utf-8")


def test_nothing_personal_and_nothing_secret_is_in_it() -> None:
    text = text_of(STORY)
    assert "olga@shop.example" in str([entry.payload for entry in STORY])
    assert "olga" not in text
    assert "abcdef123456" not in text


def test_what_happened_afterwards_and_elsewhere_is_left_out() -> None:
    text = text_of(STORY)
    assert "deployment is at nine" not in text
    other = Story(at=NIGHT + timedelta(minutes=25), entries=list(STORY), incident="INC-8")
    other.note(EntryKind.NOTE, text="another story")
    assert text_of(other.entries) == text


def test_what_another_cockpit_noted_meanwhile_belongs_to_it() -> None:
    during = next(entry for entry in STORY if entry.kind is EntryKind.DECISION)
    foreign = replace(during, incident="", kind=EntryKind.NOTE, payload={"text": "seen from the other desk"})
    entries = [foreign if entry is during else entry for entry in STORY]
    assert "seen from the other desk" in text_of(entries)


def test_an_incident_that_is_open_says_so() -> None:
    entries = [e for e in STORY if e.payload.get("event") not in ("resolved", "action item", "ticket")]
    text = text_of(entries)
    assert "It is still open." in text
    assert "not yet, as of" in text
    assert "Review due" not in text


def test_an_incident_in_which_nothing_happened_is_told_shortly() -> None:
    story = Story(incident="INC-1")
    story.note(EntryKind.INCIDENT, event="declared", severity="P3", title="A false alarm")
    story.later(2).note(EntryKind.INCIDENT, event="resolved", note="")
    text = text_of(story.entries, "INC-1")
    assert "No check was critical at any time. Nothing was changed from the cockpit." in text
    assert "after 2 minutes." in text
    assert "## What people were told" not in text
    assert "_by when?_" in text


def test_a_stretch_of_time_without_an_incident() -> None:
    until = STORY[-1].at
    found = stretch(STORY, NIGHT, until, Masker())
    text = post_mortem_text(found)
    assert text.startswith("# What happened on Saturday 14 March 2026")
    assert "deployment is at nine" in text
    assert "## Root cause" not in text
    with pytest.raises(JournalError, match="holds nothing between"):
        stretch(STORY, until + timedelta(hours=1), until + timedelta(hours=2), Masker())


def test_an_incident_is_named_in_several_ways() -> None:
    assert {named_incident(STORY, name) for name in ("INC-7", "inc-7", "7", "latest", "Latest")} == {"INC-7"}
    with pytest.raises(JournalError, match="no incident 'INC-9'"):
        named_incident(STORY, "INC-9")
    with pytest.raises(JournalError, match="no incident yet"):
        named_incident([], "latest")


def test_a_review_is_due_two_days_after_the_end_and_not_before_there_is_one() -> None:
    due = incidents(STORY)[0].review_due
    ends = next(entry.at for entry in STORY if entry.payload.get("event") == "resolved")
    assert due == ends + timedelta(hours=48)
    reopened = Story(at=STORY[-1].at, entries=list(STORY), incident=INCIDENT)
    reopened.note(EntryKind.INCIDENT, event="reopened", reason="it is back")
    assert incidents(reopened.entries)[0].review_due is None
    clock = IncidentClock(FixedClock(), None)
    clock.hear(reopened.entries)
    assert (clock.id, clock.last) == (INCIDENT, None)


def test_how_long_a_check_was_not_well_and_how_long_critical() -> None:
    story = Story()
    story.verdict("a", "ok", "warn", "so so")
    story.later(1).verdict("a", "warn", "crit", "bad")
    story.later(2).verdict("a", "crit", "warn", "better")
    story.later(3).verdict("a", "warn", "ok")
    story.later(1).verdict("b", "ok", "unknown")
    story.later(1).verdict("c", "ok", "crit", "gone")
    story.later(1)
    found = spells(story.entries, NIGHT, story.at)
    assert [(s.check, s.worst, s.critical, s.said) for s in found] == [
        ("a", "crit", 120.0, "bad"),
        ("b", "unknown", 0.0, ""),
        ("c", "crit", 60.0, "gone"),
    ]
    assert [s.ended_at is None for s in found] == [False, True, True]
    assert [s.check for s in spells(story.entries, NIGHT + timedelta(minutes=7), story.at)] == ["b", "c"]


def test_words_for_durations_and_numbers() -> None:
    said = [long_duration(seconds) for seconds in (1, 42, 60, 3600, 3900, 50 * 3600)]
    assert said == ["1 second", "42 seconds", "60 seconds", "1 hour", "1 hour 5 minutes", "2 days 2 hours"]
    assert [things(n, "entry", "entries") for n in (0, 1, 2, 1300)] == [
        "no entries", "one entry", "two entries", "1,300 entries",
    ]  # fmt: skip
    assert [enumerated(parts) for parts in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


@given(st.text())
def test_no_text_from_outside_becomes_markup(text: str) -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(f"| a |\n| --- |\n| x {md(text)} y |")
    inline = [child for token in tokens if token.type == "inline" for child in token.children or []]
    assert {child.type for child in inline} <= {"text", "text_special"}
    assert sum(token.type == "td_open" for token in tokens) == 1


@given(st.text(alphabet="`a|\n "))
def test_code_ends_where_it_ends(text: str) -> None:
    tokens = MarkdownIt("commonmark").parse("\n".join([*fence(text, "sql"), "after"]))
    assert tokens[0].type == "fence"
    assert tokens[-2].content == "after"


def test_code_within_a_table_keeps_its_bars_and_ticks() -> None:
    [cell] = [
        token.children or []
        for token in MarkdownIt("commonmark").enable("table").parse("\n".join(table(["a"], [[code("a | `b`")]])))
        if token.type == "inline" and "b" in token.content
    ]
    assert [child.content for child in cell if child.type == "code_inline"] == ["a | `b`"]


# --- JSON Lines ---


def told() -> list[int]:
    return [entry.sequence for entry in post_mortem(STORY, INCIDENT, Masker()).entries]


def test_the_lines_carry_the_chain_and_say_what_is_masked() -> None:
    stored = record_lines(STORY, told(), None)
    result = verify_lines(stored)
    assert (result.intact, result.masked, result.withheld) == (True, 0, 0)
    assert result.last == STORY[told()[-1] - 1].hash
    masked = record_lines(STORY, told(), Masker())
    assert "olga" not in "".join(masked)
    result = verify_lines(masked)
    assert (result.intact, result.proven, result.masked) == (True, len(told()) - 3, 3)
    assert "3 masked" in result.words


def test_what_is_not_told_keeps_its_place_in_the_chain() -> None:
    lines = record_lines(STORY, [3, 5], None)
    assert json.loads(lines[1]) == {
        "sequence": 4,
        "withheld": True,
        "previous": STORY[3].previous,
        "hash": STORY[3].hash,
    }
    result = verify_lines(["", *lines])
    assert (result.intact, result.proven, result.withheld) == (True, 2, 1)
    assert "1 withheld" in result.words
    assert record_lines(STORY, [], None) == []


@pytest.mark.parametrize("field", ["at", "actor", "incident", "kind", "payload", "previous", "hash"])
def test_any_edit_of_a_line_is_seen(field: str) -> None:
    lines = record_lines(STORY, told(), None)
    line = json.loads(lines[4])
    line[field] = {"text": "other"} if field == "payload" else "other"
    result = verify_lines([*lines[:4], json.dumps(line), *lines[5:]])
    assert not result.intact
    assert result.problem


def test_lines_that_are_missing_moved_or_no_lines_are_seen() -> None:
    lines = record_lines(STORY, told(), None)
    assert "is missing" in verify_lines([*lines[:4], *lines[5:]]).problem
    assert "is missing" in verify_lines([lines[1], lines[0]]).problem
    assert "holds no entries" in verify_lines([]).problem
    assert "line 1 is no line of a record" in verify_lines(["{}"]).problem
    assert "line 2 is no line of a record" in verify_lines([lines[0], "nonsense"]).problem
    without = {key: value for key, value in json.loads(lines[0]).items() if key != "kind"}
    assert "it has no kind" in verify_lines([json.dumps(without)]).problem
    assert "has no content" in verify_lines([json.dumps({**json.loads(lines[0]), "payload": 1})]).problem


def test_a_change_from_a_pane_is_named_by_its_effect() -> None:
    story = Story(incident="INC-1")
    story.note(EntryKind.INCIDENT, event="declared", severity="P3", title="slow")
    story.note(
        EntryKind.INTENT, action="a", command="DEL x:y", source="redis:kv", effect="will delete 1 key", origin="locks"
    )
    story.note(
        EntryKind.OUTCOME, action="a", command="DEL x:y", outcome="succeeded", reason="x:y: deleted", seconds=0.012
    )
    text = text_of(story.entries, "INC-1")
    assert "### 1. 02:41:08 Delete 1 key" in text
    assert "from the pane locks" in text
    assert "**Succeeded in 12ms.** x:y: deleted." in text
