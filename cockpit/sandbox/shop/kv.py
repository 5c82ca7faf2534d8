"""Redis as the service uses it: locks, cached flags, counters."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Final, cast

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

KvError = RedisError
"""What every call here may raise."""

_COMPARE_AND_DELETE: Final = (
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) else return 0 end"
)
_TIMEOUT = 2.0


class Kv:
    """One process's line to Redis; every call may raise `KvError`."""

    def __init__(self, url: str, name: str) -> None:
        self._redis: Redis = Redis.from_url(
            url,
            decode_responses=True,
            client_name=name,
            socket_timeout=_TIMEOUT,
            socket_connect_timeout=_TIMEOUT,
            retry=Retry(NoBackoff(), 0),
        )

    async def ping(self) -> None:
        """Ask whether it is there."""
        await cast("Awaitable[object]", self._redis.ping())

    async def take_lock(self, key: str, holder: str, milliseconds: int) -> bool:
        """SET NX PX: whether the lock is ours now."""
        return bool(await self._redis.set(key, holder, nx=True, px=milliseconds))

    async def release_lock(self, key: str, holder: str) -> bool:
        """Delete the lock if it is still ours; False when it was not."""
        return bool(await cast("Awaitable[object]", self._redis.eval(_COMPARE_AND_DELETE, 1, key, holder)))

    async def lock_left(self, key: str) -> int:
        """Milliseconds that the lock still has; negative when it never expires or is free."""
        return int(await self._redis.pttl(key))

    async def get(self, key: str) -> str | None:
        """A value."""
        value: object = await self._redis.get(key)
        return None if value is None else str(value)

    async def put(self, key: str, value: str, seconds: int | None = None) -> None:
        """Set a value, for some seconds or for good."""
        await self._redis.set(key, value, ex=seconds)

    async def delete(self, key: str) -> None:
        """Delete a key."""
        await self._redis.delete(key)

    async def expire_in(self, key: str, milliseconds: int) -> None:
        """Set what a key has left to live."""
        await self._redis.pexpire(key, milliseconds)

    async def add(self, key: str, amounts: dict[str, int]) -> None:
        """Add to counters in a hash."""
        async with self._redis.pipeline(transaction=False) as pipeline:
            for field, amount in amounts.items():
                pipeline.hincrby(key, field, amount)
            await pipeline.execute()

    async def counters(self, key: str) -> dict[str, int]:
        """All counters of a hash."""
        found = await cast("Awaitable[dict[str, str]]", self._redis.hgetall(key))
        return {field: int(amount) for field, amount in found.items()}

    async def close(self) -> None:
        """Let go of the connections."""
        await self._redis.aclose()
