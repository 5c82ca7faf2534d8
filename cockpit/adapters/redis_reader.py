"""Redis commands that only read, by the server's own word."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from cockpit.adapters.redis_keys import scan
from cockpit.adapters.redis_line import RedisLine
from cockpit.adapters.redis_replies import answer_of
from cockpit.model.answers import Answer
from cockpit.model.command_info import CommandInfo
from cockpit.model.errors import SourceRefused, SourceUnreachable
from cockpit.model.keys import key_bytes
from cockpit.model.operations import Operation, RedisCommand
from cockpit.model.readings import SourceId
from cockpit.model.text import clean_bytes

KEYS_CAP = 1_000
"""Keys that a rewritten KEYS returns at the most."""

HARMFUL = frozenset({"KEYS", "MONITOR", "DEBUG", "SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "SYNC", "PSYNC", "WAIT"})
"""Commands that hold up the server or never end, whatever their flags say."""
HARMLESS = frozenset({"PING", "ECHO", "TIME", "INFO", "COMMAND", "LASTSAVE", "ROLE"})
"""Commands without the flag readonly that change nothing all the same."""
HARMLESS_PAIRS = frozenset(
    {
        ("ACL", "WHOAMI"),
        ("CLIENT", "GETNAME"),
        ("CLIENT", "ID"),
        ("CLIENT", "INFO"),
        ("CLIENT", "LIST"),
        ("CONFIG", "GET"),
        ("LATENCY", "LATEST"),
        ("MEMORY", "STATS"),
        ("SLOWLOG", "GET"),
        ("SLOWLOG", "LEN"),
    }
)
"""Sub-commands of the same sort."""


class RedisReader:
    """Fulfils `Reader` for Redis. A command runs only when the server's COMMAND INFO flags it readonly.

    Args:
        line: the server.
        reads: names of commands that are known to read, for a service that does not tell what its commands do.
    """

    def __init__(self, line: RedisLine, reads: AbstractSet[str] = frozenset()) -> None:
        self._reading = reads
        self._line = line
        self._known: dict[str, CommandInfo | None] = {}

    @property
    def id(self) -> SourceId:
        """The source it reads from."""
        return self._line.id

    async def read(self, operation: Operation, timeout: float) -> Answer:  # noqa: ASYNC109  the port's own word
        """Run one command that reads; KEYS becomes a bounded SCAN.

        Args:
            operation: a RedisCommand.
            timeout: seconds.

        Raises:
            SourceRefused: when it is no read.
            SourceError: when the server cannot be asked.
        """
        if not isinstance(operation, RedisCommand) or not operation.arguments:
            raise SourceRefused(f"{self.id} runs Redis commands only")
        name, *rest = operation.arguments
        if name.upper() == "KEYS" and len(rest) == 1:
            return await self._keys(rest[0], timeout)
        if not await self._reads(name.upper(), rest):
            raise SourceRefused(f"{name.upper()} is no command that only reads", "it needs a confirmation")
        return answer_of(await self._line.send(*operation.arguments, seconds=timeout))

    async def _reads(self, name: str, rest: list[str]) -> bool:
        pair = (name, rest[0].upper() if rest else "")
        if name in HARMFUL:
            return False
        if name in HARMLESS or pair in HARMLESS_PAIRS:
            return True
        try:
            flags = await self._flags_of("|".join(pair)) or await self._flags_of(name)
        except SourceRefused:
            return "|".join(pair) in self._reading or name in self._reading
        return "readonly" in flags and not flags & {"blocking", "pubsub", "write"}

    async def _flags_of(self, command: str) -> frozenset[str]:
        """What COMMAND INFO says of a command, or of a sub-command as `OBJECT|ENCODING`; empty when nothing."""
        info = (await self.command_info((command,))).get(command)
        return info.flags if info is not None else frozenset()

    async def command_info(self, names: Sequence[str]) -> Mapping[str, CommandInfo]:
        """What the server's COMMAND INFO says of commands, by name; a server is asked once for each name.

        Raises:
            SourceError: when it could not be asked.
        """
        wanted = [name for name in names if name not in self._known]
        if wanted:
            reply = await self._line.send("COMMAND", "INFO", *(name.lower() for name in wanted))
            entries = reply if isinstance(reply, list) else []
            self._known.update({name: command_info(name, entry) for name, entry in zip(wanted, entries, strict=False)})
        return {name: info for name in names if (info := self._known.get(name)) is not None}

    async def _keys(self, pattern: str, seconds: float) -> Answer:
        found: dict[str, None] = {}
        try:
            async with asyncio.timeout(seconds):
                async for key in scan(self._line, pattern):
                    found[key] = None
                    if len(found) >= KEYS_CAP:
                        break
        except TimeoutError as error:
            raise SourceUnreachable(f"{self.id} was not looked through within {seconds:g} s") from error
        answer = answer_of(sorted(key_bytes(key) for key in found))
        more = len(found) >= KEYS_CAP
        notice = f"the first {KEYS_CAP:,} keys" if more else "read by SCAN, since KEYS holds up the server"
        return Answer(lines=answer.lines, value=answer.value, cut=answer.cut, notice=notice)


def command_info(name: str, entry: object) -> CommandInfo | None:
    """An entry of COMMAND INFO: [name, arity, flags, first key, last key, step, categories, ...], or nil.

    Args:
        name: what was asked for.
        entry: the reply as it came; the categories are there from Redis 6 on.
    """
    if not isinstance(entry, list) or len(entry) < 4:
        return None
    first_key = entry[3] if isinstance(entry[3], int) else 0
    return CommandInfo(name, _words(entry[2]), _words(entry[6] if len(entry) > 6 else []), first_key)


def _words(reply: object) -> frozenset[str]:
    found = reply if isinstance(reply, list | set | tuple) else ()
    return frozenset(clean_bytes(word).lower().lstrip("@") for word in found if isinstance(word, bytes))
