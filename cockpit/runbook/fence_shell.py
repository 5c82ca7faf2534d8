"""A shell fence as groups; `ssh host`, `psql URL` and their like open a context for the lines after them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from cockpit.model.runbook import Annotations, Command, Context, Kind
from cockpit.runbook import kinds, redis_commands
from cockpit.runbook.commands import build_command
from cockpit.runbook.fence_groups import Collector, Group, starts_with_program
from cockpit.runbook.shell_lines import LogicalLine, logical_lines

_NESTED_SHELLS = frozenset(
    {"ssh", "docker exec", "docker compose exec", "kubectl exec", "docker-compose exec", "bash", "sh", "su"}
)


def shell_groups(text: str, first: int, written: Annotations, known: Collection[str]) -> list[Group]:
    """The groups of a shell fence.

    Args:
        text: the fence's contents.
        first: 1-based line in the file of its first line.
        written: what the author wrote beside the fence.
        known: names that are declared inputs or captured values.
    """
    collector = Collector(first)
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
        return not text.startswith("\\") and not kinds.looks_like_sql(text) and starts_with_program(text)
    if context.program in ("redis-cli", "valkey-cli"):
        return first.upper() not in redis_commands.ALL_NAMES and starts_with_program(text)
    return starts_with_program(text)


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
