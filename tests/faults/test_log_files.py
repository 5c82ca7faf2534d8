"""Log files that are rotated, truncated, deleted and put back under a running cockpit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.answering import LONG, answers_keys, cockpit_on
from tests.support.terminal import Terminal


class Log:
    """A log file to which a service writes; nothing is kept open, as with a service that opens it anew."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.written = 0

    def write(self, word: str, count: int = 1) -> None:
        """Append lines, the last of which is `word` and a number of its own."""
        now = datetime.now(UTC)
        with self.path.open("a", encoding="utf-8") as file:
            for _ in range(count):
                self.written += 1
                file.write(f"{now:%Y-%m-%dT%H:%M:%SZ} INFO {word} {self.written}\n")


@pytest.fixture
def log(tmp_path: Path) -> Log:
    made = Log(tmp_path / "app.log")
    made.write("early", 30)
    return made


@pytest.fixture
def terminal(log: Log, tmp_path: Path) -> Iterator[Terminal]:
    config = tmp_path / "cockpit.toml"
    config.write_text(
        f"""
[journal]
path = "journal.db"
[environments.sandbox]
protected = false
host = false
[[environments.sandbox.logs]]
name = "app"
file = "{log.path}"
"""
    )
    with cockpit_on(config, "early 30") as terminal:
        terminal.press("5", "z")
        yield terminal


def test_a_rotated_file_is_followed_and_nothing_is_lost(log: Log, terminal: Terminal) -> None:
    log.write("before", 3)
    log.path.rename(log.path.with_suffix(".log.1"))
    answers_keys(terminal)
    log.write("after", 3)
    terminal.wait("after 36", LONG)
    assert terminal.shows("before 33")
    assert terminal.shows("after 34")
    terminal.wait("the file was (rotated|recreated)", LONG)
    log.write("later")
    terminal.wait("later 37", LONG)


def test_a_truncated_file_is_read_from_its_new_beginning(log: Log, terminal: Terminal) -> None:
    log.path.write_text("")
    terminal.wait("the file was truncated", LONG)
    log.write("after", 2)
    terminal.wait("after 32", LONG)
    assert terminal.shows("early 30"), "what was read stays"
    answers_keys(terminal)


def test_a_deleted_file_is_missed_and_found_again(log: Log, terminal: Terminal) -> None:
    log.path.unlink()
    terminal.wait("has been deleted", LONG)
    terminal.wait("5 Logs.*(stale|again in|asking)", LONG)
    assert terminal.shows("early 30"), "what was read stays"
    answers_keys(terminal)
    log.write("back", 2)
    terminal.wait("back 32", LONG)
    terminal.gone("5 Logs.*(stale|again in|asking)", LONG)
    log.write("later")
    terminal.wait("later 33", LONG)


def test_a_scrolled_view_stays_where_it_is_while_the_file_is_rotated(log: Log, terminal: Terminal) -> None:
    log.write("more", 300)
    terminal.wait("more 330", LONG)
    terminal.press("g")
    terminal.wait("early 1$|early 1 ", LONG)
    log.path.rename(log.path.with_suffix(".log.1"))
    log.write("after", 3)
    answers_keys(terminal)
    assert terminal.shows("early 10 *[│┃]?$|early 10 ")
    terminal.press("G")
    terminal.wait("after 333", LONG)
