from __future__ import annotations

import json
from pathlib import Path

import anyio
import pytest

from cockpit import cli
from cockpit.adapters.journal_sqlite import SqliteJournal
from cockpit.model.incident import EntryKind


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration whose journal tells of two incidents."""
    path = tmp_path / "cockpit.toml"
    path.write_text('[journal]\npath = "journal.db"\n[environments.x]\nhost = false\n')

    async def write() -> None:
        journal = SqliteJournal(tmp_path / "journal.db", "ada@desk")
        for incident in ("INC-1", "INC-2"):
            began = {"event": "declared", "severity": "P1", "title": f"the {incident} one"}
            await journal.append(EntryKind.INCIDENT, dict(began), incident)
        for check in ("shop.api", "db.main"):
            verdict = {"check": check, "before": "ok", "verdict": "crit"}
            await journal.append(EntryKind.VERDICT, dict(verdict), "INC-2")
        await journal.append(EntryKind.NOTE, {"text": "prices are old"}, "INC-1")
        await journal.close()

    anyio.run(write)
    return path


def told(capsys: pytest.CaptureFixture[str], config: Path, *words: str) -> list[dict[str, object]]:
    code = cli.run(["--config", str(config), "journal", *words, "--json"])
    assert code == 0
    found = json.loads(capsys.readouterr().out)
    assert isinstance(found, list)
    return found


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        ((), ["incident", "incident", "verdict", "verdict", "note"]),
        (("--kind", "note"), ["note"]),
        (("--kind", "note", "--kind", "incident"), ["incident", "incident", "note"]),
        (("--check", "SHOP"), ["verdict"]),
        (("--check", "shop", "--kind", "note"), []),
        (("--since", "1h"), ["incident", "incident", "verdict", "verdict", "note"]),
        (("--since", "0s"), []),
        (("INC-1", "--kind", "note"), ["note"]),
        (("INC-2", "--kind", "note"), []),
    ],
)
def test_show_narrows(
    capsys: pytest.CaptureFixture[str], config: Path, words: tuple[str, ...], kinds: list[str]
) -> None:
    assert [entry["kind"] for entry in told(capsys, config, "show", *words)] == kinds


def test_list_counts_what_fits(capsys: pytest.CaptureFixture[str], config: Path) -> None:
    assert [(one["incident"], one["entries"]) for one in told(capsys, config, "list")] == [("INC-1", 2), ("INC-2", 3)]
    narrowed = told(capsys, config, "list", "--kind", "verdict", "--since", "24h")
    assert [(one["incident"], one["entries"]) for one in narrowed] == [("INC-2", 2)]


@pytest.mark.parametrize(
    ("words", "said"),
    [(("--kind", "verdicts"), "--kind verdicts is no kind; the kinds are"), (("--since", "soon"), "--since soon:")],
)
def test_what_is_no_kind_or_time_is_said(
    capsys: pytest.CaptureFixture[str], config: Path, words: tuple[str, ...], said: str
) -> None:
    assert cli.run(["--config", str(config), "journal", "list", *words]) == 64
    assert said in capsys.readouterr().err
