"""A fence taken apart by its language into groups of commands."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import lru_cache

from cockpit.model.runbook import Annotations, Kind
from cockpit.runbook import advice, http_text, kinds, redis_commands, sql_text
from cockpit.runbook.annotations import read_fence_info
from cockpit.runbook.blocks import Block
from cockpit.runbook.commands import build_command
from cockpit.runbook.fence_groups import Collector, Group, set_alternatives, starts_with_program
from cockpit.runbook.fence_shell import shell_groups
from cockpit.runbook.shell_lines import logical_lines

_RESPONSE = re.compile(r"^HTTP/[\d.]+ \d{3}")


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
        groups = shell_groups(text, first, written, known)
    elif language in kinds.SQL_LANGUAGES:
        groups = _sql_groups(text, first, written, known)
    elif language in kinds.REDIS_LANGUAGES:
        groups = _redis_groups(text, first, written, known)
    elif language in kinds.HTTP_LANGUAGES:
        groups = _http_groups(text, first, written, known)
    elif language in kinds.QUERY_LANGUAGES:
        query = build_command(text.strip(), first, kind=Kind.QUERY, annotations=written, known=known)
        groups = [Group(first, commands=[replace(query, language=language)])]
    elif language in kinds.COPY_LANGUAGES:
        groups = [Group(first, commands=[build_command(text.rstrip(), first, kind=Kind.COPY, annotations=written)])]
    else:
        groups = []
    groups = [group for group in groups if group.commands or group.title]
    for group in groups:
        if advice.warns_of_all(group.title):
            group.details += [command.text for command in group.commands]
            group.commands = []
    set_alternatives(groups, line)
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
    if not commands or lines[0].kind == "output":
        return ""
    first = commands[0].text
    if kinds.looks_like_sql(text) or kinds.looks_like_sql(first):
        return "sql"
    if http_text.is_request_line(first.split("\n")[0]):
        return "http"
    if kinds.looks_like_redis(first):
        return "redis"
    hits = [starts_with_program(line.text) for line in commands]
    return "sh" if hits[0] and sum(hits) >= 0.4 * len(lines) else ""


def _sql_groups(text: str, first: int, written: Annotations, known: Collection[str]) -> list[Group]:
    collector = Collector(first)
    end = 0
    row = 0
    for offset, statement in sql_text.statements(_meta_ended(text)):
        comments, body, skipped = _leading_comments(statement)
        line = first + row + text.count("\n", end, offset)
        if "\n\n" in text[end:offset] or comments:
            collector.blank()
        for number, comment in comments:
            collector.comment(line + number, comment)
        body = body.strip()
        if body:
            collector.command(build_command(body, line + skipped, kind=Kind.SQL, annotations=written, known=known))
        row += text.count("\n", end, offset + len(statement))
        end = offset + len(statement)
    for line_number, line_text in enumerate(text[end:].split("\n")):
        if line_text.strip().startswith("--"):
            collector.comment(first + row + line_number, line_text.strip().lstrip("-").strip())
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
    collector = Collector(first)
    for offset, raw in enumerate(text.split("\n")):
        line = re.sub(r"^\s*(?:[\w.-]+:\d+|redis)(?:\[\d+\])?>\s+", "", raw).strip()
        if not line:
            collector.blank()
        elif line.startswith(("#", "//", "--")):
            collector.comment(first + offset, line.lstrip("#/-").strip())
        elif re.match(r"^(?:\(integer\)|\(nil\)|\d+\) |OK$)", line):
            collector.output(line)
        elif line.split()[0].upper() in redis_commands.ALL_NAMES or not starts_with_program(line):
            collector.command(build_command(line, first + offset, kind=Kind.REDIS, annotations=written, known=known))
        else:
            collector.command(build_command(line, first + offset, annotations=written, known=known))
    collector.blank()
    return collector.groups


def _http_groups(text: str, first: int, written: Annotations, known: Collection[str]) -> list[Group]:
    collector = Collector(first)
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
