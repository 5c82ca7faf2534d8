"""What a log line says about itself: how grave it is and when it was written.

Sources of the formats: RFC 3339, RFC 5424 and 3164 (syslog), Common Log Format (Apache mod_log_config, nginx),
PostgreSQL's log_line_prefix '%m [%p] ', Redis' serverLogRaw, klog headers, pino's numeric levels, logfmt.
Nothing here raises on any text.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from cockpit.model.logs import Level, LogLine

_HEAD = 256
"""Characters at the start of a line in which its time and level are looked for."""

_MONTHS = {
    name: number
    for number, name in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)  # noqa: SIM905
}
_MONTH = "(?P<mon>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_TIME = r"(?P<h>[0-2]\d):(?P<mi>[0-5]\d):(?P<s>[0-6]\d)(?:[.,](?P<f>\d{1,9}))?"
_ZONE = r"(?P<z>Z|z|UTC|GMT|[+-]\d\d(?::?\d\d)?(?!\d))"
_STAMPS = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        rf"(?<!\d)(?P<y>\d{{4}})[-/](?P<m>\d\d)[-/](?P<d>\d\d)[Tt_ ]{_TIME} ?{_ZONE}?",
        rf"\[(?P<d>\d\d)/{_MONTH}/(?P<y>\d{{4}}):{_TIME} (?P<z>[+-]\d{{4}})\]",
        rf"(?<!\d)(?P<d>\d\d?) {_MONTH} (?P<y>\d{{4}}) {_TIME}",
        rf"\b{_MONTH} +(?P<d>\d\d?) {_TIME} (?P<y>\d{{4}})\]",
        rf"^(?:<\d{{1,3}}>)?{_MONTH} +(?P<d>\d\d?) {_TIME}",
        rf"^[IWEF](?P<m>\d\d)(?P<d>\d\d) {_TIME}",
        rf"\b{_MONTH} (?P<d>\d\d?), (?P<y>\d{{4}}) (?P<h>\d\d?):(?P<mi>\d\d):(?P<s>\d\d)(?P<f>)(?: (?P<half>[AP]M))?",
        rf"^\[?{_TIME}(?=[\s\]|])",
    )
)
_EPOCH = re.compile(r"^\[?(\d{10}(?:\.\d{1,9})?|\d{13})(?![\d.])", re.ASCII)
_EPOCH_FROM, _EPOCH_TO = 946_684_800.0, 4_102_444_800.0

_WORDS = {
    Level.ERROR: "fatal panic critical crit emerg emergency alert error err severe",
    Level.WARN: "warning warn",
    Level.INFO: "notice info information log",
    Level.DEBUG: "debug debug1 debug2 debug3 debug4 debug5 trace verbose fine",
}
_LEVELS = {word: level for level, words in _WORDS.items() for word in words.split()}
_ANY = "|".join(sorted(_LEVELS, key=len, reverse=True))
_LOGFMT = re.compile(r"(?<![\w.])(?:level|lvl|severity|loglevel)=[\"']?([A-Za-z0-9]+)")
_CAPITALS = re.compile(rf"(?<![\w=/-])({_ANY.upper()})(?![\w=/-])")
_MARKED = re.compile(rf"\[\s*({_ANY})\s*\]|(?:^|[\s\]>|])({_ANY}):(?=\s|$)", re.IGNORECASE)
_EXCEPTION = re.compile(r"^(?:Traceback \(most recent call last\)|(?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception)\b:?)")
_ACCESS = re.compile(r"\" ([1-5]\d\d) (?:\d+|-)(?:\s|$)", re.ASCII)
_SYSLOG = re.compile(r"^<(\d{1,3})>", re.ASCII)
_KLOG = re.compile(r"^([IWEF])\d{4} \d\d:\d\d:\d\d\.", re.ASCII)
_REDIS = re.compile(r"^\d+:[XCSM] \d\d? [A-Z][a-z]{2} \d{4} [\d:.]+ ([.*#-]) ", re.ASCII)
_LETTERS = {"I": Level.INFO, "W": Level.WARN, "E": Level.ERROR, "F": Level.ERROR}
_REDIS_MARKS = {".": Level.DEBUG, "-": Level.DEBUG, "*": Level.INFO, "#": Level.WARN}
_LEVEL_KEYS = ("level", "severity", "lvl", "levelname", "log.level", "loglevel", "log_level")
_TIME_KEYS = ("time", "timestamp", "ts", "@timestamp", "datetime", "date")


class Hint:
    """What the lines of one log have in common, so that the next one is read faster.

    Attributes:
        stamped: whether the last line carried a time.
        stamp: the pattern that found it.
        second: the text of its second, without the fraction.
        moment: UTC time of that second.
        level: the pattern that found the last level.
        column: where it stood.
    """

    __slots__ = ("column", "level", "moment", "second", "stamp", "stamped")

    def __init__(self) -> None:
        self.stamped = False
        self.stamp: re.Pattern[str] | None = None
        self.second: tuple[str | None, ...] = ()
        self.moment: datetime | None = None
        self.level: re.Pattern[str] = _CAPITALS
        self.column = -1


def parse_line(stream: str, text: str, read_at: datetime, zone: tzinfo = UTC, hint: Hint | None = None) -> LogLine:
    """One line of a log.

    Args:
        stream: the name of the log.
        text: the line, cleaned.
        read_at: UTC time at which it was read; taken when the line carries none, and for a missing year.
        zone: what a time without a zone means.
        hint: what earlier lines of this log taught; it learns from this one.
    """
    fields = _json_object(text)
    level = _level_in(fields) if fields else Level.NONE
    at = _time_in(fields, read_at, zone) if fields else None
    at = at or time_of(text, read_at, zone, hint)
    if hint is not None:
        hint.stamped = at is not None
    return LogLine(
        stream=stream,
        text=text,
        level=level_of(text, hint) if level is Level.NONE else level,
        at=at or read_at,
    )


def level_of(text: str, hint: Hint | None = None) -> Level:
    """How grave a line says it is; NONE when it says nothing."""
    head = text[:_HEAD]
    if hint is not None and hint.column >= 0:
        there = hint.level.match(head, hint.column)
        if there and (level := _LEVELS.get(there[there.lastindex or 0].lower())):
            return level
    for pattern in (_LOGFMT, _CAPITALS, _MARKED):
        found = pattern.search(head)
        if found and (level := _LEVELS.get((found[found.lastindex or 0]).lower())):
            if hint is not None:
                hint.level, hint.column = pattern, found.start()
            return level
    return _level_by_format(text, head)


def _level_by_format(text: str, head: str) -> Level:
    if klog := _KLOG.match(head):
        return _LETTERS[klog[1]]
    if redis := _REDIS.match(head):
        return _REDIS_MARKS[redis[1]]
    if syslog := _SYSLOG.match(head):
        return _syslog_level(int(syslog[1]) % 8)
    if _EXCEPTION.match(head):
        return Level.ERROR
    if access := _ACCESS.search(text):
        return {"5": Level.ERROR, "4": Level.WARN}.get(access[1][0], Level.INFO)
    return Level.NONE


def _syslog_level(severity: int) -> Level:
    """RFC 5424, table 2: 0 emergency to 7 debug."""
    if severity <= 3:
        return Level.ERROR
    return {4: Level.WARN, 7: Level.DEBUG}.get(severity, Level.INFO)


def time_of(text: str, read_at: datetime, zone: tzinfo = UTC, hint: Hint | None = None) -> datetime | None:
    """The UTC time written at the start of a line, or None."""
    head = text[:_HEAD]
    if hint is not None and hint.stamp is not None and (found := hint.stamp.search(head)):
        at = _next_moment(found, hint, read_at, zone)
        if at is not None:
            return at
    for pattern in _STAMPS:
        if (found := pattern.search(head)) and (at := _from_match(found, read_at, zone)):
            if hint is not None:
                hint.stamp, hint.second = pattern, ()
            return at
    return _from_epoch(epoch[1]) if (epoch := _EPOCH.match(head)) else None


def _next_moment(found: re.Match[str], hint: Hint, read_at: datetime, zone: tzinfo) -> datetime | None:
    """The time of a line like those before: within one second only the fraction is read anew."""
    fraction = found["f"]
    place = found.re.groupindex["f"] - 1
    parts = found.groups()
    second = (*parts[:place], *parts[place + 1 :])
    if second != hint.second or hint.moment is None:
        at = _from_match(found, read_at, zone)
        hint.second, hint.moment = second, at.replace(microsecond=0) if at else None
        return at
    return hint.moment.replace(microsecond=int(fraction[:6].ljust(6, "0"))) if fraction else hint.moment


def _from_match(found: re.Match[str], read_at: datetime, zone: tzinfo) -> datetime | None:
    part = found.groupdict()
    today = read_at.astimezone(zone)
    month = _MONTHS[part["mon"]] if part.get("mon") else int(part.get("m") or today.month)
    year = int(part["y"]) if part.get("y") else today.year
    hour = int(part["h"])
    if part.get("half"):
        hour = hour % 12 + (12 if part["half"] == "PM" else 0)
    micro = int((part["f"] or "0")[:6].ljust(6, "0"))
    try:
        local = datetime(
            year,
            month,
            int(part.get("d") or today.day),
            hour,
            int(part["mi"]),
            min(int(part["s"]), 59),
            micro,
            tzinfo=_zone(part.get("z"), zone),
        )
        at = local.astimezone(UTC)
        # a stamp without a day that lies ahead is yesterday's, one without a year was written before New Year
        if not part.get("d"):
            at -= timedelta(days=1) if at > read_at + timedelta(hours=1) else timedelta()
        elif not part.get("y") and at > read_at + timedelta(days=1):
            at = local.replace(year=year - 1).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return at


def _zone(written: str | None, zone: tzinfo) -> tzinfo:
    if not written:
        return zone
    if written[0] not in "+-":
        return UTC
    digits = written[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if written[0] == "-" else offset)


def _from_epoch(written: str | float) -> datetime | None:
    seconds = float(written)
    while seconds > _EPOCH_TO and seconds < _EPOCH_TO * 1e9:
        seconds /= 1000.0
    return datetime.fromtimestamp(seconds, UTC) if _EPOCH_FROM <= seconds <= _EPOCH_TO else None


def _json_object(text: str) -> dict[str, object]:
    if not (text.startswith("{") and text.endswith("}")):
        return {}
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _level_in(fields: dict[str, object]) -> Level:
    for key in _LEVEL_KEYS:
        value = fields.get(key)
        if isinstance(value, str) and (level := _LEVELS.get(value.lower())):
            return level
        if isinstance(value, int) and not isinstance(value, bool) and 10 <= value <= 60:
            return _pino_level(value)
    return Level.NONE


def _pino_level(number: int) -> Level:
    """Pino: 10 trace, 20 debug, 30 info, 40 warn, 50 error, 60 fatal."""
    if number >= 50:
        return Level.ERROR
    if number >= 40:
        return Level.WARN
    return Level.INFO if number >= 30 else Level.DEBUG


def _time_in(fields: dict[str, object], read_at: datetime, zone: tzinfo) -> datetime | None:
    for key in _TIME_KEYS:
        value = fields.get(key)
        if isinstance(value, str) and (at := time_of(value, read_at, zone)):
            return at
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e21:
            return _from_epoch(value)
    return None
