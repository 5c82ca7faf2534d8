"""One forgotten transaction holds up all who want to pay."""

from __future__ import annotations

from typing import Final

from cockpit.sandbox.range import Range
from cockpit.sandbox.scenarios.base import Scenario
from cockpit.sandbox.scenarios.lines import asked, everyone_at_work, reached

_CHAIN: Final = """
    SELECT count(*) > 1 FROM pg_stat_activity
    WHERE usename = 'shop' AND cardinality(pg_blocking_pids(pid)) > 0 AND now() - query_start > interval '5 seconds'
"""


class BlockingChain(Scenario):
    """price-import holds row locks, idle in its transaction; checkouts queue behind it, and others behind those.

    Ending its session ends the import (cockpit/sandbox/shop/price_import.py) and lets everybody go on. Ending one
    that waits frees nobody for good: the next request takes its place.
    """

    name = "blocking-chain"
    summary = "nobody can pay: sessions wait for each other, and the one at the head does nothing"
    description = (
        "Checkouts hang and then everything that needs the database is slow. The database is up, has free sessions,"
        " and most of those that are open wait."
    )
    runbook = "blocked-sessions.md"
    procedure = "blocked-sessions"
    required = frozenset({"sessions.blocked"})
    allowed = required | {"requests.failed", "api.latency", "writes.selftest"}

    async def inject(self, sandbox: Range) -> None:
        """Start the import; wait until several sessions have been held up for seconds."""
        await everyone_at_work(sandbox)
        await sandbox.run_extra("price-import", "price-import")
        await reached(lambda: asked(sandbox, _CHAIN), "no checkout was held up")
