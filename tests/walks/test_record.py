"""What the journal of a walk on the real range is worth: whoever touches it is noticed by `cockpit journal verify`."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from cockpit.cli import run as cockpit_command
from cockpit.model.incident import EntryKind
from tests.support.cockpit import command, screen_on
from tests.support.range import start_range
from tests.support.walking import ask, confirm, dismiss, edited, journal_of, on_step, read_step, snapshot_of

pytestmark = pytest.mark.xdist_group("one record")

WRITTEN = {
    EntryKind.RUN,
    EntryKind.READ,
    EntryKind.STEP,
    EntryKind.VERDICT,
    EntryKind.REFUSAL,
    EntryKind.INTENT,
    EntryKind.OUTCOME,
}
"""The kinds of entries that this walk leaves at least."""
RELEASE = 6


@dataclass(frozen=True, slots=True)
class Record:
    """A journal's folder after a walk.

    Attributes:
        folder: journal and head record, and nothing else.
        name: the database's name in it.
        older: the database as it was before the change.
    """

    folder: Path
    name: str
    older: Path


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """The journal of a walk in which a release was declined once and then confirmed."""
    place = tmp_path_factory.mktemp("record")
    with start_range("cron-stuck") as info:
        path = journal_of(info.config)
        with screen_on(info, "--runbook", "cron-stuck.md") as terminal:
            read_step(terminal, 1)
            terminal.press("j" * (RELEASE - 2))
            on_step(terminal, RELEASE)
            ask(terminal)
            terminal.press("n")
            terminal.wait("enter shows what would happen")
            snapshot_of(path, place / "older")
            ask(terminal)
            confirm(terminal)
            terminal.wait("the verify step holds", 40.0)
            dismiss(terminal)
            terminal.press("q")
            assert terminal.wait_exit() == 0
        shutil.copytree(path.parent, place / "whole")
    return Record(place / "whole", path.name, place / "older")


@pytest.fixture
def copy(record: Record, tmp_path: Path) -> Path:
    """A copy of the record for one test, with a configuration beside it; returns the database."""
    shutil.copytree(record.folder, tmp_path / "journal")
    database = tmp_path / "journal" / record.name
    text = f"[journal]\npath = {json.dumps(str(database))}\n[environments.copy]\nlabel = 'COPY'\n"
    (tmp_path / "cockpit.toml").write_text(text)
    return database


def verified(database: Path) -> int:
    """The exit code of `cockpit journal verify` on a copy."""
    return cockpit_command(["--config", str(database.parent.parent / "cockpit.toml"), "journal", "verify"])


def test_the_untouched_record_is_intact(copy: Path) -> None:
    done = command("--config", str(copy.parent.parent / "cockpit.toml"), "journal", "verify")
    assert (done.returncode, done.stdout[:8]) == (0, "intact: "), done.stderr
    assert set(first_of_each_kind(copy)) >= {kind.value for kind in WRITTEN}


@pytest.mark.parametrize("column", ["at", "actor", "incident", "kind", "payload", "previous", "hash"])
def test_one_byte_of_any_kind_of_entry(copy: Path, column: str) -> None:
    for kind, sequence in first_of_each_kind(copy).items():
        kept = copy.read_bytes()
        edited(copy, partial(change_one_byte, column, sequence))
        assert verified(copy) == 1, f"{column} of {kind}"
        copy.write_bytes(kept)
        assert verified(copy) == 0


def first_of_each_kind(database: Path) -> dict[str, int]:
    """The first entry of each kind: its sequence."""
    with closing(sqlite3.connect(database)) as line:
        return dict(line.execute("SELECT kind, min(sequence) FROM entries GROUP BY kind").fetchall())


def change_one_byte(column: str, sequence: int, line: sqlite3.Connection) -> None:
    """Replace the middle character of a field by another one, as long as before."""
    [text] = line.execute(f"SELECT {column} FROM entries WHERE sequence = ?", (sequence,)).fetchone()
    middle = len(text) // 2
    other = "0" if text[middle : middle + 1] != "0" else "1"
    line.execute(
        f"UPDATE entries SET {column} = ? WHERE sequence = ?", (text[:middle] + other + text[middle + 1 :], sequence)
    )


def cut_the_last(line: sqlite3.Connection) -> None:
    line.execute("DELETE FROM entries WHERE sequence = (SELECT max(sequence) FROM entries)")


def remove_from_the_middle(line: sqlite3.Connection) -> None:
    line.execute("DELETE FROM entries WHERE kind = 'refusal'")


def swap_two(line: sqlite3.Connection) -> None:
    """Intent and outcome change places."""
    numbers = dict(line.execute("SELECT kind, sequence FROM entries WHERE kind IN ('intent', 'outcome')").fetchall())
    intent, outcome = numbers["intent"], numbers["outcome"]
    for before, after in ((intent, -1), (outcome, intent), (-1, outcome)):
        line.execute("UPDATE entries SET sequence = ? WHERE sequence = ?", (after, before))


@pytest.mark.parametrize("change", [cut_the_last, remove_from_the_middle, swap_two])
def test_a_cut_tail_a_hole_and_two_swapped_entries(copy: Path, change: Callable[[sqlite3.Connection], None]) -> None:
    edited(copy, change)
    assert verified(copy) == 1


def test_the_database_replaced_by_an_older_copy(copy: Path, record: Record, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copyfile(record.older, copy)
    assert verified(copy) == 1
    assert "the tail was cut" in capsys.readouterr().err


def test_the_head_record_removed(copy: Path) -> None:
    copy.with_name(copy.name + ".head").unlink()
    assert verified(copy) == 1
