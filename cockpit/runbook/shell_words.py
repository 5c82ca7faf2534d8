"""One word of shell text: without its quotes, and whether its value is known before it runs."""

from __future__ import annotations

import re
from dataclasses import dataclass

_EXPANSION = re.compile(r"(?<!\\)(?:\$[A-Za-z_{(0-9@*#?!]|`)")
_SPECIAL = re.compile(r"['\"\\$`]")
_QUOTING = re.compile(r"['\"\\]")


@dataclass(frozen=True, slots=True)
class Word:
    """One argument.

    Attributes:
        text: without its quotes; expansions stay as written.
        raw: as written.
        dynamic: True when it holds an expansion, so that its value is not known.
    """

    text: str
    raw: str
    dynamic: bool = False


def unquote(raw: str) -> str:
    """A word as bash would pass it on, with expansions left as written."""
    if _QUOTING.search(raw) is None:
        return raw
    parts: list[str] = []
    at = 0
    while at < len(raw):
        character = raw[at]
        if character == "'":
            end = raw.find("'", at + 1)
            end = len(raw) if end < 0 else end
            parts.append(raw[at + 1 : end])
            at = end + 1
        elif character == '"':
            inner, at = _double_quoted(raw, at + 1)
            parts.append(inner)
        elif character == "\\" and at + 1 < len(raw):
            parts.append("" if raw[at + 1] == "\n" else raw[at + 1])
            at += 2
        else:
            parts.append(character)
            at += 1
    return "".join(parts)


def _double_quoted(raw: str, at: int) -> tuple[str, int]:
    parts: list[str] = []
    while at < len(raw) and raw[at] != '"':
        if raw[at] == "\\" and at + 1 < len(raw) and raw[at + 1] in '$`"\\\n':
            parts.append("" if raw[at + 1] == "\n" else raw[at + 1])
            at += 2
        else:
            parts.append(raw[at])
            at += 1
    return "".join(parts), at + 1


def word(raw: str) -> Word:
    """A word from its text as written."""
    if _SPECIAL.search(raw) is None:
        return Word(raw, raw)
    dynamic = _EXPANSION.search(re.sub(r"'[^']*'", "", raw)) is not None
    return Word(unquote(raw), raw, dynamic)
