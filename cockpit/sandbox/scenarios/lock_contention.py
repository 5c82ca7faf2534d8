"""A worker that lives sits on a job's lock."""

from __future__ import annotations

from typing import Final

from cockpit.sandbox.range import Range
from cockpit.sandbox.scenarios.base import Scenario
from cockpit.sandbox.scenarios.held_lock import HeldLock
from cockpit.sandbox.scenarios.lines import lines

_LOCK: Final = HeldLock("billing-reconcile", "worker-1", every=600.0, held=47 * 60.0 + 20, pause=24 * 3600.0)


class LockContention(Scenario):
    """worker-1 took the lock of `billing-reconcile` and hangs in the middle of its run; it lives and keeps the lock.

    A worker that is asked to stop gives its lock back: restarting the holder ends it. Deleting the lock beside it
    lets another run begin while the first one is still there.
    """

    name = "lock-contention"
    summary = "billing falls behind: its job is answered 202 locked, and the holder of the lock lives"
    description = (
        "Payment events wait. Each run of billing-reconcile is turned away because the lock is held, by a worker"
        " whose process is up."
    )
    runbook = "lock-contention.md"
    procedure = "lock-contention"
    required = frozenset({"cron.billing-reconcile"})
    allowed = required

    async def prepare(self, sandbox: Range) -> None:
        """Make the job due for three quarters of an hour, and let worker-1 hang in it."""
        async with lines(sandbox) as (kv, connection):
            await _LOCK.prepare(kv, connection)

    async def inject(self, sandbox: Range) -> None:
        """Let worker-1 start the job, and age the lock that it holds."""
        async with lines(sandbox) as (kv, connection):
            await _LOCK.taken(sandbox, kv, connection)
            await _LOCK.age(kv, connection)
