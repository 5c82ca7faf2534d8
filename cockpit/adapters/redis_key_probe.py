"""One Redis key: its type, length, time to live, and how old it is."""

from __future__ import annotations

from cockpit.adapters.plain_source import PlainSource
from cockpit.adapters.times import as_time
from cockpit.model.errors import SourceError
from cockpit.model.health import Json
from cockpit.model.operations import RedisCommand
from cockpit.model.ports import Reader
from cockpit.model.probes import KeyFacts
from cockpit.model.readings import SourceId
from cockpit.model.text import clean

_LENGTHS = {
    "string": "STRLEN",
    "list": "LLEN",
    "set": "SCARD",
    "zset": "ZCARD",
    "hash": "HLEN",
    "stream": "XLEN",
}
_VALUE_CAP = 300
_READABLE = 4_096
"""Characters up to which a string is read for the time in it."""


class RedisKeyProbe(PlainSource):
    """Fulfils `Source[KeyFacts]`, with commands that only read.

    Args:
        source: the id under which its readings are known.
        reader: runs the commands.
        key: the key.
        deadline: seconds for each command.
    """

    def __init__(self, source: SourceId, reader: Reader, key: str, deadline: float) -> None:
        super().__init__(source)
        self._reader = reader
        self._key = key
        self._deadline = deadline

    async def fetch(self) -> KeyFacts:
        """Look once; that there is no such key is an answer.

        Raises:
            SourceError: when the server cannot be asked.
        """
        type_ = clean(str(await self._ask("TYPE")))
        command = _LENGTHS.get(type_)
        if type_ == "none" or command is None:
            return KeyFacts(type_, None if type_ == "none" else 0)
        length, ttl = _whole(await self._ask(command)), _whole(await self._ask("PTTL"))
        value = clean(str(await self._ask("GET"))) if type_ == "string" and (length or 0) <= _READABLE else ""
        return KeyFacts(
            type_,
            length,
            ttl / 1000 if ttl is not None and ttl >= 0 else None,
            await self._idle(),
            clean(value, _VALUE_CAP),
            as_time(value) if value else None,
        )

    async def _ask(self, *words: str) -> Json:
        return (await self._reader.read(RedisCommand((*words, self._key)), self._deadline)).value

    async def _idle(self) -> float | None:
        """A server that evicts by frequency, or a role without the right, does not tell."""
        try:
            seconds = _whole(await self._ask("OBJECT", "IDLETIME"))
        except SourceError:
            return None
        return None if seconds is None else float(seconds)


def _whole(value: Json) -> int | None:
    try:
        return int(str(value))
    except ValueError:
        return None
