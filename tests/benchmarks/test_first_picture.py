"""How long until something useful is on the screen, beside the floor that Textual itself sets.

Nothing about time is asserted: the ratio is printed (run with `-s`).
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

import pytest

from cockpit.sandbox.info import RangeInfo
from tests.support.cockpit import COCKPIT, variables
from tests.support.range import healthy_range  # noqa: F401  a fixture
from tests.support.terminal import Terminal

BARE = [sys.executable, str(Path(__file__).with_name("bare_program.py"))]
ROUNDS = 5


def environment(command: list[str]) -> dict[str, str]:
    """Without this checkout on the path where the installed program is measured."""
    return {**variables(), **({} if command[:3] == COCKPIT else {"PYTHONPATH": ""})}


def seconds_until(command: list[str], pattern: str) -> float:
    begun = time.perf_counter()
    with Terminal(command, 160, 48, environment(command)) as terminal:
        terminal.wait(pattern, 30.0)
        return time.perf_counter() - begun


def program() -> list[str]:
    """The installed program, compiled as its users have it; else this checkout."""
    installed = Path(sys.executable).with_name("cockpit")
    return [str(installed)] if installed.exists() else COCKPIT


def test_first_picture(healthy_range: RangeInfo, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: F811
    ours = [*program(), "--config", healthy_range.config]
    for command, pattern in ((BARE, "SELECT 1"), (ours, "OPERATOR")):
        seconds_until(command, pattern)
    bare = [seconds_until(BARE, "SELECT 1") for _ in range(ROUNDS)]
    first = [seconds_until(ours, "OPERATOR") for _ in range(ROUNDS)]
    live = [seconds_until(ours, r"api\.healthz.*200") for _ in range(ROUNDS)]
    floor = statistics.median(bare)
    with capsys.disabled():
        print(  # noqa: T201
            f"\nfirst picture: bare Textual {floor * 1000:.0f} ms, cockpit {statistics.median(first) * 1000:.0f} ms "
            f"({statistics.median(first) / floor:.2f} x), first live reading {statistics.median(live) * 1000:.0f} ms"
        )
    assert len(first) == ROUNDS
