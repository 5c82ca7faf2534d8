"""The colours of a program's output: what is left of them when the text has been made safe for a terminal.

Only SGR (ECMA-48, 8.3.117) is understood, and only to say which stretch of the cleaned text was meant to stand out; no
escape sequence gets past this.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from cockpit.model.text import clean

_SGR = re.compile(r"\x1b\[([0-9;:]{0,60})m")


class Colour(StrEnum):
    """How a stretch of output was meant to look; the theme decides what that is here."""

    RED = "red"
    GREEN = "green"
    YELLOW = "yellow"
    BLUE = "blue"
    MAGENTA = "magenta"
    CYAN = "cyan"
    BOLD = "bold"
    DIM = "dim"


_BY_NUMBER = (None, Colour.RED, Colour.GREEN, Colour.YELLOW, Colour.BLUE, Colour.MAGENTA, Colour.CYAN, None)
"""The eight colours of SGR 30 to 37; black and white are no colours here, since the theme has its own."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a line, from the character `start` up to `end`, and its colour."""

    start: int
    end: int
    colour: Colour


@dataclass(frozen=True, slots=True)
class OutputLine:
    """One line of output.

    Attributes:
        text: cleaned.
        stretches: the coloured parts of it in order; none overlaps another.
    """

    text: str
    stretches: tuple[Stretch, ...] = ()


class Painter:
    """Reads the lines of one output in order: a colour lasts until it is taken back, over the ends of lines too."""

    def __init__(self) -> None:
        self._colour: Colour | None = None
        self._weight: Colour | None = None

    def read(self, raw: str) -> OutputLine:
        """One line as it came, made safe; where cleaning found more than colours to remove, it has none.

        Args:
            raw: the line, decoded.
        """
        if "\x1b" not in raw and self._now is None:
            return OutputLine(clean(raw))
        text, parts, stretches = clean(raw), "", list[Stretch]()
        for index, part in enumerate(_SGR.split(raw)):
            if index % 2:
                self._take(part)
                continue
            start = len(parts)
            parts += clean(part)
            if self._now is not None and len(parts) > start:
                stretches.append(Stretch(start, len(parts), self._now))
        return OutputLine(text, tuple(stretches) if parts == text else ())

    @property
    def _now(self) -> Colour | None:
        return self._colour or self._weight

    def _take(self, codes: str) -> None:
        numbers = [int(code) if code.isdigit() else 0 for code in codes.split(";")]
        while numbers:
            number = numbers.pop(0)
            if number in (38, 48):
                self._take_extended(number, numbers)
            elif number == 0:
                self._colour = self._weight = None
            elif number in (1, 2):
                self._weight = Colour.BOLD if number == 1 else Colour.DIM
            elif number == 22:
                self._weight = None
            elif 30 <= number <= 37 or 90 <= number <= 97:
                self._colour = _BY_NUMBER[number % 10]
            elif number == 39:
                self._colour = None

    def _take_extended(self, number: int, numbers: list[int]) -> None:
        """38;5;N and 38;2;R;G;B: of these only the first sixteen colours have a name; 48 is the ground."""
        kind = numbers.pop(0) if numbers else 0
        values, numbers[:] = numbers[: 1 if kind == 5 else 3], numbers[1 if kind == 5 else 3 :]
        if number == 38:
            named = kind == 5 and values and values[0] < 16
            self._colour = _BY_NUMBER[values[0] % 8] if named else None
