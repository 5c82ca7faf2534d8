"""A line to one Redis server, with every default of the driver that would repeat a command switched off."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from redis import asyncio as driver
from redis import exceptions
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from cockpit.adapters.redis_line import Command, Refused, Word
from cockpit.config.secrets import Secret
from cockpit.model.errors import ConfigError, SourceError, SourceGarbled, SourceRefused, SourceUnreachable
from cockpit.model.keys import key_bytes
from cockpit.model.masking import Masker
from cockpit.model.readings import SourceId, SourceKind
from cockpit.model.text import clean

T = TypeVar("T")

CLIENT_NAME = "cockpit"


class RedisConnection:
    """Fulfils `RedisLine` by Redis' own protocol: one server, one account.

    The driver repeats a command up to ten times after a time-out (redis-py 8), which would apply an INCR
    twice: it never does so here, and after a time-out all connections are closed instead of used again.

    Args:
        name: the source's name.
        url: redis://user:password@host:port/db.
        deadline: seconds for one exchange.
        protocol: 2 or 3, of Redis' serialisation protocol.

    Raises:
        ConfigError: when the URL is none.
    """

    def __init__(self, name: str, url: Secret, deadline: float = 3.0, protocol: int = 2) -> None:
        self.id = SourceId(SourceKind.REDIS, name)
        self.deadline = deadline
        self._masker = Masker([url.reveal()])
        try:
            self.client = driver.Redis.from_url(
                url.reveal(),
                client_name=CLIENT_NAME,
                protocol=protocol,
                retry=Retry(NoBackoff(), 0),
                retry_on_timeout=False,
                socket_timeout=deadline,
                socket_connect_timeout=deadline,
                max_connections=8,
            )
        except ValueError as error:
            raise ConfigError(f"the url of redis {name} is no Redis URL", "write redis://user@host:6379/0") from error

    @property
    def address(self) -> str:
        """host:port/db, without user and password."""
        known = self.client.connection_pool.connection_kwargs
        place = known.get("path") or f"{known.get('host', 'localhost')}:{known.get('port', 6379)}"
        return f"{place}/{known.get('db') or 0}"

    async def send(self, *command: Word, seconds: float | None = None) -> object:
        """Send one command as it stands and return the reply as it stands.

        Args:
            command: its words.
            seconds: the deadline, None for the connection's own.

        Raises:
            SourceError: translated from whatever the driver raised.
        """

        async def exchange() -> object:
            connection = await self.client.connection_pool.get_connection()  # type: ignore[no-untyped-call]
            try:
                await connection.send_command(*_encoded(command))
                reply: object = await connection.read_response()
                return reply
            finally:
                await self.client.connection_pool.release(connection)

        return await self._within(exchange, seconds)

    async def send_all(self, commands: Sequence[Command], seconds: float | None = None) -> list[object]:
        """Send several commands in one exchange; `Refused` stands where one was refused.

        Raises:
            SourceError: when the exchange as a whole failed.
        """
        if not commands:
            return []
        words = [_encoded(command) for command in commands]

        async def exchange() -> list[object]:
            connection = await self.client.connection_pool.get_connection()  # type: ignore[no-untyped-call]
            try:
                await connection.send_packed_command(connection.pack_commands(words))
                return [await self._reply(connection.read_response) for _ in commands]
            finally:
                await self.client.connection_pool.release(connection)

        return await self._within(exchange, seconds)

    async def _reply(self, read: Callable[[], Awaitable[object]]) -> object:
        try:
            return await read()
        except exceptions.ResponseError as error:
            prefix = "NOPERM " if isinstance(error, exceptions.NoPermissionError) else ""
            return Refused(clean(prefix + self._masker.secrets(str(error)), 300))

    async def _within(self, exchange: Callable[[], Awaitable[T]], seconds: float | None) -> T:
        """Run one exchange against a deadline, the driver's errors translated."""
        limit = seconds or self.deadline
        try:
            async with asyncio.timeout(limit):
                return await exchange()
        except TimeoutError as error:
            await self._hang_up()
            raise SourceUnreachable(f"redis {self.id.name} did not answer within {limit:g} s") from error
        except exceptions.RedisError as error:
            if isinstance(error, exceptions.TimeoutError | exceptions.InvalidResponse):
                await self._hang_up()
            raise self._translated(error) from error
        except OSError as error:
            raise self._unreachable(error) from error
        except ValueError as error:  # the driver's parser, from int() and decode() of what a server never sends
            await self._hang_up()
            raise SourceGarbled(
                f"what answers at {self.address} does not speak Redis", "check host and port in its url"
            ) from error

    async def close(self) -> None:
        """Close all connections; never raises."""
        try:
            async with asyncio.timeout(1.0):
                await self.client.aclose()
        except (TimeoutError, OSError, exceptions.RedisError):
            await self._hang_up()

    async def _hang_up(self) -> None:
        """Drop all connections without waiting for the other side."""
        try:
            async with asyncio.timeout(1.0):
                await self.client.connection_pool.disconnect()
        except (TimeoutError, OSError, exceptions.RedisError):
            return

    def _translated(self, error: exceptions.RedisError) -> SourceError:
        said = clean(self._masker.secrets(str(error)), 300)
        name = self.id.name
        match error:
            case exceptions.AuthenticationError() | exceptions.AuthenticationWrongNumberOfArgsError():
                return SourceRefused(
                    f"redis {name} refused the login: {said}", "check the user and password in its url"
                )
            case exceptions.NoPermissionError():
                return SourceRefused(f"redis {name} does not permit it: {said}", "grant it with ACL SETUSER")
            case exceptions.BusyLoadingError():
                return SourceUnreachable(f"redis {name} is still loading its data", "wait until it is done")
            case exceptions.TimeoutError():
                return SourceUnreachable(f"redis {name} did not answer within {self.deadline:g} s")
            case exceptions.ConnectionError():
                return self._unreachable(error)
            case exceptions.InvalidResponse():
                return SourceGarbled(
                    f"what answers at {self.address} does not speak Redis", "check host and port in its url"
                )
            case exceptions.ResponseError():
                return SourceRefused(f"redis {name} refused: {said}")
            case _:
                return SourceGarbled(f"redis {name} answered something strange: {said}")

    def _unreachable(self, error: Exception) -> SourceUnreachable:
        if any(isinstance(cause, socket.gaierror) for cause in (error, error.__cause__, error.__context__)):
            return SourceUnreachable(
                f"redis {self.id.name} cannot be reached: the host name in {self.address} cannot be resolved",
                "check the name and this network",
            )
        said = clean(self._masker.secrets(str(error)), 300)
        return SourceUnreachable(f"redis {self.id.name} cannot be reached: {said}", "look whether it runs")


def _encoded(command: Command) -> tuple[bytes | int, ...]:
    return tuple(key_bytes(word) if isinstance(word, str) else word for word in command)
