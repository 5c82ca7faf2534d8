"""How long from the key to the first step of a long runbook, and how keys fare while 500 files are read.

Nothing about time is asserted: the figures are printed (run with `-s`).
"""

from __future__ import annotations

import asyncio
import os
import select
import statistics
import sys
import time
from pathlib import Path

import pytest

from cockpit.adapters.pool import BlockingPool
from cockpit.engine.librarian import Librarian
from cockpit.engine.library import Library, load_runbook
from tests.support.cockpit import COCKPIT, variables
from tests.support.terminal import Terminal

BARE = [sys.executable, str(Path(__file__).with_name("bare_list.py"))]
CONFIG = '[environments.test]\nprotected = false\nhost = false\nrunbooks = ["books"]\n'
ROUNDS = 5
FILES = 500


def long_runbook(steps: int) -> str:
    """Five lines a step."""
    head = "# Long\n\n## Long one\n\n**Diagnosis:**\n\n"
    return head + "\n".join(
        f"{n}. Step number {n}\n\n   ```sql\n   SELECT {n} AS value\n   ```\n" for n in range(1, steps + 1)
    )


def seconds_to_the_first_step(command: list[str], ready: str, key: str) -> float:
    with Terminal(command, 160, 48, variables()) as terminal:
        terminal.wait(ready, 30.0)
        terminal.settle()
        return seconds_until_sent(terminal, key)


def seconds_until_sent(terminal: Terminal, key: str) -> float:
    """From a key to the moment in which the first step has arrived; nothing is emulated meanwhile, that is slow."""
    begun, seen = time.perf_counter(), b""
    terminal.press(key)
    while b"Step number 1" not in seen and time.perf_counter() < begun + 30.0:
        if select.select([terminal.master], [], [], 0.5)[0]:
            seen += os.read(terminal.master, 65_536)
    return time.perf_counter() - begun


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    (tmp_path / "books").mkdir()
    (tmp_path / "books" / "long.md").write_text(long_runbook(100))
    path = tmp_path / "cockpit.toml"
    path.write_text(CONFIG)
    return path


def test_opening_a_long_runbook(configuration: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ours = [*COCKPIT, "--config", str(configuration)]
    opening = []
    for _ in range(ROUNDS):
        with Terminal(ours, 160, 48, variables()) as terminal:
            terminal.wait(r"Long one", 30.0)
            terminal.press("0")
            terminal.settle()
            opening.append(seconds_until_sent(terminal, "enter"))
    bare = [seconds_to_the_first_step(BARE, "ready", "s") for _ in range(ROUNDS)]
    with capsys.disabled():
        print(  # noqa: T201
            f"\nkey to first step of 600 lines: {statistics.median(opening) * 1000:.0f} ms (worst "
            f"{max(opening) * 1000:.0f}), bare Textual list {statistics.median(bare) * 1000:.0f} ms"
        )
    assert len(opening) == len(bare) == ROUNDS


def test_the_loop_while_many_files_are_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(FILES):
        (tmp_path / f"{number}.md").write_text(long_runbook(20 + number % 40))

    async def measure() -> tuple[list[float], float]:
        load_runbook(tmp_path / "0.md")  # What is imported for it is another matter.
        keeper = Librarian(Library(), [tmp_path], BlockingPool("bench", 1))
        late: list[float] = []
        begun = time.perf_counter()
        keeper.start()
        while not keeper.library.runbooks or keeper.library.ahead:
            before = time.perf_counter()
            await asyncio.sleep(0.005)
            late.append(time.perf_counter() - before - 0.005)
        took = time.perf_counter() - begun
        assert len(keeper.library.runbooks) == FILES
        await keeper.stop()
        return sorted(late), took

    late, took = asyncio.run(measure())
    with capsys.disabled():
        print(  # noqa: T201
            f"\nreading {FILES} files took {took:.1f} s; the loop came late by {statistics.median(late) * 1000:.1f} ms "
            f"(95 % under {late[len(late) * 95 // 100] * 1000:.1f}, worst {late[-1] * 1000:.1f} ms)"
        )
    assert late
