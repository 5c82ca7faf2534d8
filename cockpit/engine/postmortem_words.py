"""Times and numbers as a post-mortem says them."""

from __future__ import annotations

from datetime import datetime

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def long_duration(seconds: float) -> str:
    """`40 seconds`, `1 minute`, `41 minutes`, `2 hours 5 minutes`, `3 days 4 hours`."""
    whole = round(abs(seconds))
    if whole < 90:
        return _amount(whole, "second")
    minutes = round(whole / 60)
    if minutes < 60:
        return _amount(minutes, "minute")
    if minutes < 48 * 60:
        return _two(minutes // 60, "hour", minutes % 60, "minute")
    hours = round(minutes / 60)
    return _two(hours // 24, "day", hours % 24, "hour")


def number_word(number: int) -> str:
    """`no`, `one` ... `twelve`, then figures."""
    return _NUMBERS[number] if number < len(_NUMBERS) else f"{number:,}"


def things(number: int, singular: str, plural: str = "") -> str:
    """`no change`, `one change`, `three changes`."""
    return f"{number_word(number)} {singular if number == 1 else plural or singular + 's'}"


def long_day(moment: datetime) -> str:
    """`Saturday 14 March 2026`."""
    return f"{moment:%A} {moment.day} {moment:%B %Y}"


def minute(moment: datetime) -> str:
    """`03:00`."""
    return f"{moment:%H:%M}"


def second(moment: datetime) -> str:
    """`03:00:12`."""
    return f"{moment:%H:%M:%S}"


def enumerated(parts: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def _amount(number: int, unit: str) -> str:
    return f"{number:,} {unit if number == 1 else unit + 's'}"


def _two(great: int, unit: str, small: int, lesser: str) -> str:
    return f"{_amount(great, unit)} {_amount(small, lesser)}" if small else _amount(great, unit)
