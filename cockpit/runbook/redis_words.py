"""How a line of Redis is split into its arguments, exactly as redis-cli splits it."""

from __future__ import annotations

import re

_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "a": "\a"}
_HEX = re.compile(r"x([0-9a-fA-F]{2})")


def split_redis(line: str) -> list[str] | None:
    r"""The arguments of a line; None when its quotes do not balance.

    Double quotes know \n \r \t \b \a \xHH and backslash before any other character; single quotes know
    only \\'. A closing quote must be followed by a space or the end, as in redis-cli.
    """
    arguments: list[str] = []
    at = 0
    while True:
        while at < len(line) and line[at].isspace():
            at += 1
        if at >= len(line):
            return arguments
        taken = _argument(line, at)
        if taken is None:
            return None
        argument, at = taken
        arguments.append(argument)


def _argument(line: str, at: int) -> tuple[str, int] | None:
    parts: list[str] = []
    while at < len(line) and not line[at].isspace():
        if line[at] in "\"'":
            taken = _quoted(line, at + 1, line[at])
            if taken is None:
                return None
            text, at = taken
            return "".join([*parts, text]), at
        parts.append(line[at])
        at += 1
    return "".join(parts), at


def _quoted(line: str, at: int, quote: str) -> tuple[str, int] | None:
    parts: list[str] = []
    while at < len(line):
        character = line[at]
        if character == quote:
            closed = at + 1 == len(line) or line[at + 1].isspace()
            return ("".join(parts), at + 1) if closed else None
        if character == "\\" and at + 1 < len(line):
            hexadecimal = _HEX.match(line, at + 1) if quote == '"' else None
            if hexadecimal:
                parts.append(chr(int(hexadecimal[1], 16)))
                at += 4
                continue
            following = line[at + 1]
            if quote == '"':
                parts.append(_ESCAPES.get(following, following))
                at += 2
                continue
            if following == "'":
                parts.append("'")
                at += 2
                continue
        parts.append(character)
        at += 1
    return None
