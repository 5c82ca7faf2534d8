from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from cockpit.adapters.clock import SystemClock
from cockpit.config.load import Loaded, parse
from cockpit.model.errors import ConfigError
from cockpit.model.incident import Role
from cockpit.model.readings import SourceKind
from cockpit.wiring.doctor import examine
from cockpit.wiring.parts import Parts
from cockpit.wiring.sources import add_sources

HEAD = "[environments.x]\nhost = false\n"
CHANGES = "[[environments.x.changes]]\n"
STORES = """
[[environments.x.postgres]]
name = "main"
dsn = "postgresql://nobody@127.0.0.1:1/x"
[[environments.x.redis]]
name = "kv"
url = "redis://127.0.0.1:1/0"
[[environments.x.docker]]
name = "host1"
host = "unix:///nowhere/docker.sock"
"""


def parts_of(text: str, role: Role = Role.OPERATOR) -> Parts:
    loaded = Loaded(parse(HEAD + text, "cockpit.toml"), None)
    parts = Parts(role, SystemClock())
    add_sources(parts, loaded.environment(None)[1], Path("/"))
    return parts


@pytest.mark.parametrize("role", list(Role))
def test_each_kind_becomes_a_source_that_tells_its_changes_in_full(role: Role) -> None:
    kinds = ('git = "/srv/shop"', 'sql = "SELECT now()"', 'redis = "deployments"', 'docker = "host1"')
    tables = "\n".join(f'{CHANGES}name = "c{n}"\n{line}' for n, line in enumerate(kinds))
    parts = parts_of(STORES + tables, role)
    told = [source.name for source in parts.order if source.kind is SourceKind.CHANGES]
    assert told == ["c0", "c1", "c2", "c3"]
    assert [source.name for source in parts.change_readers] == told
    assert not any(source.kind is SourceKind.CHANGES for source in parts.executors)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('sql = "SELECT 1"', "changes c asks postgres, which is not configured"),
        ('redis = "x"\non = "other"', "changes c asks redis other, which is not configured"),
        ('docker = "host9"', "changes c asks docker host9, which is not configured"),
    ],
)
def test_a_store_that_is_not_configured_is_said(line: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        parts_of(f'{CHANGES}name = "c"\n{line}\n')


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('name = "c"', "cockpit.toml:4: changes 'c' needs exactly one of git, sql, redis, docker, and has none"),
        ('name = "c"\ngit = "."\nsql = "x"', "and has git and sql"),
        (f'name = "c"\ngit = "."\n{CHANGES}name = "c"\ngit = "."', "two changes entries are called 'c'"),
    ],
)
def test_a_wrong_table_is_named_with_its_line(lines: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        parse(f"{HEAD}{CHANGES}{lines}\n", "cockpit.toml")


@pytest.mark.anyio
async def test_the_doctor_says_what_each_source_of_changes_told(tmp_path: Path) -> None:
    def git(*words: str) -> None:
        who = {f"GIT_{role}_{what}": "ada@x" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        when = {"GIT_AUTHOR_DATE": "1772000000 +0000", "GIT_COMMITTER_DATE": "1772000000 +0000"}
        subprocess.run(["git", "-C", str(tmp_path), *words], check=True, env={**os.environ, **who, **when})

    git("init", "-q", "-b", "main")
    git("commit", "-q", "--allow-empty", "-m", "Begin")
    text = f'{HEAD}{CHANGES}name = "shop"\ngit = "{tmp_path}"\n{CHANGES}name = "gone"\ngit = "/nowhere"\n'
    shop, gone = await examine(Loaded(parse(text, "x"), None), "x", Role.OPERATOR)
    assert shop.well
    assert shop.version.startswith(f"{tmp_path} main@")
    assert shop.remarks == "1 change, the newest 2026-02-25 06:13Z"
    assert not gone.reachable
    assert "cannot be entered" in gone.remarks
