"""The database takes no more writes."""

from __future__ import annotations

from typing import Final

from cockpit.sandbox.range import Range
from cockpit.sandbox.scenarios.base import Scenario
from cockpit.sandbox.scenarios.lines import everyone_at_work, lines

_END_SESSIONS: Final = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'shop'"


class DbReadOnly(Scenario):
    """Somebody set the database to read-only for a maintenance and forgot it; the sessions since then cannot write."""

    name = "db-read-only"
    summary = "pages are there, and nothing can be bought, booked or saved"
    description = (
        "Customers can look but not pay, and jobs cannot note that they ran. The database is up, answers every"
        " question, and refuses every change."
    )
    runbook = "database-read-only.md"
    procedure = "database-read-only"
    required = frozenset({"writes.selftest"})
    allowed = required | {"requests.failed", "api.latency", "cron.errors"}

    async def inject(self, sandbox: Range) -> None:
        """Forbid writes to new sessions, and end those of the service, as its next deployment would."""
        await everyone_at_work(sandbox)
        async with lines(sandbox) as (_, connection):
            await connection.execute("ALTER DATABASE shop SET default_transaction_read_only = on")
            await connection.execute(_END_SESSIONS)
