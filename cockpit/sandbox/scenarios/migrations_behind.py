"""The database lacks a migration that the release needs."""

from __future__ import annotations

from cockpit.sandbox.range import Range
from cockpit.sandbox.scenarios.base import Scenario
from cockpit.sandbox.scenarios.lines import everyone_at_work, lines, reached
from cockpit.sandbox.shop.service import MIGRATION


class MigrationsBehind(Scenario):
    """The schema was put back to the version before 0003_outbox, and the process that migrates was not run again.

    The table of that migration is really gone: checkouts and the job outbox fail until it is made anew.
    """

    name = "migrations-behind"
    summary = "the schema is older than the release, and checkouts fail"
    description = (
        "Nobody can pay since the database was put back to an earlier state for a test. The health endpoint says"
        " migrations_current: false."
    )
    runbook = "migrations-not-current.md"
    procedure = "migrations-not-current"
    required = frozenset({"api.ready", "migrations.current"})
    allowed = required | {"requests.failed", "api.latency", "cron.errors"}

    async def inject(self, sandbox: Range) -> None:
        """Run the process that migrates, which finds nothing to do; then take the last migration away."""
        await everyone_at_work(sandbox)
        await sandbox.run_extra("migrate", "migrate")
        await reached(lambda: _looked(sandbox), "the process that migrates did not look")
        async with lines(sandbox) as (_, connection), connection.transaction():
            await connection.execute("DROP TABLE outbox")
            await connection.execute("DELETE FROM schema_migrations WHERE version = %s", (MIGRATION,))


async def _looked(sandbox: Range) -> bool:
    from cockpit.sandbox.shop.migrate import CURRENT

    return CURRENT in sandbox.folder.log("migrate").read_text("utf-8")
