"""A moment as a person writes it: `03:12`, `2026-11-21 03:12`, `5m` ago."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo

from cockpit.config.durations import parse_duration
from cockpit.model.errors import ConfigError

_CLOCK = re.compile(r"(?:(\d{4})-(\d\d)-(\d\d)[T ]+)?(\d\d?):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?\s*(Z|z|UTC)?", re.ASCII)


def moment_at(text: str, now: datetime, zone: tzinfo = UTC) -> datetime:
    """The UTC time that a clock time means: the last time the clock showed it.

    Args:
        text: `03:12`, `03:12:40`, with a date in front or a Z behind.
        now: UTC now.
        zone: what a time without a Z means.

    Raises:
        ConfigError: when it is no time.
    """
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        raise ConfigError(f"{text!r} is no time", "write 03:12, 03:12:40Z or 2026-11-21 03:12")
    year, month, day, hour, minute, second, fraction, utc = found.groups()
    meant = UTC if utc else zone
    local = now.astimezone(meant)
    try:
        on = date(int(year), int(month), int(day)) if year else local.date()
        micro = int((fraction or "0").ljust(6, "0"))
        at = datetime(on.year, on.month, on.day, int(hour), int(minute), int(second or 0), micro, tzinfo=meant)
    except ValueError as error:
        raise ConfigError(f"{text!r} is no time: {error}") from error
    if not year and at > now:
        at -= timedelta(days=1)
    return at.astimezone(UTC)


def moment_ago(text: str, now: datetime) -> datetime:
    """The UTC time that long ago.

    Raises:
        ConfigError: when it is no duration.
    """
    try:
        return now - timedelta(seconds=parse_duration(text))
    except (ValueError, OverflowError) as error:
        raise ConfigError(f"{text!r} is no length of time", "write 5m, 1h30m or 2d") from error
