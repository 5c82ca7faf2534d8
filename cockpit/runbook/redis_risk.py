"""What a line of Redis may do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cockpit.model.command_info import CommandInfo
from cockpit.model.risk import Risk, RiskVerdict
from cockpit.model.runbook import CommandWarning, Kind
from cockpit.runbook import placeholders, redis_commands
from cockpit.runbook.redis_words import split_redis


def judge_redis(text: str, known: Mapping[str, CommandInfo] | None = None) -> RiskVerdict:
    """The risk of one Redis command; several lines take the worst.

    Args:
        text: as typed at redis-cli; placeholders may still be in it.
        known: what the server says of its commands by their full name in capitals, None when it was not asked.
    """
    verdicts = [_judge_line(line, known or {}) for line in _lines(text)]
    return max(
        verdicts, key=lambda verdict: verdict.risk.rank, default=RiskVerdict(Risk.UNKNOWN, "there is no command")
    )


def command_names(text: str) -> tuple[str, ...]:
    """The names under which a server can be asked about the commands of a text: the whole name, then its first word.

    Args:
        text: as typed at redis-cli; placeholders may still be in it.
    """
    found: dict[str, None] = {}
    for line in _lines(text):
        arguments = split_redis(placeholders.mask(line, Kind.REDIS))
        if arguments and "PLACEHOLDER" not in arguments[0]:
            found |= dict.fromkeys(_names(arguments))
    return tuple(found)


def redis_risk(words: Sequence[str], info: CommandInfo | None = None) -> RiskVerdict:
    """The risk of one command, by the shipped table and by the server's own word where there is one.

    The server may raise a risk and may tell what the table does not know; it lowers nothing that the table knows.

    Args:
        words: the command and its arguments.
        info: what COMMAND INFO says of it, None when the server was not asked or does not know it.
    """
    if not words or not words[0]:
        return RiskVerdict(Risk.UNKNOWN, "there is no command")
    table = _by_table(words)
    if info is None:
        return table or RiskVerdict(Risk.UNKNOWN, f"{_shown(words)} is not in the table of Redis commands")
    said = _by_server(_shown(words), info)
    if table is None:
        return said
    writes = "write" in info.flags and said.risk.rank > table.risk.rank
    return said if writes else table


def _lines(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip() and not line.lstrip().startswith("#")]


def _names(arguments: Sequence[str]) -> tuple[str, ...]:
    first = arguments[0].upper()
    return (f"{first}|{arguments[1].upper()}", first) if len(arguments) > 1 else (first,)


def _shown(words: Sequence[str]) -> str:
    return redis_commands.full_name(list(words)).replace("|", " ")


def _judge_line(line: str, known: Mapping[str, CommandInfo]) -> RiskVerdict:
    arguments = split_redis(placeholders.mask(line, Kind.REDIS))
    if not arguments:
        return RiskVerdict(Risk.UNKNOWN, "its quotes do not balance")
    return redis_risk(arguments, next((known[name] for name in _names(arguments) if name in known), None))


def _by_server(shown: str, info: CommandInfo) -> RiskVerdict:
    """What the flags and categories of a command mean; a whole database or the server itself is high."""
    if "write" in info.flags:
        if "dangerous" in info.categories and info.first_key == 0:
            return RiskVerdict(Risk.HIGH, f"the server flags {shown} as a dangerous write that names no key")
        return RiskVerdict(Risk.CHANGE, f"the server flags {shown} as write")
    if "admin" in info.flags or {"admin", "dangerous"} & info.categories:
        return RiskVerdict(Risk.HIGH, f"the server calls {shown} dangerous or for administrators only")
    if info.flags & {"blocking", "pubsub"}:
        return RiskVerdict(Risk.UNKNOWN, f"the server says that {shown} may wait without an end")
    if "readonly" in info.flags:
        return RiskVerdict(Risk.READ, f"the server flags {shown} as readonly")
    return RiskVerdict(Risk.UNKNOWN, f"{shown} is in no table, and the server flags it neither readonly nor write")


def _by_table(arguments: Sequence[str]) -> RiskVerdict | None:
    """What the shipped table says, None when it does not know the command."""
    name = redis_commands.full_name(list(arguments))
    shown = _shown(arguments)
    if name in redis_commands.HIGH:
        return RiskVerdict(Risk.HIGH, redis_commands.HIGH[name])
    if arguments[0].upper() in ("EVAL", "EVALSHA", "FCALL", "EVAL_RO", "EVALSHA_RO", "FCALL_RO"):
        return RiskVerdict(Risk.CHANGE, f"{shown} runs a script, and a script may write")
    if name in redis_commands.CHANGES:
        return RiskVerdict(Risk.CHANGE, f"{shown} has the flag write")
    if name == "XREAD" and "BLOCK" in (argument.upper() for argument in arguments):
        return RiskVerdict(Risk.UNKNOWN, "XREAD BLOCK waits for what may never come")
    if name in redis_commands.READS:
        return RiskVerdict(Risk.READ, f"{shown} has the flag readonly")
    return None


def warnings_redis(text: str) -> tuple[CommandWarning, ...]:
    """What a person should know about a Redis line: globs where none work, commands that block."""
    arguments = split_redis(placeholders.mask(text, Kind.REDIS)) or [""]
    name = arguments[0].upper()
    if name in ("DEL", "UNLINK") and any("*" in argument for argument in arguments[1:]):
        return (CommandWarning("del-glob", f"{name} takes no pattern: * is an ordinary character of a key here"),)
    if name == "KEYS":
        return (CommandWarning("blocks-server", "KEYS blocks the server; SCAN walks over the keys in small steps"),)
    return ()
