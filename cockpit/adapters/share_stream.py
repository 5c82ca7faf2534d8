"""What is shared, carried by Redis Streams: one stream of entries and one of frames for each incident."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cockpit.adapters.redis_connection import RedisConnection
from cockpit.adapters.redis_line import Refused, Word
from cockpit.config.secrets import Secret
from cockpit.model.errors import SourceGarbled, SourceRefused
from cockpit.model.readings import SourceId, SourceKind
from cockpit.model.share import Item, News
from cockpit.model.text import clean_bytes

ENTRIES_AT_ONCE, FRAMES_AT_ONCE = 200, 20
"""Items that one question brings."""
_SCAN_ROUNDS = 50
_FIELD = "d"
_PROLONG = """
if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("PEXPIRE", KEYS[1], ARGV[2]) end
return 0
"""
_LET_GO = """
if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end
return 0
"""
_BEHIND = "equal or smaller"
"""What Redis says of an entry whose sequence the stream already has."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much the streams hold.

    Attributes:
        entries, frames: the newest of each that a stream keeps; Redis may keep some more.
        keep: seconds after the last word of an incident until it is gone.
    """

    entries: int = 20_000
    frames: int = 600
    keep: float = 86_400.0


class RedisShare:
    """Fulfils `ShareStream`.

    Args:
        url: redis://user:password@host:port/db.
        prefix: of all keys, so that several teams can share one server.
        bounds: how much is kept.
        deadline: seconds for one exchange.

    Raises:
        ConfigError: when the URL is none.
    """

    def __init__(self, url: Secret, prefix: str, bounds: Bounds, deadline: float = 3.0) -> None:
        self.id = SourceId(SourceKind.SHARE, "share")
        self._line = RedisConnection("share", url, deadline, protocol=3)
        self._prefix = prefix
        self._bounds = bounds

    async def announce(self, story: str, live: bytes) -> None:
        """Put up the record of an incident.

        Raises:
            SourceError: when it could not be done.
        """
        await self._line.send("SET", self._key("live", story), live, "PX", self._milliseconds)

    async def announced(self) -> Sequence[bytes]:
        """The records of all incidents that are shared.

        Raises:
            SourceError: when they could not be read.
        """
        keys, cursor = dict[bytes, None](), b"0"
        for _ in range(_SCAN_ROUNDS):
            reply = await self._line.send("SCAN", cursor, "MATCH", self._key("live", "*"), "COUNT", 1_000)
            match reply:
                case [bytes(cursor), list(found)]:
                    keys.update(dict.fromkeys(key for key in found if isinstance(key, bytes)))
                case _:
                    raise _strange()
            if cursor == b"0":
                break
        values = await self._line.send("MGET", *keys) if keys else []
        return [value for value in values if isinstance(value, bytes)] if isinstance(values, list) else []

    async def add_entries(self, story: str, entries: Sequence[tuple[int, bytes]]) -> int:
        """Append entries by their sequences; how many were taken, which is fewer where the stream holds them already.

        Raises:
            SourceError: when it could not be done.
        """
        key = self._key("entries", story)
        commands: list[tuple[Word, ...]] = [
            ("XADD", key, "MAXLEN", "~", self._bounds.entries, f"{sequence}-0", _FIELD, data)
            for sequence, data in entries
        ]
        replies = await self._line.send_all([*commands, ("PEXPIRE", key, self._milliseconds)])
        refused = [reply for reply in replies if isinstance(reply, Refused)]
        for reply in refused:
            if _BEHIND not in reply.said:
                raise _not_permitted(reply)
        return len(entries) - len(refused)

    async def add_frame(self, story: str, data: bytes) -> None:
        """Append a frame.

        Raises:
            SourceError: when it could not be done.
        """
        key = self._key("frames", story)
        add: tuple[Word, ...] = ("XADD", key, "MAXLEN", "~", self._bounds.frames, "*", _FIELD, data)
        for reply in await self._line.send_all([add, ("PEXPIRE", key, self._milliseconds)]):
            if isinstance(reply, Refused):
                raise _not_permitted(reply)

    async def newest_entry(self, story: str) -> Item | None:
        """The last entry of a stream, None when it has none.

        Raises:
            SourceError: when it could not be read.
        """
        reply = await self._line.send("XREVRANGE", self._key("entries", story), "+", "-", "COUNT", 1)
        return next(iter(_items(reply)), None)

    async def last_frames(self, story: str, most: int) -> Sequence[Item]:
        """The newest frames, oldest first.

        Raises:
            SourceError: when they could not be read.
        """
        reply = await self._line.send("XREVRANGE", self._key("frames", story), "+", "-", "COUNT", most)
        return _items(reply)[::-1]

    async def news(self, story: str, entry: str, frame: str) -> News:
        """What came after an entry and a frame of these ids; "0" is before the first.

        Raises:
            SourceError: when it could not be read.
        """
        entries, frames = self._key("entries", story), self._key("frames", story)
        replies = await self._line.send_all(
            [
                ("GET", self._key("live", story)),
                ("XREVRANGE", entries, "+", "-", "COUNT", 1),
                ("XREAD", "COUNT", ENTRIES_AT_ONCE, "STREAMS", entries, entry),
                ("XREAD", "COUNT", FRAMES_AT_ONCE, "STREAMS", frames, frame),
            ]
        )
        for reply in replies:
            if isinstance(reply, Refused):
                raise _not_permitted(reply)
        live, newest, more_entries, more_frames = replies
        top = next(iter(_items(newest)), None)
        record = live if isinstance(live, bytes) else None
        return News(record, top, tuple(_only_stream(more_entries)), tuple(_only_stream(more_frames)))

    async def hold(self, story: str, what: str, token: str, seconds: float) -> bool:
        """Take a lease on something, or prolong one's own; False while somebody else has it.

        Raises:
            SourceError: when that cannot be found out.
        """
        key, milliseconds = self._lease(story, what), int(seconds * 1_000)
        if await self._line.send("SET", key, token, "NX", "PX", milliseconds) is not None:
            return True
        return await self._line.send("EVAL", _PROLONG, 1, key, token, milliseconds) == 1

    async def let_go(self, story: str, what: str, token: str) -> None:
        """Give a lease back, if it still is one's own.

        Raises:
            SourceError: when it could not be done.
        """
        await self._line.send("EVAL", _LET_GO, 1, self._lease(story, what), token)

    async def holder(self, story: str, what: str) -> str:
        """The token of whoever has a lease, "" when nobody has.

        Raises:
            SourceError: when that cannot be found out.
        """
        reply = await self._line.send("GET", self._lease(story, what))
        return clean_bytes(reply, 300) if isinstance(reply, bytes) else ""

    async def forget(self, story: str) -> None:
        """Take the entries of a stream away, since somebody else has written to it.

        Raises:
            SourceError: when it could not be done.
        """
        await self._line.send("DEL", self._key("entries", story))

    async def close(self) -> None:
        """Let go of connections; never raises."""
        await self._line.close()

    @property
    def _milliseconds(self) -> int:
        return int(self._bounds.keep * 1_000)

    def _lease(self, story: str, what: str) -> str:
        return f"{self._key('lease', story)}:{what}"

    def _key(self, part: str, story: str) -> str:
        return f"{self._prefix}:{part}:{story}"


def _only_stream(reply: object) -> list[Item]:
    """The items of an XREAD from one stream: a map in RESP3, pairs before; None when there is nothing new."""
    match reply:
        case None:
            return []
        case Mapping() if len(reply) == 1:
            [items] = reply.values()
            return _items(items)
        case [[bytes(), items]]:
            return _items(items)
        case _:
            raise _strange()


def _items(reply: object) -> list[Item]:
    if not isinstance(reply, list):
        raise _strange()
    return [_item(one) for one in reply]


def _item(reply: object) -> Item:
    """One item; another client may have written other fields, or several."""
    match reply:
        case [bytes(own), [*words]]:
            fields = dict(zip(words[::2], words[1::2], strict=False))
        case [bytes(own), Mapping() as fields]:
            pass
        case _:
            raise _strange()
    data = fields.get(_FIELD.encode())
    return Item(own.decode("ascii", "replace"), data if isinstance(data, bytes) else b"")


def _strange() -> SourceGarbled:
    return SourceGarbled("the share answered something strange", "look what else uses its keys")


def _not_permitted(reply: Refused) -> SourceRefused:
    return SourceRefused(f"the share refused: {reply.said}", "grant it with ACL SETUSER, or make room")
