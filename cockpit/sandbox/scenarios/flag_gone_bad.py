"""A feature was turned on before the schema that it needs."""

from __future__ import annotations

from typing import Final

from cockpit.sandbox.range import Range
from cockpit.sandbox.scenarios.base import Scenario
from cockpit.sandbox.scenarios.lines import asked, everyone_at_work, lines, reached
from cockpit.sandbox.shop.flags import cache_key

_FLAG: Final = "LOYALTY_DISCOUNT"
_ON: Final = """
    WITH changed AS (UPDATE feature_flags SET enabled = true, updated_at = now() - interval '4 min'
                     WHERE name = %(flag)s RETURNING name)
    INSERT INTO flag_audit (flag, enabled, actor, changed_at)
    SELECT name, true, 'campaign-calendar', now() - interval '4 min' FROM changed
"""
_LAST_ORDERS: Final = "UPDATE orders SET updated_at = least(updated_at, now() - interval '4 min')"
_FAILED: Final = "SELECT max(updated_at) < now() - interval '3 min' FROM orders"


class FlagGoneBad(Scenario):
    """LOYALTY_DISCOUNT is on, whose checkout writes a column that this release's schema does not have."""

    name = "flag-gone-bad"
    summary = "every checkout fails since a campaign began, and all the servers are well"
    description = (
        "Nobody can pay, since a few minutes ago. The database, Redis and all processes are well, and nothing was"
        " deployed; a campaign of the marketing calendar has begun."
    )
    runbook = "feature-flags.md"
    procedure = "feature-flag-emergency"
    required = frozenset({"requests.failed"})
    allowed = required

    async def inject(self, sandbox: Range) -> None:
        """Turn the feature on as the calendar does; wait until no checkout goes through any more."""
        await everyone_at_work(sandbox)
        async with lines(sandbox) as (kv, connection):
            await connection.execute(_ON, {"flag": _FLAG})
            await kv.delete(cache_key(_FLAG))
            await connection.execute(_LAST_ORDERS)
            await reached(lambda: asked(sandbox, _FAILED), "checkouts still go through")
