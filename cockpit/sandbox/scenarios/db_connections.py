"""A report export leaks sessions and holds row locks."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from cockpit.model.errors import SandboxError
from cockpit.sandbox.range import Range
from cockpit.sandbox.scenarios.base import Scenario

_PATIENCE: Final = 20.0
_FOR_GOOD: Final = 0.7
"""Seconds of refusal after which it is no passing one: longer than the service trusts its last look."""
_WAITERS: Final = """
    SELECT count(*) FROM pg_stat_activity WHERE usename = 'shop' AND cardinality(pg_blocking_pids(pid)) > 0
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
    runbook = "incident-response.md"
    procedure = "database-connection-issues"
    required = frozenset({"db.connected", "db.connections", "api.healthz"})
    allowed = required | {"api.ready", "billing.degraded"}

    async def inject(self, sandbox: Range) -> None:
        """Start the export; wait until checkouts are blocked and the service is refused."""
        await sandbox.until_listening()
        await sandbox.run_extra("report-export", "report-export")
        end = time.monotonic() + _PATIENCE
        refused_since: float | None = None
        while time.monotonic() < end:
            if await sandbox.service_healthy():
                refused_since = None
            elif refused_since is None:
                refused_since = time.monotonic()
            elif time.monotonic() - refused_since > _FOR_GOOD and await self._checkouts_blocked(sandbox):
                return
            await asyncio.sleep(0.05)
        raise SandboxError(f"the service was not refused by its database within {_PATIENCE:.0f} s")

    async def _checkouts_blocked(self, sandbox: Range) -> bool:
        """Asked only when no ordinary slot is left: this session then takes none from the export."""
        import psycopg

        from cockpit.sandbox.database import admin_address
        from cockpit.sandbox.shop.pool import connect

        try:
            connection = await connect(admin_address(sandbox.postgres), "scenario")
            try:
                row = await (await connection.execute(_WAITERS)).fetchone()
            finally:
                await connection.close()
        except psycopg.Error as error:
            raise SandboxError(f"the scenario db-connections could not be set up: {error}") from error
        return bool(row and row[0])
