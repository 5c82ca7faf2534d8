"""How the tables of programs are written, and which of their lines a command falls under.

A table is text. A name at the margin begins a program (several, when they understand the same words). A line
indented once is a risk and its reason. Lines indented twice list what falls under it, separated by commas: the
first words of the command, with the options that must be there. `*` is the program whatever follows, a full stop
after the words says that no other word or option may be there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cockpit.model.risk import Risk

_CLUSTER = re.compile(r"-[A-Za-z]{2,8}")


@dataclass(frozen=True, slots=True)
class Line:
    """What one form of a command does.

    Attributes:
        shown: the form as the table has it.
        words: sub-commands that must come first, in order.
        options: options that must be there, anywhere.
        exact: True when no further word or option may be there.
        risk, reason: what it may do and why that is believed.
    """

    shown: str
    words: tuple[str, ...]
    options: tuple[str, ...]
    exact: bool
    risk: Risk
    reason: str

    @property
    def weight(self) -> tuple[int, bool, int]:
        """The longer form counts, an exact one before an open one, and among equals the worse."""
        return (len(self.words) + len(self.options), self.exact, self.risk.rank)


@dataclass(frozen=True, slots=True)
class ProgramTable:
    """The lines of one program, found by their first word; those under "" begin with no sub-command."""

    by_word: dict[str, tuple[Line, ...]]

    def line(self, words: Sequence[str], options: Sequence[str]) -> Line | None:
        """The longest line that a command falls under, None when there is none.

        Args:
            words: the command's words that are no options.
            options: its options as written.
        """
        candidates = (*self.by_word.get(words[0] if words else "", ()), *self.by_word.get("", ()))
        fitting = [line for line in candidates if _fits(line, words, options)]
        return max(fitting, key=lambda line: line.weight, default=None)


def _fits(line: Line, words: Sequence[str], options: Sequence[str]) -> bool:
    count = len(line.words)
    if tuple(words[:count]) != line.words:
        return False
    if line.exact and (len(words) > count or len(options) > len(line.options)):
        return False
    return all(any(_is_option(wanted, option, line.risk) for option in options) for wanted in line.options)


def _is_option(wanted: str, option: str, risk: Risk) -> bool:
    if option == wanted or option.startswith(f"{wanted}="):
        return risk is not Risk.READ or not option.endswith(("=none", "=false"))
    # Joined letters (-af) count only towards a worse risk: -kill must not be taken for the harmless -l.
    return risk is not Risk.READ and len(wanted) == 2 and _CLUSTER.fullmatch(option) is not None and wanted[1] in option


def read_tables(text: str) -> dict[str, ProgramTable]:
    """The tables of a text, by program."""
    lines: dict[str, list[Line]] = {}
    programs: list[str] = []
    risk, reason = Risk.UNKNOWN, ""
    for row in text.strip("\n").split("\n"):
        content = row.strip().rstrip(",")
        depth = (len(row) - len(row.lstrip())) // 4
        if content and depth == 0:
            programs = [name.strip() for name in content.split(",")]
        elif content and depth == 1:
            name, _, reason = content.partition(": ")
            risk = Risk(name)
        elif content:
            for form in content.split(", "):
                for program in programs:
                    lines.setdefault(program, []).append(_line(form, risk, reason))
    return {program: _table(found) for program, found in lines.items()}


def _line(form: str, risk: Risk, reason: str) -> Line:
    exact = form.endswith(" .") or form == "."
    pieces = form.removesuffix(".").split()
    words = tuple(piece for piece in pieces if not piece.startswith("-") and piece != "*")
    options = tuple(piece for piece in pieces if piece.startswith("-"))
    return Line(" ".join((*words, *options)), words, options, exact, risk, reason)


def _table(lines: Sequence[Line]) -> ProgramTable:
    by_word: dict[str, list[Line]] = {}
    for line in lines:
        by_word.setdefault(line.words[0] if line.words else "", []).append(line)
    return ProgramTable({word: tuple(found) for word, found in by_word.items()})
