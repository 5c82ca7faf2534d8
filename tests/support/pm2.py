"""A pm2 of its own for contract tests, as npm installs it, gone when the test is."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.absent import absent


def program() -> str:
    """pm2 on PATH, or where PM2_PROGRAM says."""
    found = os.environ.get("PM2_PROGRAM") or shutil.which("pm2")
    if found is None:
        absent("pm2 is not installed (npm install pm2, and PM2_PROGRAM names it)")
    return found


@dataclass(frozen=True, slots=True)
class Daemon:
    """A daemon in a folder of its own."""

    command: str
    home: Path

    def call(self, *words: str) -> None:
        """Call pm2's program; it starts the daemon when none runs."""
        environment = {**os.environ, "PM2_HOME": str(self.home), "API_TOKEN": "abcdef"}
        subprocess.run([self.command, *words], check=True, env=environment, capture_output=True, timeout=60)


@contextlib.contextmanager
def running_pm2() -> Iterator[Daemon]:
    """A daemon without applications, its home in a folder that goes with it."""
    command = program()
    folder = Path(tempfile.mkdtemp(prefix="cockpit-pm2-"))
    made = Daemon(command, folder / "home")
    try:
        yield made
    finally:
        made.call("kill")
        shutil.rmtree(folder, ignore_errors=True)
