"""What a lock's owner, TTL and age together say."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from cockpit.model.locks import AgeBasis, JobPlan, LockState

_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?")
_EPOCH = re.compile(r"(?<![\d.])(1[4-9]\d{8}|2\d{9})(\d{3})?(?![\d.])")


def lock_age(
    owner: str, ttl: float | None, plan: JobPlan | None, seen_for: float, now: datetime
) -> tuple[float | None, AgeBasis]:
    """Seconds since a lock was taken, and how that is known.

    Args:
        owner: the lock's value as text; a time written in it counts.
        ttl: seconds left, None when it does not expire.
        plan: the job that it guards, None when unknown.
        seen_for: seconds since this value was first seen here; 0 when it was there at the first look.
        now: UTC now.
    """
    if plan is not None and plan.lock_ttl and ttl is not None and ttl <= plan.lock_ttl:
        return plan.lock_ttl - ttl, AgeBasis.TTL
    written = _written_time(owner)
    if written is not None and written <= now:
        return (now - written).total_seconds(), AgeBasis.VALUE
    return (seen_for, AgeBasis.SEEN) if seen_for > 0 else (None, AgeBasis.NONE)


def lock_state(age: float | None, ttl: float | None, plan: JobPlan | None, owner_alive: bool | None) -> LockState:
    """What to think of a lock that is held.

    Args:
        age: seconds since it was taken, None when not known.
        ttl: seconds left, None when it does not expire.
        plan: the job that it guards, None when unknown.
        owner_alive: whether its owner was found among the living, None when that cannot be told.
    """
    if owner_alive is False:
        return LockState.ORPHANED
    limit = (plan.max_run or plan.every) if plan else None
    if age is not None and limit is not None and age > limit:
        return LockState.STALE
    return LockState.NO_EXPIRY if ttl is None else LockState.HELD


def _written_time(text: str) -> datetime | None:
    """A time written in a text: ISO 8601, or seconds or milliseconds since 1970; without a zone it is UTC."""
    iso = _ISO.search(text)
    if iso:
        try:
            moment = datetime.fromisoformat(iso[0])
        except ValueError:
            return None
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    epoch = _EPOCH.search(text)
    return datetime.fromtimestamp(int(epoch[1]), UTC) if epoch else None
