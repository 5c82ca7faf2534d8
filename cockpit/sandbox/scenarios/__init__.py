"""Every scenario by name, in the order in which they are listed; each is imported when it is asked for."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from cockpit.model.errors import SandboxError

if TYPE_CHECKING:
    from cockpit.sandbox.scenarios.base import Scenario

__all__ = ["SCENARIOS", "Scenarios", "scenario_named"]

_CLASSES: Final = {
    "cron-stuck": "cron_stuck:CronStuck",
    "db-connections": "db_connections:DbConnections",
    "redis-down": "redis_down:RedisDown",
    "db-down": "db_down:DbDown",
    "api-down": "api_down:ApiDown",
    "scheduler-stale": "scheduler_stale:SchedulerStale",
    "webhooks-failing": "webhooks_failing:WebhooksFailing",
    "lock-contention": "lock_contention:LockContention",
    "blocking-chain": "blocking_chain:BlockingChain",
    "db-read-only": "db_read_only:DbReadOnly",
    "flag-gone-bad": "flag_gone_bad:FlagGoneBad",
    "migrations-behind": "migrations_behind:MigrationsBehind",
    "backup-stale": "backup_stale:BackupStale",
}
"""Module below this package and class, by the scenario's name."""


class Scenarios(Mapping[str, "Scenario"]):
    """The scenarios by name; whoever wants one does not pay for the others."""

    def __getitem__(self, name: str) -> Scenario:
        module, _, title = _CLASSES[name].partition(":")
        found: Scenario = getattr(importlib.import_module(f"{__name__}.{module}"), title)()
        return found

    def __contains__(self, name: object) -> bool:
        return name in _CLASSES

    def __iter__(self) -> Iterator[str]:
        return iter(_CLASSES)

    def __len__(self) -> int:
        return len(_CLASSES)


SCENARIOS: Final = Scenarios()


def scenario_named(name: str) -> Scenario:
    """The scenario of that name.

    Raises:
        SandboxError: when there is none; names those that there are.
    """
    if name not in SCENARIOS:
        raise SandboxError(f"there is no scenario {name!r}", f"choose one of {', '.join(SCENARIOS)}")
    return SCENARIOS[name]
