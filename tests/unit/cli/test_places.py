"""Places of runbooks that are not there are said, not passed over."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.cockpit import command

CONFIG = '[environments.test]\nprotected = false\nhost = false\nrunbooks = ["books", "gone"]\n'


@pytest.fixture
def config(tmp_path: Path) -> str:
    (tmp_path / "books").mkdir()
    (tmp_path / "books" / "a.md").write_text("# A\n\n## A\n\n**Diagnosis:**\n\n1. Look\n")
    path = tmp_path / "cockpit.toml"
    path.write_text(CONFIG)
    return str(path)


def test_the_list_says_which_place_is_missing(config: str, tmp_path: Path) -> None:
    done = command("--config", config, "runbook", "list")
    assert f"{tmp_path}/books/a.md:3" in done.stdout
    assert f"cockpit: {tmp_path}/gone does not exist; correct `runbooks`" in done.stderr


def test_the_doctor_looks_at_every_place(config: str, tmp_path: Path) -> None:
    done = command("--config", config, "doctor", "--json")
    found = {item["source"]: item for item in json.loads(done.stdout)["sources"]}
    assert found[f"runbooks {tmp_path}/books"]["reachable"] is True
    assert found[f"runbooks {tmp_path}/books"]["remarks"] == "1 file"
    assert found[f"runbooks {tmp_path}/gone"]["reachable"] is False
    assert done.returncode == 1
