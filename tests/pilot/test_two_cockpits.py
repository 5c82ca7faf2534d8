"""Two cockpits on one journal: each shows what the other wrote."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.adapters.journal_sqlite import SqliteJournal
from cockpit.model.incident import EntryKind
from tests.pilot.support import a_screen, rows_of
from tests.support.fake_session import a_range

pytestmark = pytest.mark.anyio


async def test_the_timeline_shows_what_another_cockpit_writes(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    own, other = SqliteJournal(path, "ada@laptop"), SqliteJournal(path, "bob@desk")
    async with a_screen(range_=a_range(journal=own)) as screen:
        await screen.press("7")
        timeline = screen.app.main.panes.timeline
        await other.append(EntryKind.NOTE, {"text": "I look at the database"})
        await screen.until(lambda: any("I look at the database" in row for row in rows_of(timeline.table)), "the note")
        assert any("bob@desk" in row for row in rows_of(timeline.table))
    await other.close()
