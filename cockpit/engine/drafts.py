"""What a pane asks for when a key is pressed on a row: drafts with the identity captured at that moment."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.model.actions import (
    BackendIdentity,
    CancelBackends,
    DeleteKeys,
    Draft,
    KeyIdentity,
    Origin,
    Risk,
    RiskVerdict,
    ServiceIdentity,
    ServiceOperation,
    TerminateBackends,
)
from cockpit.model.activity import Backend
from cockpit.model.errors import RunbookError
from cockpit.model.locks import CronLock
from cockpit.model.readings import SourceId
from cockpit.model.services import Service


def cancel_backends(source: SourceId, backends: Sequence[Backend]) -> Draft:
    """Cancel the running queries of the given backends."""
    pids = ", ".join(str(backend.pid) for backend in backends)
    return Draft(
        source,
        CancelBackends(tuple(BackendIdentity(b.pid, b.backend_start) for b in backends)),
        f"pg_cancel_backend({pids})",
        RiskVerdict(Risk.CHANGE, "pg_cancel_backend stops the query that the session is running"),
        Origin("activity"),
    )


def terminate_backends(source: SourceId, backends: Sequence[Backend]) -> Draft:
    """End the sessions of the given backends."""
    pids = ", ".join(str(backend.pid) for backend in backends)
    return Draft(
        source,
        TerminateBackends(tuple(BackendIdentity(b.pid, b.backend_start) for b in backends)),
        f"pg_terminate_backend({pids})",
        RiskVerdict(Risk.CHANGE, "pg_terminate_backend ends the session and rolls its transaction back"),
        Origin("activity"),
    )


def release_lock(source: SourceId, lock: CronLock) -> Draft:
    """Delete a lock while its value is still the one on the screen.

    Raises:
        RunbookError: when nobody holds it.
    """
    if lock.raw_value is None:
        raise RunbookError(f"{lock.key} is free", "there is nothing to release")
    return Draft(
        source,
        DeleteKeys((KeyIdentity(lock.key, lock.raw_value),)),
        f"DEL {lock.key}",
        RiskVerdict(Risk.CHANGE, "DEL has the flag write"),
        Origin("locks"),
    )


def operate_service(source: SourceId, service: Service, verb: str) -> Draft:
    """Start, stop, restart, pause, unpause or kill a container or process."""
    return Draft(
        source,
        ServiceOperation(verb, service.name, ServiceIdentity(service.id, service.started_at)),
        f"{verb} {service.name}",
        RiskVerdict(Risk.CHANGE, f"{verb} interrupts or starts what the service is doing"),
        Origin("services"),
    )
