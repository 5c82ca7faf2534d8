"""The cockpit as its users meet it: a program in a terminal, and a command that prints."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from cockpit.sandbox.info import RangeInfo
from tests.support.terminal import Terminal

TOP = Path(__file__).parents[2]
COCKPIT = [sys.executable, "-m", "cockpit"]
CALM = r"1 Health +\d+ ok\b"
"""The title of the health pane when no check has anything but good to say: what is worse is named before."""


def variables() -> dict[str, str]:
    """What a subprocess needs to find this checkout; no configuration of the machine's own gets in."""
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    return {**kept, "PYTHONPATH": str(TOP)}


def screen(*arguments: str, columns: int = 160, rows: int = 48) -> Terminal:
    """The cockpit in a terminal of its own."""
    return Terminal([*COCKPIT, *arguments], columns, rows, variables())


def screen_on(info: RangeInfo, *arguments: str, columns: int = 160, rows: int = 48) -> Terminal:
    """The cockpit in a terminal, on a range that runs already."""
    return screen("--config", info.config, *arguments, columns=columns, rows=rows)


def command(*arguments: str, seconds: float = 60.0) -> subprocess.CompletedProcess[str]:
    """Run a verb to its end."""
    return subprocess.run(
        [*COCKPIT, *arguments], capture_output=True, text=True, timeout=seconds, check=False, env=variables()
    )


def command_json(info: RangeInfo, *arguments: str) -> tuple[int, Any]:
    """Exit code and JSON of a verb on a range."""
    done = command("--config", info.config, *arguments, "--json")
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def verdicts(info: RangeInfo) -> dict[str, str]:
    """What `cockpit check --json` says of each check."""
    _, report = command_json(info, "check")
    return {check["name"]: check["verdict"] for check in report["checks"]}
