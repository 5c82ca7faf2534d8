"""Whether a lock's owner is among the containers and processes that the services pane knows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from cockpit.engine.lock_state import lock_state
from cockpit.model.locks import CronLock, LockState
from cockpit.model.services import Service, ServicesSnapshot

_CONTAINER_ID = re.compile(r"\b[0-9a-f]{12}(?:[0-9a-f]{52})?\b")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
_SHORT = 12


def found_among(owner: str, snapshots: Sequence[ServicesSnapshot]) -> tuple[bool | None, str]:
    """Whether a running service has the name or id that an owner begins with or contains, and how that is known.

    Docker gives a container its short id as host name, so that a value such as `3f2a9c0d1e2b:17` names a container.

    Args:
        owner: the lock's value.
        snapshots: services that were read and are fresh.

    Returns:
        True or False with one clause, None and "" when nothing can be told.
    """
    services = [service for snapshot in snapshots for service in snapshot.services]
    for found in _CONTAINER_ID.findall(owner):
        match = next((s for s in services if s.id[:_SHORT] == found[:_SHORT]), None)
        if match is not None:
            return match.running, f"container {match.name} is {match.state}"
        if any(re.fullmatch(r"[0-9a-f]{12,64}", service.id) for service in services):
            return False, f"no container has the id {found[:_SHORT]}"
    first = _NAME.match(owner)
    match = _named(first[0], services) if first else None
    return (match.running, f"{match.kind.value} {match.name} is {match.state}") if match else (None, "")


def with_owner(lock: CronLock, snapshots: Sequence[ServicesSnapshot]) -> CronLock:
    """The lock with what the services tell of its owner, where its own machine told nothing."""
    if lock.raw_value is None or lock.owner_alive is not None:
        return lock
    alive, _ = found_among(lock.owner, snapshots)
    if alive is None:
        return lock
    state = lock_state(lock.age, lock.ttl, lock.job, alive) if alive is False else lock.state
    return replace(lock, owner_alive=alive, state=state if lock.state is not LockState.FREE else lock.state)


def _named(name: str, services: Iterable[Service]) -> Service | None:
    return next((service for service in services if service.name == name), None)
