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
from cockpit.sandbox.info import RangeInfo
from cockpit.sandbox.scenarios import scenario_named
from tests.support.cockpit import CALM, command, verdicts
from tests.support.range import wait_for
from tests.support.terminal import Terminal

QUESTION = r"─ Do this\? ─"
TOLD = "─ What became of it ─"
KEEP = r"─ Keep this\? ─"


def open_first_runbook(terminal: Terminal, title: str) -> None:
    """Open the runbook that stands first, once it is the suggested one."""
    end = time.monotonic() + 60.0
    # What has not been read yet is unknown, which at first may speak for another one.
    while not re.search(f"▲ {title} +matches", terminal.lines[2]):
        assert time.monotonic() < end, f"it is not the first:\n{terminal.text}"
        terminal.feed()
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


def keep(terminal: Terminal, key: str) -> None:
    """Confirm a change of rows, look at what was touched, and commit (`y`) or roll back (`n`)."""
    confirm(terminal)
    seen = card(terminal, KEEP)
    assert "nothing is kept yet" in seen
    assert re.search(r"open for \d+ s, rolled back by itself in \d+ s", seen)
    insist(terminal, key, lambda: terminal.shows(KEEP))


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


def current_step(terminal: Terminal) -> int:
    """The number of the step that the card shows."""
    found = re.search(r"Step (\d+) of \d+ ", terminal.wait(r"Step \d+ of \d+ ", 20.0))
    assert found is not None
    return int(found[1])


def go_to(terminal: Terminal, number: int) -> str:
    """Move down or up to a step, a key at a time; return what its card says."""
    while (at := current_step(terminal)) != number:
        terminal.press("j" if at < number else "k")
        terminal.wait(rf"Step {at + 1 if at < number else at - 1} of \d+ ", 20.0)
    return card(terminal, rf"Step {number} of ")


def run_step(terminal: Terminal, number: int, mark: str = "✓", seconds: float = 40.0) -> str:
    """Go to a step that reads, run it until its card carries that mark, and return what the card says.

    One that has run as the proof of a change is not run again: Enter on it would go on.
    """
    if not re.search(rf"─ {mark} Step {number} of ", go_to(terminal, number)):
        terminal.press("enter")
    terminal.wait(rf"─ {mark} Step {number} of ", seconds)
    return card(terminal, rf"Step {number} of ")


def take_argument(terminal: Terminal, pane: str, row: str, number: int) -> None:
    """Put the cursor of a pane on a row, and take that row into the step as its argument.

    Args:
        terminal: the cockpit's.
        pane: the key of the pane.
        row: what is typed into the pane's search to get to the row.
        number: of the step that takes it.
    """
    terminal.press(pane, "/")
    terminal.press(*row)
    terminal.press("enter")
    terminal.press("0")
    on_step(terminal, number)
    terminal.press("a")


def calm(terminal: Terminal, seconds: float = 120.0) -> None:
    """Wait until the health pane has nothing but good to say: a rate of errors lasts as long as its window."""
    terminal.wait(CALM, seconds)


def broken_as_it_should_be(info: RangeInfo) -> None:
    """Before the repair: what the scenario must turn red is red, and nothing beyond what it may."""
    assert info.scenario is not None
    scenario = scenario_named(info.scenario)

    def fits() -> bool:
        found = verdicts(info)
        unwell = {name for name, verdict in found.items() if verdict != "ok"}
        assert unwell <= scenario.allowed, unwell - scenario.allowed
        return scenario.required <= unwell

    wait_for(fits, f"{sorted(scenario.required)} are red", 40.0)


def carry_out(terminal: Terminal, keys: str = "enter") -> str:
    """Ask for what a step changes, confirm it, wait for its proof, and return what the card had said before."""
    shown = ask(terminal, keys)
    confirm(terminal)
    terminal.wait("✓ succeeded", 40.0)
    terminal.wait("the verify step holds", 60.0)
    dismiss(terminal)
    return shown


def leave_in_peace(terminal: Terminal, info: RangeInfo) -> None:
    """Leave once nothing is red any more; then a check from outside and the record agree."""
    calm(terminal)
    terminal.press("q")
    assert terminal.wait_exit() == 0
    wait_for(lambda: set(verdicts(info).values()) == {"ok"}, "every check is ok", 60.0)
    assert command("--config", info.config, "journal", "verify").returncode == 0
