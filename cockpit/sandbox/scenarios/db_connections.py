"""A report export leaks sessions and holds row locks."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from cockpit.model.errors import SandboxError
from cockpit.sandbox.range import Range
from cockpit.sandbox.scenarios.base import Scenario
from cockpit.sandbox.scenarios.lines import PATIENCE, asked, everyone_at_work

_FOR_GOOD: Final = 0.6
"""Seconds of refusal after which it is no passing one: longer than the service trusts its last look."""
_CHECKOUTS_BLOCKED: Final = """
    SELECT count(*) > 0 FROM pg_stat_activity WHERE usename = 'shop' AND cardinality(pg_blocking_pids(pid)) > 0
"""


class DbConnections(Scenario):
    """report-export locks all orders, opens sessions until the service is refused, and keeps them.

    How it is repaired for good is told in cockpit/sandbox/shop/report_export.py: ending its root session, which
    is the head of the blocking tree, ends the export and every session with it. Stopping the process does too.
    """

    name = "db-connections"
    summary = "the service is refused by its own database, and checkouts hang"
    description = (
        "Customers cannot pay and pages fail. The health endpoint says dbOk: false; the database itself is up."
    )
    runbook = "db-connections.md"
    procedure = "database-connection-issues"
    required = frozenset({"db.connected", "db.connections", "api.healthz"})
    allowed = required | {
        "requests.failed",
        "backup.age",
        "migrations.current",
        "api.latency",
        "api.ready",
        "writes.selftest",
        "billing.degraded",
        "cron.errors",
        "sessions.blocked",
    }

    async def inject(self, sandbox: Range) -> None:
        """Start the export; wait until checkouts are blocked and the service is refused."""
        await everyone_at_work(sandbox)
        end = time.monotonic() + PATIENCE
        await sandbox.run_extra("report-export", "report-export")
        refused_since: float | None = None
        while True:
            if await sandbox.service_healthy():
                refused_since = None
            elif refused_since is None:
                refused_since = time.monotonic()
            elif time.monotonic() - refused_since > _FOR_GOOD and await asked(sandbox, _CHECKOUTS_BLOCKED):
                return
            await _pause(end, "the service was not refused by its database")


async def _pause(end: float, what: str) -> None:
    if time.monotonic() > end:
        raise SandboxError(f"{what} within {PATIENCE:.0f} s")
    await asyncio.sleep(0.05)
