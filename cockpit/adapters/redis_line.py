"""What every line to a Redis offers, by its own protocol or over HTTP: commands as words, replies as they came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from cockpit.model.errors import SourceRefused
from cockpit.model.readings import SourceId
from cockpit.model.text import clean_bytes

Word: TypeAlias = "str | bytes | int"
Command: TypeAlias = "tuple[Word, ...]"


@dataclass(frozen=True, slots=True)
class Refused:
    """Stands in the place of one command's reply among several: what the server said instead, cleaned."""

    said: str

    @property
    def missing_right(self) -> bool:
        """Whether the account may not run it (NOPERM of Redis' access control)."""
        return self.said.upper().startswith("NOPERM") or "permission" in self.said.lower()


class RedisLine(Protocol):
    """One server, one account. Nothing is ever sent twice."""

    @property
    def id(self) -> SourceId:
        """The source."""
        ...

    @property
    def address(self) -> str:
        """Where it leads, without user, password and token."""
        ...

    async def send(self, *command: Word, seconds: float | None = None) -> object:
        """Send one command and return the reply as it came: bytes, int, None, or a list of those.

        Args:
            command: its words.
            seconds: the deadline, None for the line's own.

        Raises:
            SourceUnreachable: when no answer came.
            SourceRefused: when the server refused.
            SourceGarbled: when the answer makes no sense.
        """
        ...

    async def send_all(self, commands: Sequence[Command], seconds: float | None = None) -> list[object]:
        """Send several commands in one exchange; `Refused` takes the place of the reply of one that was refused.

        Raises:
            SourceError: when the exchange as a whole failed.
        """
        ...

    async def close(self) -> None:
        """Let go of connections; never raises."""
        ...


async def ask_each(line: RedisLine, keys: Sequence[str | bytes], commands: Sequence[str]) -> list[list[object]]:
    """The replies of several commands on each key in one exchange.

    Raises:
        SourceError: when the exchange failed.
    """
    if not keys:
        return []
    replies = await line.send_all([(command, key) for key in keys for command in commands])
    width = len(commands)
    return [replies[start : start + width] for start in range(0, len(replies), width)]


async def information(line: RedisLine, section: str = "") -> Mapping[str, str]:
    """The server's INFO as names and values, cleaned; empty where the server does not tell any.

    Raises:
        SourceUnreachable: when nobody answered.
    """
    try:
        reply = await line.send("INFO", section) if section else await line.send("INFO")
    except SourceRefused as error:
        if _login(error):
            raise
        return {}
    text = clean_lines(reply)
    return {name: value for name, mark, value in (part.partition(":") for part in text) if mark}


def clean_lines(reply: object) -> list[str]:
    """The lines of a reply of text, cleaned."""
    return [clean_bytes(part) for part in reply.splitlines()] if isinstance(reply, bytes) else []


def _login(error: SourceRefused) -> bool:
    """Whether it is the login that was refused, and not the one command."""
    return "refused the login" in error.what or "token" in error.what
