"""Which settings a step expects, and which of them are there; a value is never shown, only a fingerprint of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from cockpit.model.answers import Answer
from cockpit.model.runbook import Step
from cockpit.model.wording import count

_NAME = re.compile(r"(?<![\w$./-])\$?\{?([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)\}?(?![\w-])")
_QUOTED = re.compile(r"`\$?\{?([A-Z][A-Z0-9_]{2,})\}?`")
_FILE = re.compile(r"(?<![\w-])((?:[\w./~-]*/)?\.env(?:\.[\w-]+)*)(?![\w-])")
FINGERPRINT = 6
"""Hexadecimal digits of a fingerprint."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a step wants to be there.

    Attributes:
        names: of variables, in the order of the text.
        files: files of settings that it names; none means the environment of the cockpit itself.
    """

    names: tuple[str, ...]
    files: tuple[str, ...]


def expected(step: Step) -> Expected:
    """The settings and files that a step's text and commands name."""
    text = "\n".join([step.title, step.source, *step.details, *(command.text for command in step.commands)])
    names = [match[1] for pattern in (_NAME, _QUOTED) for match in pattern.finditer(text)]
    return Expected(tuple(dict.fromkeys(names)), tuple(dict.fromkeys(match[1] for match in _FILE.finditer(text))))


def fingerprint(value: str, salt: bytes) -> str:
    """A few digits by which two places can be compared within one run; the salt is made anew for each run."""
    return hashlib.sha256(salt + value.encode("utf-8", "surrogateescape")).hexdigest()[:FINGERPRINT]


def presence(wanted: Expected, places: Mapping[str, Mapping[str, str]], salt: bytes) -> Answer:
    """A table of what is there.

    Args:
        wanted: what the step names; no names stand for all that the places have.
        places: name of each place (`environment`, a file) and the settings in it.
        salt: of the run.
    """
    names = wanted.names or tuple(sorted({name for held in places.values() for name in held}))
    rows = tuple((name, *(_cell(held, name, salt) for held in places.values())) for name in names)
    absent = [name for name in names if any(not held.get(name) for held in places.values())]
    differ = [name for name in names if len({held[name] for held in places.values() if held.get(name)}) > 1]
    said = [f"{count(len(absent), 'setting')} missing or empty: {', '.join(absent)}"] if absent else []
    said += [f"not the same everywhere: {', '.join(differ)}"] if differ else []
    return Answer(
        ("setting", *places),
        rows,
        value=len(absent),
        exit_code=1 if absent else None,
        notice="; ".join(said) or "all are there; the digits are fingerprints that hold for this run only",
    )


def _cell(held: Mapping[str, str], name: str, salt: bytes) -> str:
    if name not in held:
        return "missing"
    return f"present {fingerprint(held[name], salt)}" if held[name] else "empty"
