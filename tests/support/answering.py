"""What every fault test asks of a broken cockpit: it answers keys, keeps the selection, and leaves by its key."""

from __future__ import annotations

import base64
import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

from tests.support.cockpit import screen
from tests.support.terminal import Terminal

LONG = 40.0
"""Seconds within which the screen must come to say something; the retries of a lost source are up to 30 s apart."""


@contextlib.contextmanager
def cockpit_on(config: Path, *ready: str, columns: int = 160, rows: int = 48) -> Iterator[Terminal]:
    """A cockpit that has read everything; at its end it still answers keys and leaves by its key."""
    with screen("--config", str(config), columns=columns, rows=rows) as terminal:
        for pattern in ready:
            terminal.wait(pattern, LONG)
        yield terminal
        answers_keys(terminal)
        terminal.press("escape-alone", "escape-alone", "q")
        assert terminal.wait_exit(30) == 0


def answers_keys(terminal: Terminal) -> None:
    """Keys still have their effect: help opens and goes."""
    terminal.press("?")
    terminal.wait("Keys that are valid now", 10.0)
    terminal.press("escape-alone")
    terminal.gone("Keys that are valid now", 10.0)


def selected(terminal: Terminal) -> str:
    """The row under the cursor, as the copy key sends it to the terminal (OSC 52)."""
    before = len(terminal.raw)
    terminal.press("y")
    return base64.b64decode(terminal.sent(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07", before)).decode()


def first_word(terminal: Terminal) -> str:
    """What names the row under the cursor."""
    return next(word for word in selected(terminal).split() if len(word) > 1)


def cursor_moves(terminal: Terminal) -> None:
    """The cursor goes down to another row and comes back to the same one."""
    before = first_word(terminal)
    terminal.press("j")
    assert first_word(terminal) != before
    terminal.press("k")
    assert first_word(terminal) == before


def zoomed(terminal: Terminal, pane: str, *patterns: str) -> None:
    """Open a pane as wide as the screen, wait for what it must say there, and close it again."""
    terminal.press(pane, "z")
    for pattern in patterns:
        terminal.wait(pattern, LONG)
    terminal.press("z")


def shown_backend(terminal: Terminal) -> str:
    """The pid of the backend under the cursor of Activity, from its sheet."""
    terminal.press("enter")
    found = re.search(r"backend (\d+)", terminal.wait(r"backend \d+", 15.0))
    assert found
    terminal.press("escape-alone")
    terminal.gone(r"backend \d+", 15.0)
    return found[1]
