"""One pass over the checks without a screen, as an observer: nothing that could change a system is built."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace

from cockpit.adapters.clock import SystemClock
from cockpit.config.load import Loaded
from cockpit.engine.board import Board
from cockpit.engine.check_subjects import SAMPLED_TWICE
from cockpit.engine.checks import CheckPlan, Checks
from cockpit.engine.poller import Poller
from cockpit.model.health import HealthSnapshot
from cockpit.model.incident import Role
from cockpit.model.masking import Masker
from cockpit.model.readings import SourceKind
from cockpit.wiring.checks import check_plans
from cockpit.wiring.parts import Parts
from cockpit.wiring.sources import add_sources

BETWEEN = 2.0
"""Seconds between the two readings of a check that needs two."""


async def one_pass(loaded: Loaded, name: str, names: Collection[str] = ()) -> HealthSnapshot:
    """Read what the checks need once, rates twice, and judge them; `for` is ignored.

    Args:
        loaded: the configuration.
        name: the environment.
        names: the checks wanted, empty for all.

    Raises:
        ConfigError: when the environment cannot be built.
    """
    _, environment = loaded.environment(name)
    plans = [plan for plan in check_plans(environment) if not names or plan.name in names]
    parts, board = Parts(Role.OBSERVER, SystemClock()), Board()
    add_sources(parts, environment, loaded.folder)
    pollers = [make(board.publish) for make in parts.pollers]
    wanted = [poller for poller in pollers if _needed(poller, plans)]
    try:
        await asyncio.gather(*(poller.once() for poller in wanted))
        await _read_again([poller for poller in wanted if _over_time(poller, plans)])
        results = Checks(plans, parts.clock, patience=False).judge(board, None)
    finally:
        await asyncio.gather(*(poller.stop() for poller in pollers))
        for close in parts.closers:
            await close()
    return _masked(HealthSnapshot(results), Masker(parts.secrets))


async def _read_again(pollers: Sequence[Poller[object]]) -> None:
    """Read those a second time whose checks need two readings."""
    if pollers:
        await asyncio.sleep(BETWEEN)
        await asyncio.gather(*(poller.once() for poller in pollers))


def _over_time(poller: Poller[object], plans: Collection[CheckPlan]) -> bool:
    """Whether a check makes a rate of this source's readings."""
    return any(plan.source == poller.source.id and plan.subject in SAMPLED_TWICE for plan in plans)


def _needed(poller: Poller[object], plans: Collection[CheckPlan]) -> bool:
    """Whether a check reads this source; jobs also look at the locks, to name the holder."""
    source = poller.source.id
    jobs = any(plan.subject == "job" for plan in plans)
    locks = jobs and source.kind is SourceKind.REDIS and source.name == source.system
    return locks or any(plan.source == source for plan in plans)


def _masked(health: HealthSnapshot, masker: Masker) -> HealthSnapshot:
    return HealthSnapshot(
        tuple(replace(r, value=masker.secrets(r.value), message=masker.secrets(r.message)) for r in health.results)
    )
