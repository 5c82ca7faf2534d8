"""Redis replies as text, as redis-cli prints them, and as values for conditions."""

from __future__ import annotations

from cockpit.model.answers import Answer
from cockpit.model.health import Json
from cockpit.model.text import clean_bytes

LINE_CAP = 1_000
"""Lines of a reply that are kept."""


def answer_of(reply: object) -> Answer:
    """A reply as an answer: lines for the eye, a value for conditions."""
    lines = _lines(reply)
    return Answer(lines=tuple(lines[:LINE_CAP]), value=value_of(reply), cut=max(0, len(lines) - LINE_CAP))


def value_of(reply: object) -> Json:
    """A reply as JSON-like data."""
    match reply:
        case None | bool() | int() | float() | str():
            return reply
        case bytes():
            return clean_bytes(reply)
        case dict():
            return {str(value_of(key)): value_of(item) for key, item in reply.items()}
        case list() | tuple() | set():
            return [value_of(item) for item in reply]
        case _:
            return str(reply)


def _lines(reply: object, indent: str = "") -> list[str]:
    match reply:
        case None:
            return ["(nil)"]
        case bool():
            return ["OK" if reply else "(false)"]
        case int():
            return [f"(integer) {reply}"]
        case bytes() if b"\n" in reply:
            return [clean_bytes(line) for line in reply.splitlines()]
        case bytes():
            return [f'"{clean_bytes(reply)}"']
        case dict():
            return [f"{value_of(key)}: {value_of(item)}" for key, item in reply.items()] or ["(empty)"]
        case list() | tuple() | set():
            return _numbered(list(reply), indent)
        case _:
            return [str(reply)]


def _numbered(items: list[object], indent: str) -> list[str]:
    if not items:
        return ["(empty array)"]
    lines: list[str] = []
    for number, item in enumerate(items, 1):
        head = f"{number}) "
        first, *rest = _lines(item, indent + " " * len(head))
        lines.append(head + first)
        lines.extend(" " * len(head) + line for line in rest)
    return lines
