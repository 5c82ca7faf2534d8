"""Keys of one Redis server: what they hold, which a glob matches, and deleting them only while they hold it still."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from cockpit.adapters.redis_line import RedisLine, ask_each
from cockpit.model.errors import SourceGarbled, SourceRefused
from cockpit.model.identities import KeyIdentity
from cockpit.model.keys import key_text
from cockpit.model.outcomes import OutcomeKind
from cockpit.model.text import clean_bytes

EXPANSION_CAP = 10_000
"""Keys that a glob may match; more are refused, since nobody can look them over."""
SCAN_COUNT = 500
"""Keys that one SCAN looks at."""
_ESCAPED = re.compile(r"\\([*?\[\]\\])")
_SPECIAL = re.compile(r"[*?\[]")
_OWNER_CAP = 500
_BATCH = 200
"""Keys that are looked at in one exchange: few enough that other things go on in between."""
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
local shown = string.sub(now, 1, 200)
if kind == 'string' and ARGV[2] == 'digest' then now = 'sha1:' .. redis.sha1hex(now) end
if now ~= ARGV[1] then return {'changed', shown} end
return {'deleted', redis.call('DEL', KEYS[1])}
"""
_DIGEST = """
local kind = redis.call('TYPE', KEYS[1])['ok']
if kind == 'none' then return false end
if kind == 'string' then return redis.sha1hex(redis.call('GET', KEYS[1])) end
return redis.sha1hex(redis.call('DUMP', KEYS[1]))
"""
LARGE = 65_536
"""Bytes of a string beyond which its identity is a digest that the server computes."""
_BY_DIGEST = re.compile(rb"sha1:[0-9a-f]{40}")


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


async def look_up(line: RedisLine, keys: Sequence[str], *, exact: bool = False) -> dict[str, KeyFacts]:
    """What those of the keys hold that exist.

    Args:
        line: the server.
        keys: their names.
        exact: have the server compute the digest of what is large, by EVAL, which a reading account may not; without
            it a large string's identity is a digest of its beginning, which no deletion accepts.

    Raises:
        SourceError: when the server cannot be asked.
    """
    facts: dict[str, KeyFacts] = {}
    for start in range(0, len(keys), _BATCH):
        facts |= await _looked_up(line, keys[start : start + _BATCH], exact=exact)
        await asyncio.sleep(0)
    return facts


async def _looked_up(line: RedisLine, keys: Sequence[str], *, exact: bool) -> dict[str, KeyFacts]:
    replies = await line.send_all(
        [command for key in keys for command in (("GETRANGE", key, 0, LARGE), ("PTTL", key), ("TYPE", key))]
    )
    rows = {key: replies[3 * number : 3 * number + 3] for number, key in enumerate(keys)}
    odd = [key for key, (_, _, kind) in rows.items() if kind not in (b"string", b"none")]
    long = [key for key, (value, _, _) in rows.items() if isinstance(value, bytes) and len(value) > LARGE]
    digests = await (_digests(line, [*odd, *long]) if exact else _dumped(line, odd))
    facts: dict[str, KeyFacts] = {}
    for key, (value, milliseconds, kind) in rows.items():
        if not isinstance(milliseconds, int) or milliseconds == _NO_SUCH_KEY:
            continue
        ttl = None if milliseconds == _NO_EXPIRY else milliseconds / 1000
        if isinstance(value, bytes) and kind == b"string":
            beginning = _digest(b"beginning of " + value) if len(value) > LARGE else value
            facts[key] = KeyFacts(digests.get(key, beginning), clean_bytes(value, _OWNER_CAP), ttl)
        elif key in digests and isinstance(kind, bytes):
            facts[key] = KeyFacts(digests[key], f"({clean_bytes(kind)})", ttl)
    return facts


async def _digests(line: RedisLine, keys: Sequence[str]) -> dict[str, bytes]:
    """The digests of what is no short string, computed by the server."""
    found = await line.send_all([("EVAL", _DIGEST, 1, key) for key in keys])
    return {key: b"sha1:" + hexed for key, hexed in zip(keys, found, strict=True) if isinstance(hexed, bytes)}


async def _dumped(line: RedisLine, keys: Sequence[str]) -> dict[str, bytes]:
    """The same for an account that may only read."""
    dumps = await ask_each(line, keys, ("DUMP",))
    return {key: _digest(dump) for key, (dump,) in zip(keys, dumps, strict=True) if isinstance(dump, bytes)}


async def expand(line: RedisLine, patterns: Sequence[str]) -> list[str]:
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
        async for key in scan(line, pattern):
            found[key] = None
            if len(found) > EXPANSION_CAP:
                raise SourceRefused(f"more than {EXPANSION_CAP:,} keys match", "narrow the pattern")
    return list(found)


async def scan(line: RedisLine, pattern: str) -> AsyncIterator[str]:
    """Every key that matches, possibly more than once, a page at a time.

    Raises:
        SourceError: when the server cannot be asked.
    """
    cursor = 0
    while True:
        cursor, page = await scan_page(line, cursor, pattern)
        for key in page:
            yield key_text(key)
        if cursor == 0:
            return


async def scan_page(
    line: RedisLine, cursor: int, pattern: str, count: int = SCAN_COUNT, kind: str = ""
) -> tuple[int, list[bytes]]:
    """One page of SCAN: the cursor for the next, 0 at the end, and the keys.

    Args:
        line: the server.
        cursor: 0 for the first page.
        pattern: a glob.
        count: keys that the server looks at.
        kind: only keys of this type (Redis 6 and later), "" for all.

    Raises:
        SourceGarbled: when the reply is no page.
        SourceError: when the server cannot be asked.
    """
    narrowed = ("TYPE", kind) if kind else ()
    reply = await line.send("SCAN", str(cursor), "MATCH", pattern, "COUNT", str(count), *narrowed)
    match reply:
        case [bytes() | int() as at, list() as keys]:
            return int(at), [key for key in keys if isinstance(key, bytes)]
        case _:
            raise SourceGarbled(f"{line.id} answered SCAN with something else")


async def delete_unchanged(line: RedisLine, key: KeyIdentity, seconds: float) -> tuple[OutcomeKind, str]:
    """Delete a key in one step of the server, if it holds the value still.

    Returns:
        The kind of outcome and one clause that says what happened.

    Raises:
        SourceUnreachable: when the answer did not come.
        SourceRefused: when the server refused.
    """
    value, how = key.value, "digest" if _BY_DIGEST.fullmatch(key.value) else "value"
    if not _is_text(value):
        value, how = _digest(value), "digest"
    reply = await line.send("EVAL", _DELETE_UNCHANGED, 1, key.key, value, how, seconds=seconds)
    word, detail = (reply[0], reply[1]) if isinstance(reply, list) and len(reply) == 2 else (b"", b"")
    if word == b"deleted":
        return OutcomeKind.SUCCEEDED, "deleted."
    if word == b"gone":
        return OutcomeKind.REFUSED, "it was gone already, so nothing was deleted."
    if word == b"changed" and isinstance(detail, bytes):
        return OutcomeKind.REFUSED, f'it holds "{clean_bytes(detail, 200)}" now, so it was left alone.'
    return OutcomeKind.UNKNOWN, "the server gave an answer that makes no sense."


def _digest(dump: bytes) -> bytes:
    """The identity of a value that is no string; the server's script computes the same."""
    return b"sha1:" + hashlib.sha1(dump, usedforsecurity=False).hexdigest().encode()


def _is_text(value: bytes) -> bool:
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
