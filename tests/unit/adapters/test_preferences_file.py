"""Choices of one person, kept in a small file."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.adapters.preferences_file import PreferencesFile
from cockpit.config.load import Loaded
from cockpit.config.settings import JournalSettings, Settings
from cockpit.engine.preferences import Preferences
from cockpit.model.incident import Role
from cockpit.wiring.preferences import remembered


def test_what_was_written_is_read(tmp_path: Path) -> None:
    file = PreferencesFile(tmp_path / "new" / "screen.json")
    assert file.read() == {}
    file.write({"activity.columns": ["pid", "query"]})
    assert file.read() == {"activity.columns": ["pid", "query"]}
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["screen.json"]


@pytest.mark.parametrize("text", ["", "{", "[1]", '"x"', "\x00", "[" * 100_000])
def test_a_file_that_is_no_object_is_done_without(tmp_path: Path, text: str) -> None:
    path = tmp_path / "screen.json"
    path.write_text(text, "utf-8")
    assert PreferencesFile(path).read() == {}


def test_a_folder_that_is_closed_loses_only_the_choice(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    PreferencesFile(tmp_path / "file" / "screen.json").write({"a": 1})


def test_a_choice_is_kept_beside_the_journal_and_an_observers_is_not(tmp_path: Path) -> None:
    settings = Settings(environments={}, journal=JournalSettings(path="state/journal.db"))
    loaded = Loaded(settings, tmp_path / "cockpit.toml")
    remembered(loaded, Role.OBSERVER).put("a", 1)
    assert not (tmp_path / "state").exists()
    PreferencesFile(tmp_path / "state" / "screen.json").write({"a": 2})
    assert remembered(loaded, Role.OPERATOR).get("a") == 2


def test_choices_last_without_a_file_and_are_handed_on() -> None:
    handed: list[object] = []
    choices = Preferences({"a": 1}, handed.append)
    choices.put("b", 2)
    assert (choices.get("a"), choices.get("b"), choices.get("c")) == (1, 2, None)
    assert handed == [{"a": 1, "b": 2}]
