"""What the watch sees goes into the journal once, whoever looks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cockpit.adapters.journal_sqlite import SqliteJournal
from cockpit.model.health import CheckResult, Verdict
from cockpit.model.incident import COCKPIT
from cockpit.model.masking import Masker
from cockpit.model.readings import Reading, ReadingState, SourceId, SourceKind
from cockpit.wiring.notes import SOURCE_NEWS_FOR, Notes
from tests.support.awaiting import until
from tests.support.clock import FixedClock

pytestmark = pytest.mark.anyio

AT = datetime(2026, 3, 14, 3, 0, tzinfo=UTC)
DB: Reading[object] = Reading(SourceId(SourceKind.POSTGRES, "main"), ReadingState.STALE, error="no route")


@pytest.fixture
async def journals(tmp_path: Path) -> AsyncIterator[tuple[SqliteJournal, SqliteJournal, FixedClock]]:
    clock = FixedClock()
    path = tmp_path / "journal.db"
    one, other = SqliteJournal(path, "ada@laptop", clock), SqliteJournal(path, "bob@laptop", clock)
    yield one, other, clock
    await one.close()
    await other.close()


def result(verdict: Verdict) -> CheckResult:
    return CheckResult("db", verdict, "1", "", AT, AT)


def unread() -> CheckResult:
    return CheckResult("db", Verdict.UNKNOWN, "", "", None, AT)


async def settled(*notes: Notes) -> None:
    await until(lambda: not any(note._writing for note in notes), what="everything written")


async def said(journal: SqliteJournal) -> list[tuple[str, object]]:
    return [
        (entry.actor, entry.payload.get("verdict") or entry.payload.get("event")) for entry in await journal.entries()
    ]


async def test_two_cockpits_note_a_change_of_verdict_once_and_in_nobodys_name(
    journals: tuple[SqliteJournal, SqliteJournal, FixedClock],
) -> None:
    one, other, _ = journals
    notes = [Notes(journal, Masker(()), lambda: "INC-1", "prod") for journal in (one, other)]
    for verdict, before in ((Verdict.CRIT, Verdict.OK), (Verdict.OK, Verdict.CRIT), (Verdict.WARN, Verdict.OK)):
        for note in notes:
            note.verdict_changed(result(verdict), result(before))
        await settled(*notes)
    assert await said(one) == [(COCKPIT, "crit"), (COCKPIT, "ok"), (COCKPIT, "warn")]


async def test_a_recovery_that_nobody_saw_is_noted_at_the_next_start_and_so_is_the_next_failure(
    journals: tuple[SqliteJournal, SqliteJournal, FixedClock],
) -> None:
    journal, _, _ = journals
    note = Notes(journal, Masker(()), lambda: "", "prod")
    for verdict in (Verdict.OK, Verdict.UNKNOWN, Verdict.CRIT):
        note.verdict_changed(result(verdict), unread())
        await settled(note)
    assert await said(journal) == [(COCKPIT, "crit")]
    later = Notes(journal, Masker(()), lambda: "", "prod")
    later.verdict_changed(result(Verdict.OK), unread())
    await settled(later)
    later.verdict_changed(result(Verdict.CRIT), result(Verdict.OK))
    await settled(later)
    assert await said(journal) == [(COCKPIT, "crit"), (COCKPIT, "ok"), (COCKPIT, "crit")]


async def test_a_lost_source_is_noted_once_by_two_and_again_when_it_is_lost_again_much_later(
    journals: tuple[SqliteJournal, SqliteJournal, FixedClock],
) -> None:
    one, other, clock = journals
    notes = [Notes(journal, Masker(()), lambda: "", "prod") for journal in (one, other)]
    for note in notes:
        note.source_changed(DB, False)
        await settled(note)
    clock.advance(timedelta(seconds=SOURCE_NEWS_FOR + 1).total_seconds())
    notes[0].source_changed(DB, False)
    await settled(*notes)
    assert await said(one) == [(COCKPIT, "lost"), (COCKPIT, "lost")]


async def test_an_observer_notes_nothing() -> None:
    note = Notes(None, Masker(()), lambda: "")
    note.verdict_changed(result(Verdict.CRIT), None)
    note.source_changed(DB, True)
    assert not note._writing
