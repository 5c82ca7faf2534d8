"""Every text within a frozen value, put through one function: masked on its way out, cleaned on its way in."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from enum import Enum
from functools import cache
from typing import TypeVar

from cockpit.model.activity import Backend

T = TypeVar("T")
Change = Callable[[str], str]

_QUERIES = {(Backend, "query")}
"""Fields that hold SQL, whose literals are hidden too."""


def through(value: T, text: Change, query: Change) -> T:
    """The same value with every text in it changed; numbers that JSON cannot write become 0.

    Enumerations and times are left as they are.

    Args:
        value: frozen dataclasses, tuples, texts, bytes and numbers.
        text: what to do with a text.
        query: what to do with a SQL text.
    """
    return _through(value, text, query)  # type: ignore[return-value]


def _through(value: object, text: Change, query: Change) -> object:
    match value:
        case Enum() | bool() | None | int():
            return value
        case str():
            return text(value)
        case float():
            return value if math.isfinite(value) else 0.0
        case bytes():
            return text(value.decode("utf-8", "replace")).encode()
        case tuple():
            return tuple(_through(one, text, query) for one in value)
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        return value
    kind = type(value)
    changed = {
        name: _through(getattr(value, name), query if (kind, name) in _QUERIES else text, query)
        for name in _names(kind)
    }
    return kind(**changed)


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))
