"""Terminals without colours or without UTF-8: nothing else is sent, on any screen."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from cockpit.config.terminal import ascii_locale
from cockpit.ui.filters import in_ascii
from tests.support.terminal import Terminal

TOP = Path(__file__).parents[2]
SGR = re.compile(rb"\x1b\[([0-9;:]*)m")
COLOURS = {*range(30, 39), *range(40, 49), *range(90, 108)}


def a_terminal(*words: str, **environment: str) -> Terminal:
    command = [sys.executable, "-m", "tests.support.fake_screen", *words]
    return Terminal(command, 160, 48, {"PYTHONPATH": str(TOP), **environment}, cwd=TOP)


def colours_sent(raw: bytes) -> list[bytes]:
    """Every sequence that sets a colour of text or background."""
    return [
        found[0]
        for found in SGR.finditer(raw)
        if any(part.isdigit() and int(part) in COLOURS for part in re.split(rb"[;:]", found[1]))
    ]


def visit_all_screens(terminal: Terminal) -> None:
    """Panes, zoom, find, help, palette, a row in full, a runbook's steps, a question, a change and its outcome."""
    terminal.wait(r"matches")
    for number in "1234567":
        terminal.press(number, "z")
        terminal.settle()
        terminal.press("z")
    terminal.press("2", "/", "rep")
    terminal.wait(r"/rep")
    terminal.press("escape-alone", "enter")
    terminal.wait(r"backend 4711")
    terminal.press("escape-alone", "?")
    terminal.wait(r"Keys that are valid now")
    terminal.press("escape-alone", ":")
    terminal.wait(r"Command")
    terminal.press("zzz")
    terminal.settle()
    terminal.press("escape-alone", "0", "enter")
    terminal.wait(r"Step 1 of 5")
    terminal.press("enter")
    terminal.wait(r"done")
    terminal.press("i")
    terminal.wait(r"Which lock\?")
    terminal.press("escape-alone", "3", "D")
    terminal.wait(r"Do this\?")
    terminal.settle(0.5)
    terminal.press("y")
    terminal.wait(r"succeeded")
    terminal.settle(0.5)
    terminal.press("enter")
    terminal.gone(r"succeeded")


def test_no_colour_is_sent_where_none_is_wanted() -> None:
    with a_terminal(NO_COLOR="1") as terminal:
        visit_all_screens(terminal)
        assert colours_sent(bytes(terminal.raw)) == []
        assert {b"7"} <= {part for found in SGR.finditer(terminal.raw) for part in found[1].split(b";")}


def test_the_measure_of_colours_finds_them() -> None:
    with a_terminal() as terminal:
        terminal.wait(r"matches")
        assert len(colours_sent(bytes(terminal.raw))) > 100


def test_nothing_beyond_ascii_is_sent_to_a_terminal_that_shall_get_ascii() -> None:
    with a_terminal("ascii", "foreign") as terminal:
        visit_all_screens(terminal)
        beyond = {byte for byte in terminal.raw if byte >= 0x80}
        assert beyond == set(), bytes(terminal.raw)[next(i for i, b in enumerate(terminal.raw) if b >= 0x80) - 60 :][
            :120
        ]
        assert b"Gr??e" in terminal.raw


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("╭─ 12% ▁█ … ✓", "+- 12% _@ ~ +"),
        ("Größe", "Gr??e"),
        ("日本", "????"),
        ("e\u0301", "e"),
    ],
)
def test_what_is_replaced_keeps_its_width(text: str, shown: str) -> None:
    assert in_ascii(text) == shown


@pytest.mark.parametrize(
    ("variables", "ascii_only"),
    [
        ({}, False),
        ({"LANG": "C.UTF-8"}, False),
        ({"LANG": "de_DE.utf8"}, False),
        ({"LANG": "C"}, True),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "POSIX"}, True),
        ({"LC_ALL": "", "LC_CTYPE": "en_US.UTF-8", "LANG": "C"}, False),
        ({"LANG": "de_DE.ISO-8859-1"}, True),
    ],
)
def test_the_locale_tells_whether_there_is_utf_8(variables: dict[str, str], ascii_only: bool) -> None:
    assert ascii_locale(variables) is ascii_only
