"""An observer presses every key and chooses every entry, and the servers say that nothing was written."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from cockpit.sandbox.info import RangeInfo
from cockpit.ui.bindings import REGISTRY, KeyBinding
from tests.support.audit import Audit
from tests.support.cockpit import COCKPIT, TOP, variables
from tests.support.configs import settings_of
from tests.support.range import get, start_range, wait_for
from tests.support.relay import Relay
from tests.support.relayed_range import relayed
from tests.support.supervisor import processes
from tests.support.terminal import Terminal
from tests.support.witness import (
    OBSERVER,
    PostgresWitness,
    RedisWitness,
    commands_monitored,
    sql_writes,
    statements_logged,
)

pytestmark = [pytest.mark.xdist_group("observer"), pytest.mark.timeout(300)]
PANES = ("1", "2", "3", "4", "5", "6", "7", "0")
LEAVING = {"app.quit"}
SPOKEN = ("incident P1 x", "note x", "resolve x", "unlock 10m", "lock", "every 1s", "theme dark")
BURST = ("y", "y", "y", "enter", "y")
LOCK = "lock:cron:recalculate"
PROCEDURE = "Cron stuck"
OPERATOR_KEYS = {key for binding in REGISTRY if binding.operator for key in binding.keys}


@dataclass(frozen=True, slots=True)
class Watched:
    """An observer's cockpit, and everybody who watches it."""

    terminal: Terminal
    info: RangeInfo
    sql: PostgresWitness
    kv: RedisWitness
    http: dict[str, Relay]
    audit: Audit
    home: Path
    before: tuple[object, object, object]
    children: list[str]
    marks: list[str]

    def look_around(self) -> None:
        """Let those look who only see what is there at the moment."""
        self.kv.look_around()
        with contextlib.suppress(psutil.NoSuchProcess):
            self.children.extend(child.name() for child in psutil.Process(self.terminal.pid).children(recursive=True))


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    folder = tmp_path_factory.mktemp("observer")
    audit, home = Audit(folder / "audit"), folder / "home"
    audit.folder.mkdir()
    home.mkdir()
    with contextlib.ExitStack() as stack:
        info = stack.enter_context(start_range("cron-stuck"))
        config, relays = relayed(info, folder, stack)
        sql = stack.enter_context(statements_logged(info))
        kv = stack.enter_context(commands_monitored(info))
        environment = {
            **variables(),
            **audit.variables(str(TOP)),
            "HOME": str(home),
            **{f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("CONFIG", "STATE", "DATA", "CACHE")},
        }
        command = [*COCKPIT, "--observer", "--config", str(config)]
        terminal = stack.enter_context(Terminal(command, 100, 30, environment))
        terminal.wait(r"recalculate.*crit|✗ cron\.recalc", 40)
        yield Watched(terminal, info, sql, kv, relays, audit, home, lock_and_sessions(info, kv), [], [])


def bindings() -> list[KeyBinding]:
    return [binding for binding in REGISTRY if binding.id not in LEAVING]


def go_to(terminal: Terminal, *place: str) -> None:
    """Close whatever is open and give the keys to a place."""
    terminal.press("escape-alone", "escape-alone", "escape-alone", "1", *place)


def catch_up(watched: Watched) -> None:
    """Wait until every key so far has been acted on: what is typed last can be seen."""
    mark = f"mark-{len(watched.marks)}"
    watched.marks.append(mark)
    go_to(watched.terminal)
    watched.terminal.press("/", mark)
    watched.terminal.wait(rf"/{mark}\b", 60)
    watched.terminal.press("escape-alone")
    watched.terminal.gone(mark)
    watched.look_around()


def nothing_was_written(watched: Watched) -> None:
    """Ask every witness."""
    catch_up(watched)
    assert "OBSERVER" in watched.terminal.lines[0]
    assert [s for s in watched.sql.of(OBSERVER) if sql_writes(s.text)] == []
    assert [s for s in watched.sql.statements() if s.user == "cockpit_operator"] == [], "not even a connection"
    assert watched.kv.writes() == []
    assert {name: relay.writes() for name, relay in watched.http.items() if relay.writes()} == {}
    assert watched.audit.starts() == []
    assert watched.children == []
    assert watched.audit.writes() == []
    assert list(watched.home.iterdir()) == []
    assert list((Path(watched.info.config).parent / "journal").iterdir()) == []
    assert lock_and_sessions(watched.info, watched.kv) == watched.before


def press_every_key(terminal: Terminal, *place: str) -> None:
    """Every key of the registry in one place, each followed by what would confirm it."""
    for key in dict.fromkeys(key for binding in bindings() for key in binding.keys):
        go_to(terminal, *place)
        terminal.press(key, *(BURST if key in OPERATOR_KEYS else ()))


@pytest.mark.parametrize("place", PANES)
def test_every_key_writes_nothing(watched: Watched, place: str) -> None:
    press_every_key(watched.terminal, place)
    nothing_was_written(watched)


@pytest.mark.parametrize("place", ["2", "3", "4"])
def test_every_entry_of_the_palette_writes_nothing(watched: Watched, place: str) -> None:
    """Those that an observer does not have too, each followed by what would confirm it."""
    entries = [binding.description for binding in bindings() if binding.palette]
    for words in [*entries, *SPOKEN]:
        go_to(watched.terminal, place)
        watched.terminal.press(":", words, "enter", "y", "enter")
        catch_up(watched)
    nothing_was_written(watched)


def test_every_step_of_a_runbook_and_every_key_on_it_write_nothing(watched: Watched) -> None:
    terminal = watched.terminal
    open_runbook(terminal)
    run_every_step(watched)
    press_every_key(terminal, "0", "g", *"jjjjj")
    wait_for(lambda: not unheard(watched), f"the walk reached the servers, except: {unheard(watched)}")
    nothing_was_written(watched)


def open_runbook(terminal: Terminal) -> None:
    """Put away what the walk before has opened, and open the runbook of the fault."""
    go_to(terminal, ":")
    terminal.wait("─ Command ─")
    terminal.press(f"open {PROCEDURE}")
    terminal.wait(f"open {PROCEDURE} +runbook")
    terminal.press("enter")
    terminal.wait(r"Step 1 of 13")


def run_every_step(watched: Watched) -> None:
    """Run every step, and press what would confirm one that changes something.

    Steps 9 and 10 are left out: they read until the job has run, which it does not here, and keep others waiting.
    """
    terminal = watched.terminal
    for number in (1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13):
        go_to(terminal, "0", "g", *"j" * (number - 1))
        terminal.wait(rf"Step {number} of 13")
        terminal.press(".", *BURST)
        watched.look_around()


def unheard(watched: Watched) -> list[str]:
    """What of the walk has not reached the servers yet; silence about writes means something when nothing is left."""
    service, sql = watched.http["service"].asked(), [statement.text for statement in watched.sql.of(OBSERVER)]
    seen = {
        "steps by HTTP": {"/api/health", "/admin/ops", "/admin/flags"} <= {request.path for request in service},
        "the cockpit's own name": all(request.agent.startswith("cockpit/") for request in service),
        "steps by SQL": any("FROM cron_runs" in text and "LIMIT 5" in text for text in sql),
        "steps by Redis": ("PTTL", LOCK) in [sent.words for sent in watched.kv.of_cockpit()],
        "processes": any(request.path.startswith("/processes") for request in watched.http["supervisor"].asked()),
        "containers": "docker" not in watched.http or bool(watched.http["docker"].asked()),
    }
    return [what for what, heard in seen.items() if not heard]


def lock_and_sessions(info: RangeInfo, kv: RedisWitness) -> tuple[object, object, object]:
    """What the operator's keys would have changed: the lock, the service's sessions, its processes."""
    statement = "SELECT pid, backend_start FROM pg_stat_activity WHERE usename = 'shop' AND state IS NOT NULL"
    with psycopg.connect(info.postgres_admin) as admin:
        sessions = {row for row in admin.execute(statement) if row[0]}
    starts = {name: (status["pid"], status["started_at"]) for name, status in processes(info).items()}
    return kv.admin.get(LOCK), bool(sessions), starts


def test_the_detectors_catch_one_planted_write_each(watched: Watched) -> None:
    """Without this, a detector that sees nothing would prove the other test."""
    info, (database, kv) = watched.info, observer_addresses(watched.info)
    with psycopg.connect(database, application_name="cockpit", autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        with contextlib.suppress(psycopg.Error):
            connection.execute("UPDATE cron_runs SET status = 'done' WHERE job = 'planted'")
    wait_for(lambda: len([s for s in watched.sql.of(OBSERVER) if sql_writes(s.text)]) == 2, "both are in the log")

    with redis.Redis.from_url(info.redis, client_name="cockpit") as client:
        client.set("planted", "1", ex=5)
    wait_for(lambda: any("planted" in command for command in watched.kv.writes()), "MONITOR shows it")
    with redis.Redis.from_url(kv) as client, pytest.raises(redis.exceptions.NoPermissionError):
        client.delete("planted")
    assert "del" in watched.kv.denied()

    status, _ = get(f"{watched.http['service'].url}/planted", "POST", {})
    assert (status, [asked.path for asked in watched.http["service"].writes()]) == (404, ["/planted"])

    planted = [sys.executable, "-c", "import os, subprocess; subprocess.run(['true']); open(os.devnull + 'x', 'w')"]
    subprocess.run(planted, env={**variables(), **watched.audit.variables(str(TOP))}, check=False)
    assert watched.audit.starts()


@pytest.mark.parametrize(
    "text",
    [
        "UPDATE t SET a = 1",
        "BEGIN READ WRITE",
        "SET default_transaction_read_only = off",
        "SELECT pg_terminate_backend(1)",
        "WITH x AS (DELETE FROM t RETURNING 1) SELECT * FROM x",
        "SELECT * INTO u FROM t",
        "SELECT * FROM t FOR UPDATE",
        "SELECT 1; TRUNCATE t",
    ],
)
def test_the_judge_of_statements_knows_a_write(text: str) -> None:
    assert sql_writes(text)


def observer_addresses(info: RangeInfo) -> tuple[str, str]:
    """What an observer's cockpit connects with: PostgreSQL and Redis."""
    settings = settings_of(info)
    return settings["postgres"][0]["observer_dsn"], settings["redis"][0]["observer_url"]


_INSIDE = """
import asyncio, gc, sys
from pathlib import Path
from cockpit.config.load import load
from cockpit.model.incident import Role
from cockpit.wiring.session import open_session

async def look(role):
    session = open_session(load(Path(sys.argv[1])), None, role)
    session.watch.start()
    end = asyncio.get_running_loop().time() + 20
    while any(reading.state.value == "pending" for reading in session.board.readings.values()):
        assert asyncio.get_running_loop().time() < end
        await asyncio.sleep(0.02)
    gc.collect()
    kinds = {type(thing) for thing in gc.get_objects()}
    found = sorted({k.__name__ for k in kinds if str(k.__module__).startswith("cockpit.") and k.__name__.endswith(
        ("Executor", "Road", "Policy", "SqliteJournal"))})
    modules = sorted(m for m in sys.modules if m.startswith("cockpit.adapters") and (
        "executor" in m or m.endswith((".shell", "journal_sqlite", "postgres_changes"))))
    print(session.road is None, session.journal is None, ",".join(found) or "-", ",".join(modules) or "-")
    await session.close()

asyncio.run(look(Role(sys.argv[2])))
"""


def inside(info: RangeInfo, role: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", _INSIDE, info.config, role],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=variables(),
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_an_observers_session_holds_no_object_that_could_change_anything(watched: Watched) -> None:
    assert inside(watched.info, "observer") == ["True", "True", "-", "-"]


def test_an_operators_session_holds_them_so_that_the_search_finds_what_is_there(watched: Watched) -> None:
    road_none, journal_none, objects, modules = inside(watched.info, "operator")
    assert (road_none, journal_none) == ("False", "False")
    assert {"PostgresExecutor", "RedisExecutor", "HttpExecutor", "ShellExecutor", "Road"} <= set(objects.split(","))
    assert "cockpit.adapters.redis_executor" in modules
