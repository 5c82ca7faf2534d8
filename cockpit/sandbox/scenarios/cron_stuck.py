"""A worker died while it held a job's lock."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

from cockpit.model.errors import SandboxError
from cockpit.sandbox.range import Range
from cockpit.sandbox.scenarios.base import Scenario
from cockpit.sandbox.scenarios.lines import PATIENCE, lines
from cockpit.sandbox.shop.keys import LOCK_TTL, lock_key, throttle_key

if TYPE_CHECKING:
    from cockpit.sandbox.shop.kv import Kv
    from cockpit.sandbox.shop.pool import Connection

_JOB: Final = "recalculate"
_EVERY: Final = 300.0
_VICTIM: Final = "worker-1"
_HELD_FOR: Final = 67 * 60.0 + 12

# The unfinished run began when the lock was taken; the finished ones lie before it, one every five minutes.
_PAST: Final = """
    UPDATE cron_runs SET started_at = started_at - make_interval(secs => %(held)s + 60),
                         finished_at = finished_at - make_interval(secs => %(held)s + 60)
    WHERE job = %(job)s AND status = 'done'
"""
_UNFINISHED: Final = """
    UPDATE cron_runs SET started_at = now() - make_interval(secs => %(held)s)
    WHERE job = %(job)s AND status = 'running'
"""


class CronStuck(Scenario):
    """worker-1 takes the lock of `recalculate` and is killed by SIGKILL before it can give it back."""

    name = "cron-stuck"
    summary = "a job has not run for over an hour, and every attempt is answered 202 locked"
    description = (
        "Scores are out of date. The job recalculate last finished over an hour ago; the workers are up and say that"
        " its lock is held."
    )
    runbook = "cron-stuck.md"
    procedure = "cron-stuck"
    required = frozenset({"cron.recalculate"})
    allowed = required

    async def prepare(self, sandbox: Range) -> None:
        """Make the job due for over an hour, and let worker-1 be slow about it."""
        async with lines(sandbox) as (kv, connection):
            await kv.put(throttle_key(_VICTIM, _JOB), "60", 60)
            await connection.execute(_PAST, {"held": _HELD_FOR, "job": _JOB})

    async def inject(self, sandbox: Range) -> None:
        """Let worker-1 start the job, kill it, and age what it left behind."""
        async with lines(sandbox) as (kv, connection):
            await self._let_it_take_the_lock(sandbox, kv, connection)
            sandbox.supervisor.kill(_VICTIM)
            await kv.delete(throttle_key(_VICTIM, _JOB))
            await kv.expire_in(lock_key(_JOB), int((LOCK_TTL - _HELD_FOR) * 1000))
            await connection.execute(_UNFINISHED, {"held": _HELD_FOR, "job": _JOB})

    async def _let_it_take_the_lock(self, sandbox: Range, kv: Kv, connection: Connection) -> None:
        """Wait until worker-1 is at work; when the other worker was faster the job is made due once more."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            pid = sandbox.supervisor.status(_VICTIM).pid
            if (
                pid is not None
                and await kv.get(lock_key(_JOB)) == f"{_VICTIM}:{pid}"
                and await self._started(connection)
            ):
                return
            await connection.execute(
                _PAST + " AND finished_at > now() - make_interval(secs => %(every)s)",
                {"held": _HELD_FOR, "job": _JOB, "every": _EVERY},
            )
            await asyncio.sleep(0.02)
        raise SandboxError(f"{_VICTIM} did not start the job {_JOB} within {PATIENCE:.0f} s")

    async def _started(self, connection: Connection) -> bool:
        cursor = await connection.execute(
            "SELECT 1 FROM cron_runs WHERE job = %s AND status = 'running' AND worker LIKE %s",
            (_JOB, f"{_VICTIM}:%"),
        )
        return await cursor.fetchone() is not None
