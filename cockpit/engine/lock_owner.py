"""Whether a lock's owner is among the containers and processes that the services pane knows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from cockpit.engine.lock_state import lock_state
from cockpit.model.locks import CronLock
from cockpit.model.services import ServicesSnapshot

_CONTAINER_ID = re.compile(r"\b[0-9a-f]{12}(?:[0-9a-f]{52})?\b")
_WHOLE_ID = re.compile(r"[0-9a-f]{12,64}")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
_SHORT = 12


class Owners:
    """The services by which owners are looked up.

    Args:
        snapshots: services that were read and are fresh.
    """

    def __init__(self, snapshots: Sequence[ServicesSnapshot]) -> None:
        services = [service for snapshot in snapshots for service in snapshot.services]
        self._ids = {s.id[:_SHORT]: s for s in services if _WHOLE_ID.fullmatch(s.id)}
        self._names = {s.name: s for s in reversed(services)}

    def find(self, owner: str) -> tuple[bool | None, str]:
        """Whether a service lives that has the name or id that an owner begins with or contains, and how it is known.

        Docker gives a container its short id as host name, so that a value such as `3f2a9c0d1e2b:17` names one.

        Args:
            owner: the lock's value.

        Returns:
            True or False with one clause, None and "" when nothing can be told.
        """
        for found in _CONTAINER_ID.findall(owner) if self._ids else ():
            match = self._ids.get(found[:_SHORT])
            if match is not None:
                return match.running, f"container {match.name} is {match.state}"
            return False, f"no container has the id {found[:_SHORT]}"
        first = _NAME.match(owner)
        match = self._names.get(first[0]) if first else None
        return (match.running, f"{match.kind.value} {match.name} is {match.state}") if match else (None, "")


def with_owner(lock: CronLock, owners: Owners) -> CronLock:
    """The lock with what the services tell of its owner, where its own machine told nothing."""
    if lock.raw_value is None or lock.owner_alive is not None:
        return lock
    alive, _ = owners.find(lock.owner)
    if alive is None:
        return lock
    state = lock.state if alive else lock_state(lock.age, lock.ttl, lock.job, alive)
    return replace(lock, owner_alive=alive, state=state)
