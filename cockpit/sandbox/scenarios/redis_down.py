"""Redis is gone."""

from __future__ import annotations

from cockpit.sandbox.range import Range
from cockpit.sandbox.scenarios.base import Scenario
from cockpit.sandbox.scenarios.lines import everyone_at_work, unhealthy


class RedisDown(Scenario):
    """The server is killed by SIGKILL, as the kernel does when memory runs out; nobody starts it again."""

    name = "redis-down"
    summary = "Redis is gone: no locks, no cached flags, no job starts"
    description = (
        "Every page takes the slow way and some fail. The health endpoint says kvOk: false; the workers cannot look"
        " for work."
    )
    runbook = "redis-down.md"
    procedure = "redis-down"
    required = frozenset({"kv.connected", "api.healthz", "api.ready"})
    allowed = required | {
        "requests.failed",
        "api.latency",
        "writes.selftest",
        "cron.billing-reconcile",
        "cron.errors",
        "cron.recalculate",
    }

    async def inject(self, sandbox: Range) -> None:
        """Kill it once everybody has used it; wait until it is missed."""
        await everyone_at_work(sandbox)
        sandbox.supervisor.kill("redis")
        await unhealthy(sandbox)
