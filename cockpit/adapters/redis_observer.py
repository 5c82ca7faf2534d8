"""What the account of an observer could change in a Redis, with the ACL line that would end it.

The server is asked for the account's rules (ACL GETUSER), else to judge commands without running them (ACL DRYRUN).
An account that may do neither is probed with one harmless command of each category: they change nothing even where
they are let through. No write is ever tried; each refusal is one line in the server's ACL LOG.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from cockpit.adapters.redis_acl import KINDS, Known, known_commands, permitted, rules_of
from cockpit.adapters.redis_line import Command, RedisLine, Refused, information
from cockpit.config.observer import OBSERVER_ROLE, REDIS_RULES
from cockpit.model.errors import SourceRefused
from cockpit.model.rights import Right, Wall
from cockpit.model.text import clean_bytes
from cockpit.model.wording import count

_SHOWN = 4
"""Commands that are named."""
READING_ONLY = "give observer_rest_token a token that only reads"
OWN_USER = f"ACL SETUSER {OBSERVER_ROLE} on >PASSWORD ~* {REDIS_RULES}"


async def redis_rights(line: RedisLine) -> tuple[Right, ...]:
    """What the account of this line may do, kind by kind; writes nothing.

    Args:
        line: opened as the observer.

    Raises:
        SourceError: when the server could not be asked.
    """
    source, user = str(line.id), await _user(line)
    if user is None:
        return await _without_accounts(line)
    commands = known_commands(await _asked(line, "COMMAND"))
    if user and commands:
        rules = rules_of(await _asked(line, "ACL", "GETUSER", user))
        if rules:
            return _by_commands(source, user, permitted(commands, rules), "by ACL GETUSER")
        if (dry := await _dry_run(line, user, commands)) is not None:
            return _by_commands(source, user, dry, "by ACL DRYRUN")
    return await _probed(line, user)


async def _user(line: RedisLine) -> str | None:
    """The account's name, "" when the server does not tell, None when it has no accounts."""
    try:
        reply = await line.send("ACL", "WHOAMI")
    except SourceRefused as error:
        if "unknown command" in error.what.lower():
            return None
        if "permi" in error.what.lower():
            return ""
        raise
    return clean_bytes(reply) if isinstance(reply, bytes) else ""


async def _asked(line: RedisLine, *command: str) -> object:
    """The reply, or None when the account may not ask."""
    [reply] = await line.send_all([command])
    return None if isinstance(reply, Refused) else reply


async def _dry_run(line: RedisLine, user: str, commands: Sequence[Known]) -> list[Known] | None:
    """The commands that ACL DRYRUN lets through; None when the account may not ask that, or the server cannot."""
    if await _asked(line, "ACL", "DRYRUN", user, "PING") is None:
        return None
    asked = [command for command in commands if command.kind]
    name = f"cockpit:{secrets.token_hex(16)}"
    words: list[Command] = [("ACL", "DRYRUN", user, *one.name.split("|"), *[name] * _arguments(one)) for one in asked]
    replies = await line.send_all(words)
    refused = [isinstance(reply, bytes) and b"no permissions" in reply for reply in replies]
    return [command for command, no in zip(asked, refused, strict=True) if not no]


def _arguments(command: Known) -> int:
    """How many words a command wants behind its name at the least."""
    return max(0, abs(command.arity) - 1 - command.name.count("|"))


def _by_commands(source: str, user: str, let_through: Sequence[Known], how: str) -> tuple[Right, ...]:
    found: list[Right] = []
    for kind in KINDS:
        names = sorted(command.name.upper().replace("|", " ") for command in let_through if command.kind == kind)
        if not names:
            found.append(Right(source, kind, Wall.SERVER, f"{user} may run no such command ({how})"))
            continue
        more = f" and {count(len(names) - _SHOWN, 'more command')}" if len(names) > _SHOWN else ""
        words = f"{user} may run {', '.join(names[:_SHOWN])}{more} ({how})"
        found.append(Right(source, kind, Wall.COCKPIT, words, _remedy(user)))
    return tuple(found)


def _remedy(user: str) -> str:
    return OWN_USER if user in ("", "default") else f"ACL SETUSER {user} {REDIS_RULES}"


async def _probed(line: RedisLine, user: str) -> tuple[Right, ...]:
    """Let the server refuse harmless commands: one of them says what it does with the others of its category."""
    name = f"cockpit:{secrets.token_hex(16)}"
    probes: dict[str, list[Command]] = {
        "change keys": [("GETEX", name), ("BITFIELD", name, "GET", "u8", "0")],
        "administer the server": [("CONFIG", "GET", "maxmemory"), ("ACL", "USERS")],
        "run scripts": [("SCRIPT", "EXISTS", "0" * 40)],
        "publish": [("PUBSUB", "NUMPAT")],
    }
    found = []
    for kind, commands in probes.items():
        replies = await line.send_all(commands)
        found.append(_by_probes(line, user, kind, commands, replies))
    return tuple(found)


def _by_probes(line: RedisLine, user: str, kind: str, commands: Sequence[Command], replies: Sequence[object]) -> Right:
    source, who = str(line.id), user or "the account"
    tried = " and ".join(_plain(command) for command in commands)
    refused = [isinstance(reply, Refused) and reply.missing_right for reply in replies]
    if all(refused):
        words = f"{who} is refused {tried}, which change nothing and stand for the others of their category"
        return Right(source, kind, Wall.SERVER, words)
    remedy = _remedy(user) if user else READING_ONLY
    answered = zip(commands, replies, strict=True)
    if let_through := [_plain(command) for command, reply in answered if not isinstance(reply, Refused)]:
        return Right(source, kind, Wall.COCKPIT, f"{who} is not refused {' and '.join(let_through)}", remedy)
    said = next(reply.said for reply in replies if isinstance(reply, Refused) and not reply.missing_right)
    return Right(source, kind, Wall.UNKNOWN, f"{tried} did not tell: {said}", remedy)


def _plain(command: Command) -> str:
    """A probe's name; the words behind it are only there to be complete."""
    words = [str(word) for word in command]
    return " ".join(words[:2]) if words[0] in ("CONFIG", "ACL", "SCRIPT", "PUBSUB") else words[0]


async def _without_accounts(line: RedisLine) -> tuple[Right, ...]:
    """A server before Redis 6 knows one account that may do all; only a replica refuses writes."""
    facts = await information(line, "replication")
    replica = facts.get("role") == "slave" and facts.get("slave_read_only", "1") == "1"
    remedy = "upgrade to Redis 6 or later, which has ACLs, or let observer_url lead to a replica"
    found = [Right(str(line.id), kind, Wall.COCKPIT, "the server has no accounts of its own", remedy) for kind in KINDS]
    if replica:
        found[0] = Right(str(line.id), KINDS[0], Wall.SERVER, "the server is a replica that takes no writes")
    return tuple(found)
