"""A reading: what a source said, when, and how far it can be trusted now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T", covariant=True)


class ReadingState(StrEnum):
    """How far a reading can be trusted now."""

    PENDING = "pending"
    """Nothing has been read yet."""
    FRESH = "fresh"
    """The last attempt succeeded."""
    STALE = "stale"
    """The last attempt failed or is overdue; the value is the last good one."""
    FAILED = "failed"
    """No attempt ever succeeded."""


class SourceKind(StrEnum):
    """What technology stands behind a source."""

    HTTP = "http"
    POSTGRES = "postgres"
    REDIS = "redis"
    DOCKER = "docker"
    PROCESSES = "processes"
    PM2 = "pm2"
    LOGS = "logs"
    HOST = "host"
    SHELL = "shell"
    PROBE = "probe"
    PROMETHEUS = "prometheus"
    ALERTMANAGER = "alertmanager"
    CHANGES = "changes"
    SHARE = "share"
    """Where an incident is shared with those who follow it."""
    NOTIFY = "notify"
    """Where people are told: a message sent is a change to what they know, not to the environment."""


@dataclass(frozen=True, slots=True)
class SourceId:
    """A source within one environment: its technology and the name that the configuration gave it.

    A source that is read in several ways has one id for each: what follows a slash in the name says which
    way it is, for example `main`, `main/jobs`, `api/GET /healthz`.
    """

    kind: SourceKind
    name: str

    @property
    def system(self) -> str:
        """The name without the way: all ids with the same kind and system stand for one server."""
        return self.name.partition("/")[0]

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """The last good value of a source together with the truth about its age.

    Attributes:
        source: where it came from.
        state: fresh, stale, failed or pending.
        value: the last good value, or None when there never was one.
        taken_at: UTC time at which `value` was taken.
        latency: seconds that the last successful attempt took.
        error: one sentence saying why the last attempt failed.
        failures: failed attempts in a row.
        next_try: UTC time of the next attempt.
        server: identity of the server process behind the source (postmaster start time, Redis run_id, ...);
            a change means that the server was restarted, not that the line was lost for a moment.
        restarted_at: UTC time at which such a change was first seen.
    """

    source: SourceId
    state: ReadingState = ReadingState.PENDING
    value: T | None = None
    taken_at: datetime | None = None
    latency: float | None = None
    error: str | None = None
    failures: int = 0
    next_try: datetime | None = None
    server: str | None = None
    restarted_at: datetime | None = None

    def age(self, now: datetime) -> float | None:
        """Seconds since the value was taken, or None when there is none."""
        return None if self.taken_at is None else max(0.0, (now - self.taken_at).total_seconds())
