"""Names in Redis that more than one part of the service, or the sandbox itself, must agree on."""

from __future__ import annotations

from typing import Final

LOCK_TTL: Final = 2 * 3600.0
"""Seconds after which a job's lock goes away by itself."""
CONTENTION: Final = "stats:lock_contention"
"""Hash of counters: how often each job found its lock held."""
HEARTBEAT: Final = "worker:heartbeat"
"""The epoch second at which any worker last looked for work."""


def lock_key(job: str) -> str:
    """The key of a job's lock."""
    return f"lock:cron:{job}"


def throttle_key(process: str, job: str) -> str:
    """The key of the seconds that a process waits between two batches of a job; usually absent."""
    return f"throttle:{process}:{job}"
