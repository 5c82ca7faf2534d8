"""`cockpit journal export` on a journal in a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cockpit import cli
from cockpit.adapters.journal_sqlite import SqliteJournal
from cockpit.engine.incident_clock import IncidentClock
from cockpit.model.incident import COCKPIT
from tests.support.clock import FixedClock
from tests.support.story import a_story

pytestmark = pytest.mark.anyio


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = cli.run(list(arguments))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.fixture
async def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration whose journal holds the story."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "cockpit.toml"
    file.write_text(
        '[journal]\npath = "journal.db"\n[incident]\nreview = "24h"\n[environments.prod]\nlabel = "PROD"\n',
        encoding="utf-8",
    )
    clock = FixedClock()
    for entry in a_story():
        clock.advance((entry.at - clock.now()).total_seconds())
        journal = SqliteJournal(tmp_path / "journal.db", entry.actor, clock)
        await journal.append(entry.kind, entry.payload, entry.incident)
        await journal.close()
    return file


async def test_the_post_mortem_of_the_latest_incident_is_printed_or_written(
    config: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, printed, _ = run(capsys, "journal", "export", "latest")
    assert code == 0
    assert printed.startswith("# Post-mortem of INC-7")
    assert "Sunday 15 March 2026" in printed
    assert "olga" not in printed
    out = tmp_path / "post-mortem.md"
    code, nothing, said = run(capsys, "journal", "export", "INC-7", "--output", str(out))
    assert (code, nothing) == (0, "")
    assert out.read_text(encoding="utf-8") == printed
    assert "post-mortem.md" in said
    assert run(capsys, "journal", "export")[1] == printed


async def test_the_lines_can_be_proven_and_an_edit_is_seen(
    config: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "record.jsonl"
    assert run(capsys, "journal", "export", "INC-7", "--json", "--as-stored", "--output", str(out))[0] == 0
    code, said, _ = run(capsys, "journal", "verify", "--file", str(out))
    assert code == 0
    assert said.startswith("intact: ")
    code, said, _ = run(capsys, "journal", "verify", "--file", str(out), "--json")
    assert json.loads(said)["intact"] is True
    out.write_text(out.read_text(encoding="utf-8").replace("1 key deleted", "2 keys deleted"), encoding="utf-8")
    code, said, err = run(capsys, "journal", "verify", "--file", str(out))
    assert code == 1
    assert "was edited" in err


async def test_the_lines_are_masked_unless_asked_otherwise(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, lines, _ = run(capsys, "journal", "export", "latest", "--json")
    assert "olga" not in lines
    assert all(isinstance(json.loads(line), dict) for line in lines.splitlines())
    _, lines, _ = run(capsys, "journal", "export", "latest", "--json", "--as-stored")
    assert "olga" in lines


async def test_what_cannot_be_exported_is_said(
    config: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for arguments, what in (
        (("INC-99",), "no incident 'INC-99'"),
        (("INC-7", "--since", "2h"), "two different things"),
        (("INC-7", "--as-stored"), "always masked"),
        (("--since", "soon"), "--since"),
        (("--since", "1s"), "holds nothing between"),
        (("INC-7", "--output", str(tmp_path / "nowhere" / "x")), "could not be written"),
    ):
        code, out, err = run(capsys, "journal", "export", *arguments)
        assert code == 64, arguments
        assert out == ""
        assert what in err
    assert "could not be read" in run(capsys, "journal", "verify", "--file", str(tmp_path / "none"))[2]


async def test_a_stretch_of_time_is_exported_without_an_incident(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "journal", "export", "--since", "200w")
    assert code == 0
    assert "deployment is at nine" in out


async def test_the_list_says_when_a_review_is_due(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "journal", "list")
    assert "REVIEW DUE" in out.splitlines()[0]
    assert "2026-03-15 03:19Z" in out
    _, out, _ = run(capsys, "journal", "list", "--json")
    assert json.loads(out)[0]["review_due"].startswith("2026-03-15T03:19")


async def test_of_two_cockpits_on_one_journal_the_first_notes_what_is_due(tmp_path: Path) -> None:
    clock = FixedClock()
    journals = [SqliteJournal(tmp_path / "journal.db", actor, clock) for actor in ("ada@laptop", "grace@desk")]
    ada, grace = (IncidentClock(clock, journal) for journal in journals)
    await ada.declare("P1", "slow", "ada", ["shop"])
    grace.hear(await journals[1].entries())
    assert (grace.current, grace.id) == (ada.current, "INC-1")
    assert await ada.due("L2", "the database team", "telephone")
    await grace.due("L2", "the database team", "telephone")
    entries = await journals[0].entries()
    assert [entry.payload["event"] for entry in entries] == ["declared", "escalation due"]
    assert entries[-1].actor == COCKPIT
    for journal in journals:
        await journal.close()
