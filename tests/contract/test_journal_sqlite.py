"""The journal on a real file system."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit.adapters import journal_files, journal_sqlite
from cockpit.adapters.journal_files import head_path, read_head, writers_lock
from cockpit.adapters.journal_sqlite import SqliteJournal, open_readonly
from cockpit.engine.chain import GENESIS, forged
from cockpit.model.errors import JournalError
from cockpit.model.health import Json
from cockpit.model.incident import EntryKind, News
from tests.support.clock import FixedClock

pytestmark = pytest.mark.anyio


async def write(path: Path, count: int, incident: str = "") -> None:
    journal = SqliteJournal(path, "ada@laptop", FixedClock())
    for number in range(count):
        await journal.append(EntryKind.NOTE, {"text": f"note {number}"}, incident)
    await journal.close()


def tamper(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute("DROP TRIGGER IF EXISTS entries_are_not_edited")
    connection.execute("DROP TRIGGER IF EXISTS entries_are_not_deleted")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


async def test_entries_are_chained_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "state" / "journal.db"
    journal = SqliteJournal(path, "ada@laptop", FixedClock())
    first = await journal.append(EntryKind.INTENT, {"b": 1, "a": [None, "é\ud800"]}, "INC-7")
    second = await journal.append(EntryKind.OUTCOME, {"action": "a-1"})
    assert (first.sequence, first.previous, second.previous) == (1, GENESIS, first.hash)
    assert first.actor == "ada@laptop"
    assert first.at == FixedClock().now()
    assert await journal.entries() == [first, second]
    assert await journal.entries("INC-7") == [first]
    assert await journal.entries(after=1) == [second]
    assert (await journal.entries())[0].payload == {"b": 1, "a": [None, "é\ud800"]}
    assert (await journal.verify()).intact
    await journal.close()
    await journal.close()


async def test_the_files_belong_to_this_user_alone(tmp_path: Path) -> None:
    path = tmp_path / "state" / "journal.db"
    await write(path, 1)
    assert path.parent.stat().st_mode & 0o077 == 0
    assert {entry.stat().st_mode & 0o077 for entry in path.parent.iterdir()} == {0}


async def test_a_journal_is_taken_up_again(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    await write(path, 2)
    await write(path, 2)
    found = open_readonly(path).verify()
    assert (found.intact, found.entries) == (True, 4)


async def test_two_writers_share_one_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journals = [SqliteJournal(path, f"{name}@laptop") for name in ("ada", "bob", "cyd")]
    appends = [journal.append(EntryKind.NOTE, {"n": n}) for n in range(10) for journal in journals]
    entries = await asyncio.gather(*appends)
    assert sorted(entry.sequence for entry in entries) == list(range(1, 31))
    assert (await journals[0].verify()).entries == 30
    assert (await journals[0].verify()).intact
    head = read_head(path)
    assert head is not None
    assert head.sequence == 30
    for journal in journals:
        await journal.close()


def verdict(name: str, says: str, environment: str = "prod") -> dict[str, Json]:
    return {"environment": environment, "check": name, "before": "ok", "verdict": says}


CHANGE = News(("environment", "check"), "verdict")


async def test_of_two_cockpits_that_see_a_verdict_change_one_notes_it_as_the_cockpit(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    ada, bob = SqliteJournal(path, "ada@laptop"), SqliteJournal(path, "bob@laptop")
    noted = [
        await journal.append_news(EntryKind.VERDICT, verdict("db", says), CHANGE)
        for says in ("crit", "ok", "crit")
        for journal in (ada, bob)
    ]
    await ada.append_news(EntryKind.VERDICT, verdict("db", "crit", "staging"), CHANGE)
    await bob.append_news(EntryKind.VERDICT, verdict("api", "crit"), CHANGE)
    entries = await ada.entries()
    assert [entry is not None for entry in noted] == [True, False] * 3
    assert [(e.actor, e.payload["check"], e.payload["verdict"]) for e in entries] == [
        ("cockpit", "db", "crit"),
        ("cockpit", "db", "ok"),
        ("cockpit", "db", "crit"),
        ("cockpit", "db", "crit"),
        ("cockpit", "api", "crit"),
    ]
    await ada.close()
    await bob.close()


async def test_news_that_correct_the_record_need_one_and_old_news_are_news_again(tmp_path: Path) -> None:
    clock = FixedClock()
    journal = SqliteJournal(tmp_path / "journal.db", "ada@laptop", clock)
    correction = News(("environment", "check"), "verdict", first=False)
    assert await journal.append_news(EntryKind.VERDICT, verdict("db", "ok"), correction) is None
    assert await journal.append_news(EntryKind.VERDICT, verdict("db", "crit"), CHANGE) is not None
    assert await journal.append_news(EntryKind.VERDICT, verdict("db", "ok"), correction) is not None
    brief = News(("environment", "check"), "verdict", within=60)
    clock.advance(59)
    assert await journal.append_news(EntryKind.VERDICT, verdict("db", "ok"), brief) is None
    clock.advance(2)
    assert await journal.append_news(EntryKind.VERDICT, verdict("db", "ok"), brief) is not None
    await journal.close()


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ('UPDATE entries SET payload = \'{"text":"nothing happened"}\' WHERE sequence = 2', "entry 2 was edited"),
        ("UPDATE entries SET actor = 'eve@laptop' WHERE sequence = 3", "entry 3 was edited"),
        ("DELETE FROM entries WHERE sequence = 2", "entry 2 is missing"),
        ("DELETE FROM entries WHERE sequence = 1", "entry 1 is missing"),
        ("DELETE FROM entries WHERE sequence > 2", "the tail was cut"),
        ("DELETE FROM entries", "the tail was cut"),
        ("DROP TABLE entries", "no such table"),
        ("UPDATE entries SET sequence = sequence + 10", "entry 1 is missing"),
    ],
)
async def test_tampering_is_found(tmp_path: Path, statement: str, problem: str) -> None:
    path = tmp_path / "journal.db"
    await write(path, 4)
    tamper(path, statement)
    found = open_readonly(path).verify()
    assert not found.intact
    assert problem in found.problem


async def test_two_entries_that_changed_places_are_found(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    await write(path, 4)
    tamper(
        path,
        "UPDATE entries SET sequence = 99 WHERE sequence = 2",
        "UPDATE entries SET sequence = 2 WHERE sequence = 3",
        "UPDATE entries SET sequence = 3 WHERE sequence = 99",
    )
    assert "entry 2" in open_readonly(path).verify().problem


@pytest.mark.parametrize("statement", ["UPDATE entries SET actor = 'eve'", "DELETE FROM entries"])
async def test_the_file_itself_refuses_edits(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "journal.db"
    await write(path, 1)
    connection = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(statement)
    connection.close()


async def test_a_removed_database_is_found(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    await write(path, 3)
    path.unlink()
    found = open_readonly(path).verify()
    assert not found.intact
    assert "database is missing; its head knows 3 entries" in found.problem
    with pytest.raises(JournalError):
        open_readonly(path).entries()


async def test_a_removed_head_is_found_and_stops_the_writer(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    await write(path, 3)
    head_path(path).unlink()
    assert "head record is missing" in open_readonly(path).verify().problem
    with pytest.raises(JournalError, match="do not belong together"):
        await write(path, 1)
    assert not head_path(path).exists()


async def test_a_cut_tail_stops_the_writer_from_covering_it_up(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    await write(path, 3)
    tamper(path, "DELETE FROM entries WHERE sequence = 3")
    with pytest.raises(JournalError, match="do not belong together"):
        await write(path, 1)
    assert "tail was cut" in open_readonly(path).verify().problem


@pytest.mark.parametrize("content", ["", "{", "[]", '{"sequence":"3","hash":"","count":3}', '{"sequence":3}'])
async def test_a_damaged_head_is_found(tmp_path: Path, content: str) -> None:
    path = tmp_path / "journal.db"
    await write(path, 3)
    head_path(path).write_text(content)
    assert "damaged" in open_readonly(path).verify().problem


async def test_a_writer_stopped_before_its_head_record_raises_no_alarm(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    await write(path, 2)
    before = head_path(path).read_text()
    await write(path, 1)
    head_path(path).write_text(before)
    assert open_readonly(path).verify().intact
    await write(path, 1)
    assert json.loads(head_path(path).read_text())["sequence"] == 4


async def test_a_database_made_without_its_first_head_raises_no_alarm(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    await write(path, 0)
    head_path(path).unlink()
    assert open_readonly(path).verify().intact
    await write(path, 1)
    assert open_readonly(path).verify().intact


def test_reading_what_is_not_there_makes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    assert open_readonly(path).entries() == []
    found = open_readonly(path).verify()
    assert (found.intact, found.entries) == (True, 0)
    assert list(tmp_path.iterdir()) == []


async def test_reading_a_closed_journal_makes_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    await write(path, 2)
    before = {entry.name: (entry.read_bytes(), entry.stat().st_mtime_ns) for entry in tmp_path.iterdir()}
    assert len(open_readonly(path).entries()) == 2
    assert open_readonly(path).verify().intact
    assert {entry.name: (entry.read_bytes(), entry.stat().st_mtime_ns) for entry in tmp_path.iterdir()} == before


async def test_what_another_process_is_writing_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = SqliteJournal(path, "ada@laptop")
    for number in range(3):
        await journal.append(EntryKind.NOTE, {"n": number})
        assert [entry.sequence for entry in open_readonly(path).entries()] == list(range(1, number + 2))
        assert open_readonly(path).verify().intact
    await journal.close()


async def test_a_copy_can_be_verified_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    await write(path, 3)
    other = tmp_path / "copy"
    other.mkdir()
    for name in ("journal.db", "journal.db.head"):
        shutil.copy(tmp_path / name, other / name)
    assert open_readonly(other / "journal.db").verify().entries == 3


async def test_what_is_no_database_is_said(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_text("this is no database, and it is long enough to be looked at as one" * 20)
    with pytest.raises(JournalError, match="move it away"):
        SqliteJournal(path, "ada@laptop")
    assert not open_readonly(path).verify().intact


async def test_an_entry_that_makes_no_sense_is_named(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    await write(path, 1)
    for statement in ("SET payload = '[]'", "SET kind = 'gossip'", "SET payload = '{'", "SET at = 'noon'"):
        tamper(path, f"UPDATE entries {statement}")
        with pytest.raises(JournalError, match="entry 1 of the journal makes no sense"):
            open_readonly(path).entries()


async def test_what_is_no_json_is_refused_before_it_is_written(tmp_path: Path) -> None:
    journal = SqliteJournal(tmp_path / "journal.db", "ada@laptop")
    with pytest.raises(JournalError, match="is no JSON"):
        await journal.append(EntryKind.NOTE, {"n": float("nan")})
    with pytest.raises(JournalError, match="is no JSON"):
        await journal.append(EntryKind.NOTE, {"n": b"bytes"})  # type: ignore[dict-item]
    assert await journal.entries() == []
    await journal.close()


async def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match="could not be opened"):
        SqliteJournal(tmp_path / "file" / "journal.db", "ada@laptop")


async def test_another_program_that_holds_the_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "journal.db"
    monkeypatch.setattr(journal_sqlite, "BUSY_TIMEOUT", 0.05)
    journal = SqliteJournal(path, "ada@laptop")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(JournalError, match="another program holds it open"):
        await journal.append(EntryKind.NOTE, {})
    other.execute("ROLLBACK")
    assert (await journal.append(EntryKind.NOTE, {})).sequence == 1
    other.close()
    await journal.close()


async def test_a_writer_waits_for_another_only_so_long(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with writers_lock(path), pytest.raises(JournalError, match="another process has held"), writers_lock(path, 0.05):
        raise AssertionError("two writers at once")


async def test_a_full_disk_leaves_no_half_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "journal.db"
    journal = SqliteJournal(path, "ada@laptop")
    [pages] = journal._connection.execute("PRAGMA page_count").fetchone()
    journal._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(JournalError, match="make room on that disk"):
        await journal.append(EntryKind.NOTE, {"text": "x" * 100_000})
    assert (await journal.append(EntryKind.NOTE, {"text": "small"})).sequence == 1
    assert (await journal.verify()).intact
    await journal.close()


async def test_a_head_that_the_disk_refuses_is_an_entry_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = SqliteJournal(tmp_path / "journal.db", "ada@laptop")

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(journal_sqlite, "write_head", refuse)
        with pytest.raises(JournalError, match="No space left on device; make room on that disk"):
            await journal.append(EntryKind.NOTE, {})
    await journal.append(EntryKind.NOTE, {})
    assert (await journal.verify()).intact
    await journal.close()


async def test_an_append_past_its_deadline_is_not_written_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_sqlite, "APPEND_DEADLINE", 0.05)
    journal = SqliteJournal(tmp_path / "journal.db", "ada@laptop")
    gate, original = threading.Event(), forged

    def slow(*arguments: object) -> object:
        gate.wait(20)
        return original(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(journal_sqlite, "forged", slow)
    with pytest.raises(JournalError, match="did not answer within"):
        await journal.append(EntryKind.NOTE, {})
    gate.set()
    assert await journal.entries() == []
    await journal.close()


def test_the_remedy_fits_the_trouble(tmp_path: Path) -> None:
    remedy: Callable[[Exception], str] = lambda error: journal_files.trouble(tmp_path, "write", error).remedy  # noqa: E731
    assert "room" in remedy(OSError(28, "No space left on device"))
    assert "let this user write" in remedy(PermissionError(13, "Permission denied"))
    assert "elsewhere" in remedy(OSError(5, "Input/output error"))


WRITER = """
import asyncio, sys
from pathlib import Path
from cockpit.adapters.journal_sqlite import SqliteJournal
from cockpit.model.health import Json
from cockpit.model.incident import EntryKind, News

async def main() -> None:
    journal = SqliteJournal(Path(sys.argv[1]), "ada@laptop")
    while True:
        entry = await journal.append(EntryKind.NOTE, {"text": "still here" * 50})
        print(entry.sequence, entry.hash, flush=True)

asyncio.run(main())
"""


def test_nothing_acknowledged_is_lost_by_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    acknowledged: dict[int, str] = {}
    for turn in range(12):
        writers = [
            subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True)
            for _ in range(2)
        ]
        for writer in writers:
            assert writer.stdout is not None
            for _ in range(1 + turn % 4):
                number, own = writer.stdout.readline().split()
                acknowledged[int(number)] = own
            os.kill(writer.pid, signal.SIGKILL)
        for writer in writers:
            assert writer.stdout is not None
            for line in writer.stdout.read().splitlines(keepends=True):
                if line.endswith("\n"):
                    number, own = line.split()
                    acknowledged[int(number)] = own
            writer.stdout.close()
            writer.wait()
        found = open_readonly(path).verify()
        assert found.intact, found.problem
    stored = {entry.sequence: entry.hash for entry in open_readonly(path).entries()}
    assert len(acknowledged) > 50
    assert {number: stored.get(number) for number in acknowledged} == acknowledged


TELLER = """
import asyncio, sys
from pathlib import Path
from cockpit.adapters.journal_sqlite import SqliteJournal
from cockpit.model.incident import EntryKind, News

async def main() -> None:
    journal = SqliteJournal(Path(sys.argv[1]), sys.argv[2])
    news = News(("environment", "check"), "verdict")
    for n in range(30):
        payload = {"environment": "prod", "check": f"check-{n}", "verdict": "crit"}
        await journal.append_news(EntryKind.VERDICT, payload, news)
        await journal.append(EntryKind.NOTE, {"text": str(n)})
    await journal.close()

asyncio.run(main())
"""


def test_two_processes_that_see_the_same_note_it_once_and_the_chain_holds(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    names = ("ada@laptop", "bob@laptop")
    tellers = [subprocess.Popen([sys.executable, "-c", TELLER, str(path), name]) for name in names]
    assert [teller.wait(timeout=60) for teller in tellers] == [0, 0]
    entries = open_readonly(path).entries()
    verdicts = [entry.payload["check"] for entry in entries if entry.kind is EntryKind.VERDICT]
    assert sorted(map(str, verdicts)) == sorted(f"check-{n}" for n in range(30))
    assert {entry.actor for entry in entries} == {"cockpit", *names}
    assert len(entries) == 90
    found = open_readonly(path).verify()
    assert found.intact, found.problem
