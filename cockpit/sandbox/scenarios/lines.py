"""What a scenario works with: lines to the servers as one who may do everything, and waits that have an end."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Final, LiteralString

from cockpit.model.errors import SandboxError
from cockpit.sandbox.range import Range

if TYPE_CHECKING:
    from cockpit.sandbox.shop.kv import Kv
    from cockpit.sandbox.shop.pool import Connection

PATIENCE: Final = 20.0
"""Seconds in which a fault has to come about."""
_ALL_THERE: Final = """
    SELECT count(DISTINCT application_name) = 4 FROM pg_stat_activity
    WHERE application_name IN ('api-1', 'api-2', 'worker-1', 'worker-2')
"""


@contextlib.asynccontextmanager
async def lines(sandbox: Range) -> AsyncIterator[tuple[Kv, Connection]]:
    """Redis and PostgreSQL as one who may do everything; the drivers are not needed to list the scenarios.

    Raises:
        SandboxError: when one of them does not answer, also while the lines are in use.
    """
    import psycopg

    from cockpit.sandbox.database import admin_address
    from cockpit.sandbox.shop.kv import Kv, KvError
    from cockpit.sandbox.shop.pool import connect

    kv = Kv(sandbox.redis.url, "scenario")
    try:
        connection = await connect(admin_address(sandbox.postgres), "scenario")
        try:
            yield kv, connection
        finally:
            await connection.close()
    except (psycopg.Error, KvError) as error:
        raise SandboxError(f"the scenario could not be set up: {error}") from error
    finally:
        await kv.close()


async def asked(sandbox: Range, question: LiteralString) -> bool:
    """A question to the superuser's view; its session leaves at once, so that no slot is missing afterwards.

    Raises:
        SandboxError: when the database does not answer.
    """
    import psycopg

    from cockpit.sandbox.database import admin_address
    from cockpit.sandbox.shop.pool import connect

    try:
        connection = await connect(admin_address(sandbox.postgres), "scenario")
        try:
            row = await (await connection.execute(question)).fetchone()
        finally:
            await connection.close()
    except psycopg.Error as error:
        raise SandboxError(f"the scenario could not be set up: {error}") from error
    return bool(row and row[0])


async def reached(state: Callable[[], Awaitable[bool]], what: str, patience: float = PATIENCE) -> None:
    """Wait for a state.

    Args:
        state: asked again and again.
        what: is the case when it is not reached in time, for the error.
        patience: seconds.

    Raises:
        SandboxError: when it is not reached in time.
    """
    end = time.monotonic() + patience
    while not await state():
        if time.monotonic() > end:
            raise SandboxError(f"{what} within {patience:.0f} s")
        await asyncio.sleep(0.05)


async def everyone_at_work(sandbox: Range) -> None:
    """Wait until the service answers and each of its processes has a session: the fault is not one of the start.

    Raises:
        SandboxError: when that does not come about.
    """
    await sandbox.until_listening()
    await reached(lambda: asked(sandbox, _ALL_THERE), "not every process of the service found its database")
    await reached(sandbox.service_healthy, "the service was not healthy")


async def let_hang(sandbox: Range, *names: str) -> None:
    """Let processes hang, and return when each of them stands still: on a busy machine that takes its moment.

    Raises:
        SandboxError: when one does not run, or does not stop in time.
    """
    import psutil

    pids = [sandbox.supervisor.status(name).pid for name in names]
    for name in names:
        sandbox.supervisor.freeze(name)

    async def still() -> bool:
        return all(psutil.Process(pid).status() == psutil.STATUS_STOPPED for pid in pids)

    await reached(still, f"{', '.join(names)} did not stand still")


async def unhealthy(sandbox: Range) -> None:
    """Wait until the service says itself that it cannot work.

    Raises:
        SandboxError: when it does not in time.
    """

    async def missed() -> bool:
        return not await sandbox.service_healthy()

    await reached(missed, "the service did not miss what was taken from it")
