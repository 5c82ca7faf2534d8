"""Cron expressions: five fields as in crontab(5), and when one fires next in a time zone.

Fields: minute, hour, day of month, month, day of week; lists, ranges, steps, names, and @hourly and its kin. When
both days are restricted, either one is enough, as in crontab(5). A time that a clock change leaves out fires as much
later as the clock was moved; one that comes twice fires once, unless the hour is `*`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

_MACROS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_HORIZON = 366 * 8 + 1
"""Days that are looked ahead: 29 February may be eight years away."""


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of month", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of week", 0, 7, _WEEKDAYS),
)


@dataclass(frozen=True, slots=True)
class Cron:
    """A cron expression.

    Attributes:
        minutes, hours, days, months, weekdays: the values at which it fires; Sunday is 0.
        every_hour: True when the hour is `*`.
        either_day: True when both days are restricted, so that either one is enough.
    """

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    every_hour: bool
    either_day: bool

    def fires_on(self, day: date) -> bool:
        """Whether it fires on that day at all."""
        if day.month not in self.months:
            return False
        by_month, by_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return by_month or by_week if self.either_day else by_month and by_week


@lru_cache(maxsize=256)
def parse_cron(text: str) -> Cron:
    """The meaning of an expression.

    Raises:
        ValueError: when it is none, with one sentence that names the field.
    """
    words = _MACROS.get(text.strip().lower(), text).split()
    if len(words) != len(_FIELDS):
        known = ", ".join(sorted(_MACROS))
        raise ValueError(
            f"{text!r} is no cron expression: it has {len(words)} fields and not five, and is none of {known}"
        )
    minutes, hours, days, months, weekdays = (
        _values(word, field, text) for word, field in zip(words, _FIELDS, strict=True)
    )
    return Cron(
        tuple(sorted(minutes)),
        tuple(sorted(hours)),
        days,
        months,
        frozenset(day % 7 for day in weekdays),
        words[1].startswith("*"),
        not words[2].startswith("*") and not words[4].startswith("*"),
    )


def next_fire(cron: Cron, after: datetime, zone: tzinfo = UTC) -> datetime | None:
    """The first time after a moment at which it fires, in UTC; None when it never does.

    Args:
        cron: the expression.
        after: an aware time.
        zone: in which its fields are meant.
    """
    start = after.astimezone(zone).date() - timedelta(days=1)
    for offset in range(_HORIZON):
        try:
            day = start + timedelta(days=offset)
        except OverflowError:
            return None
        if cron.fires_on(day):
            found = min((moment for moment in _moments(cron, day, zone) if moment > after), default=None)
            if found is not None:
                return found
    return None


def period(cron: Cron, after: datetime, zone: tzinfo = UTC) -> float | None:
    """Seconds between its next two times; None when there are not two."""
    first = next_fire(cron, after, zone)
    second = next_fire(cron, first, zone) if first else None
    return (second - first).total_seconds() if first and second else None


def _moments(cron: Cron, day: date, zone: tzinfo) -> Iterator[datetime]:
    """All times of one day by the clock of the zone, in UTC."""
    for hour in cron.hours:
        for minute in cron.minutes:
            wall = datetime.combine(day, time(hour, minute), zone)
            first = wall.astimezone(UTC)
            yield first
            second = wall.replace(fold=1).astimezone(UTC)
            if cron.every_hour and second > first:
                yield second


def _values(word: str, field: _Field, text: str) -> frozenset[int]:
    found: set[int] = set()
    for part in word.split(","):
        span, slash, step_text = part.partition("/")
        step = _number(step_text, field, text) if slash else 1
        if step < 1:
            raise ValueError(f"{text!r} has a step of {step} in its {field.name}")
        low, high = _span(span, field, text, open_ended=bool(slash))
        found.update(range(low, high + 1, step))
    return frozenset(found)


def _span(span: str, field: _Field, text: str, *, open_ended: bool) -> tuple[int, int]:
    if span == "*":
        return field.low, 6 if field.high == 7 else field.high
    first, dash, last = span.partition("-")
    low = _value(first, field, text)
    high = _value(last, field, text) if dash else field.high if open_ended else low
    if field.high == 7 and dash and high == 0 and low > 0:
        high = 7
    if low > high:
        raise ValueError(f"{text!r} has the range {span} the wrong way round in its {field.name}")
    return low, high


def _value(word: str, field: _Field, text: str) -> int:
    named = word.lower() in field.names
    value = field.low + field.names.index(word.lower()) if named else _number(word, field, text)
    if not field.low <= value <= field.high:
        raise ValueError(f"{text!r} has {value} as its {field.name}, which goes from {field.low} to {field.high}")
    return value


def _number(word: str, field: _Field, text: str) -> int:
    if not (word.isascii() and word.isdigit() and len(word) <= 4):
        raise ValueError(f"{text!r} has {word!r} as its {field.name}")
    return int(word)
