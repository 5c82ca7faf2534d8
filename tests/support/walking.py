"""Walking through the cockpit by keys: what a person at the terminal does more than once."""

from __future__ import annotations

import re
import sqlite3
import time
import tomllib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from cockpit.adapters.journal_sqlite import open_readonly
from cockpit.model.incident import EntryKind, JournalEntry
from tests.support.terminal import Terminal

QUESTION = r"─ Do this\? ─"
TOLD = "─ What became of it ─"


def open_first_runbook(terminal: Terminal, title: str) -> None:
    """Open the runbook that stands first, once it is the suggested one."""
    terminal.wait(f"{title} +matches", 60.0)
    assert re.search(f"▲ {title} +matches", terminal.lines[2]), f"it is not the first:\n{terminal.text}"
    terminal.press("0", "enter")
    terminal.wait(f"─ {title} ─")
    on_step(terminal, 1)


def on_step(terminal: Terminal, number: int) -> str:
    """Wait until the card shows that step, and return the card's title."""
    return terminal.wait(rf"Step {number} of \d+ ", 20.0)


def read_step(terminal: Terminal, number: int) -> None:
    """Run the step under the cursor, which only reads, wait for its answer, and go one down."""
    on_step(terminal, number)
    terminal.press("enter")
    terminal.wait(rf"─ ✓ Step {number} of ", 30.0)
    terminal.press("j")
    on_step(terminal, number + 1)


def ask(terminal: Terminal, keys: str = "enter") -> str:
    """Press Enter on a step that changes something, until its card asks; return what the card says.

    A repeated Enter within 0.3 s counts as a held key and does nothing there.

    Args:
        terminal: the cockpit's.
        keys: what to press; more than Enter is sent in one piece.
    """
    insist(terminal, keys, lambda: not terminal.shows(rf"{QUESTION}|─ Looking ─|{TOLD}"))
    return card(terminal)


def card(terminal: Terminal, title: str = QUESTION) -> str:
    """Wait for a card of that title and return everything that it says, without its frame."""
    terminal.wait(title, 30.0)
    terminal.settle()
    top = next(index for index, row in enumerate(terminal.lines) if re.search(title, row))
    return "\n".join(row.strip("│ ") for row in terminal.lines[top:])


def confirm(terminal: Terminal) -> None:
    """Press `y` as a person does who gave the card a moment.

    A press that comes too early is dropped and must come again; how early is not on the screen.
    """
    insist(terminal, "y", lambda: terminal.shows(QUESTION))


def dismiss(terminal: Terminal) -> None:
    """Put a card away that told what became of it."""
    insist(terminal, "escape-alone", lambda: terminal.shows(TOLD))


def insist(terminal: Terminal, keys: str, still: Callable[[], bool], deadline: float = 20.0) -> None:
    """Press keys, and again while the screen stays as it is, until it is no longer as it was."""
    end = time.monotonic() + deadline
    while time.monotonic() < end:
        terminal.press(keys)
        patience = time.monotonic() + 0.7
        while time.monotonic() < patience:
            terminal.feed()
            if not still():
                return
    raise AssertionError(f"{keys!r} changes nothing:\n{terminal.text}")


def journal_of(config: str) -> Path:
    """The journal's file, as the configuration names it."""
    settings = tomllib.loads(Path(config).read_text())
    return Path(config).parent / str(settings["journal"]["path"])


def entries(config: str, *kinds: EntryKind) -> list[JournalEntry]:
    """What the journal holds now, of those kinds or of all; another process may be writing to it."""
    found = open_readonly(journal_of(config)).entries()
    return [entry for entry in found if not kinds or entry.kind in kinds]


def snapshot_of(database: Path, to: Path) -> None:
    """Copy a database that is in use, as it is at this moment."""
    with closing(sqlite3.connect(database)) as live, closing(sqlite3.connect(to)) as copy:
        live.backup(copy)


def edited(database: Path, change: Callable[[sqlite3.Connection], object]) -> None:
    """Change a journal behind the cockpit's back, as somebody with an SQLite shell would."""
    with closing(sqlite3.connect(database)) as line:
        for trigger in ("entries_are_not_edited", "entries_are_not_deleted"):
            line.execute(f"DROP TRIGGER {trigger}")
        change(line)
        line.commit()
