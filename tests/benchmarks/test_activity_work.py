"""What the activity pane costs: 1,000 FAKE backends drawn, and 200 real connections watched beside pg_activity.

Nothing about time is asserted: the figures are printed (run with `-s`). pg_activity is measured where the
variable PG_ACTIVITY names its program.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from cockpit.engine.activity_view import View
from cockpit.model.activity import ActivitySnapshot, Backend
from cockpit.model.readings import Reading, ReadingState
from tests.pilot.support import a_screen
from tests.support.cockpit import COCKPIT, variables
from tests.support.fake_session import MAIN, a_backend, a_range
from tests.support.servers import running_postgres
from tests.support.terminal import Terminal

BACKENDS, REFRESHES, KEYS = 1_000, 40, 200
CONNECTIONS, SECONDS = 200, 15.0


def many(number: int) -> ActivitySnapshot:
    """FAKE: a thousand sessions at the second of that number, three hundred of them in one queue."""
    backends: list[Backend] = []
    for index in range(BACKENDS):
        age = float(index % 700) + number
        blocked = tuple(range(1, index % 300)) if index < 300 else ()
        state = "active" if index % 3 else "idle"
        backends.append(
            a_backend(
                index + 1,
                query=f"SELECT total FROM orders WHERE id = {index + number % 2} AND customer = 'x'",
                state=state,
                transaction_age=age,
                query_age=age,
                state_age=age,
                blocked_by=blocked,
            )
        )
    return ActivitySnapshot(tuple(backends), 2_000, BACKENDS, 180004, "shop")


@pytest.mark.anyio
@pytest.mark.parametrize("view", [View.ALL, View.BLOCKING])
async def test_a_thousand_backends_drawn(view: View, capsys: pytest.CaptureFixture[str]) -> None:
    snapshots = [many(number) for number in range(8)]
    async with a_screen(range_=a_range(answers={MAIN: snapshots[0]}), size=(160, 48)) as screen:
        pane, clock = screen.app.main.panes.activity, screen.range.clock
        await screen.press("2", "z")
        pane.show(view, clock.now())
        spent, stalls, waits = [], [], []
        for number in range(REFRESHES):
            begun, cpu = time.perf_counter(), time.process_time()
            reading = Reading(MAIN, ReadingState.FRESH, snapshots[number % 8], clock.now(), 0.01)
            screen.range.session.board.publish(reading)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            stalls.append(time.perf_counter() - begun)
            await asyncio.sleep(0.1)
            spent.append(time.process_time() - cpu)
        table = pane.table
        for number in range(KEYS):
            begun = time.perf_counter()
            table.move(1 if number % 40 < 20 else -1)
            painted = asyncio.Event()
            table.call_after_refresh(painted.set)
            await painted.wait()
            waits.append(time.perf_counter() - begun)
        assert len(table.state.rows) == (BACKENDS if view is View.ALL else 300)
    with capsys.disabled():
        print(  # noqa: T201
            f"\n{BACKENDS:,} FAKE backends, view {view.value}: "
            f"{statistics.median(spent) * 1000:.0f} ms of CPU a refresh, "
            f"longest stall {max(stalls) * 1000:.0f} ms, move to painted row p95 "
            f"{statistics.quantiles(waits, n=20)[-1] * 1000:.1f} ms"
        )


@contextmanager
def two_hundred_connections() -> Iterator[str]:
    """A real server with that many sessions: most idle, some that wait for one row."""
    with running_postgres(max_connections="260") as server, ExitStack() as stack:
        with psycopg.connect(server.url, autocommit=True) as admin:
            admin.execute("CREATE TABLE accounts (id int PRIMARY KEY, balance int)")
            admin.execute("INSERT INTO accounts VALUES (1, 100)")
        for number in range(CONNECTIONS):
            live = stack.enter_context(
                psycopg.connect(server.url, autocommit=True, application_name=f"app-{number % 9}")
            )
            live.execute("SELECT 1")
            if number < 20:
                live.execute("BEGIN")
                live.execute("SELECT balance FROM accounts")
        yield server.url


def watch(terminal: Terminal, seconds: float) -> None:
    """Take in what the program writes for so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        terminal.feed(0.2)


def share_of_a_core(command: Sequence[str], ready: str, keys: str = "") -> tuple[float, float]:
    """CPU of the program while it watches, in per cent of a core, and bytes a second that it writes."""
    with Terminal(command, 160, 48, variables()) as terminal:
        terminal.wait(ready, 30.0)
        terminal.press(*keys)
        watch(terminal, 5.0)
        program = psutil.Process(terminal.pid)
        before, written, begun = sum(program.cpu_times()[:2]), len(terminal.raw), time.perf_counter()
        watch(terminal, SECONDS)
        seconds = time.perf_counter() - begun
        return (
            100 * (sum(program.cpu_times()[:2]) - before) / seconds,
            (len(terminal.raw) - written) / seconds,
        )


def test_two_hundred_connections_watched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with two_hundred_connections() as url:
        config = tmp_path / "cockpit.toml"
        config.write_text(
            f'[journal]\npath = "journal.db"\n[environments.sandbox]\nprotected = false\nhost = false\n'
            f'[[environments.sandbox.postgres]]\nname = "main"\ndsn = "{url}"\nevery = "2s"\n',
            "utf-8",
        )
        lines = []
        cpu, written = share_of_a_core([*COCKPIT, "--config", str(config)], r"2 Activity  20\d/260", "2z")
        lines.append(f"cockpit, activity zoomed: {cpu:.1f} % of a core, {written / 1000:.1f} kB/s written")
        if "PG_ACTIVITY" in os.environ:
            cpu, written = share_of_a_core([os.environ["PG_ACTIVITY"], url], "RUNNING QUERIES")
            lines.append(f"pg_activity: {cpu:.1f} % of a core, {written / 1000:.1f} kB/s written")
    with capsys.disabled():
        print(f"\n{CONNECTIONS} real connections, every 2 s\n  " + "\n  ".join(lines))  # noqa: T201
    assert lines
