"""The terminal is lent to the person's editor and taken back."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cockpit.model.errors import RunbookError
from cockpit.ui.editor import editor_command
from tests.support.cockpit import COCKPIT, variables
from tests.support.terminal import Terminal

BOOK = "# Guide\n\n## Cron stuck\n\n**Diagnosis:**\n\n1. Look at it\n\n2. Look again\n"
CONFIG = '[environments.test]\nprotected = false\nhost = false\nrunbooks = ["books"]\n'
EDITOR = """
import pathlib, sys
print("EDITOR", *sys.argv[1:], flush=True)
words = input()
pathlib.Path(sys.argv[0]).with_name("typed").write_text(words)
path = pathlib.Path(sys.argv[2])
path.write_text(path.read_text().replace("Look at it", "Look at it well"))
"""


def test_the_editor_gets_the_terminal_the_line_and_the_keys(tmp_path: Path) -> None:
    (tmp_path / "books").mkdir()
    (tmp_path / "books" / "guide.md").write_text(BOOK)
    (tmp_path / "cockpit.toml").write_text(CONFIG)
    editor = tmp_path / "vi"
    editor.write_text(f"#!{sys.executable}\n{EDITOR}")
    editor.chmod(0o755)
    environment = {**variables(), "VISUAL": str(editor), "XDG_STATE_HOME": str(tmp_path), "HOME": str(tmp_path)}
    command = [*COCKPIT, "--config", str(tmp_path / "cockpit.toml"), "--runbook", "guide"]
    with Terminal(command, 160, 48, environment) as terminal:
        terminal.wait(r"Step 1 of 2")
        terminal.press("j")
        terminal.wait(r"Step 2 of 2")
        terminal.press("E")
        terminal.wait(rf"EDITOR \+9 {tmp_path}/books/guide\.md")
        terminal.press("q")
        terminal.press("j")
        terminal.press("enter")
        terminal.wait(r"the file has changed since this run began")
        assert (tmp_path / "typed").read_text() == "qj"
        terminal.wait(r"Step 2 of 2")
        terminal.press("d")
        terminal.wait(r"\+1\. Look at it well")
        terminal.press("escape-alone")
        terminal.press("q")
        terminal.press("q")
        assert terminal.wait_exit() == 0


@pytest.mark.parametrize(
    ("editor", "command"),
    [
        ("vim", ["vim", "+7", "/x/a.md"]),
        ("nano -w", ["nano", "-w", "+7", "/x/a.md"]),
        ("/usr/bin/emacs -nw", ["/usr/bin/emacs", "-nw", "+7", "/x/a.md"]),
        ("hx", ["hx", "+7", "/x/a.md"]),
        ("code", ["code", "--wait", "-g", "/x/a.md:7"]),
        ("cursor --wait", ["cursor", "--wait", "-g", "/x/a.md:7"]),
        ("subl", ["subl", "--wait", "/x/a.md:7"]),
        ("'my editor' -x", ["my editor", "-x", "/x/a.md"]),
    ],
)
def test_each_editor_is_told_the_line_in_its_own_way(editor: str, command: list[str]) -> None:
    assert editor_command(Path("/x/a.md"), 7, {"EDITOR": editor}) == command


def test_visual_comes_before_editor_and_what_is_no_command_is_said() -> None:
    assert editor_command(Path("/x"), 1, {"VISUAL": "vi", "EDITOR": "nano"})[0] == "vi"
    with pytest.raises(RunbookError, match="no editor is set"):
        editor_command(Path("/x"), 1, {"EDITOR": "  "})
    with pytest.raises(RunbookError, match="is no command"):
        editor_command(Path("/x"), 1, {"EDITOR": "'vi"})
