"""A command and the values for its placeholders as the operation that would run; and as the text a person reads."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cockpit.model.errors import RunbookError
from cockpit.model.operations import (
    HttpRequest,
    Operation,
    RedisCommand,
    ServiceOperation,
    ShellCommand,
    SignalMatchingBackends,
    SqlStatement,
)
from cockpit.model.runbook import Command, Kind
from cockpit.model.text import clean_block
from cockpit.runbook import fill, placeholders, redis_commands
from cockpit.runbook.redis_words import split_redis
from cockpit.runbook.resolve_http import resolve_http
from cockpit.runbook.resolve_query import resolve_query
from cockpit.runbook.resolve_shell import places_in_context, resolve_service, resolve_shell
from cockpit.runbook.resolve_sql import resolve_sql

__all__ = [
    "HttpRequest",
    "RedisCommand",
    "ServiceOperation",
    "ShellCommand",
    "SignalMatchingBackends",
    "SqlStatement",
    "missing",
    "needed",
    "render",
    "resolve",
]

_DELETING = frozenset({"DEL", "UNLINK"})
_GLOB = re.compile(r"[*?\[\]\\]")
_SHELL_KINDS = frozenset({Kind.SHELL, Kind.DOCKER, Kind.LOGS, Kind.SETTINGS})


def resolve(command: Command, values: Mapping[str, str]) -> Operation:
    """The operation that a command stands for. A value never changes what the operation is.

    Args:
        command: as read.
        values: name of a placeholder, or of a $VARIABLE in a request, to its value.

    Raises:
        RunbookError: naming the placeholders that have no value, or why the command cannot be run.
    """
    if command.kind is Kind.SQL:
        return resolve_sql(command, values)
    if command.kind is Kind.REDIS:
        return _redis(command, values)
    if command.kind is Kind.HTTP:
        return resolve_http(command, values)
    if command.kind is Kind.QUERY:
        return resolve_query(command, values)
    if command.kind in _SHELL_KINDS:
        service = resolve_service(command, values) if command.kind is Kind.DOCKER and command.context is None else None
        return service or resolve_shell(command, values)
    raise RunbookError(f"a command of the kind {command.kind} is not run by the cockpit", "do it by hand")


def needed(command: Command) -> tuple[str, ...]:
    """The names that `resolve` needs values for, in order: placeholders, and for a request its $VARIABLES."""
    variables = placeholders.variables(command.text) if command.kind is Kind.HTTP else ()
    around = (place.name for place in places_in_context(command))
    return tuple(dict.fromkeys((*around, *command.placeholders, *variables)))


def missing(command: Command, values: Mapping[str, str]) -> tuple[str, ...]:
    """The names that still have no value."""
    return tuple(name for name in needed(command) if name not in values)


def render(command: Command, values: Mapping[str, str]) -> str:
    """The command as a person reads it, with the values that are known filled in; for the eye only, never run."""
    places = [place for place in fill.places_in(command) if place.name in values]

    def shown(_: int, place: placeholders.Placeholder) -> str:
        value = clean_block(values[place.name], 2_000)
        if place.style == "literal":
            doubled = value.replace("'", "''")
            return f"'{doubled}'"
        return f'"{value}"' if place.style == "identifier" else value

    return placeholders.replace(command.text, places, shown)


def _redis(command: Command, values: Mapping[str, str]) -> RedisCommand:
    template = fill.Template(command.text, fill.places_in(command), values)
    arguments = split_redis(template.marked)
    if not arguments:
        raise RunbookError("the quotes of the Redis command do not balance", "correct the file")
    name = redis_commands.full_name(arguments)
    fixed = 2 if "|" in name or arguments[0].upper() in redis_commands.CONTAINERS else 1
    if any(template.holds(argument) for argument in arguments[:fixed]):
        raise RunbookError("a value stands where the name of the Redis command is expected", "write the command out")
    encode = _literal if arguments[0].upper() in _DELETING else str
    return RedisCommand(tuple(template.fill(argument, encode) for argument in arguments))


def _literal(value: str) -> str:
    """A value in a key that may be written as a glob: its own special characters stand for themselves."""
    return _GLOB.sub(r"\\\g<0>", value)
