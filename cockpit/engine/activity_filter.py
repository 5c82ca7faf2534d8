"""The filter line of the activity pane: `key:value` words, ages and plain text, read while it is being typed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cockpit.config.durations import parse_duration
from cockpit.model.activity import Backend

KEYS = ("user", "db", "app", "client", "state", "wait", "type", "pid")
"""What may stand before a colon."""
_SAME = {"database": "db", "application": "app", "host": "client"}
_FIELDS: dict[str, Callable[[Backend], str]] = {
    "user": lambda b: b.user,
    "db": lambda b: b.database,
    "app": lambda b: b.application,
    "client": lambda b: b.client,
    "state": lambda b: b.state,
    "wait": lambda b: f"{b.wait_event_type}:{b.wait_event}" if b.wait_event_type else "",
    "type": lambda b: b.backend_type,
    "pid": lambda b: str(b.pid),
}
_WHOLE = frozenset({"pid"})


@dataclass(frozen=True, slots=True)
class Condition:
    """One word of the line.

    Attributes:
        key: one of KEYS, "age" or "text".
        value: what is looked for, in lower case.
        seconds: the bound of an age.
        longer: whether the age must be above it.
        excludes: True when backends that meet it are left out.
    """

    key: str
    value: str
    seconds: float = 0.0
    longer: bool = True
    excludes: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """All words of a line; a backend has to meet every one.

    Attributes:
        conditions: in the order of the line.
    """

    conditions: tuple[Condition, ...] = ()

    def matches(self, backend: Backend, age: float | None, text: str) -> bool:
        """Whether a backend is shown.

        Args:
            backend: the backend.
            age: seconds, on the basis that is shown.
            text: all that a person can see of the backend, in lower case: nobody finds what is masked.
        """
        return all(_meets(c, backend, age, text) is not c.excludes for c in self.conditions)


EVERYTHING = Filter()
"""Leaves nobody out."""


def parse_filter(words: str) -> Filter:
    """Read a filter line; what has no meaning of its own is plain text, so that no half-typed word is an error.

    `user:ada state:idle >30s -app:report orders` reads: of user ada, in a state with "idle" in it, older than 30
    seconds, not of an application with "report" in its name, with "orders" somewhere in the row. Spaces inside a
    value are written in double quotes: `state:"idle in transaction"`.
    """
    return Filter(tuple(condition for word in _split(words) if (condition := _condition(word)) is not None))


def _split(words: str) -> list[str]:
    """The words of a line; what stands in double quotes is one word, also without the closing quote."""
    found, word, quoted = [], "", False
    for letter in words:
        if letter == '"':
            quoted = not quoted
        elif letter.isspace() and not quoted:
            found.append(word)
            word = ""
        else:
            word += letter
    return [part for part in (*found, word) if part]


def _condition(word: str) -> Condition | None:
    excludes = len(word) > 1 and word[0] in "-!"
    body = word[1:] if excludes else word
    if body[0] in "<>":
        return _age(body, excludes)
    key, colon, value = body.partition(":")
    key = _SAME.get(key.lower(), key.lower())
    if colon and key in _FIELDS:
        return Condition(key, value.lower(), excludes=excludes) if value else None
    return Condition("text", body.lower(), excludes=excludes)


def _age(body: str, excludes: bool) -> Condition | None:
    digits = body.lstrip("<>=")
    if not digits:
        return None
    try:
        seconds = float(digits) if digits.replace(".", "", 1).isdigit() else parse_duration(digits)
    except ValueError:
        return Condition("text", body.lower(), excludes=excludes)
    return Condition("age", digits, seconds, body[0] == ">", excludes)


def _meets(condition: Condition, backend: Backend, age: float | None, text: str) -> bool:
    if condition.key == "text":
        return condition.value in text
    if condition.key == "age":
        if age is None:
            return False
        return age >= condition.seconds if condition.longer else age <= condition.seconds
    value = _FIELDS[condition.key](backend).lower()
    return value == condition.value if condition.key in _WHOLE else condition.value in value
