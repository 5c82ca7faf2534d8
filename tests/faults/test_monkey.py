"""Thousands of keys, clicks and commands at random, and the servers say that nothing was written.

`--monkey-keys 100000` plays for longer, `--monkey-seed` plays another game; a failure names both.
"""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cockpit.sandbox.info import RangeInfo
from tests.support.audit import Audit
from tests.support.cockpit import TOP, variables
from tests.support.configs import settings_of
from tests.support.range import start_range
from tests.support.relay import Relay
from tests.support.relayed_range import relayed
from tests.support.witness import (
    OBSERVER,
    PostgresWitness,
    RedisWitness,
    commands_monitored,
    sql_writes,
    statements_logged,
)

OPERATOR = "cockpit_operator"
DRY_RUN = re.compile(r"service POST /api/cron/[a-z-]+\?dry=1")
"""What is sent before the question whether a job shall run: the configuration says that it changes nothing."""
pytestmark = [pytest.mark.xdist_group("monkey"), pytest.mark.timeout(7200)]


@dataclass(frozen=True, slots=True)
class Yard:
    """A range to play on, and everybody who watches."""

    info: RangeInfo
    config: Path
    sql: PostgresWitness
    kv: RedisWitness
    http: dict[str, Relay]
    audit: Audit
    home: Path

    def play(self, role: str, seed: int, number: int, plant: str = "") -> dict[str, Any]:
        """Let the monkey play in a process of its own, and return what it says."""
        home = {"HOME": str(self.home), "VISUAL": "", "EDITOR": ""}
        home |= {f"XDG_{kind}_HOME": str(self.home / kind.lower()) for kind in ("CONFIG", "STATE", "DATA", "CACHE")}
        environment = {**variables(), **self.audit.variables(str(TOP)), **home, "TEXTUAL_ANIMATIONS": "none"}
        command = [sys.executable, "-m", "tests.support.monkey", str(self.config), role, str(seed), str(number)]
        done = subprocess.run(
            [*command, *(["--plant", plant] if plant else [])],
            cwd=self.home.parent,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120 + number * 0.06,
        )
        assert done.returncode == 0, f"{role}, seed {seed}, {number} events:\n{done.stdout}\n{done.stderr[-8000:]}"
        told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return told

    def sql_writes(self, user: str) -> list[str]:
        """The statements of a role that do more than read."""
        return [statement.text for statement in self.sql.of(user) if sql_writes(statement.text)]

    def posted(self) -> list[str]:
        """What was asked of the service, the supervisor and Docker that does more than read."""
        return [f"{name} {asked.method} {asked.path}" for name, relay in self.http.items() for asked in relay.writes()]


def is_a_look(command: str) -> bool:
    """Whether it is the script by which a preview looks at keys: it calls nothing but commands that read."""
    called = set(re.findall(r"redis\.p?call\('?([^',)]*)", command))
    return command.startswith("EVAL ") and bool(called) and called <= {"TYPE", "GET", "DUMP"}


@pytest.mark.parametrize(
    ("command", "looks"),
    [
        ("EVAL return redis.call('GET', KEYS[1]) 1 a", True),
        ("EVAL redis.call('GET', KEYS[1]) redis.call('DEL', KEYS[1]) 1 a", False),
        ("EVAL redis.pcall(ARGV[1], KEYS[1]) 1 a DEL", False),
        ("EVAL return 1 0", False),
        ("DEL a", False),
    ],
)
def test_a_look_is_told_from_a_write(command: str, looks: bool) -> None:
    assert is_a_look(command) is looks


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    audit, home = Audit(tmp_path / "audit"), tmp_path / "home"
    audit.folder.mkdir()
    home.mkdir()
    with contextlib.ExitStack() as stack:
        info = stack.enter_context(start_range("cron-stuck"))
        config, relays = relayed(info, tmp_path, stack)
        sql = stack.enter_context(statements_logged(info))
        kv = stack.enter_context(commands_monitored(info))
        yield Yard(info, config, sql, kv, relays, audit, home)


@pytest.fixture
def keys(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--monkey-keys"))


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--monkey-seed"))


def it_got_around(told: dict[str, Any], keys: int) -> None:
    """A monkey that never left the first screen would prove nothing."""
    assert sum(told["sent"].values()) == keys
    assert len(told["screens"]) >= 8, told["screens"]
    assert told["left"] > 0


def test_an_observer_at_random_writes_starts_and_breaks_nothing(yard: Yard, seed: int, keys: int) -> None:
    it_got_around(yard.play("observer", seed, keys), keys)
    assert yard.sql.of(OBSERVER), "the observer read from PostgreSQL"
    assert yard.sql_writes(OBSERVER) == []
    assert [statement for statement in yard.sql.statements() if statement.user == OPERATOR] == []
    assert yard.kv.writes() == []
    assert yard.posted() == []
    assert yard.audit.starts() == []
    assert yard.audit.writes() == []
    assert list(yard.home.iterdir()) == []


def test_an_operator_who_never_confirms_writes_and_breaks_nothing(yard: Yard, seed: int, keys: int) -> None:
    told = yard.play("operator", seed, keys)
    it_got_around(told, keys)
    assert told["questions"] > 0, "it was asked to confirm something"
    assert yard.sql.of(OPERATOR), "the operator read from PostgreSQL"
    assert yard.sql_writes(OPERATOR) == []
    assert [command for command in yard.kv.writes() if not is_a_look(command)] == []
    assert [asked for asked in yard.posted() if not DRY_RUN.fullmatch(asked)] == []


def test_one_planted_write_of_each_kind_is_caught(yard: Yard, seed: int) -> None:
    entry = settings_of(yard.info)
    where = {
        "postgres": entry["postgres"][0]["observer_dsn"],
        "redis": entry["redis"][0]["observer_url"],
        "http": yard.http["service"].url,
    }
    yard.play("observer", seed, 200, json.dumps(where))
    assert any("UPDATE cron_runs" in text for text in yard.sql_writes(OBSERVER))
    assert "del" in yard.kv.writes()
    assert yard.posted() == ["service POST /planted"]
    assert yard.audit.starts()
    assert any("planted-" in written for written in yard.audit.writes())


@pytest.fixture(autouse=True)
def _reported(seed: int, keys: int, record_property: Any) -> None:
    record_property("monkey", f"seed {seed}, {keys} events")
