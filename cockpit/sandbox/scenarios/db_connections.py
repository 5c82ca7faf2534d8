"""A report export leaks sessions and holds row locks."""

from __future__ import annotations

import asyncio
import time
from typing import Final

import psycopg

from cockpit.model.errors import SandboxError
from cockpit.sandbox.database import admin_address
from cockpit.sandbox.range import Range
from cockpit.sandbox.scenarios.base import Scenario

_PATIENCE: Final = 20.0
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
        """Start the export and wait until the service is refused and checkouts are blocked."""
        await sandbox.run_extra("report-export", "report-export")
        end = time.monotonic() + _PATIENCE
        try:
            async with await psycopg.AsyncConnection.connect(
                admin_address(sandbox.postgres), autocommit=True, application_name="scenario"
            ) as connection:
                while time.monotonic() < end:
                    row = await (await connection.execute(_WAITERS)).fetchone()
                    if row and row[0] and await self._refused(sandbox):
                        return
                    await asyncio.sleep(0.05)
        except psycopg.Error as error:
            raise SandboxError(f"the scenario db-connections could not be set up: {error}") from error
        raise SandboxError(f"the service was not refused by its database within {_PATIENCE:.0f} s")

    async def _refused(self, sandbox: Range) -> bool:
        try:
            connection = await psycopg.AsyncConnection.connect(
                sandbox.database_address("shop"), connect_timeout=3, application_name="scenario"
            )
        except psycopg.OperationalError:
            return True
        await connection.close()
        return False
