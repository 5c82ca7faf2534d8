"""Times as other systems write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_NUMBER = re.compile(r"\d{9,11}(\.\d+)?|\d{12,14}")
_EARLIEST, _LATEST = 946_684_800.0, 4_102_444_800.0
"""2000 and 2100 in seconds since 1970: a number outside of them is no time."""


def as_time(text: str) -> datetime | None:
    """A UTC time from ISO 8601, or from seconds or milliseconds since 1970; None when it is none."""
    text = text.strip().strip('"')
    if _NUMBER.fullmatch(text):
        seconds = float(text)
        seconds = seconds / 1000 if seconds > _LATEST else seconds
        return datetime.fromtimestamp(seconds, UTC) if _EARLIEST <= seconds <= _LATEST else None
    if len(text) < 10 or not text[:4].isdigit():
        return None
    try:
        moment = datetime.fromisoformat(_six_digits(text))
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _six_digits(text: str) -> str:
    """Go writes nanoseconds, Python reads microseconds."""
    return re.sub(r"(\.\d{6})\d+", r"\1", text)
