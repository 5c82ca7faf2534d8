"""Cron locks: what stands under a prefix in Redis."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from cockpit.adapters.redis_figures import figures_of, missing_rights, slow_entries
from cockpit.adapters.redis_keys import KeyFacts, look_up, scan
from cockpit.adapters.redis_line import RedisLine, information
from cockpit.engine.lock_state import lock_age, lock_state
from cockpit.model.locks import AgeBasis, CronLock, JobPlan, LocksSnapshot, LockState
from cockpit.model.ports import Clock
from cockpit.model.readings import SourceId

SCAN_CAP = 1_000
"""Keys under the prefix that are looked at."""
_WANTED = {
    "scan": "locks that the configuration does not name",
    "info": "the server's figures",
}
_GLOB = str.maketrans({char: f"\\{char}" for char in "*?[]\\^"})


class RedisLocks:
    """Fulfils `Source[LocksSnapshot]`: a bounded SCAN, then value, type and TTL of each key in one exchange.

    Args:
        line: the server.
        prefix: what the locks' keys begin with.
        plans: the configured jobs; a lock that one of them names is shown even while it is free.
        clock: tells the time.
        owner_alive: whether a lock's owner lives, None when that cannot be told.
    """

    def __init__(
        self,
        line: RedisLine,
        prefix: str,
        plans: Sequence[JobPlan],
        clock: Clock,
        owner_alive: Callable[[str], bool | None] = lambda owner: None,
    ) -> None:
        self._line = line
        self._pattern = prefix.translate(_GLOB) + "*"
        self._plans = {plan.lock: plan for plan in plans if plan.lock}
        self._clock = clock
        self._owner_alive = owner_alive
        self._seen: Mapping[str, tuple[bytes, datetime | None]] = {}
        self._looked = False
        self._server: str | None = None
        self._notes: tuple[str, ...] | None = None
        self._may_count_slow = True

    @property
    def id(self) -> SourceId:
        """Which source it is."""
        return self._line.id

    @property
    def server(self) -> str | None:
        """The server's run_id, which changes when it is restarted."""
        return self._server

    async def fetch(self) -> LocksSnapshot:
        """All locks now.

        Raises:
            SourceError: when the server cannot be asked.
        """
        told = await information(self._line)
        self._server = told.get("run_id") or None
        await self._learn_rights()
        keys, truncated = await self._keys()
        held = await look_up(self._line, keys)
        now = self._clock.now()
        self._remember(held, now)
        alive = {owner: self._owner_alive(owner) for owner in {facts.owner for facts in held.values()}}
        locks = [self._lock(key, facts, alive[facts.owner], now) for key, facts in held.items()]
        locks += [self._free(plan) for key, plan in self._plans.items() if key not in held]
        slow = await slow_entries(self._line) if self._may_count_slow else None
        self._may_count_slow = slow is not None
        figures = figures_of(told, slow)
        ordered = tuple(sorted(locks, key=lambda lock: lock.key))
        return LocksSnapshot(ordered, len(keys), truncated, figures, self._notes or ())

    async def close(self) -> None:
        """Close the connections."""
        await self._line.close()

    async def _learn_rights(self) -> None:
        """Ask once what this account may not."""
        if self._notes is None:
            self._notes = await missing_rights(self._line, _WANTED)

    def _lacks(self, right: str) -> bool:
        return any(f"+{right}" in note for note in self._notes or ())

    async def _keys(self) -> tuple[list[str], bool]:
        keys = dict.fromkeys(self._plans)
        if self._lacks("scan"):
            return list(keys), False
        async for key in scan(self._line, self._pattern):
            keys[key] = None
            if len(keys) >= SCAN_CAP:
                return list(keys), True
        return list(keys), False

    def _remember(self, held: Mapping[str, KeyFacts], now: datetime) -> None:
        """Note when each value was first seen; what was there at the first look may be of any age."""
        before = self._seen
        self._seen = {}
        for key, facts in held.items():
            value, since = before.get(key, (b"", None))
            fresh = now if self._looked else None
            self._seen[key] = (facts.identity, since if value == facts.identity else fresh)
        self._looked = True

    def _lock(self, key: str, facts: KeyFacts, alive: bool | None, now: datetime) -> CronLock:
        plan = self._plans.get(key)
        first_seen = self._seen[key][1]
        seen_for = (now - first_seen).total_seconds() if first_seen else 0.0
        age, basis = lock_age(facts.owner, facts.ttl, plan, seen_for, now)
        state = lock_state(age, facts.ttl, plan, alive)
        return CronLock(key, state, facts.identity, facts.owner, facts.ttl, age, basis, plan, alive)

    def _free(self, plan: JobPlan) -> CronLock:
        return CronLock(plan.lock, LockState.FREE, None, "", None, None, AgeBasis.NONE, plan)
