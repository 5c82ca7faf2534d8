"""Feature flags: rows in the database, cached in Redis for 30 seconds under flag:version:NAME."""

from __future__ import annotations

from typing import Final

from cockpit.sandbox.shop.kv import Kv
from cockpit.sandbox.shop.pool import Pool

CACHE_SECONDS: Final = 30
CACHE: Final = "stats:flag_cache"
"""Hash of counters: hits and misses."""


def cache_key(name: str) -> str:
    """The Redis key of a flag's copy."""
    return f"flag:version:{name}"


async def enabled(name: str, pool: Pool, kv: Kv) -> bool:
    """Whether a flag is on, at most `CACHE_SECONDS` late; an unknown flag is off.

    Raises:
        KvError: when Redis does not answer.
        psycopg.Error: when the database refuses.
        PoolExhausted: when no session is free.
    """
    key = cache_key(name)
    cached = await kv.get(key)
    await kv.add(CACHE, {"hits" if cached else "misses": 1})
    if cached:
        return cached == "on"
    async with pool.session() as connection:
        row = await (await connection.execute("SELECT enabled FROM feature_flags WHERE name = %s", (name,))).fetchone()
    on = bool(row and row[0])
    await kv.put(key, "on" if on else "off", CACHE_SECONDS)
    return on


async def all_flags(pool: Pool) -> dict[str, bool]:
    """Every flag as the database has it.

    Raises:
        psycopg.Error: when the database refuses.
        PoolExhausted: when no session is free.
    """
    async with pool.session() as connection:
        cursor = await connection.execute("SELECT name, enabled FROM feature_flags ORDER BY name")
        return {str(name): bool(on) for name, on in await cursor.fetchall()}


async def set_flag(name: str, on: bool | None, actor: str, pool: Pool) -> bool | None:
    """Set a flag, or toggle it when `on` is None; the cache follows within its 30 seconds.

    Returns:
        The new state; None when there is no such flag.

    Raises:
        psycopg.Error: when the database refuses.
        PoolExhausted: when no session is free.
    """
    async with pool.session() as connection, connection.transaction():
        cursor = await connection.execute(
            "UPDATE feature_flags SET enabled = coalesce(%s, NOT enabled), updated_at = now()"
            " WHERE name = %s RETURNING enabled",
            (on, name),
        )
        row = await cursor.fetchone()
        if row is None:
            return None
        await connection.execute(
            "INSERT INTO flag_audit (flag, enabled, actor) VALUES (%s, %s, %s)", (name, row[0], actor)
        )
    return bool(row[0])
