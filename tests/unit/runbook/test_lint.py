"""What lint finds, the verbs that print it, the JSON contract, the library and the shipped runbooks."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from cockpit.engine.library import Library, find_runbooks, load_runbook
from cockpit.model.errors import RunbookError
from cockpit.model.operations import Operation, RedisCommand
from cockpit.model.risk import Risk
from cockpit.runbook.jsonview import runbook_json
from cockpit.runbook.lint import Finding, lint
from cockpit.runbook.reader import read_runbook
from cockpit.runbook.resolve import resolve
from cockpit.verbs import runbook as verb

TODAY = date(2026, 1, 1)
RUNBOOKS = Path(__file__).resolve().parents[3] / "runbooks"


def found(text: str) -> dict[str, Finding]:
    runbook = read_runbook(text, "a.md", lambda _: False)
    return {item.rule: item for item in lint(runbook, text, TODAY, lambda c: "wrong" if c == "bad" else None)}


HEAD = "---\nrunbook:\n  signals: [bad]\n  inputs:\n    a: {pattern: '['}\n---\n"
STEP = "# A\n\n**Symptoms:** x\n\n**Fix:**\n\n1. Do it\n"


@pytest.mark.parametrize(
    ("rule", "text", "line"),
    [
        ("broken-link", "# A\n\n[x](y.md)\n", 3),
        ("no-procedure", "words", 1),
        ("secret", "a\npostgres://user:hunter22@host/db\n", 2),
        ("secret", "sk_live_abcdefghijklmnop", 1),
        ("review-date", "a\n\n**Next Review**: 2025-11-07\n", 3),
        ("review-date", "Next review: 2025-13-07\n", 1),
        ("condition", f"{HEAD}{STEP}", 7),
        ("bad-pattern", f"{HEAD}{STEP}", 1),
        ("condition", STEP + '   <!-- step: {"when":"bad"} -->\n', 7),
        ("condition", STEP + '   <!-- step: {"when":"' + "a" * 3000 + '"} -->\n', 7),
        ("unknown-name", STEP + '   <!-- step: {"verify":"nobody"} -->\n', 7),
        ("del-glob", STEP + "   ```redis\n   DEL a:*\n   ```\n", 9),
        ("blocks-server", STEP + "   ```redis\n   KEYS *\n   ```\n", 9),
        ("streaming", STEP + "   ```bash\n   tail -f a.log\n   ```\n", 9),
        ("unknown-risk", STEP + "   ```bash\n   ./x\n   ```\n", 9),
        ("unfilled-input", STEP + "   ```bash\n   ls <where>\n   ```\n", 9),
        ("no-verify", STEP + "   ```redis\n   DEL a\n   ```\n", 9),
        ("no-undo", STEP + "   ```redis\n   DEL a\n   ```\n", 9),
        ("retried-change", STEP + '   ```redis {"retries":"3"}\n   DEL a\n   ```\n', 9),
        ("alternatives", STEP + "   ```bash\n   # Option 1\n   ls\n   # Option 2\n   df\n   ```\n", 7),
        ("text", "---\na: [\n---\n1. x\n", 1),
    ],
)
def test_each_rule_finds_its_fault_and_says_what_to_do(rule: str, text: str, line: int) -> None:
    finding = found(text)[rule]
    assert finding.line == line
    assert finding.fix


def test_a_change_with_verify_and_undo_is_clean() -> None:
    text = (
        STEP + '   <!-- step: {"verify":"look","undo":"none"} -->\n   ```redis\n   DEL a\n   ```\n'
        '2. Look\n   ```redis {"name":"look"}\n   GET a\n   ```\n'
    )
    assert found(text) == {}
    assert found("Next Review: 2026-11-07\n\n1. x\n") == {}


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(verb.command, arguments)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good.md").write_text("# Good\n\n**Symptoms:** x\n\n**Fix:**\n\n1. GET it `GET /a`\n")
    (tmp_path / "bad.md").write_text("# Bad\n\n1. Go: `DEL a:*`\n2. See [x](y.md)\n")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "c.md").write_text("x")
    (tmp_path / "notes.txt").write_text("x")
    return tmp_path


def test_lint_exits_1_on_errors_and_prints_file_and_line(folder: Path) -> None:
    code, output = run("lint", str(folder))
    assert code == 1
    assert f"{folder}/bad.md:3: error del-glob" in output
    assert run("lint", str(folder / "good.md")) == (0, "")


def test_lint_speaks_to_github_and_to_programs(folder: Path) -> None:
    _, output = run("lint", "--format", "github", str(folder))
    assert f"::error file={folder}/bad.md,line=4,title=broken-link::" in output
    code, output = run("lint", "--json", str(folder))
    assert code == 1
    assert {item["rule"] for item in json.loads(output)} >= {"del-glob", "broken-link"}
    with pytest.raises(RunbookError, match="no file or folder"):
        run("lint", str(folder / "nothing"))


def test_show_prints_what_was_understood(folder: Path) -> None:
    code, output = run("show", str(folder / "bad.md"))
    assert code == 0
    assert "broken link at line 4: y.md" in output
    assert "DEL a:*" in output
    assert "del-glob" in output
    (folder / "latin.md").write_bytes(b"caf\xe9")
    assert run("show", str(folder / "latin.md"))[0] == 0
    with pytest.raises(RunbookError, match="cannot be read"):
        run("show", str(folder / "nothing.md"))


def test_show_json_is_the_contract(folder: Path) -> None:
    _, output = run("show", "--json", str(folder / "bad.md"))
    shown = json.loads(output)
    assert set(shown) >= {"path", "title", "sha256", "broken_links", "procedures"}
    step = shown["procedures"][0]["phases"][0]["steps"][0]
    assert set(step) >= {"id", "line", "title", "kind", "branches", "commands"}
    assert set(step["commands"][0]) == {
        "line", "kind", "text", "risk", "reason", "placeholders", "session", "streaming", "context", "target", "expect",
        "alternatives_group", "unwrapped_from", "warnings",
    }  # fmt: skip
    assert shown["sha256"] == load_runbook(folder / "bad.md").sha256


def test_list_names_the_procedures(folder: Path) -> None:
    assert "Good" in run("list", str(folder))[1]
    _, output = run("list", "--json", str(folder))
    assert {item["slug"] for item in json.loads(output)} == {"good", "bad"}


def test_list_without_paths_lists_what_is_shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert "Cron stuck" in run("list")[1]


def test_plan_fills_values_and_runs_nothing() -> None:
    path = str(RUNBOOKS / "db-connections.md")
    code, output = run("plan", path, "database-connection-issues", "--set", "pid=4711")
    assert code == 0
    assert "pg_terminate_backend('4711')" in output
    assert "application_name = 'report-export'" in output
    _, output = run("plan", "--json", path)
    assert [item["missing"] for item in json.loads(output) if item["missing"]] == [["pid"]]
    assert "waits for pid" in run("plan", path)[1]
    with pytest.raises(RunbookError, match="no procedure"):
        run("plan", path, "nonsense")
    assert run("plan", path, "--set", "nonsense")[0] == 2


def test_the_library_keeps_what_cannot_be_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cockpit.engine.library.SIZE_CAP", 45)
    library = Library.load([folder])
    assert [error.path.name for error in library.errors] == ["good.md"]
    assert library.named("bad") is library.named("bad.md") is library.runbooks[0]
    assert library.named("nobody") is None
    assert [path.name for path in find_runbooks([folder, folder / "bad.md"])] == ["bad.md", "good.md"]


@pytest.mark.parametrize(
    "path", [RUNBOOKS / "cron-stuck.md", RUNBOOKS / "db-connections.md"], ids=lambda path: path.stem
)
def test_the_shipped_runbooks_are_clean_and_every_command_resolves(path: Path) -> None:
    from cockpit.verbs.runbook import _problem

    runbook = load_runbook(path)
    assert [f for f in lint(runbook, path.read_text(), TODAY, _problem) if f.severity == "error"] == []
    (procedure,) = runbook.procedures
    values = {"pid": "4711", "application": "report-export", "minutes": "0"}
    operations: list[Operation] = []
    for step in procedure.steps:
        for command in step.commands:
            operations.append(resolve(command, values))
            if command.risk is not Risk.READ and "dry=1" not in command.text:
                assert command.annotations.verify
                assert command.annotations.undo
    assert len(operations) >= 8
    if path.stem == "cron-stuck":
        assert RedisCommand(("DEL", "lock:cron:recalculate")) in operations


def test_json_has_no_value_that_is_not_json() -> None:
    assert json.loads(json.dumps(runbook_json(load_runbook(RUNBOOKS / "cron-stuck.md"))))
