"""Cron locks: keys in Redis that keep a job from running twice at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class LockState(StrEnum):
    """What a lock's owner, TTL and age together say."""

    HELD = "held"
    """Held, and not for longer than the job may run."""
    STALE = "stale"
    """Held for longer than the job may run."""
    ORPHANED = "orphaned"
    """Held by an owner that is not alive."""
    NO_EXPIRY = "no expiry"
    """Held without a TTL: it will never go away by itself."""
    FREE = "free"
    """Nobody holds it."""


class AgeBasis(StrEnum):
    """How a lock's age is known."""

    TTL = "ttl"
    """The configured full TTL less the remaining one."""
    VALUE = "value"
    """A time written in the lock's value."""
    SEEN = "seen"
    """Since the cockpit first saw this value: the true age is at least that."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class JobPlan:
    """What the configuration says of a job.

    Attributes:
        name: the job's name.
        lock: the Redis key that guards it.
        every: seconds between two runs, None when not said.
        lock_ttl: seconds of the lock's full TTL, None when not said.
        max_run: seconds that a run may take before its lock counts as stale, None when not said.
    """

    name: str
    lock: str
    every: float | None = None
    lock_ttl: float | None = None
    max_run: float | None = None


@dataclass(frozen=True, slots=True)
class CronLock:
    """One lock, or a configured lock that nobody holds now.

    Attributes:
        key: the Redis key.
        state: what to think of it.
        raw_value: the value as bytes, the lock's identity together with its key; None when free.
        owner: the value as cleaned text; "" when free.
        ttl: seconds left, None when it never expires or is free.
        age: seconds since it was taken, as far as known.
        age_basis: how the age is known.
        job: the configured job that it guards, None when unknown.
        owner_alive: whether the owner was found among live processes; None when that cannot be told.
        last_run: UTC time at which the job last finished, None when unknown.
    """

    key: str
    state: LockState
    raw_value: bytes | None
    owner: str
    ttl: float | None
    age: float | None
    age_basis: AgeBasis
    job: JobPlan | None = None
    owner_alive: bool | None = None
    last_run: datetime | None = None


@dataclass(frozen=True, slots=True)
class LocksSnapshot:
    """All locks under the prefix at one moment.

    Attributes:
        locks: held ones and configured free ones, by key.
        scanned: how many keys SCAN returned in all.
        truncated: True when the bound on SCAN was reached before its end.
    """

    locks: tuple[CronLock, ...]
    scanned: int = 0
    truncated: bool = False

    def lock(self, key: str) -> CronLock | None:
        """The lock of that key, or None."""
        return next((lock for lock in self.locks if lock.key == key), None)
