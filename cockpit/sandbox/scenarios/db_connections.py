"""A report export leaks sessions and holds row locks."""

from __future__ import annotations

import asyncio
import time
from typing import Final, LiteralString

from cockpit.model.errors import SandboxError
from cockpit.sandbox.range import Range
from cockpit.sandbox.scenarios.base import Scenario

_PATIENCE: Final = 20.0
_FOR_GOOD: Final = 0.6
"""Seconds of refusal after which it is no passing one: longer than the service trusts its last look."""
_ALL_THERE: Final = """
    SELECT count(DISTINCT application_name) = 4 FROM pg_stat_activity
    WHERE application_name IN ('api-1', 'api-2', 'worker-1', 'worker-2')
"""
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
    allowed = required | {"api.ready", "api.latency", "billing.degraded", "cron.errors"}

    async def inject(self, sandbox: Range) -> None:
        """Start the export; wait until checkouts are blocked and the service is refused."""
        await sandbox.until_listening()
        end = time.monotonic() + _PATIENCE
        # Every process of the service has its sessions first: the fault is theirs, not one of the start.
        while not await _asked(sandbox, _ALL_THERE):
            await _pause(end, "not every process of the service found its database")
        await sandbox.run_extra("report-export", "report-export")
        refused_since: float | None = None
        while True:
            if await sandbox.service_healthy():
                refused_since = None
            elif refused_since is None:
                refused_since = time.monotonic()
            elif time.monotonic() - refused_since > _FOR_GOOD and await _asked(sandbox, _CHECKOUTS_BLOCKED):
                return
            await _pause(end, "the service was not refused by its database")


async def _pause(end: float, what: str) -> None:
    if time.monotonic() > end:
        raise SandboxError(f"{what} within {_PATIENCE:.0f} s")
    await asyncio.sleep(0.05)


async def _asked(sandbox: Range, question: LiteralString) -> bool:
    """A question to the superuser's view; its session leaves at once, so that no slot is missing afterwards."""
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
        raise SandboxError(f"the scenario db-connections could not be set up: {error}") from error
    return bool(row and row[0])
