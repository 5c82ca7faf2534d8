"""The keys of a Redis, a page at a time, and a bounded look at one value."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from cockpit.adapters.redis_figures import missing_rights
from cockpit.adapters.redis_keys import scan_page
from cockpit.adapters.redis_line import RedisLine
from cockpit.adapters.redis_values import PREVIEWS, Preview, unknown_type
from cockpit.model.errors import SourceError
from cockpit.model.keys import KeyEntry, KeyPage, KeyPreview, key_text
from cockpit.model.text import clean_bytes

PAGE = 1_000
"""Keys from which a page is full; it may hold a few more, since SCAN hands out what it has."""
BUDGET = 1.0
"""Seconds after which a page ends, full or not."""
SCAN_COUNT = 1_000
LARGE = 64 << 20
"""Bytes from which elements of a value are not fetched unasked."""
_BATCH = 100
"""Keys that are asked about in one exchange: few enough that other things go on in between."""
_WANTED = {
    "memory|usage": "the memory of keys",
    "object|encoding": "the encoding of keys",
    "type": "the type of keys",
    "pttl": "the time that keys have left",
}
_NO_SUCH_KEY, _NO_EXPIRY = -2, -1


class RedisBrowser:
    """Fulfils `KeyBrowser`, with commands that only read.

    Args:
        line: the server.
    """

    def __init__(self, line: RedisLine) -> None:
        self._line = line
        self._notes: tuple[str, ...] | None = None

    async def page(self, pattern: str, cursor: int, kind: str = "") -> KeyPage:
        """The next keys under a glob: at most about PAGE of them, within about BUDGET seconds.

        Args:
            pattern: the glob.
            cursor: 0 to begin, else that of the page before.
            kind: only keys of this type, "" for all.

        Raises:
            SourceError: when the server cannot be asked.
        """
        started, looked, found, stopped = time.monotonic(), 0, dict[bytes, None](), ""
        while not stopped:
            cursor, names = await scan_page(self._line, cursor, pattern, SCAN_COUNT, kind)
            looked += SCAN_COUNT
            found.update(dict.fromkeys(names))
            if cursor == 0:
                break
            stopped = "count" if len(found) >= PAGE else "time" if time.monotonic() - started > BUDGET else ""
        entries = await self._entries(list(found))
        total = await self._total()
        looked = min(looked, total) if total is not None else looked
        took = time.monotonic() - started
        return KeyPage(pattern, entries, cursor, looked, took, stopped, total, await self._learn_rights())

    async def preview(self, name: str) -> KeyPreview | None:
        """A bounded look at one key's value; None when it is gone.

        Args:
            name: as `key_text` carries it.

        Raises:
            SourceError: when the server cannot be asked.
        """
        entries = await self._entries([name.encode("utf-8", "surrogateescape")])
        if not entries:
            return None
        [entry] = entries
        look = PREVIEWS.get(entry.type, unknown_type)
        heavy = entry.type != "string" and entry.memory is not None and entry.memory > LARGE
        found = (
            Preview(None, ("too large to be looked into unasked",), 0, "") if heavy else await look(self._line, name)
        )
        return KeyPreview(
            name, entry.type, entry.ttl, found.length, found.lines, found.cut, found.unit, entry.memory, entry.encoding
        )

    async def _entries(self, names: Sequence[bytes]) -> tuple[KeyEntry, ...]:
        """Facts of those keys that are still there."""
        entries: list[KeyEntry] = []
        lacking = " ".join(await self._learn_rights())
        commands: list[tuple[str, ...]] = [("TYPE",), ("PTTL",)]
        asks_memory, asks_encoding = "+memory|usage" not in lacking, "+object|encoding" not in lacking
        commands += [("MEMORY", "USAGE")] if asks_memory else []
        commands += [("OBJECT", "ENCODING")] if asks_encoding else []
        for start in range(0, len(names), _BATCH):
            await asyncio.sleep(0)
            batch = names[start : start + _BATCH]
            replies = await self._line.send_all([(*words, name) for name in batch for words in commands])
            for number, name in enumerate(batch):
                told = replies[number * len(commands) : (number + 1) * len(commands)]
                memory = told[2] if asks_memory else None
                encoding = told[-1] if asks_encoding else None
                entry = _entry(name, told[0], told[1], memory, encoding)
                entries += [entry] if entry is not None else []
        return tuple(entries)

    async def _total(self) -> int | None:
        try:
            reply = await self._line.send("DBSIZE")
        except SourceError:
            return None
        return reply if isinstance(reply, int) else None

    async def _learn_rights(self) -> tuple[str, ...]:
        if self._notes is None:
            self._notes = await missing_rights(self._line, _WANTED)
        return self._notes


def _entry(name: bytes, kind: object, ttl: object, memory: object, encoding: object) -> KeyEntry | None:
    if ttl == _NO_SUCH_KEY or kind == b"none":
        return None
    return KeyEntry(
        key_text(name),
        clean_bytes(kind) if isinstance(kind, bytes) else "",
        ttl / 1000 if isinstance(ttl, int) and ttl != _NO_EXPIRY else None,
        memory if isinstance(memory, int) else None,
        clean_bytes(encoding) if isinstance(encoding, bytes) else "",
    )
