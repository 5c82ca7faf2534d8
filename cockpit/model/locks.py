"""Cron locks: keys in Redis that keep a job from running twice at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cockpit.model.keys import key_shown


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
        cron: the cron expression by which it is started, "" when not said.
        zone: name of the time zone in which the expression is meant.
        contended: a regular expression for log lines that tell of a run that found the lock held, "" for the usual
            words beside the job's or the lock's name.
        contended_over: seconds back to which contention is counted.
        trigger: the HTTP request that starts it, as `POST /path`, "" when not said.
        dry: the HTTP request that says what a run would do and changes nothing, "" when not said.
        disable, enable: the commands that set its feature flag: an HTTP request, SQL, or a Redis command; "" when
            not said.
        history: whether there is a question for its last runs.
    """

    name: str
    lock: str
    every: float | None = None
    lock_ttl: float | None = None
    max_run: float | None = None
    cron: str = ""
    zone: str = "UTC"
    contended: str = ""
    contended_over: float = 900.0
    trigger: str = ""
    dry: str = ""
    disable: str = ""
    enable: str = ""
    history: bool = False


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

    @property
    def shown(self) -> str:
        """The key for the eye."""
        return key_shown(self.key)


@dataclass(frozen=True, slots=True)
class AdvisoryLock:
    """One advisory lock of PostgreSQL, held by one session (pg_locks with locktype `advisory`).

    Attributes:
        pid, backend_start: the session that holds it; the start is None when this role may not see it.
        database: where it is held.
        classid, objid: the two halves of its key, as pg_locks shows them.
        paired: True when it was taken with two 32-bit keys, False for one 64-bit key.
        application, user: of the holder, cleaned; "" when hidden.
        mode: ExclusiveLock or ShareLock.
        age: seconds since the holder's transaction, or its session when it is in none, began: it was taken later.
        state: of the holder, as in pg_stat_activity.
        waiting: pids of the sessions that wait for it.
    """

    pid: int
    backend_start: datetime | None
    database: str
    classid: int
    objid: int
    paired: bool
    application: str
    user: str
    mode: str
    age: float | None
    state: str = ""
    waiting: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """The key as it was given: `advisory 42` or `advisory 7,42`."""
        if self.paired:
            return f"advisory {_signed(self.classid, 32)},{_signed(self.objid, 32)}"
        return f"advisory {_signed(self.classid << 32 | self.objid, 64)}"


@dataclass(frozen=True, slots=True)
class AdvisorySnapshot:
    """All advisory locks that are held in one PostgreSQL server at one moment."""

    locks: tuple[AdvisoryLock, ...]


@dataclass(frozen=True, slots=True)
class RedisFigures:
    """What INFO says of the server; None for what it does not say.

    Attributes:
        version: with the name of the software, for example "valkey 8.1.1".
        memory, memory_limit: bytes used, and allowed; a limit of 0 means none.
        evicted: keys evicted since the start.
        hits, misses: of reads since the start.
        clients: connections now.
        per_second: commands per second now.
        slow: entries in the slow log.
    """

    version: str
    memory: int | None = None
    memory_limit: int | None = None
    evicted: int | None = None
    hits: int | None = None
    misses: int | None = None
    clients: int | None = None
    per_second: int | None = None
    slow: int | None = None


@dataclass(frozen=True, slots=True)
class LocksSnapshot:
    """All locks under the prefix at one moment.

    Attributes:
        locks: held ones and configured free ones, by key.
        scanned: how many keys SCAN returned in all.
        truncated: True when the bound on SCAN was reached before its end.
        figures: what the server says of itself, None when it says nothing.
        notes: what a missing right hides, one sentence each, with the rule that grants it.
    """

    locks: tuple[CronLock, ...]
    scanned: int = 0
    truncated: bool = False
    figures: RedisFigures | None = None
    notes: tuple[str, ...] = ()

    def lock(self, key: str) -> CronLock | None:
        """The lock of that key, or None."""
        return next((lock for lock in self.locks if lock.key == key), None)


def _signed(value: int, bits: int) -> int:
    """An unsigned number as the signed one that the application gave."""
    return value - (1 << bits) if value >= 1 << (bits - 1) else value
