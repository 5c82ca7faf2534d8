"""What a Redis says of itself in INFO, and which of the cockpit's questions its account may not ask."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cockpit.adapters.redis_line import RedisLine, Refused
from cockpit.model.errors import SourceRefused
from cockpit.model.locks import RedisFigures
from cockpit.model.text import clean_bytes

_NAME = re.compile(r"[\w.-]+", re.ASCII)


def figures_of(told: Mapping[str, str], slow: int | None) -> RedisFigures | None:
    """The figures in INFO; None when it says nothing.

    Args:
        told: names and values of INFO.
        slow: entries in the slow log, None when not known.
    """
    if not told:
        return None
    name = told.get("server_name", "redis")
    version = told.get("valkey_version") or told.get("redis_version", "")

    def number(key: str) -> int | None:
        text = told.get(key, "")
        return int(text) if text.isascii() and text.isdigit() else None

    return RedisFigures(
        version=f"{name} {version}".strip(),
        memory=number("used_memory"),
        memory_limit=number("maxmemory"),
        evicted=number("evicted_keys"),
        hits=number("keyspace_hits"),
        misses=number("keyspace_misses"),
        clients=number("connected_clients"),
        per_second=number("instantaneous_ops_per_sec"),
        slow=slow,
    )


async def slow_entries(line: RedisLine) -> int | None:
    """Entries in the slow log; None for an account that may not ask.

    Raises:
        SourceUnreachable: when nobody answered.
    """
    [reply] = await line.send_all([("SLOWLOG", "LEN")])
    return reply if isinstance(reply, int) else None


async def missing_rights(line: RedisLine, wanted: Mapping[str, str]) -> tuple[str, ...]:
    """One sentence for all commands that the account may not run, with the rule that grants them.

    The questions are asked on a key that does not exist.

    Args:
        line: the server.
        wanted: command, as ACL writes it (`memory|usage`), to what it is needed for.

    Raises:
        SourceUnreachable: when nobody answered.
    """
    probes = {name: _PROBES[name] for name in wanted}
    replies = await line.send_all(list(probes.values()))
    lacking = [name for name, reply in zip(probes, replies, strict=True) if _refused(reply)]
    if not lacking:
        return ()
    hidden = ", ".join(wanted[name] for name in lacking)
    rules = " ".join(f"+{name}" for name in lacking)
    return (f"not shown: {hidden}; to see it, ACL SETUSER {await _whoami(line)} {rules}",)


_ABSENT = "cockpit:no-such-key"
_PROBES: Mapping[str, tuple[str, ...]] = {
    "scan": ("SCAN", "0", "COUNT", "1"),
    "info": ("INFO", "server"),
    "slowlog|len": ("SLOWLOG", "LEN"),
    "memory|usage": ("MEMORY", "USAGE", _ABSENT),
    "object|encoding": ("OBJECT", "ENCODING", _ABSENT),
    "dump": ("DUMP", _ABSENT),
    "type": ("TYPE", _ABSENT),
    "pttl": ("PTTL", _ABSENT),
}


def _refused(reply: object) -> bool:
    return isinstance(reply, Refused) and reply.missing_right


async def _whoami(line: RedisLine) -> str:
    try:
        reply = await line.send("ACL", "WHOAMI")
    except SourceRefused:
        return "USER"
    name = clean_bytes(reply) if isinstance(reply, bytes) else ""
    return name if _NAME.fullmatch(name) else "USER"
