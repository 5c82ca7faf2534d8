"""What the author wrote beside a fence's language or in a step comment."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields

from cockpit.model.health import Json
from cockpit.model.runbook import Annotations
from cockpit.model.text import clean

NONE = Annotations()
"""No annotations: what most steps and commands have, made once."""
CONDITION_CAP = 2_000
"""Characters of a condition that are read; the expression library fails on longer ones."""

_COMMENT = re.compile(r"\A\s*<!--\s*step:\s*(\{.*\})\s*-->\s*\Z", re.DOTALL)
_LOOSE_PAIR = re.compile(r"""([A-Za-z][\w-]*)\s*=\s*("[^"]*"|'[^']*'|[^\s,}]+)""")
_FLAGS = frozenset(field.name for field in fields(Annotations) if field.type in ("bool", bool))
_TEXTS = frozenset(field.name for field in fields(Annotations)) - _FLAGS - {"extra"}
_OURS_ELSEWHERE = frozenset({"kind", "risk", "promptEnv", "excludeFromRunAll", "tag", "ignore", "lifetime"})


@dataclass(frozen=True, slots=True)
class FenceInfo:
    """A fence's opening: its language in lower case and the annotations after it."""

    language: str
    annotations: Annotations


def read_fence_info(info: str) -> FenceInfo:
    """Read the text after a fence's backticks; what is no annotation is ignored."""
    found = re.match(r"\s*([^\s{]*)\s*(\{.*\})?", info, re.DOTALL)
    language = found[1].lower() if found else ""
    return FenceInfo(language, from_mapping(_pairs(found[2])) if found and found[2] else NONE)


def read_step_comment(html: str) -> Annotations | None:
    """Read `<!-- step: {...} -->`; None for any other HTML."""
    found = _COMMENT.match(html)
    return from_mapping(_pairs(found[1])) if found else None


def from_mapping(pairs: Mapping[str, Json]) -> Annotations:
    """Annotations from names and values; unknown names are kept nowhere, values become texts."""
    texts = {key: _text(value) for key, value in pairs.items() if key in _TEXTS}
    flags = {key: _text(value).lower() in ("true", "yes", "1") for key, value in pairs.items() if key in _FLAGS}
    extra = tuple((key, _text(value)) for key, value in pairs.items() if key in _OURS_ELSEWHERE)
    return Annotations(**texts, **flags, extra=extra)  # type: ignore[arg-type]  # the names were split by type


def merged(step: Annotations, command: Annotations) -> Annotations:
    """The command's annotations, completed by those of its step."""
    if step == NONE:
        return command
    chosen = {field.name: getattr(command, field.name) or getattr(step, field.name) for field in fields(Annotations)}
    return Annotations(**chosen)


def other(annotations: Annotations, name: str) -> str:
    """A value kept under `extra` (kind, risk ...), "" when it is not there."""
    return dict(annotations.extra).get(name, "")


def _pairs(text: str) -> dict[str, Json]:
    try:
        raw = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        return {found[1]: found[2].strip("\"'") for found in _LOOSE_PAIR.finditer(text)}
    return raw if isinstance(raw, dict) else {}


def _text(value: Json) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)) or value is None:
        return ""
    return clean(str(value), CONDITION_CAP)
