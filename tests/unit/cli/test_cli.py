from __future__ import annotations

import json
from pathlib import Path

import pglast
import pytest

from cockpit import cli
from cockpit.model.errors import ConfigError


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = cli.run(list(arguments))
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.fixture(autouse=True)
def nothing_configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("DATABASE_URL", "REDIS_URL", "KV_REST_API_URL", "DOCKER_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("check",),
        ("config",),
        ("config", "init"),
        ("config", "check"),
        ("config", "schema"),
        ("demo",),
        ("doctor",),
        ("journal",),
        ("journal", "export"),
        ("journal", "list"),
        ("journal", "show"),
        ("journal", "verify"),
        ("observe",),
        ("runbook",),
        ("runbook", "show"),
        ("sandbox",),
    ],
)
def test_every_verb_explains_itself_shortly_with_an_example(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    code, out, _ = run(capsys, *arguments, "--help")
    assert code == 0
    assert "cockpit " in out.splitlines()[-1] or "Example" in out
    assert len(out.splitlines()) < 40


def test_without_a_configuration_it_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys)
    assert (code, out) == (64, "")
    assert "cockpit config init" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(("arguments", "expected"), [(("check",), 3), (("doctor",), 64), (("check", "--nonsense"), 3)])
def test_usage_and_configuration_errors_have_their_own_codes(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], expected: int
) -> None:
    code, _, err = run(capsys, *arguments)
    assert code == expected
    assert err.startswith("cockpit: ")


@pytest.mark.parametrize("arguments", [("nonsense",), ("--nonsense",), ("demo", "nonsense"), ("--label", "x")])
def test_words_that_mean_nothing(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]) -> None:
    code, _, err = run(capsys, *arguments)
    assert code == 64
    assert "Traceback" not in err


def test_versions_of_the_drivers(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--version")
    assert code == 0
    assert {line.split()[0] for line in out.splitlines()} >= {"cockpit", "textual", "psycopg", "redis", "docker"}


def test_debug_shows_the_traceback() -> None:
    with pytest.raises(ConfigError):
        cli.run(["--debug", "check"])


def test_a_fault_of_the_cockpit_is_one_sentence_and_a_masked_file(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(**_: object) -> None:
        raise ZeroDivisionError("dsn postgresql://u:hunter2secret@h/d")

    monkeypatch.setattr(cli.cockpit, "main", broken)
    code, _, err = run(capsys, "doctor")
    (log,) = (tmp_path / "state").rglob("crash-*.log")
    assert code == 70
    assert str(log) in err
    assert "hunter2secret" not in log.read_text() + err
    assert "ZeroDivisionError" in log.read_text()


def test_the_main_function_exits_with_the_code(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(["--version"])
    assert stopped.value.code == 0


def test_a_starter_file_is_written_once(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(capsys, "config", "init", "--write")[0] == 0
    assert (tmp_path / "cockpit.toml").stat().st_mode & 0o077 == 0
    code, _, err = run(capsys, "config", "init", "--write")
    assert code == 64
    assert "exists already" in err
    assert run(capsys, "config", "check")[0] == 0
    code, out, _ = run(capsys, "config", "init", "--observer")
    assert "CREATE ROLE cockpit_observer" in out
    assert "-- ACL SETUSER cockpit_observer on" in out


def test_what_an_observer_needs_is_written_once(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "cockpit-observer.acl").write_text("mine")
    code, _, err = run(capsys, "config", "init", "--observer", "--write")
    assert (code, "exists already" in err) == (64, True)
    assert not (tmp_path / "cockpit-observer.sql").exists()
    (tmp_path / "cockpit-observer.acl").unlink()
    assert run(capsys, "config", "init", "--observer", "--write")[0] == 0
    assert (tmp_path / "cockpit-observer.sql").stat().st_mode & 0o077 == 0
    assert len(pglast.parse_sql((tmp_path / "cockpit-observer.sql").read_text())) == 8
    [line] = (tmp_path / "cockpit-observer.acl").read_text().splitlines()
    assert line.startswith("user cockpit_observer on resetpass ~* -@all ")


def test_config_check_says_what_is_wrong(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text("[environments.e]\nlabel = 3\n")
    code, _, err = run(capsys, "config", "check", str(path))
    assert code == 1
    assert "bad.toml:2" in err
    code, out, _ = run(capsys, "config", "check", str(path), "--json")
    assert (code, json.loads(out)["good"]) == (1, False)
    path.write_text('[environments.e]\n[[environments.e.checks]]\nname="a"\nhttp="/"\nok="1 +"\n')
    code, _, err = run(capsys, "config", "check", str(path))
    assert code == 1
    assert "check a, key ok" in err


def test_the_schema_is_one(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "config", "schema")
    assert code == 0
    assert "$defs" in json.loads(out)


def test_the_scenarios_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "demo", "--list")
    assert code == 0
    assert {line.split()[0] for line in out.splitlines()} >= {"cron-stuck", "db-connections"}


def test_an_empty_journal_is_intact(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "journal", "verify")[0] == 0
    _, out, _ = run(capsys, "journal", "verify", "--json")
    assert json.loads(out) == {"intact": True, "entries": 0, "problem": ""}
    assert json.loads(run(capsys, "journal", "list", "--json")[1]) == []
    assert json.loads(run(capsys, "journal", "show", "--json")[1]) == []


@pytest.mark.parametrize(
    ("share", "said"),
    [
        ("", "the configuration has no [share] url; add one, as env:SHARE_URL."),
        ('[share]\nurl = "env:NOT_SET"\n', "share.url refers to the environment variable NOT_SET"),
        ('[share]\nurl = "http://x"\n', "the url of redis share is no Redis URL"),
        ('[share]\nurl = "redis://127.0.0.1:1"\n', "redis share cannot be reached"),
    ],
)
def test_without_a_share_there_is_nothing_to_observe(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, share: str, said: str
) -> None:
    (tmp_path / "cockpit.toml").write_text(f"[environments.prod]\n{share}")
    code, out, err = run(capsys, "observe", "--json")
    assert (code, out) == (64, "")
    assert said in err
    assert err.count("\n") == 1
