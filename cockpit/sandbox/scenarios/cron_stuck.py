"""A worker died while it held a job's lock."""

from __future__ import annotations

from typing import Final

from cockpit.sandbox.range import Range
from cockpit.sandbox.scenarios.base import Scenario
from cockpit.sandbox.scenarios.held_lock import HeldLock
from cockpit.sandbox.scenarios.lines import lines

_VICTIM: Final = "worker-1"
_LOCK: Final = HeldLock("recalculate", _VICTIM, every=300.0, held=67 * 60.0 + 12, pause=60.0)


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
            await _LOCK.prepare(kv, connection)

    async def inject(self, sandbox: Range) -> None:
        """Let worker-1 start the job, kill it, and age what it left behind."""
        async with lines(sandbox) as (kv, connection):
            await _LOCK.taken(sandbox, kv, connection)
            sandbox.supervisor.kill(_VICTIM)
            await _LOCK.age(kv, connection)
