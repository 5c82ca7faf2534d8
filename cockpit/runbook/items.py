"""What a line of prose asks for: commands in code spans, decisions, waits, ticks, settings, links."""

from __future__ import annotations

import re
from collections.abc import Collection

from cockpit.model.runbook import Command, CommandWarning, Kind
from cockpit.runbook import advice, http_text, inline, kinds, parts, programs
from cockpit.runbook.blocks import Block
from cockpit.runbook.commands import build_command
from cockpit.runbook.words import words as _words

_CONDITION = re.compile(r"^(?:if|when|unless|otherwise|else|in case|should|si|wenn|falls|если|만약)\b\s*", re.I)
_FOR = re.compile(r"^for\s+[^:]{2,80}:$", re.I)
_WAIT = re.compile(r"^(?:wait|monitor|observe|watch|sleep|let it)\b.*?\b\d+", re.I)
_SETTINGS = re.compile(
    r"\b(?:env(?:ironment)?(?:\s+(?:vars?|variables?))|secrets?|\.env|credentials?|api keys?|tokens?|configured)\b"
    r"|\b(?:matches\b|(?:is|are) set\b)",
    re.I,
)
_SETTING_NAME = re.compile(r"^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?:=\S*)?$|^\.env(?:\.\w+)?$")
_CHECKING = re.compile(r"^(?:check|verify|ensure|confirm|compare|validate|make sure)\b", re.I)
_PATH = re.compile(r"^/[A-Za-z0-9][\w./{}<>:*-]*(?:\?[\w=&%.{}<>-]*)?$")
_FILE_ROOTS = re.compile(r"/(?:etc|var|usr|opt|tmp|home|root|proc|sys|dev|mnt|srv|bin|data|lib)/")
_ALSO_ENGLISH = _words(
    """
    if for while case until test make time host watch service history less more type mail date find sort go last who
    head install open patch split at read wait command
    """
)
_URL = re.compile(r"^https?://\S+$")


def inline_commands(text: str, line: int, known: Collection[str] = ()) -> list[Command]:
    """The commands and pages that a line's code spans name, without those that it warns of.

    Args:
        text: inline Markdown.
        line: 1-based line in the file.
        known: names that are declared inputs or captured values.
    """
    spans = inline.code_spans(text)
    against = advice.warned_spans(text) if spans else frozenset()
    return [
        command
        for number, span in enumerate(spans)
        if number not in against and (command := _command(span, line, known)) is not None
    ]


def warnings(text: str, line: int) -> list[CommandWarning]:
    """What a line warns of: one warning for each command that it names and advises against.

    Args:
        text: inline Markdown.
        line: 1-based line in the file.
    """
    against = advice.warned_spans(text)
    spans = enumerate(inline.code_spans(text)) if against else ()
    return [advice.warning(span) for number, span in spans if number in against and _is_command(span, line)]


def _is_command(span: str, line: int) -> bool:
    command = _command(span, line, ())
    return command is not None and command.kind is not Kind.OPEN


def _command(span: str, line: int, known: Collection[str]) -> Command | None:
    if http_text.is_request_line(span):
        return build_command(span, line, kind=Kind.HTTP, known=known)
    if kinds.looks_like_sql(span) and re.search(r"\s", span) and span.split()[0].isupper():
        return build_command(span, line, kind=Kind.SQL, known=known)
    if kinds.looks_like_redis(span):
        return build_command(span, line, kind=Kind.REDIS, known=known)
    if _is_page(span):
        return build_command(span, line, kind=Kind.OPEN)
    words = span.split()
    program = words[0].rpartition("/")[2] if words else ""
    if len(words) > 1 and (program in programs.KNOWN or words[0].startswith("./")) and program not in programs.SESSION:
        if program in _ALSO_ENGLISH or "/" in words:  # `git stash / pop` names several
            return None
        return build_command(span, line, known=known)
    return None


def _is_page(span: str) -> bool:
    if _URL.match(span):
        return True
    if not _PATH.match(span) or _FILE_ROOTS.match(f"{span}/"):
        return False
    return re.search(r"\.\w{1,5}$", span) is None


_ASKED_CAP = 20
"""Steps that one paragraph may become; what follows is detail of the last."""
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_POINTS = re.compile(r"^(?:see|follow|refer to|go to)\b", re.I)
_AGAINST_ROW = re.compile(r"^\W*(?:never|do not|don['’]?t|forbidden|prohibited|not allowed)\b(?!.*\bunless\b)", re.I)
_STEP_COLUMN = re.compile(r"^(?:#|no\.?|nr\.?|steps?|schritt|paso|passo|étape|шаг|手順|步骤|단계|순서|番号)$", re.I)
_STEP_CELL = re.compile(r"^(?:step|schritt|paso|passo|étape|шаг)?\s*\d{1,2}(?:\.\d{1,2})*[a-z]?[.)]?$", re.I)
_ACTION_COLUMN = re.compile(
    r"^(?:actions?|tasks?|what to do|what|instructions?|description|do|activity|steps?|aktion|maßnahme|aufgabe|acción"
    r"|ação|tarea|tarefa|действие|作業|作業内容|操作|内容|対応|조치|작업|내용)$",
    re.I,
)
_COMMAND_COLUMN = re.compile(r"^(?:commands?|query|queries|sql|request|endpoint|run)\b", re.I)


def asks(text: str) -> bool:
    """True when a paragraph tells a person to do something: it begins with a verb, or points elsewhere by a link."""
    words = inline.plain(text)
    return parts.imperative(words) or (_POINTS.match(words) is not None and bool(inline.links(text)))


def asked(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """What a paragraph asks for: each sentence that begins with a verb, with the sentences that explain it.

    Args:
        text: the paragraph without Markdown; its first sentence asks for something.
    """
    found: list[tuple[str, list[str]]] = []
    for sentence in _SENTENCE.split(text):
        asks_more = len(found) < _ASKED_CAP and parts.imperative(sentence) and len(sentence.split()) > 1
        if not found or asks_more:
            found.append((sentence.rstrip("."), []))
        else:
            found[-1][1].append(sentence)
    return [(title, tuple(details)) for title, details in found]


def table_commands(block: Block, known: Collection[str] = ()) -> dict[int, list[Command]]:
    """The commands in a table's column of commands, by row; the header is row 0.

    Args:
        block: the table.
        known: names that are declared inputs or captured values.
    """
    header = [inline.plain(cell) for cell in block.rows[0]] if block.rows else []
    column = next((index for index, name in enumerate(header) if _COMMAND_COLUMN.match(name)), None)
    if column is None:
        return {}
    found = {
        number: inline_commands(row[column], block.line + number + 1, known)
        for number, row in enumerate(block.rows)
        if number and column < len(row) and not any(_AGAINST_ROW.match(inline.plain(cell)) for cell in row)
    }
    return {
        number: runs for number, commands in found.items() if (runs := [c for c in commands if c.kind is not Kind.OPEN])
    }


def table_steps(block: Block) -> int | None:
    """The column that says what to do in a table of numbered steps; None for any other table."""
    header = [inline.plain(cell) for cell in block.rows[0]] if block.rows else []
    if len(header) < 2 or _STEP_COLUMN.match(header[0]) is None:
        return None
    numbered = all(_STEP_CELL.match(inline.plain(row[0])) for row in block.rows[1:] if row)
    column = next((index for index, name in enumerate(header) if index and _ACTION_COLUMN.match(name)), None)
    return column if numbered else None


def condition(text: str) -> str:
    """The condition of a line that starts with If, When, Unless or Otherwise; "" for any other line."""
    words = inline.plain(text)
    if _FOR.match(words):
        return words.rstrip(":")
    if _CONDITION.match(words) is None:
        return ""
    found = re.match(r"^([^,:]{2,160})(?:[,:]|$)", words)
    return (found[1] if found else words[:160]).strip()


def prose_kind(text: str, checked: bool | None) -> tuple[Kind, float | None]:
    """The kind of a step without commands, and for a wait its seconds."""
    words = inline.plain(text)
    if condition(text):
        return Kind.DECISION, None
    if _WAIT.match(words):
        seconds = parts.duration_seconds(words)
        if seconds is not None:
            return Kind.WAIT, seconds
    if checked is not None:
        return Kind.TICK, None
    if (
        _CHECKING.match(words)
        and any(_SETTING_NAME.match(span) for span in inline.code_spans(text))
        and _SETTINGS.search(text)
    ):
        return Kind.SETTINGS, None
    return Kind.MANUAL, None
