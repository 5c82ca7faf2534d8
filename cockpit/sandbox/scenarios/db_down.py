"""PostgreSQL is gone."""

from __future__ import annotations

from cockpit.sandbox.range import Range
from cockpit.sandbox.scenarios.base import Scenario
from cockpit.sandbox.scenarios.lines import everyone_at_work, unhealthy


class DbDown(Scenario):
    """The postmaster is killed by SIGKILL; its sessions end with it, and the next start has to recover."""

    name = "db-down"
    summary = "PostgreSQL does not answer anybody, not even the cockpit"
    description = (
        "Nothing works: pages fail, jobs fail, and whoever asks the database is refused at the door. The health"
        " endpoint says dbOk: false."
    )
    runbook = "database-down.md"
    procedure = "database-down"
    required = frozenset({"db.connected", "db.connections", "api.healthz", "api.ready"})
    allowed = required | {
        "requests.failed",
        "backup.age",
        "migrations.current",
        "api.latency",
        "writes.selftest",
        "billing.degraded",
        "cron.billing-reconcile",
        "cron.errors",
        "cron.recalculate",
        "sessions.blocked",
        "webhooks.failed",
    }

    async def inject(self, sandbox: Range) -> None:
        """Kill it once everybody has a session; wait until it is missed."""
        await everyone_at_work(sandbox)
        sandbox.supervisor.kill("postgres")
        await unhealthy(sandbox)
