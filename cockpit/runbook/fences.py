"""A fence taken apart: commands with the comments that title them, manual notes, alternatives, expectations."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from functools import lru_cache

from cockpit.model.runbook import Annotations, Command, Context, Kind
from cockpit.runbook import http_text, kinds, programs, redis_commands, sql_text
from cockpit.runbook.annotations import read_fence_info
from cockpit.runbook.blocks import Block
from cockpit.runbook.commands import build_command
from cockpit.runbook.inline import plain
from cockpit.runbook.shell_lines import LogicalLine, logical_lines

_ALTERNATIVE = re.compile(
    r"^(?:(?:option|alternative|variant|method|approach)\s*#?\s*[0-9A-Z]+\b|or\b|alternatively\b)", re.I
)
_EXPECTED = re.compile(
    r"^(?:expected(?:\s+(?:output|result|response))?|should\s+(?:show|return|print|be|see)|output|returns)\b\s*:?\s*(.*)$",
    re.I,
)
_NUMBERING = re.compile(r"^(?:step\s*)?\d{1,2}[.):]\s+|^step\s+\d{1,2}\s*[-:.]\s*|^[-*•]\s+", re.I)
_RESPONSE = re.compile(r"^HTTP/[\d.]+ \d{3}")
_NESTED_SHELLS = frozenset(
    {"ssh", "docker exec", "docker compose exec", "kubectl exec", "docker-compose exec", "bash", "sh", "su"}
)


@dataclass(slots=True)
class Group:
    """What one comment of a fence titles.

    Attributes:
        line: 1-based line in the file.
        title: the comment, "" when there is none.
        details: further comments.
        commands: what it runs; empty for a manual note.
        alternative: True when it excludes its neighbours.
    """

    line: int
    title: str = ""
    details: list[str] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    alternative: bool = False


@dataclass(slots=True)
class FenceContents:
    """What a fence holds.

    Attributes:
        groups: in order; empty when nothing in it can be run.
        text: the contents, when it is only shown.
        language: as written, in lower case.
    """

    groups: list[Group]
    text: str = ""
    language: str = ""


def read_fence(block: Block, known: Collection[str] = ()) -> FenceContents:
    """Take a fence apart by its language; one without language is looked at.

    Args:
        block: the fence.
        known: names that are declared inputs or captured values.
    """
    return _contents(block.text, block.info, block.line, _is_fenced(block), frozenset(known))


@lru_cache(maxsize=4096)
def _contents(text: str, opening: str, line: int, fenced: bool, known: frozenset[str]) -> FenceContents:
    """The contents of a fence; each is asked for several times while its document is read."""
    info = read_fence_info(opening)
    language = info.language
    first = line + (1 if opening or fenced else 0)
    written = info.annotations
    if not language:
        language = guess_language(text)
    if language in kinds.SHELL_LANGUAGES:
        groups = _shell_groups(text, first, written, known)
    elif language in kinds.SQL_LANGUAGES:
        groups = _sql_groups(text, first, written, known)
    elif language in kinds.REDIS_LANGUAGES:
        groups = _redis_groups(text, first, written, known)
    elif language in kinds.HTTP_LANGUAGES:
        groups = _http_groups(text, first, written, known)
    elif language in kinds.QUERY_LANGUAGES:
        groups = [Group(first, commands=[build_command(text.strip(), first, kind=Kind.QUERY, annotations=written)])]
    elif language in kinds.COPY_LANGUAGES:
        groups = [Group(first, commands=[build_command(text.rstrip(), first, kind=Kind.COPY, annotations=written)])]
    else:
        groups = []
    groups = [group for group in groups if group.commands or group.title]
    _set_alternatives(groups, line)
    return FenceContents(groups, "" if groups else text.rstrip(), language)


def _is_fenced(block: Block) -> bool:
    # An indented code block has exactly as many lines as its text, a fenced one has its marks besides.
    return block.end - block.line + 1 > block.text.count("\n")


def guess_language(text: str) -> str:
    """The language of a fence that names none: shell, sql, http, redis, or "" for plain text."""
    lines = [line for line in logical_lines(text) if line.kind != "blank"]
    if any(re.match(r"^\s*\$ \S", line) for line in text.split("\n")):
        return "sh"
    commands = [line for line in lines if line.kind == "command"]
    if not commands:
        return ""
    first = commands[0].text
    if kinds.looks_like_sql(text) or kinds.looks_like_sql(first):
        return "sql"
    if http_text.is_request_line(first.split("\n")[0]):
        return "http"
    if kinds.looks_like_redis(first):
        return "redis"
    hits = [_starts_with_program(line.text) for line in commands]
    return "sh" if hits[0] and sum(hits) >= 0.4 * len(lines) else ""


def _starts_with_program(text: str) -> bool:
    found = re.match(r"^(?:sudo\s+)?((?:\./|/|~/)?[\w.@-]+(?:/[\w.@-]+)*)(?=\s|$)", text)
    if found is None:
        return False
    name = found[1]
    return name in programs.KNOWN or re.match(r"^(?:\./|/(?:usr|opt|bin|srv|home|var)/|~/)\S", name) is not None


class _Collector:
    """Gathers comments and commands into groups."""

    def __init__(self, line: int) -> None:
        self.groups: list[Group] = []
        self.comments: list[tuple[int, str]] = []
        self.line = line

    def comment(self, line: int, text: str) -> None:
        expected = _EXPECTED.match(text)
        if expected and self.groups and self.groups[-1].commands and not self.comments:
            last = self.groups[-1].commands[-1]
            said = " ".join(part for part in (last.expect, expected[1] or text) if part)
            self.groups[-1].commands[-1] = replace(last, expect=said)
        elif text.strip("-=*_# "):
            self.comments.append((line, text))

    def blank(self) -> None:
        if self.comments:
            self.groups.append(self._group(self.comments[0][0]))

    def command(self, command: Command) -> None:
        if self.comments or not self.groups or not self.groups[-1].commands:
            self.groups.append(self._group(self.comments[0][0] if self.comments else command.line))
        self.groups[-1].commands.append(command)

    def output(self, text: str) -> None:
        if self.groups and self.groups[-1].commands:
            last = self.groups[-1].commands[-1]
            self.groups[-1].commands[-1] = replace(last, expect="\n".join(part for part in (last.expect, text) if part))

    def _group(self, line: int) -> Group:
        texts = [plain(_NUMBERING.sub("", text)) for _, text in self.comments]
        raw = [text for _, text in self.comments]
        self.comments = []
        if not texts:
            return Group(line)
        at = (
            1
            if len(texts) > 1 and texts[0].endswith(":") and not _ALTERNATIVE.match(raw[0]) and re.match(r"^\d", raw[1])
            else 0
        )
        details = [text for index, text in enumerate(texts) if index != at]
        return Group(line, texts[at].rstrip(":"), details, alternative=_ALTERNATIVE.match(raw[0]) is not None)


def _shell_groups(text: str, first: int, written: Annotations, known: Collection[str]) -> list[Group]:
    collector = _Collector(first)
    context: Context | None = None
    lines = logical_lines(text)
    at = 0
    while at < len(lines):
        item = lines[at]
        number = first + item.offset
        at += 1
        if item.kind == "blank":
            collector.blank()
        elif item.kind == "comment":
            collector.comment(number, item.text)
        elif item.kind == "output":
            collector.output(item.text)
        else:
            if context is not None and _leaves(context, item.text):
                ends = item.text.split()[0] in ("exit", "logout", "\\q", "quit")
                context = None
                if ends:
                    continue
            if context is not None and context.program == "psql":
                item, at = _joined_sql(lines, at)
            made = _in_context(item.text, number, context, written, known)
            opened = kinds.recognise(item.text).opens if context is None or made.kind is Kind.SHELL else None
            if opened is not None and any(line.kind == "command" for line in lines[at:]):
                context = opened
                made = replace(made, session=True, streaming=False, warnings=())
            collector.command(made)
    collector.blank()
    return collector.groups


def _leaves(context: Context, text: str) -> bool:
    first = text.split()[0] if text.split() else ""
    if first in ("exit", "logout", "\\q", "quit"):
        return True
    if context.program in _NESTED_SHELLS:
        return False
    if context.program == "psql":
        return not text.startswith("\\") and not kinds.looks_like_sql(text) and _starts_with_program(text)
    if context.program in ("redis-cli", "valkey-cli"):
        return first.upper() not in redis_commands.ALL_NAMES and _starts_with_program(text)
    return _starts_with_program(text)


def _joined_sql(lines: list[LogicalLine], at: int) -> tuple[LogicalLine, int]:
    """A statement typed at psql: lines up to the semicolon."""
    item = lines[at - 1]
    text = item.text
    while (
        not text.startswith("\\")
        and not text.rstrip().endswith(";")
        and at < len(lines)
        and lines[at].kind == "command"
    ):
        text = f"{text}\n{lines[at].text}"
        at += 1
    return LogicalLine(item.offset, text, "command"), at


def _in_context(text: str, line: int, context: Context | None, written: Annotations, known: Collection[str]) -> Command:
    kind: Kind | None = None
    if context is not None and context.program == "psql":
        kind = Kind.SQL
    elif context is not None and context.program in ("redis-cli", "valkey-cli"):
        kind = Kind.REDIS
    elif context is not None and context.program not in _NESTED_SHELLS:
        kind = Kind.COPY
    return build_command(text, line, kind=kind, annotations=written, context=context, known=known)


def _sql_groups(text: str, first: int, written: Annotations, known: Collection[str]) -> list[Group]:
    collector = _Collector(first)
    end = 0
    for offset, statement in sql_text.statements(_meta_ended(text)):
        comments, body, skipped = _leading_comments(statement)
        line = first + text.count("\n", 0, offset)
        if "\n\n" in text[end:offset] or comments:
            collector.blank()
        for number, comment in comments:
            collector.comment(line + number, comment)
        body = body.strip()
        if body:
            collector.command(build_command(body, line + skipped, kind=Kind.SQL, annotations=written, known=known))
        end = offset + len(statement)
    for line_number, line_text in enumerate(text[end:].split("\n")):
        if line_text.strip().startswith("--"):
            collector.comment(first + text.count("\n", 0, end) + line_number, line_text.strip().lstrip("-").strip())
    collector.blank()
    return collector.groups


def _meta_ended(text: str) -> str:
    """Psql's own commands end with their line; a semicolon in place of the line feed keeps every offset."""
    lines = text.split("\n")
    return "".join(
        f"{line}{';' if line.lstrip().startswith(chr(92)) and index < len(lines) - 1 else chr(10)}"
        for index, line in enumerate(lines)
    )[: len(text)]


def _leading_comments(statement: str) -> tuple[list[tuple[int, str]], str, int]:
    found: list[tuple[int, str]] = []
    lines = statement.split("\n")
    at = 0
    while at < len(lines) and (not lines[at].strip() or lines[at].strip().startswith("--")):
        if lines[at].strip():
            found.append((at, lines[at].strip().lstrip("-").strip()))
        at += 1
    return found, "\n".join(lines[at:]), at


def _redis_groups(text: str, first: int, written: Annotations, known: Collection[str]) -> list[Group]:
    collector = _Collector(first)
    for offset, raw in enumerate(text.split("\n")):
        line = re.sub(r"^\s*(?:[\w.-]+:\d+|redis)(?:\[\d+\])?>\s+", "", raw).strip()
        if not line:
            collector.blank()
        elif line.startswith(("#", "//", "--")):
            collector.comment(first + offset, line.lstrip("#/-").strip())
        elif re.match(r"^(?:\(integer\)|\(nil\)|\d+\) |OK$)", line):
            collector.output(line)
        elif line.split()[0].upper() in redis_commands.ALL_NAMES or not _starts_with_program(line):
            collector.command(build_command(line, first + offset, kind=Kind.REDIS, annotations=written, known=known))
        else:
            collector.command(build_command(line, first + offset, annotations=written, known=known))
    collector.blank()
    return collector.groups


def _http_groups(text: str, first: int, written: Annotations, known: Collection[str]) -> list[Group]:
    collector = _Collector(first)
    lines = text.split("\n")
    starts = [number for number, line in enumerate(lines) if http_text.is_request_line(line)]
    for number, line in enumerate(lines[: starts[0] if starts else len(lines)]):
        if line.startswith("#"):
            collector.comment(first + number, line.lstrip("#").strip())
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        body = lines[start:end]
        stop = next(
            (n for n, line in enumerate(body) if _RESPONSE.match(line) or line.startswith(("#", "//"))), len(body)
        )
        request = "\n".join(body[:stop]).strip()
        collector.command(build_command(request, first + start, kind=Kind.HTTP, annotations=written, known=known))
        for number, line in enumerate(body[stop:], start + stop):
            if line.startswith(("#", "//")):
                collector.comment(first + number, line.lstrip("#/").strip())
            elif line.strip():
                collector.output(line)
    return collector.groups


def _set_alternatives(groups: list[Group], line: int) -> None:
    """Give neighbours that exclude each other a common name; `Or ...` takes in the group before it."""
    number = 0
    for index, group in enumerate(groups):
        if not group.alternative:
            continue
        before = groups[index - 1] if index else None
        if before is not None and not before.alternative and re.match(r"^(?:or|alternatively)\b", group.title, re.I):
            before.alternative = True
    inside = False
    for group in groups:
        number += group.alternative and not inside
        inside = group.alternative
        if group.alternative:
            group.commands = [
                replace(command, alternatives_group=f"line-{line}-{number}") for command in group.commands
            ]
