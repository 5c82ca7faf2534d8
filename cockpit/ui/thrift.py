"""Fewer bytes to the terminal: a colour that it has already is not sent again.

Textual sends each piece of text with its whole style and a reset behind it. On a slow line that is most of
what is sent. The sequences are those of ECMA-48, "Select graphic rendition".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_SELECT = re.compile(r"\x1b\[([0-9;]*)m")
_SET = frozenset({"1", "2", "3", "4", "5", "7", "8", "9"})
_CLEARS = {"22": "12", "23": "3", "24": "4", "25": "5", "27": "7", "28": "8", "29": "9"}
_FOREGROUNDS = frozenset(str(number) for number in (*range(30, 38), *range(90, 98)))
_BACKGROUNDS = frozenset(str(number) for number in (*range(40, 48), *range(100, 108)))
_LENGTHS = {"2": 5, "5": 3}


@dataclass(frozen=True, slots=True)
class Rendition:
    """How the terminal writes now.

    Attributes:
        foreground, background: the parameters that select the colour, "" for the terminal's own.
        flags: the parameters of what is on, such as "1" for bold.
    """

    foreground: str = ""
    background: str = ""
    flags: frozenset[str] = frozenset()


PLAIN = Rendition()


class Thrift:
    """Rewrites what goes to one terminal; remembers how that terminal writes."""

    def __init__(self) -> None:
        self._there: Rendition | None = None
        self._wanted = PLAIN

    def forget(self) -> None:
        """Something else wrote to the terminal: how it writes now is not known."""
        self._there = None
        self._wanted = PLAIN

    def shorten(self, data: str) -> str:
        """The same picture in fewer bytes; `data` holds whole sequences only."""
        parts = _SELECT.split(data)
        written: list[str] = []
        for index, part in enumerate(parts):
            if index % 2:
                self._select(part, written)
            elif part:
                self._bring_there(written)
                written.append(part)
        if not written or self._wanted == PLAIN:
            self._bring_there(written)
        return "".join(written)

    def _select(self, parameters: str, written: list[str]) -> None:
        following = applied(parameters, self._wanted)
        if following is None:
            self._bring_there(written)
            written.append(f"\x1b[{parameters}m")
            self._there = None
        else:
            self._wanted = following

    def _bring_there(self, written: list[str]) -> None:
        if self._there != self._wanted:
            written.append(difference(self._there, self._wanted))
            self._there = self._wanted


@lru_cache(maxsize=4096)
def applied(parameters: str, before: Rendition) -> Rendition | None:
    """The rendition after a sequence with these parameters, None when it holds one that is not known here."""
    foreground, background, flags = before.foreground, before.background, before.flags
    rest = parameters.split(";")
    while rest:
        length = _LENGTHS.get(rest[1] if len(rest) > 1 else "", 0) if rest[0] in ("38", "48") else 1
        if not length or len(rest) < length:
            return None
        taken, rest = rest[:length], rest[length:]
        code, whole = taken[0], ";".join(taken)
        if code in ("", "0"):
            foreground, background, flags = "", "", frozenset()
        elif code in _SET:
            flags |= {code}
        elif code in _CLEARS:
            flags -= set(_CLEARS[code])
        elif code == "38" or code in _FOREGROUNDS:
            foreground = whole
        elif code == "48" or code in _BACKGROUNDS:
            background = whole
        elif code == "39":
            foreground = ""
        elif code == "49":
            background = ""
        else:
            return None
    return Rendition(foreground, background, flags)


@lru_cache(maxsize=4096)
def difference(there: Rendition | None, wanted: Rendition) -> str:
    """The shortest sequence that leads from the one to the other."""
    codes: list[str] = []
    if there is None or there.flags - wanted.flags or wanted == PLAIN:
        codes.append("0")
        there = PLAIN
    codes += sorted(wanted.flags - there.flags)
    if wanted.foreground != there.foreground:
        codes.append(wanted.foreground or "39")
    if wanted.background != there.background:
        codes.append(wanted.background or "49")
    whole = ";".join(codes)
    return "\x1b[m" if whole == "0" else f"\x1b[{whole}m"
