"""No worker looks for work any more."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

from cockpit.sandbox.range import Range
from cockpit.sandbox.scenarios.base import Scenario
from cockpit.sandbox.scenarios.lines import everyone_at_work, let_hang, lines, reached
from cockpit.sandbox.shop.keys import HEARTBEAT, lock_key

if TYPE_CHECKING:
    from cockpit.sandbox.shop.kv import Kv
    from cockpit.sandbox.shop.pool import Connection

_WORKERS: Final = ("worker-1", "worker-2")
_SINCE: Final = 25 * 60.0
_UNDER_WAY: Final = 0.1
"""Seconds in which a command that a worker had sent before it hung is done by its server."""

_PAST: Final = """
    UPDATE cron_runs SET started_at = started_at - make_interval(secs => %(since)s),
                         finished_at = finished_at - make_interval(secs => %(since)s)
"""


class SchedulerStale(Scenario):
    """Both workers hang (SIGSTOP) between two jobs, for 25 minutes by now."""

    name = "scheduler-stale"
    summary = "no job has run for 25 minutes: the workers are there and do nothing"
    description = (
        "Mails are not sent and scores are old. The workers' processes are up, yet none of them has looked for work"
        " for a long time."
    )
    runbook = "scheduler-stale.md"
    procedure = "job-scheduler-stale"
    required = frozenset({"api.ready", "cron.recalculate", "cron.billing-reconcile"})
    allowed = required

    async def inject(self, sandbox: Range) -> None:
        """Let both hang while neither holds a lock, and age what they left."""
        await everyone_at_work(sandbox)
        async with lines(sandbox) as (kv, connection):
            await reached(lambda: _idle(sandbox, kv, connection), "the workers were not idle")
            await connection.execute(_PAST, {"since": _SINCE})
            await kv.put(HEARTBEAT, str(time.time() - _SINCE))


async def _idle(sandbox: Range, kv: Kv, connection: Connection) -> bool:
    """Whether both hang now without a job in hand; when not, they go on."""
    await let_hang(sandbox, *_WORKERS)
    await asyncio.sleep(_UNDER_WAY)
    from cockpit.sandbox.shop.jobs import JOBS

    held = [job for job in JOBS if await kv.get(lock_key(job)) is not None]
    running = await (await connection.execute("SELECT 1 FROM cron_runs WHERE status = 'running'")).fetchone()
    if not held and running is None:
        return True
    for name in _WORKERS:
        sandbox.supervisor.thaw(name)
    return False
