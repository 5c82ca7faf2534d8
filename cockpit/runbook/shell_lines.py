"""A shell fence as logical lines: continued lines, quotes, here-documents and blocks joined; comments apart."""

from __future__ import annotations

import re
from dataclasses import dataclass

JOIN_CAP = 200
"""Physical lines that one logical line may span; an unclosed quote does not swallow more."""

_HEREDOC = re.compile(r"<<-?\s*(?:\"([^\"\n]+)\"|'([^'\n]+)'|\\?([A-Za-z_][\w.]*))")
_OPENERS = re.compile(r"(?:^\s*|[;&|(]\s*|\b(?:do|then|else)\s+)(for|while|until|if|case|select)\b")
_CLOSERS = re.compile(r"(?:^|[;&|)]\s*|\s)(done|fi|esac)\b")
_PROMPT = re.compile(
    r"^\s*(?:\$|%|❯|[\w.-]+@[\w.-]+[:~/\w. -]*[$#]|[\w-]*=[#>]"
    r"|(?:\d{1,3}(?:\.\d{1,3}){3}|redis|127\.0\.0\.1):?\d*>)\s+(?=\S)"
)


_DRAWN = re.compile(r"={3,}|-{3,}|[\u2190-\u2bff\U0001f000-\U0001faff]")
"""A rule, an arrow, a tick or a frame: no command begins so, it is what one has printed."""


@dataclass(frozen=True, slots=True)
class LogicalLine:
    """One command, comment, empty line or line of documented output.

    Attributes:
        offset: lines from the fence's first line, from 0.
        text: the command as written, its lines joined by line feeds; a comment without its mark.
        kind: "command", "comment", "blank" or "output".
    """

    offset: int
    text: str
    kind: str


def logical_lines(text: str) -> list[LogicalLine]:
    """The logical lines of a shell fence; with `$ ` prompts, what has none is documented output."""
    lines = text.split("\n")
    prompted = any(re.match(r"^\s*\$ \S", line) for line in lines)
    found: list[LogicalLine] = []
    at = 0
    apart_until = 0
    while at < len(lines):
        line = lines[at]
        stripped = line.strip()
        if not stripped:
            found.append(LogicalLine(at, "", "blank"))
        elif stripped.startswith("#") and not stripped.startswith("#!"):
            found.append(LogicalLine(at, stripped.lstrip("#").strip(), "comment"))
        elif stripped.startswith("#!"):
            found.append(LogicalLine(at, "", "blank"))
        elif (prompted and _PROMPT.match(line) is None) or _DRAWN.match(stripped):
            found.append(LogicalLine(at, line, "output"))
        else:
            lines[at] = _PROMPT.sub("", line) if prompted else line
            used = 1 if at < apart_until else _span(lines, at)
            if used == 0:
                # Something was opened and never closed: these lines stand alone, and are not looked through again.
                used, apart_until = 1, at + JOIN_CAP
            found.append(LogicalLine(at, "\n".join(lines[at : at + used]).strip(), "command"))
            at += used
            continue
        at += 1
    return found


def _span(lines: list[str], at: int) -> int:
    """How many physical lines belong to the command that begins at `at`; 0 when its end is not found."""
    quote = ""
    depth = 0
    waiting: list[str] = []
    for used, line in enumerate(lines[at : at + JOIN_CAP], 1):
        if waiting:
            if line.strip() == waiting[0]:
                waiting.pop(0)
            if not waiting and not quote and depth <= 0:
                return used
            continue
        quote, code = _scan(line, quote)
        if not quote:
            waiting += [found[1] or found[2] or found[3] for found in _HEREDOC.finditer(line)]
            depth += len(_OPENERS.findall(code)) - len(_CLOSERS.findall(code)) + code.count("{ ") + code.endswith("{")
            depth -= len(re.findall(r"(?:^|[;\s])}", code))
        continued = code.rstrip().endswith(("\\", "|", "&&", "||"))
        if not quote and not continued and not waiting and depth <= 0:
            return used
    return 0


def _scan(line: str, quote: str) -> tuple[str, str]:
    """The quote that is open at the end of a line, and the line's text outside quotes and comments."""
    code: list[str] = []
    at = 0
    while at < len(line):
        character = line[at]
        if character == "\\" and quote != "'":
            if at + 1 == len(line):
                code.append("\\")
            at += 2
            continue
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character == "#" and (at == 0 or line[at - 1].isspace()):
            break
        else:
            code.append(character)
        at += 1
    return quote, "".join(code)
