from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.engine.board import Board
from cockpit.engine.changes import Noted, all_changes, change_readings, since
from cockpit.engine.timeline import FLAPS, KINDS, Moment, moments, parse_timeline_filter
from cockpit.model.changes import Change, ChangesSnapshot
from cockpit.model.health import Json
from cockpit.model.incident import EntryKind, JournalEntry
from cockpit.model.readings import Reading, ReadingState, SourceId, SourceKind

START = datetime(2026, 3, 14, 3, 0, tzinfo=UTC)
GIT = SourceId(SourceKind.CHANGES, "shop")
FLAGS = SourceId(SourceKind.CHANGES, "flags")


def entry(number: int, kind: EntryKind = EntryKind.NOTE, minutes: float = 0.0, **payload: Json) -> JournalEntry:
    at = START + timedelta(minutes=minutes)
    return JournalEntry(number, at, "ada@desk", "", kind, payload or {"text": f"note {number}"}, "", "")


def verdict(number: int, minutes: float, said: str = "crit", check: str = "api") -> JournalEntry:
    return entry(number, EntryKind.VERDICT, minutes, check=check, before="ok", verdict=said)


def noted(minutes: float, what: str = "v41", kind: str = "deployment", source: SourceId = GIT) -> Noted:
    return Noted(source, Change(what, START + timedelta(minutes=minutes), kind, what, "bob"))


def test_entries_and_changes_stand_by_time() -> None:
    found = moments([entry(1), entry(2, minutes=10)], [noted(5), noted(-60, "old")])
    assert [moment.words for moment in found] == ["deployment: old", "note 1", "deployment: v41", "note 2"]
    assert [moment.kind for moment in found] == ["change", "note", "change", "note"]
    assert [moment.who for moment in found] == ["bob", "ada@desk", "bob", "ada@desk"]
    assert len({moment.key for moment in found}) == 4


def test_a_check_that_flaps_is_told_once_where_it_changed_last() -> None:
    flapping = [verdict(n, n, "ok" if n % 2 else "crit") for n in range(6)]
    other = [verdict(10, 2.5, check="db"), entry(11, minutes=3.5)]
    found = moments(sorted([*flapping, *other], key=lambda e: e.at), ())
    assert [len(moment.entries) for moment in found] == [1, 1, 6]
    assert found[-1].words == "api: changed 6 times in 5m, last to ok"
    assert found[-1].at == START + timedelta(minutes=5)
    assert found[-1].key == ("flaps", 0)


def test_few_changes_and_changes_far_apart_are_told_each() -> None:
    assert len(moments([verdict(n, n) for n in range(FLAPS - 1)], ())) == FLAPS - 1
    assert len(moments([verdict(n, 11 * n) for n in range(9)], ())) == 9
    apart = [verdict(n, n) for n in range(4)] + [verdict(n, n + 60) for n in range(4, 8)]
    assert [moment.key for moment in moments(apart, ())] == [("flaps", 0), ("flaps", 4)]


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("", [0, 1, 2, 3]),
        ("note", [0]),
        ("note change", [0, 3]),
        ("-verdict -change", [0, 2]),
        ("CRIT", [1]),
        ("by:ada", [0, 1, 2]),
        ("by:bob v41", [3]),
        ("check:ap", [1]),
        ("since:5m", [3]),
        ("since:tomorrow", []),
        ("-prices", [1, 2, 3]),
        ("prices old", [0]),
        ("prices new", []),
        ("-", [0, 1, 2, 3]),
    ],
)
def test_the_filter_line(words: str, shown: list[int]) -> None:
    told = [
        Moment((entry(1, text="prices are old"),)),
        Moment((verdict(2, 0),)),
        Moment((entry(3, EntryKind.SESSION, event="began"),)),
        Moment(noted=noted(8)),
    ]
    wanted, now = parse_timeline_filter(words), START + timedelta(minutes=10)
    assert [n for n, moment in enumerate(told) if wanted.fits(moment, now)] == shown


@given(st.text(max_size=60))
def test_any_text_is_a_filter(text: str) -> None:
    wanted = parse_timeline_filter(text)
    assert wanted.kinds <= KINDS
    assert isinstance(wanted.fits(Moment((entry(1),)), START), bool)


def test_changes_of_all_sources_come_newest_first() -> None:
    board = Board()
    for source, changes in ((GIT, (noted(5).change, noted(1, "v40").change)), (FLAGS, (noted(3, "PAYWALL").change,))):
        board.publish(Reading(source, ReadingState.FRESH, ChangesSnapshot(changes), START))
    board.publish(Reading(SourceId(SourceKind.CHANGES, "lost"), ReadingState.FAILED, error="gone"))
    board.publish(Reading(SourceId(SourceKind.HOST, "host"), ReadingState.FRESH, "host", START))
    found = all_changes(board)
    assert [(one.source.name, one.change.what) for one in found] == [
        ("shop", "v41"),
        ("flags", "PAYWALL"),
        ("shop", "v40"),
    ]
    assert [one.change.what for one in since(found, START + timedelta(minutes=3))] == ["v41", "PAYWALL"]
    assert len(change_readings(board)) == 3
