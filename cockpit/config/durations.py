"""Durations as people write them: `500ms`, `30s`, `5m`, `1h30m`, `2d`."""

from __future__ import annotations

import re

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhdw])")


def parse_duration(text: str) -> float:
    """Return seconds.

    Raises:
        ValueError: when the text is no duration; the message is a whole clause.
    """
    compact = text.strip().replace(" ", "")
    parts = _PART.findall(compact)
    if not parts or "".join(number + unit for number, unit in parts) != compact:
        raise ValueError(f"{text!r} is no duration: write it like 500ms, 30s, 5m or 1h30m")
    return sum(float(number) * _UNITS[unit] for number, unit in parts)
