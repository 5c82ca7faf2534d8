"""The systemd journal as a log, read by way of `journalctl -o json`.

Source of the format: systemd.journal-fields(7), "Journal JSON Format"; priorities as in syslog(3).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from cockpit.adapters.lines import RawLine
from cockpit.adapters.log_command import Parse
from cockpit.engine.loglines import level_of
from cockpit.model.logs import Level, LogLine
from cockpit.model.text import clean

FIRST_LINES = 200
"""Lines shown of what was there before."""
_FIELDS = "MESSAGE,PRIORITY,SYSLOG_IDENTIFIER,_COMM,_PID,_SYSTEMD_UNIT"
_LEVELS = {"4": Level.WARN, "5": Level.INFO, "6": Level.INFO, "7": Level.DEBUG}
_MOST = 200


def journal_command(unit: str) -> list[str]:
    """The command that follows the journal of a unit, of all for ""."""
    units = [f"--unit={unit}"] if unit else []
    return ["journalctl", "--follow", "--output=json", f"--lines={FIRST_LINES}", f"--output-fields={_FIELDS}", *units]


def journal_parser(name: str) -> Parse:
    """Turns an entry into lines; what is no entry (a message of journalctl itself) is shown as it is.

    Args:
        name: the log's name.
    """

    def parse(raw: RawLine, read_at: datetime) -> Sequence[LogLine]:
        try:
            entry: object = json.loads(raw.data)
        except (ValueError, RecursionError):
            entry = None
        if not isinstance(entry, dict):
            text = raw.text
            return (LogLine(name, text, level_of(text), read_at),) if text else ()
        fields: dict[str, object] = entry
        at, level = _moment(fields) or read_at, _level(fields)
        who = _who(fields)
        lines = _message(fields.get("MESSAGE")).split("\n")[:_MOST]
        first = LogLine(name, clean(f"{who}{lines[0]}"), level, at)
        return (first, *(LogLine(name, clean(line), level, at, continues=True) for line in lines[1:]))

    return parse


def _message(value: object) -> str:
    """The message; bytes that are no UTF-8 come as a list of numbers, one that is too long as null."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(byte, int) and 0 <= byte < 256 for byte in value):
        return bytes(value).decode("utf-8", "replace")
    return "(too long for the journal's JSON)" if value is None else str(value)


def _who(fields: dict[str, object]) -> str:
    name = fields.get("SYSLOG_IDENTIFIER") or fields.get("_COMM") or ""
    process = fields.get("_PID")
    if not name:
        return ""
    return f"{name}[{process}]: " if process else f"{name}: "


def _moment(fields: dict[str, object]) -> datetime | None:
    written = fields.get("__REALTIME_TIMESTAMP")
    try:
        return datetime.fromtimestamp(int(str(written)) / 1_000_000, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _level(fields: dict[str, object]) -> Level:
    priority = str(fields.get("PRIORITY", ""))
    if priority in ("0", "1", "2", "3"):
        return Level.ERROR
    return _LEVELS.get(priority, Level.NONE)
