from __future__ import annotations

from dataclasses import replace

from cockpit.engine.chronicle import entry_json, incidents, sentence, unresolved, unresolved_sentence
from cockpit.engine.incident_clock import IncidentClock, next_number
from cockpit.model.health import Json
from cockpit.model.incident import EntryKind, JournalEntry
from tests.support.clock import FixedClock


def entry(kind: EntryKind, incident: str = "", sequence: int = 1, **payload: Json) -> JournalEntry:
    return JournalEntry(sequence, FixedClock().now(), "op@test", incident, kind, payload, "0" * 64, "f" * 64)


STORY = [
    entry(EntryKind.INCIDENT, "INC-3", event="declared", severity="P1", title="Cron stuck"),
    entry(EntryKind.INTENT, "INC-3", action="a", command="DEL x", source="redis:kv", effect="will delete 1 key"),
    entry(EntryKind.OUTCOME, "INC-3", action="a", outcome="succeeded", command="DEL x", reason="gone."),
    entry(EntryKind.INTENT, "INC-3", action="b", command="DEL y", source="redis:kv", effect="will delete 1 key"),
]


def test_an_incident_is_summed_up() -> None:
    (summary,) = incidents([entry(EntryKind.NOTE, text="hello"), *STORY])
    assert (summary.id, summary.severity, summary.title, summary.entries) == ("INC-3", "P1", "Cron stuck", 4)
    assert summary.as_row()[3] == "open"
    (ended,) = incidents([*STORY, entry(EntryKind.INCIDENT, "INC-3", event="resolved")])
    assert ended.ended_at == FixedClock().now()
    assert isinstance(ended.as_json(), dict)


def test_an_intent_without_outcome_is_unknown() -> None:
    (left,) = unresolved(STORY)
    assert unresolved_sentence(left) == (
        "unknown, verify: DEL y on redis:kv was begun by op@test at 2026-03-14 03:00:00Z and never reported back"
    )


def test_a_command_of_several_lines_is_said_in_one() -> None:
    query = "SELECT 1\n  FROM jobs"
    assert sentence(entry(EntryKind.READ, command=query, state="done")) == "read: SELECT 1 FROM jobs"
    assert "SELECT 1 FROM jobs on" in unresolved_sentence(entry(EntryKind.INTENT, command=query, source="main"))


def test_a_note_about_it_settles_it() -> None:
    assert unresolved([*STORY, entry(EntryKind.NOTE, text="looked", action="b")]) == []


def test_every_kind_of_entry_has_its_sentence() -> None:
    assert {kind for kind in EntryKind if sentence(entry(kind)) is None} == set()
    said = [sentence(item) for item in STORY]
    assert said[0] == "declared P1 Cron stuck"
    assert said[1] == "op@test begins: DEL x on redis:kv (will delete 1 key)"
    assert said[2] == "succeeded: DEL x: gone."
    change = entry(EntryKind.VERDICT, check="api", before="ok", verdict="crit", message="status 500")
    assert sentence(change) == "api: ok → crit (status 500)"
    assert sentence(entry(EntryKind.SOURCE, source="kv", event="lost", error="gone")) == "source kv lost: gone"
    assert sentence(entry(EntryKind.READ, command="GET x", state="failed", note="no")) == "read: GET x (failed: no)"
    assert sentence(entry(EntryKind.INCIDENT, event="resolved")) == "incident resolved"


def test_the_numbers_go_on_and_an_open_incident_is_found_again() -> None:
    assert next_number(STORY) == 4
    assert next_number([]) == 1
    clock = IncidentClock(FixedClock(), None)
    clock.hear(replace(item, sequence=number) for number, item in enumerate(STORY))
    found = clock.current
    assert found is not None
    assert (found.id, found.title) == ("INC-3", "Cron stuck")
    clock.hear([entry(EntryKind.INCIDENT, "INC-3", sequence=99, event="resolved")])
    assert clock.current is None


def test_json_keeps_the_chain() -> None:
    as_json = entry_json(STORY[0])
    assert isinstance(as_json, dict)
    assert (as_json["previous"], as_json["hash"]) == ("0" * 64, "f" * 64)
