"""The fields of a structured log line: JSON objects, logfmt, and access logs in the Common or Combined Log Format."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

Field = str | float | bool | None
"""A field's value; lists stay JSON text."""

_PAIR = re.compile(r"(?<![^\s])([A-Za-z_][\w.\-@/]*)=(\"(?:[^\"\\]|\\.)*\"|[^\s\"]*)")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", re.ASCII)
_ACCESS = re.compile(
    r"(?P<client>[^\s\"]{1,64}) [^\s\"]{1,64} (?P<user>[^\"\[]{1,64}) \[[^\]\"]{20,40}\] "
    r"\"(?P<method>[A-Z]{1,20}) (?P<path>[^\s\"]+)(?: (?P<protocol>HTTP/[\d.]+))?\" (?P<status>\d{3}) (?P<bytes>\d+|-)"
    r"(?: \"(?P<referer>[^\"]*)\" \"(?P<agent>[^\"]*)\")?"
)
"""As nginx's `combined` and Apache's `common` write it."""
_DEEPEST = 6
_MOST = 200
_ALIASES = {
    "level": ("level", "lvl", "severity", "levelname", "log.level", "loglevel", "log_level"),
    "msg": ("msg", "message", "event", "text"),
}


def fields_of(text: str) -> dict[str, Field]:
    """The fields of a line by name, nested ones as `request.status`; empty for a line without fields.

    A JSON object may stand behind other text (a time stamp, say); logfmt wants at least two pairs. An access log has
    client, user, method, path, protocol, status, bytes, referer and agent, those that are "-" left out.
    """
    if access := _ACCESS.match(text):
        return {name: _typed(value) for name, value in access.groupdict().items() if value and value != "-"}
    start = text.find("{")
    if start >= 0 and text.endswith("}"):
        try:
            value = json.loads(text[start:])
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict):
            return dict(_first(_flat(value, "", 0)))
    pairs = _PAIR.findall(text)
    return {name: _typed(value) for name, value in pairs[:_MOST]} if len(pairs) > 1 else {}


def field(fields: dict[str, Field], name: str) -> Field:
    """A field by its name, or by a usual other name of it; None when it is missing."""
    if name in fields:
        return fields[name]
    return next((fields[other] for other in _ALIASES.get(name, ()) if other in fields), None)


def shown(value: Field) -> str:
    """A value as a person reads it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) and abs(value) < 1e6 and value != int(value) else _whole(value)


def _whole(value: str | float) -> str:
    return str(int(value)) if isinstance(value, float) and value == int(value) else str(value)


def _first(pairs: Iterator[tuple[str, Field]]) -> Iterator[tuple[str, Field]]:
    for _, pair in zip(range(_MOST), pairs, strict=False):
        yield pair


def _flat(value: dict[str, object], prefix: str, depth: int) -> Iterator[tuple[str, Field]]:
    for key, inner in value.items():
        name = f"{prefix}{key}"
        if isinstance(inner, dict) and depth < _DEEPEST:
            yield from _flat(inner, f"{name}.", depth + 1)
        elif isinstance(inner, dict | list):
            yield name, json.dumps(inner, ensure_ascii=False)
        elif isinstance(inner, bool) or inner is None or isinstance(inner, str):
            yield name, inner
        elif isinstance(inner, int | float):
            yield name, float(inner) if abs(inner) < 1e15 else str(inner)


def _typed(value: str) -> Field:
    if value.startswith('"'):
        return value[1:-1].replace('\\"', '"').replace("\\\\", "\\") if len(value) > 1 else value
    return float(value) if _NUMBER.fullmatch(value) and len(value) < 16 else value
