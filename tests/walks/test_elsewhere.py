"""From one environment to another and back, in a real terminal."""

from __future__ import annotations

from pathlib import Path

from tests.support.cockpit import screen
from tests.walks.test_leaving import given_back

CONFIG = """
default = "staging"
[journal]
path = "journal.sqlite"
[environments.staging]
label = "STAGING"
protected = false
host = false
[environments.prod]
label = "PROD"
host = false
"""


def test_the_screen_is_the_other_environments_and_the_terminal_is_given_back_at_the_end(tmp_path: Path) -> None:
    config = tmp_path / "cockpit.toml"
    config.write_text(CONFIG)
    with screen("--config", str(config)) as terminal:
        terminal.wait(r"^ *STAGING .*OPERATOR")
        terminal.wait(r"Runbooks +0 of \d+ match")
        terminal.press(":")
        terminal.wait("─ Command ")
        terminal.press("env prod", "enter")
        terminal.wait("you came from STAGING")
        terminal.wait(r"^ *PROD .*PROTECTED")
        assert not terminal.shows(r"^ *STAGING ")
        terminal.wait(r"Runbooks +0 of \d+ match")
        terminal.press(":")
        terminal.wait("─ Command ")
        terminal.press("env staging", "enter")
        terminal.wait("you came from PROD")
        terminal.wait(r"^ *STAGING ")
        terminal.press("q")
        assert terminal.wait_exit(30) == 0
        given_back(terminal)
