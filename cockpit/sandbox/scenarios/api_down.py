"""The api answers nobody."""

from __future__ import annotations

from typing import Final

from cockpit.sandbox.range import Range
from cockpit.sandbox.scenarios.base import Scenario
from cockpit.sandbox.scenarios.lines import everyone_at_work, let_hang

_PROCESSES: Final = ("api-1", "api-2")


class ApiDown(Scenario):
    """Both processes of the api hang (SIGSTOP): they are there, they hold their port, and they do not answer."""

    name = "api-down"
    summary = "every request to the shop runs into a time-out, and all of its processes run"
    description = (
        "Customers see a page that never arrives. All processes run, the database and Redis are well, and yet no"
        " request is answered."
    )
    runbook = "api-down.md"
    procedure = "api-down"
    required = frozenset({"api.healthz", "api.ready", "db.connected", "kv.connected", "billing.degraded"})
    allowed = required | {"requests.failed", "backup.age", "migrations.current", "api.latency", "writes.selftest"}

    async def inject(self, sandbox: Range) -> None:
        """Let both hang, once they were at work."""
        await everyone_at_work(sandbox)
        await let_hang(sandbox, *_PROCESSES)
