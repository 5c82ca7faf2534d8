"""Values picked out of the Docker Engine's JSON, cleaned and typed; what is missing or odd is None or ""."""

from __future__ import annotations

from datetime import UTC, datetime

from cockpit.model.text import clean

_NEVER = 1
"""Year in which the Engine places what did not happen: 0001-01-01T00:00:00Z."""


def at(value: object, *path: str) -> object:
    """The value under the keys of `path`, None when there is none."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def text(value: object, *path: str) -> str:
    """A cleaned string, "" when there is none."""
    found = at(value, *path)
    return clean(found) if isinstance(found, str) else ""


def whole(value: object, *path: str) -> int | None:
    """A whole number."""
    found = at(value, *path)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def items(value: object, *path: str) -> list[object]:
    """A list, empty when there is none."""
    found = at(value, *path)
    return found if isinstance(found, list) else []


def moment(value: object, *path: str) -> datetime | None:
    """A UTC time, None for the Engine's year 1."""
    found = at(value, *path)
    try:
        stamp = datetime.fromisoformat(found) if isinstance(found, str) else None
    except ValueError:
        return None
    if stamp is None or stamp.year == _NEVER:
        return None
    return stamp.replace(tzinfo=UTC) if stamp.tzinfo is None else stamp.astimezone(UTC)
