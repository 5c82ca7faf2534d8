"""What much work costs: each kind alone, then all at once, beside the tools that people use for it.

Nothing about time is asserted: the figures are printed (run with `-s`). A peer is measured where it is installed
(PG_ACTIVITY names pg_activity's program), and it is printed when it is not.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from tests.benchmarks.test_activity_work import CONNECTIONS, two_hundred_connections
from tests.benchmarks.work import LINES_A_SECOND, Cost, cost_of, fill_with_locks, growing_log
from tests.support.cockpit import CALM, COCKPIT
from tests.support.docker import IMAGE
from tests.support.range import start_range
from tests.support.second_docker import SecondEngine, second_engine
from tests.support.servers import running_redis

KEYS_IN_REDIS = 50_000
CREATED, RUNNING = 470, 30
PRESSES = 40
OFTEN = frozenset({'every = "1s"', 'every = "2s"', 'every = "5s"'})
"""The sandbox asks more often than the defaults do."""
HEAD = '[journal]\npath = "journal.db"\n[environments.sandbox]\nprotected = false\nhost = false\n'


def postgres_table(url: str) -> str:
    return f'[[environments.sandbox.postgres]]\nname = "main"\ndsn = "{url}"\nevery = "1s"\n'


def redis_table(url: str) -> str:
    return f'[[environments.sandbox.redis]]\nname = "kv"\nurl = "{url}"\n'


def log_table(path: Path) -> str:
    return f'[[environments.sandbox.logs]]\nname = "app"\nfile = "{path}"\n'


def docker_table(engine: SecondEngine) -> str:
    return f'[[environments.sandbox.docker]]\nname = "engine"\nhost = "{engine.address}"\n'


def cockpit_with(folder: Path, *tables: str) -> list[str]:
    """The cockpit on an environment of these tables."""
    path = folder / "cockpit.toml"
    path.write_text(HEAD + "".join(tables), "utf-8")
    return [*COCKPIT, "--config", str(path)]


def tell(capsys: pytest.CaptureFixture[str], title: str, costs: Sequence[tuple[str, Cost | str]]) -> None:
    """Print the figures."""
    with capsys.disabled():
        print(f"\n{title}\n" + "\n".join(f"  {name}: {cost}" for name, cost in costs))  # noqa: T201
    assert all(cost.memory > 0 and cost.written > 0 for _, cost in costs if isinstance(cost, Cost))


def beside(program: str | None, name: str, arguments: Sequence[str], ready: str) -> tuple[str, Cost | str]:
    """What a peer costs on the same work, or that it is not here."""
    found = program and shutil.which(program)
    return (name, cost_of([found, *arguments], ready)) if found else (name, "not installed here, not measured")


@contextlib.contextmanager
def many_containers() -> Iterator[SecondEngine]:
    """An Engine of the test's own with that many containers that only were created, and some that run."""
    with second_engine() as engine, contextlib.closing(engine.client()) as client:
        for number in range(CREATED):
            client.containers.create(IMAGE, ["sh", "-c", "true"], name=f"created-{number:03d}", network_mode="none")
        for number in range(RUNNING):
            engine.run(f"running-{number:02d}", "while :; do sleep 1; done")
        yield engine


def test_two_hundred_connections_each_second(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with two_hundred_connections() as url:
        ours = cost_of(cockpit_with(tmp_path, postgres_table(url)), r"2 Activity  20\d/260", "2z", presses=PRESSES)
        peer = beside(os.environ.get("PG_ACTIVITY"), "pg_activity every 1 s", [url, "--refresh", "1"], "RUNNING")
    tell(capsys, f"{CONNECTIONS} real connections, read each second", [("cockpit, zoomed", ours), peer])


def test_fifty_thousand_keys(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with running_redis() as server:
        fill_with_locks(server.url, KEYS_IN_REDIS)
        ours = cost_of(cockpit_with(tmp_path, redis_table(server.url)), "lock:tenant:", "3z", presses=PRESSES)
    tell(capsys, f"{KEYS_IN_REDIS:,} keys under the prefix", [("cockpit, zoomed", ours)])


def test_a_fast_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "app.log"
    with growing_log(log) as writer:
        command = cockpit_with(tmp_path, log_table(log))
        ours = cost_of(command, "INFO request", "5z", presses=PRESSES, generators=[writer])
        peer = beside("lnav", "lnav", [str(log)], "request")
    tell(capsys, f"a log that grows by {LINES_A_SECOND:,} lines a second", [("cockpit, zoomed", ours), peer])


@pytest.mark.docker
def test_five_hundred_containers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with many_containers() as engine:
        command = cockpit_with(tmp_path, docker_table(engine))
        ours = cost_of(command, f"4 Services +{RUNNING} running", "4z", presses=PRESSES)
        stats = ["-H", engine.address, "stats"]
        peer = beside("docker", "docker stats (only those that run)", stats, "running-")
    tell(capsys, f"{CREATED} containers created and {RUNNING} running", [("cockpit, zoomed", ours), peer])


@pytest.mark.docker
def test_everything_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "app.log"
    with ExitStack() as stack:
        url = stack.enter_context(two_hundred_connections())
        server = stack.enter_context(running_redis())
        fill_with_locks(server.url, KEYS_IN_REDIS)
        engine = stack.enter_context(many_containers())
        writer = stack.enter_context(growing_log(log))
        tables = (postgres_table(url), redis_table(server.url), docker_table(engine), log_table(log))
        command = cockpit_with(tmp_path, *tables)
        ready = r"2 Activity  20\d/260"
        ours = cost_of(command, ready, seconds=30.0, presses=PRESSES, generators=[writer])
    tell(capsys, "all of it at once, the generators niced", [("cockpit, every pane shown", ours)])


def test_idle_on_the_sandbox(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with start_range() as info:
        config = tmp_path / "cockpit.toml"
        text = Path(info.config).read_text("utf-8")
        config.write_text("\n".join(row for row in text.splitlines() if row not in OFTEN), "utf-8")
        ours = cost_of([*COCKPIT, "--config", str(config)], CALM, seconds=20.0)
        peers = [
            beside(os.environ.get("PG_ACTIVITY"), "pg_activity", [info.postgres_admin], "RUNNING"),
            beside("htop", "htop", [], "Load average"),
            beside("lnav", "lnav", [next(str(path) for path in Path(info.log_dir).glob("*.log"))], r"\w"),
        ]
        load = psutil.getloadavg()[0]
    tell(capsys, f"the sandbox with default intervals, load {load:.1f}", [("cockpit", ours), *peers])
