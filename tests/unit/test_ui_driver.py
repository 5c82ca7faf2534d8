from __future__ import annotations

import io

from cockpit.ui.driver import LossTolerantOutput


class BrokenTerminal(io.StringIO):
    """A terminal that goes away after some writes, as the kernel tells it: EIO."""

    def __init__(self, writes: int) -> None:
        super().__init__()
        self.left = writes

    def write(self, text: str) -> int:
        if not self.left:
            raise OSError(5, "Input/output error")
        self.left -= 1
        return super().write(text)


def test_writes_go_on_when_the_terminal_is_gone_and_it_is_told_once() -> None:
    told: list[str] = []
    terminal = BrokenTerminal(1)
    output = LossTolerantOutput(terminal, lambda: told.append("lost"))
    assert [output.write(text) for text in ("one", "two", "three")] == [3, 3, 5]
    output.flush()
    assert (terminal.getvalue(), told) == ("one", ["lost"])


class DeafTerminal(io.StringIO):
    """A terminal that takes text and fails when it is pushed out."""

    def flush(self) -> None:
        raise OSError(5, "Input/output error")


def test_a_flush_that_fails_is_a_lost_terminal() -> None:
    told: list[str] = []
    LossTolerantOutput(DeafTerminal(), lambda: told.append("lost")).flush()
    assert told == ["lost"]


def test_a_closed_file_is_a_lost_terminal() -> None:
    told: list[str] = []
    terminal = io.StringIO()
    terminal.close()
    LossTolerantOutput(terminal, lambda: told.append("lost")).write("x")
    assert told == ["lost"]


def test_it_is_as_much_a_terminal_as_what_is_behind_it() -> None:
    assert not LossTolerantOutput(io.StringIO(), lambda: None).isatty()
