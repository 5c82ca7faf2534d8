"""What a command line says of itself at its end: exit codes, working folder and exported variables."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO

from cockpit.model.answers import ShellState

_TOLD = 'printf "%s " "${PIPESTATUS[@]}"; printf "\\0%s\\0" "$PWD"; command env -0'
_ITS_OWN = frozenset({"_", "SHLVL", "PWD", "OLDPWD"})
_PREFIX = "COCKPIT_"
_LIMIT = 1_000_000
"""Bytes of a report that are read."""


def reporting(line: str, file: str) -> str:
    """The line with what makes bash report at its end, on the same line so that bash's messages name the right one.

    Told is what bash knows when the line has ended by itself; one that sets a trap for EXIT of its own, or that becomes
    another program by exec, tells nothing.

    Args:
        line: for `bash -c`.
        file: path of the file to write to, which exists and is this person's alone.
    """
    act = shlex.quote(f"{{ {_TOLD}; }} >{shlex.quote(file)}")
    return f"trap {act} EXIT; {line}"


@dataclass(frozen=True, slots=True)
class Report:
    """Exit codes of the parts of the last pipeline, and what the session keeps."""

    codes: tuple[int, ...]
    state: ShellState = field(repr=False)


def report_of(file: IO[bytes], before: Mapping[str, str]) -> Report | None:
    """Read the report; None when there is none or it is not whole.

    Args:
        file: where bash has written.
        before: the variables that the line began with.
    """
    file.seek(0)
    raw = file.read(_LIMIT)
    parts = raw.split(b"\0")
    if len(parts) < 3 or not raw.endswith(b"\0") or len(raw) == _LIMIT:
        return None
    codes = tuple(int(code) for code in parts[0].split() if code.isdigit())
    pairs = (part.decode("utf-8", "surrogateescape").partition("=") for part in parts[2:-1])
    changed = tuple((name, value) for name, _, value in pairs if _kept(name) and before.get(name) != value)
    return Report(codes, ShellState(parts[1].decode("utf-8", "surrogateescape"), changed))


def _kept(name: str) -> bool:
    return name not in _ITS_OWN and not name.startswith((_PREFIX, "BASH_FUNC_"))
