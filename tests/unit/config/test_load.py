from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.config.durations import parse_duration
from cockpit.config.load import Loaded, find, from_variables, load, parse
from cockpit.config.secrets import Secret, resolve
from cockpit.config.starter import STARTER
from cockpit.model.errors import ConfigError

GOOD = """
[environments.prod]
label = "PROD"
[[environments.prod.postgres]]
name = "main"
[[environments.prod.checks]]
name = "api.health"
http = "/api/health"
for = "30s"
[environments.staging]
protected = false
"""


def test_a_good_file() -> None:
    settings = parse(GOOD, "cockpit.toml")
    assert settings.environments["prod"].checks[0].for_ == "30s"
    assert settings.environments["prod"].protected, "nobody said that it is not production"
    assert not settings.environments["staging"].protected


def test_the_starter_file_is_good() -> None:
    assert set(parse(STARTER, "starter").environments) == {"prod"}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[environments.prod]\nlabel = 3\n", 2, "label"),
        ("[environments.prod]\nlabl = 'x'\n", 2, "labl"),
        ("[environments.prod]\n[[environments.prod.postgres]]\nname = 'a'\nevery = 'soon'\n", 4, "every"),
        ("[environments.prod]\n[[environments.prod.checks]]\nname = 'a'\n", 3, "exactly one of http"),
        ("[environments.prod]\n[[environments.prod.checks]]\nname='a'\nhttp='/'\nsql='x'\n", 3, "http and sql"),
        (
            "[environments.prod]\n" + "[[environments.prod.logs]]\nname = 'a'\nfile = 'f'\n" * 2,
            6,
            "two logs entries",
        ),
        (
            "[environments.prod]\n" + "[[environments.prod.checks]]\nname = 'a'\nhttp='/'\n" * 2,
            6,
            "two checks are called 'a'",
        ),
    ],
)
def test_an_error_names_file_line_and_key(text: str, line: int, words: str) -> None:
    with pytest.raises(ConfigError) as raised:
        parse(text, "cockpit.toml")
    assert f"cockpit.toml:{line}:" in str(raised.value)
    assert words in str(raised.value)


def test_what_is_no_toml_says_where() -> None:
    with pytest.raises(ConfigError, match=r"cockpit.toml is no valid TOML: .*line 1"):
        parse("[[[", "cockpit.toml")


def test_the_environment_is_chosen_by_name_or_default() -> None:
    loaded = Loaded(parse(GOOD, "x"), None)
    assert loaded.environment("staging")[0] == "staging"
    with pytest.raises(ConfigError, match="several environments"):
        loaded.environment(None)
    with pytest.raises(ConfigError, match="choose one of prod, staging"):
        loaded.environment("prd")


def test_files_are_found_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert find(None) is None
    (tmp_path / "cockpit.toml").write_text(GOOD)
    assert find(None) == tmp_path / "cockpit.toml"
    assert load().folder == tmp_path
    with pytest.raises(ConfigError, match="there is no configuration file"):
        find(tmp_path / "other.toml")


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "cockpit.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / "cockpit.toml")


def test_the_service_s_own_variables_make_a_protected_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "REDIS_URL", "KV_REST_API_URL", "DOCKER_HOST"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ConfigError, match="there is no configuration"):
        from_variables()
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:secret@h/d")
    monkeypatch.setenv("KV_REST_API_URL", "https://kv")
    environment = from_variables().environments["variables"]
    assert environment.protected
    assert environment.postgres[0].dsn == "env:DATABASE_URL"
    assert environment.redis[0].rest_url == "env:KV_REST_API_URL"


@pytest.mark.parametrize(
    ("text", "seconds"), [("500ms", 0.5), ("30s", 30), ("5m", 300), ("1h30m", 5400), ("2d", 172800), ("1.5h", 5400)]
)
def test_durations(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "5", "m", "5 minutes", "-5m", "5m!", "1h and 2m"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="is no duration"):
        parse_duration(text)


def test_secrets_are_followed_and_never_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SOME_SECRET", "hunter2")
    (tmp_path / "secret").write_text("hunter3\n")
    assert resolve("env:SOME_SECRET", "dsn").reveal() == "hunter2"
    assert resolve(f"file:{tmp_path}/secret", "dsn").reveal() == "hunter3"
    assert resolve("cmd:printf hunter4", "dsn").reveal() == "hunter4"
    assert resolve("postgresql://x", "dsn").reveal() == "postgresql://x"
    secret = Secret("hunter2")
    assert "hunter2" not in f"{secret!r} {secret}"
    assert secret == Secret("hunter2")
    assert hash(secret) == hash(Secret("hunter2"))
    with pytest.raises(TypeError):
        secret.__reduce__()


@pytest.mark.parametrize("reference", ["env:NOT_SET_ANYWHERE", "file:/nowhere/secret", "cmd:exit 3"])
def test_a_reference_that_leads_nowhere_names_its_key(reference: str) -> None:
    with pytest.raises(ConfigError, match=r"environments\.prod\.postgres\.dsn"):
        resolve(reference, "environments.prod.postgres.dsn")


def test_who_only_follows_needs_no_environment() -> None:
    settings = parse('[share]\nurl = "redis://127.0.0.1"\n', "follower")
    assert settings.share.url == "redis://127.0.0.1"
    with pytest.raises(ConfigError, match=r"no environment is configured; add one"):
        Loaded(settings, None).environment(None)


@pytest.mark.parametrize(
    "line", ["entries = 1", "frames = 2", "frame_bytes = 100", 'name = "a b"', 'keep = "soon"', "secret = 1"]
)
def test_bounds_of_the_share_are_checked(line: str) -> None:
    with pytest.raises(ConfigError, match="follower:3:"):
        parse(f'[share]\nurl = "redis://127.0.0.1"\n{line}\n', "follower")
