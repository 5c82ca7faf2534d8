"""What a line of Redis may do."""

from __future__ import annotations

from cockpit.model.actions import Risk, RiskVerdict
from cockpit.model.runbook import CommandWarning, Kind
from cockpit.runbook import placeholders, redis_commands
from cockpit.runbook.redis_words import split_redis


def judge_redis(text: str) -> RiskVerdict:
    """The risk of one Redis command; several lines take the worst.

    Args:
        text: as typed at redis-cli; placeholders may still be in it.
    """
    verdicts = [_judge_line(line) for line in text.split("\n") if line.strip() and not line.lstrip().startswith("#")]
    return max(
        verdicts, key=lambda verdict: verdict.risk.rank, default=RiskVerdict(Risk.UNKNOWN, "there is no command")
    )


def _judge_line(line: str) -> RiskVerdict:
    arguments = split_redis(placeholders.mask(line, Kind.REDIS))
    if not arguments:
        return RiskVerdict(Risk.UNKNOWN, "its quotes do not balance")
    name = redis_commands.full_name(arguments)
    shown = name.replace("|", " ")
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
    return RiskVerdict(Risk.UNKNOWN, f"{shown} is not in the table of Redis commands")


def warnings_redis(text: str) -> tuple[CommandWarning, ...]:
    """What a person should know about a Redis line: globs where none work, commands that block."""
    arguments = split_redis(placeholders.mask(text, Kind.REDIS)) or [""]
    name = arguments[0].upper()
    if name in ("DEL", "UNLINK") and any("*" in argument for argument in arguments[1:]):
        return (CommandWarning("del-glob", f"{name} takes no pattern: * is an ordinary character of a key here"),)
    if name == "KEYS":
        return (CommandWarning("blocks-server", "KEYS blocks the server; SCAN walks over the keys in small steps"),)
    return ()
