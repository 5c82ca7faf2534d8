"""What a pane asks for when a key is pressed on a row: drafts with the identity captured at that moment."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.model.actions import Draft, Origin
from cockpit.model.activity import Backend
from cockpit.model.errors import RunbookError
from cockpit.model.host import HostProcess
from cockpit.model.identities import BackendIdentity, KeyIdentity, ProcessIdentity, ServiceIdentity
from cockpit.model.keys import key_shown, literal_key
from cockpit.model.locks import AdvisoryLock, CronLock
from cockpit.model.operations import (
    CancelBackends,
    DeleteKeys,
    OpenShell,
    RedisCommand,
    ScaleService,
    ServiceOperation,
    ServicesOperation,
    SignalProcess,
    TerminateBackends,
)
from cockpit.model.readings import SourceId
from cockpit.model.risk import Risk, RiskVerdict
from cockpit.model.services import Service

SERVICE_TIMEOUT = 60.0
"""Seconds until a service must have settled: a stop alone may take ten, and several go in turns."""
SHELL_TIMEOUT = 12 * 3600.0
"""Seconds after which nobody waits for the end of a shell any more."""
_SERVICE_REASONS = {
    "restart": "restart interrupts what the service is doing",
    "stop": "stop ends the service, and it stays down",
    "start": "start lets the service run again",
    "pause": "pause lets the service stand still, and its clients wait",
    "unpause": "unpause lets the service run on",
    "kill": "kill ends the service at once, without letting it finish",
}


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


def release_locks(source: SourceId, locks: Sequence[CronLock]) -> Draft:
    """Delete locks, each while its value is still the one on the screen; those that nobody holds are left out.

    Raises:
        RunbookError: when nobody holds any of them.
    """
    keys = tuple(KeyIdentity(lock.key, lock.raw_value) for lock in locks if lock.raw_value is not None)
    if not keys:
        names = ", ".join(lock.shown for lock in locks)
        raise RunbookError(f"{names} {'is' if len(locks) == 1 else 'are'} free", "there is nothing to release")
    return Draft(
        source,
        DeleteKeys(keys),
        f"DEL {' '.join(key_shown(key.key) for key in keys)}",
        RiskVerdict(Risk.CHANGE, "DEL has the flag write"),
        Origin("locks"),
    )


def release_advisory(source: SourceId, locks: Sequence[AdvisoryLock]) -> Draft:
    """End the sessions that hold advisory locks: no other session can release them.

    Args:
        source: the reading of the locks; the change goes to the database behind it.
        locks: those that are meant.

    Raises:
        RunbookError: when this role may not see since when a session exists.
    """
    holders = dict.fromkeys((lock.pid, lock.backend_start) for lock in locks)
    found = tuple(BackendIdentity(pid, start) for pid, start in holders if start is not None)
    if len(found) < len(holders):
        raise RunbookError("this role may not see who holds it", "GRANT pg_read_all_stats TO it")
    pids = ", ".join(str(backend.pid) for backend in found)
    return Draft(
        SourceId(source.kind, source.system),
        TerminateBackends(found),
        f"pg_terminate_backend({pids})",
        RiskVerdict(Risk.CHANGE, "only the session that took an advisory lock can release it, so it is ended"),
        Origin("locks"),
    )


def delete_keys(source: SourceId, names: Sequence[str]) -> Draft:
    """Delete keys of any type; what they hold is looked at now and again just before.

    Args:
        source: the server.
        names: as `key_text` carries them.
    """
    return Draft(
        source,
        RedisCommand(("UNLINK", *(literal_key(name) for name in names))),
        f"UNLINK {' '.join(key_shown(name) for name in names[:20])}{' ...' if len(names) > 20 else ''}",
        RiskVerdict(Risk.CHANGE, "UNLINK has the flag write"),
        Origin("keys"),
    )


def operate_services(source: SourceId, services: Sequence[Service], verb: str) -> Draft:
    """Start, stop, restart, pause, unpause or kill containers or processes of one source; at least one."""
    single = [
        ServiceOperation(verb, service.name, ServiceIdentity(service.id, service.started_at)) for service in services
    ]
    return Draft(
        source,
        single[0] if len(single) == 1 else ServicesOperation(verb, tuple(single)),
        f"{verb} {', '.join(service.name for service in services)}",
        RiskVerdict(Risk.CHANGE, _SERVICE_REASONS.get(verb, f"{verb} interrupts or starts what the service is doing")),
        Origin("services"),
        timeout=SERVICE_TIMEOUT,
    )


def scale_service(source: SourceId, service: Service, instances: int) -> Draft:
    """Let an application run in another number of instances."""
    return Draft(
        source,
        ScaleService(service.name, instances),
        f"scale {service.name} {instances}",
        RiskVerdict(Risk.CHANGE, "scale starts or ends instances of the application"),
        Origin("services"),
        timeout=SERVICE_TIMEOUT,
    )


def open_shell(source: SourceId, service: Service) -> Draft:
    """Open a shell in a container, on this terminal."""
    return Draft(
        source,
        OpenShell(service.name, ServiceIdentity(service.id, service.started_at)),
        f"docker exec -it {service.name} sh",
        RiskVerdict(Risk.CHANGE, "whatever is typed in a shell runs in the container, and is not noted here"),
        Origin("services"),
        timeout=SHELL_TIMEOUT,
    )


SIGNALS = {
    "TERM": "asks it to end",
    "KILL": "ends it at once, nothing is tidied up",
    "HUP": "most daemons read their configuration again",
    "INT": "as ctrl+c does",
    "QUIT": "ends it, often with a dump",
    "USR1": "what it does is the program's own",
    "USR2": "what it does is the program's own",
    "STOP": "holds it still until CONT",
    "CONT": "lets it go on after STOP",
}
"""The signals that a pane offers, with what each does."""


def signal_process(source: SourceId, process: HostProcess, signal: str) -> Draft:
    """Send a signal to a process of this host; KILL counts as high risk, since nothing is tidied up."""
    risk = Risk.HIGH if signal == "KILL" else Risk.CHANGE
    return Draft(
        source,
        SignalProcess(ProcessIdentity(process.pid, process.created), signal, process.name),
        f"kill -{signal} {process.pid}",
        RiskVerdict(risk, f"{signal} {SIGNALS.get(signal, 'is sent')}"),
        Origin("host"),
        timeout=10.0,
    )
