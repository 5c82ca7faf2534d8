"""Every scenario by name, in the order in which they are listed."""

from __future__ import annotations

from cockpit.model.errors import SandboxError
from cockpit.sandbox.scenarios.base import Scenario
from cockpit.sandbox.scenarios.cron_stuck import CronStuck
from cockpit.sandbox.scenarios.db_connections import DbConnections

_ALL: tuple[Scenario, ...] = (CronStuck(), DbConnections())
SCENARIOS: dict[str, Scenario] = {scenario.name: scenario for scenario in _ALL}

__all__ = ["SCENARIOS", "Scenario", "scenario_named"]


def scenario_named(name: str) -> Scenario:
    """The scenario of that name.

    Raises:
        SandboxError: when there is none; names those that there are.
    """
    try:
        return SCENARIOS[name]
    except KeyError:
        raise SandboxError(f"there is no scenario {name!r}", f"choose one of {', '.join(SCENARIOS)}") from None
