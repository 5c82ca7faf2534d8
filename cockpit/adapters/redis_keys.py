"""Keys of one Redis server: what they hold, which a glob matches, and deleting them only while they hold it still."""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import partial

from redis.asyncio import Redis

from cockpit.adapters.redis_connection import RedisConnection
from cockpit.model.actions import KeyIdentity, OutcomeKind
from cockpit.model.errors import SourceRefused
from cockpit.model.text import clean_bytes

EXPANSION_CAP = 10_000
"""Keys that a glob may match; more are refused, since nobody can look them over."""
SCAN_COUNT = 500
"""Keys that one SCAN looks at."""
_ESCAPED = re.compile(r"\\([*?\[\]\\])")
_SPECIAL = re.compile(r"[*?\[]")
_OWNER_CAP = 500
_NO_SUCH_KEY, _NO_EXPIRY = -2, -1

_DELETE_UNCHANGED = """
local kind = redis.call('TYPE', KEYS[1])['ok']
if kind == 'none' then return {'gone', ''} end
local now
if kind == 'string' then
    now = redis.call('GET', KEYS[1])
else
    now = 'sha1:' .. redis.sha1hex(redis.call('DUMP', KEYS[1]))
end
if now ~= ARGV[1] then return {'changed', now} end
return {'deleted', redis.call('DEL', KEYS[1])}
"""


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What a key holds.

    Attributes:
        identity: its exact value; a digest of its serialised form when it is no string.
        owner: the value as cleaned text, or its type in brackets.
        ttl: seconds left, None when it never expires.
    """

    identity: bytes
    owner: str
    ttl: float | None


async def look_up(connection: RedisConnection, keys: Sequence[str]) -> dict[str, KeyFacts]:
    """What those of the keys hold that exist.

    Raises:
        SourceError: when the server cannot be asked.
    """
    replies = await connection.ask(lambda client: ask_all(client, keys, ("GET", "PTTL", "TYPE")))
    odd = [key for key, (_, _, kind) in zip(keys, replies, strict=True) if kind not in (b"string", b"none")]
    dumps = await connection.ask(lambda client: ask_all(client, odd, ("DUMP",))) if odd else []
    serialised = {key: dump for key, (dump,) in zip(odd, dumps, strict=True)}
    facts: dict[str, KeyFacts] = {}
    for key, (value, milliseconds, kind) in zip(keys, replies, strict=True):
        if not isinstance(milliseconds, int) or milliseconds == _NO_SUCH_KEY:
            continue
        ttl = None if milliseconds == _NO_EXPIRY else milliseconds / 1000
        dump = serialised.get(key)
        if isinstance(value, bytes):
            facts[key] = KeyFacts(value, clean_bytes(value, _OWNER_CAP), ttl)
        elif isinstance(dump, bytes) and isinstance(kind, bytes):
            facts[key] = KeyFacts(_digest(dump), f"({clean_bytes(kind)})", ttl)
    return facts


async def expand(connection: RedisConnection, patterns: Sequence[str]) -> list[str]:
    """The keys that names and globs stand for; a glob is expanded by SCAN, since DEL takes none.

    A backslash takes the meaning from the special character after it, as in Redis' own patterns.

    Raises:
        SourceRefused: when a glob matches more than EXPANSION_CAP keys.
        SourceError: when the server cannot be asked.
    """
    found: dict[str, None] = {}
    for pattern in patterns:
        if not _SPECIAL.search(_ESCAPED.sub("", pattern)):
            found[_ESCAPED.sub(r"\1", pattern)] = None
            continue
        async for key in scan(connection, pattern):
            found[key] = None
            if len(found) > EXPANSION_CAP:
                raise SourceRefused(f"more than {EXPANSION_CAP:,} keys match", "narrow the pattern")
    return list(found)


async def scan(connection: RedisConnection, pattern: str) -> AsyncIterator[str]:
    """Every key that matches, possibly more than once, a page at a time.

    Raises:
        SourceError: when the server cannot be asked.
    """
    cursor = 0
    while True:
        cursor, page = await connection.ask(partial(_page, cursor, pattern))
        for key in page:
            yield key.decode("utf-8", "replace")
        if cursor == 0:
            return


async def _page(cursor: int, pattern: str, client: Redis) -> tuple[int, list[bytes]]:
    at, keys = await client.scan(cursor, match=pattern, count=SCAN_COUNT)
    return int(at), [key for key in keys if isinstance(key, bytes)]


async def delete_unchanged(connection: RedisConnection, key: KeyIdentity, seconds: float) -> tuple[OutcomeKind, str]:
    """Delete a key in one step of the server, if it holds the value still.

    Returns:
        The kind of outcome and one clause that says what happened.

    Raises:
        SourceUnreachable: when the answer did not come.
        SourceRefused: when the server refused.
    """
    reply = await connection.ask(lambda client: client.eval(_DELETE_UNCHANGED, 1, key.key, key.value), seconds)
    word, detail = (reply[0], reply[1]) if isinstance(reply, list) and len(reply) == 2 else (b"", b"")
    if word == b"deleted":
        return OutcomeKind.SUCCEEDED, "deleted."
    if word == b"gone":
        return OutcomeKind.REFUSED, "it was gone already, so nothing was deleted."
    if word == b"changed" and isinstance(detail, bytes):
        return OutcomeKind.REFUSED, f'it holds "{clean_bytes(detail, 200)}" now, so it was left alone.'
    return OutcomeKind.UNKNOWN, "the server gave an answer that makes no sense."


async def ask_all(client: Redis, keys: Sequence[str | bytes], commands: Sequence[str]) -> list[list[object]]:
    """The replies of several commands on each key in one exchange; an error takes the place of its reply."""
    pipeline = client.pipeline(transaction=False)
    for key in keys:
        for command in commands:
            pipeline.execute_command(command, key)
    replies = await pipeline.execute(raise_on_error=False)
    width = len(commands)
    return [list(replies[start : start + width]) for start in range(0, len(replies), width)]


def _digest(dump: bytes) -> bytes:
    """The identity of a value that is no string; the server's script computes the same."""
    return b"sha1:" + hashlib.sha1(dump, usedforsecurity=False).hexdigest().encode()
