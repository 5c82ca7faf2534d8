"""A worker that holds the lock of a job: what the scenarios about locks share."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

from cockpit.model.errors import SandboxError
from cockpit.sandbox.range import Range
from cockpit.sandbox.scenarios.lines import PATIENCE
from cockpit.sandbox.shop.keys import LOCK_TTL, lock_key, throttle_key

if TYPE_CHECKING:
    from cockpit.sandbox.shop.kv import Kv
    from cockpit.sandbox.shop.pool import Connection

# The unfinished run began when the lock was taken; the finished ones lie before it.
_PAST: Final = """
    UPDATE cron_runs SET started_at = started_at - make_interval(secs => %(held)s + 60),
                         finished_at = finished_at - make_interval(secs => %(held)s + 60)
    WHERE job = %(job)s AND status = 'done'
"""
_ONCE_MORE: Final = _PAST + " AND finished_at > now() - make_interval(secs => %(every)s)"
_UNFINISHED: Final = """
    UPDATE cron_runs SET started_at = now() - make_interval(secs => %(held)s)
    WHERE job = %(job)s AND status = 'running'
"""


class HeldLock:
    """A worker is let to take a job's lock, and what it leaves is aged.

    Args:
        job: whose lock.
        worker: who takes it.
        every: seconds between two runs of the job.
        held: seconds for which the lock shall have been held.
        pause: seconds for which the worker is slow about the job.
    """

    def __init__(self, job: str, worker: str, every: float, held: float, pause: float) -> None:
        self._job = job
        self._worker = worker
        self._every = every
        self._held = held
        self._pause = pause

    async def prepare(self, kv: Kv, connection: Connection) -> None:
        """Make the job due for that long, and let the worker be slow about it."""
        await kv.put(throttle_key(self._worker, self._job), f"{self._pause:g}", 60)
        await connection.execute(_PAST, {"held": self._held, "job": self._job})

    async def taken(self, sandbox: Range, kv: Kv, connection: Connection) -> None:
        """Wait until the worker is at work; when the other one was faster the job is made due once more.

        Raises:
            SandboxError: when it does not start the job in time.
        """
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            pid = sandbox.supervisor.status(self._worker).pid
            held = pid is not None and await kv.get(lock_key(self._job)) == f"{self._worker}:{pid}"
            if held and await self._started(connection):
                return
            await connection.execute(_ONCE_MORE, {"held": self._held, "job": self._job, "every": self._every})
            await asyncio.sleep(0.02)
        raise SandboxError(f"{self._worker} did not start the job {self._job} within {PATIENCE:.0f} s")

    async def age(self, kv: Kv, connection: Connection) -> None:
        """Age what was left behind; the next run of the worker is as fast as ever."""
        await kv.delete(throttle_key(self._worker, self._job))
        await kv.expire_in(lock_key(self._job), int((LOCK_TTL - self._held) * 1000))
        await connection.execute(_UNFINISHED, {"held": self._held, "job": self._job})

    async def _started(self, connection: Connection) -> bool:
        cursor = await connection.execute(
            "SELECT 1 FROM cron_runs WHERE job = %s AND status = 'running' AND worker LIKE %s",
            (self._job, f"{self._worker}:%"),
        )
        return await cursor.fetchone() is not None
