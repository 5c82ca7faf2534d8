"""What README.md tells people to type does what it says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
README = (TOP / "README.md").read_text("utf-8")
INSTALLING = {
    'python3 -m venv .venv && .venv/bin/pip install ".[sandbox]" && .venv/bin/cockpit demo',
    'python3 -m venv .venv && .venv/bin/pip install ".[dev]" && .venv/bin/pytest',
}
"""The two commands that install and run everything; `.ci/run` and the walks are their proof."""
EXPECTED = {
    "cockpit demo --list": "cron-stuck",
    "cockpit config init": "[environments.prod]",
    "cockpit config schema": '"$defs"',
    "cockpit runbook list": "Cron stuck",
    "cockpit runbook lint runbooks": "",
    "cockpit --version": "cockpit ",
    "cockpit --help": "Usage: cockpit",
}
"""Every other command, with something that it prints."""


def commands() -> list[str]:
    """The lines of all blocks marked `sh`."""
    blocks = re.findall(r"^```sh\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


def run(command: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run a command of the README with nothing of this machine's own configuration."""
    words = [sys.executable, "-m", *command.split()]
    dropped = ("DATABASE_URL", "REDIS_URL", "KV_REST_API_URL", "DOCKER_HOST")
    kept = {name: value for name, value in os.environ.items() if name not in dropped and not name.startswith("XDG_")}
    environment = {**kept, "HOME": str(home), "PYTHONPATH": str(TOP)}
    return subprocess.run(
        words,
        cwd=TOP,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_every_command_is_known_to_this_test() -> None:
    assert set(commands()) == INSTALLING | set(EXPECTED)


@pytest.mark.parametrize("command", list(EXPECTED))
def test_a_command_does_what_it_says(command: str, tmp_path: Path) -> None:
    done = run(command, tmp_path)
    assert done.returncode == 0, done.stderr
    assert EXPECTED[command] in done.stdout
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == [], "nothing is left in the home folder"


def test_the_commented_file_that_it_prints_is_valid_once_its_secrets_are_set(tmp_path: Path) -> None:
    (tmp_path / "cockpit.toml").write_text(run("cockpit config init", tmp_path).stdout, "utf-8")
    command = [sys.executable, "-m", "cockpit", "--config", str(tmp_path / "cockpit.toml"), "config", "check"]
    addresses = {"DATABASE_URL": "postgresql://a@127.0.0.1/b", "REDIS_URL": "redis://127.0.0.1"}
    environment = {**os.environ, **addresses, "PYTHONPATH": str(TOP)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr + done.stdout


def test_every_verb_in_the_table_exists() -> None:
    from cockpit.cli import VERBS

    table = README.partition("## Command line")[2].partition("## How it keeps you safe")[0]
    named = set(re.findall(r"^\| `cockpit ([a-z]+)", table, re.MULTILINE))
    assert named == set(VERBS)


def test_every_key_in_the_table_is_bound() -> None:
    from cockpit.ui.bindings import REGISTRY

    bound = {key for binding in REGISTRY for key in binding.keys}
    table = README.partition("## Keys")[2].partition("Keys are remapped")[0]
    rows = re.findall(r"^\| ([^|]*`[^|]*) \|", table, re.MULTILINE)
    names = {"Tab": "tab", "Shift+Tab": "shift+tab", "Space": "space", "Enter": "enter", "Esc": "escape"}
    shown = [names.get(key, key) for row in rows for key in re.findall(r"`([^`]+)`", row)]
    assert len(shown) > 30
    assert set(shown) <= bound
