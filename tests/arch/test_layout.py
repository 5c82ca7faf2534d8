"""The top level holds what was agreed, and nothing that is committed names the machine it was written on."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
AGREED = {"pyproject.toml", "README.md", "cockpit", "runbooks", "tests", "screenshots"}


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=TOP, capture_output=True, text=True, timeout=30, check=False)
    if listed.returncode:
        pytest.skip("this is no git checkout")
    return listed.stdout.splitlines()


def test_the_top_level_is_as_agreed() -> None:
    assert {name.split("/")[0] for name in tracked() if not name.startswith(".")} <= AGREED


def test_no_lock_file_records_where_packages_came_from() -> None:
    names = {Path(name).name for name in tracked()}
    assert names & {"uv.lock", "poetry.lock", "Pipfile.lock", "package-lock.json"} == set()


def test_nothing_names_this_machine() -> None:
    suspects = [str(TOP.parent / "shared"), f"{TOP}/", str(Path.home()) + "/.cache"]
    for name in tracked():
        path = TOP / name
        if path.suffix in {".png", ".svg"} or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        assert not [suspect for suspect in suspects if suspect in text], name
