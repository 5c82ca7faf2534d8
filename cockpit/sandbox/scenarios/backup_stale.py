"""No backup has been taken for too long."""

from __future__ import annotations

from typing import Final

from cockpit.sandbox.range import Range
from cockpit.sandbox.scenarios.base import Scenario
from cockpit.sandbox.scenarios.lines import everyone_at_work, let_hang, lines

_OLDER: Final = "UPDATE backups SET taken_at = taken_at - interval '40 hours'"


class BackupStale(Scenario):
    """The job that takes the backups hangs (SIGSTOP) before it has taken its next one.

    Restarted, it takes one at once, with the real pg_dump (cockpit/sandbox/shop/backup.py).
    """

    name = "backup-stale"
    summary = "the last good backup is nearly two days old, and nobody has noticed"
    description = "Everything works. The health endpoint says that the last backup is older than 26 hours."
    runbook = "backup-stale.md"
    procedure = "backup-stale"
    required = frozenset({"backup.age"})
    allowed = required

    async def inject(self, sandbox: Range) -> None:
        """Let the job hang before it does anything, and age the backups that there are."""
        from cockpit.sandbox.shop.backup import FOLDER, PROGRAM

        await everyone_at_work(sandbox)
        variables = ((PROGRAM, str(sandbox.postgres.program("pg_dump"))), (FOLDER, str(sandbox.folder.backups)))
        await sandbox.run_extra("backup", "backup", variables)
        await let_hang(sandbox, "backup")
        async with lines(sandbox) as (_, connection):
            await connection.execute(_OLDER)
