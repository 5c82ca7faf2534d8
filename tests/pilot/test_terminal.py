"""In a real terminal: bursts of keys, signals, a fault of the cockpit itself, and what is left behind."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.terminal import Terminal

TOP = Path(__file__).parents[2]


def a_terminal(*words: str, columns: int = 160, rows: int = 48) -> Terminal:
    command = [sys.executable, "-m", "tests.support.fake_screen", *words]
    return Terminal(command, columns, rows, {"PYTHONPATH": str(TOP)}, cwd=TOP)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    with a_terminal() as running:
        running.wait(r"matches")
        yield running


def restored(terminal: Terminal) -> bool:
    """Whether the program left the alternate screen and showed the cursor again."""
    raw = bytes(terminal.raw)
    left = raw.rfind(b"\x1b[?1049l") > raw.rfind(b"\x1b[?1049h")
    return left and raw.rfind(b"\x1b[?25h") > raw.rfind(b"\x1b[?25l")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_and_gives_the_terminal_back(terminal: Terminal, number: signal.Signals) -> None:
    terminal.signal(number)
    assert terminal.wait_exit() == 128 + number
    assert restored(terminal)


def test_q_ends_it_with_nothing_left_behind(terminal: Terminal) -> None:
    terminal.press("q")
    assert terminal.wait_exit() == 0
    assert restored(terminal)


def test_a_fault_of_the_cockpit_is_one_sentence_without_values() -> None:
    with a_terminal("crash") as terminal:
        terminal.wait(r"matches")
        terminal.press("?")
        assert terminal.wait_exit() == 70
        assert restored(terminal)
        after = bytes(terminal.raw).rpartition(b"\x1b[?1049l")[2].decode()
        assert "cockpit: it failed by a fault of its own (ValueError)" in after
        assert "hunter22" not in after
        assert "Traceback" not in after


def test_a_burst_goes_where_its_first_key_led(terminal: Terminal) -> None:
    terminal.press_at_once("0", "enter")
    terminal.wait(r"Step 1 of 5")
    terminal.press_at_once("2", "/", "report")
    terminal.wait(r"/report")
    terminal.gone(r"4742")


def test_no_key_is_lost_or_overtaken_where_sheets_open_and_close_in_between(terminal: Terminal) -> None:
    for number in range(5):
        words = f"abcdefghij{number}"
        sheets = ("?", "escape-alone", ":", "escape-alone", "enter", "escape-alone")
        terminal.press_at_once("2", *sheets, "/", "old", "backspace", "left", "escape-alone", "/", words)
        terminal.wait(rf"2 Activity +/{words} ")
        terminal.press_at_once("escape-alone", ":", "go to host", "enter", "1")
        terminal.gone(words)


def test_a_burst_of_the_danger_key_and_many_y_changes_nothing(terminal: Terminal) -> None:
    terminal.press_at_once("3", "D", *"yyyyyy")
    terminal.wait(r"Do this\?")
    terminal.press("escape")
    terminal.gone(r"Do this\?")
    terminal.press("q")
    assert terminal.wait_exit() == 0
    assert "executed 0" in bytes(terminal.raw).decode()


def test_words_typed_at_once_reach_the_palette(terminal: Terminal) -> None:
    terminal.press_at_once(":", "go to host", "enter")
    terminal.wait(r"6 Host .* web1")


def test_resizing_shows_what_fits(terminal: Terminal) -> None:
    terminal.resize(80, 24)
    terminal.wait(r"0 Runbooks 1 Health 2 Activity")
    terminal.resize(50, 10)
    terminal.wait(r"the cockpit needs 60x15, this is 50x10")
    terminal.resize(160, 48)
    terminal.wait(r"3 Cron locks")
