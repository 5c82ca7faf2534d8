"""Lines that say the same with other numbers, counted together: what is new in the last minutes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cockpit.engine.log_fields import field, fields_of, shown
from cockpit.model.logs import Level, LogLine

_LONGEST = 400
_MASKS = re.compile(
    r"""
      (?P<id>\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b)
    | (?P<time>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?)
    | (?P<quoted>"[^"]*"|'[^']*')
    | (?P<hex>\b(?:0x[0-9a-fA-F]+|(?=[a-fA-F]*\d)[0-9a-fA-F]{7,})\b)
    | (?P<number>(?<![A-Za-z])[+-]?\d+(?:[.,:]\d+)*)
    """,
    re.VERBOSE | re.ASCII,
)
_MARKS = {"id": "<id>", "time": "<time>", "quoted": "<text>", "hex": "<id>", "number": "#"}


def template_of(text: str) -> str:
    """The line with numbers, identifiers, times and quoted texts masked; of structured lines only the message."""
    fields = fields_of(text) if text.endswith("}") or "msg=" in text else {}
    message = field(fields, "msg")
    if message is not None:
        text = shown(message)
    masked = _MASKS.sub(lambda found: _MARKS[found.lastgroup or "number"], text[:_LONGEST])
    return masked.removeprefix("[").removeprefix("<time>").removeprefix("]").strip()


@dataclass(frozen=True, slots=True)
class Repeated:
    """Lines that say the same.

    Attributes:
        stream: the log.
        template: what they have in common.
        level: the gravest level.
        recent: how many were written in the last minutes.
        before: how many before that.
        first: UTC time of the oldest.
        last: the newest line.
    """

    stream: str
    template: str
    level: Level
    recent: int
    before: int
    first: datetime
    last: LogLine

    @property
    def is_new(self) -> bool:
        """Whether it was never said before the last minutes."""
        return self.before == 0


class _Group:
    __slots__ = ("before", "first", "last", "level", "recent")

    def __init__(self, line: LogLine) -> None:
        self.recent = self.before = 0
        self.first, self.last, self.level = line.at, line, line.level


class Grouping:
    """Groups lines, some at a time.

    Args:
        since: UTC time at which the last minutes begin.
    """

    _ORDER = (Level.ERROR, Level.WARN, Level.INFO, Level.NONE, Level.DEBUG)

    def __init__(self, since: datetime) -> None:
        self._since = since
        self._groups: dict[tuple[str, str], _Group] = {}

    def add(self, lines: Iterable[LogLine]) -> None:
        """Take in lines, in the order of time; continuations belong to their head."""
        for line in lines:
            if line.continues:
                continue
            group = self._groups.setdefault((line.stream, template_of(line.text)), _Group(line))
            if line.at >= self._since:
                group.recent += 1
            else:
                group.before += 1
            group.last = line
            if self._ORDER.index(line.level) < self._ORDER.index(group.level):
                group.level = line.level

    def recent(self) -> list[Repeated]:
        """What was said in the last minutes: new before known, grave before harmless, frequent before rare."""
        found = [
            Repeated(stream, template, group.level, group.recent, group.before, group.first, group.last)
            for (stream, template), group in self._groups.items()
            if group.recent
        ]
        return sorted(found, key=lambda one: (not one.is_new, self._ORDER.index(one.level), -one.recent))
