"""Signals to processes of this machine."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Mapping
from datetime import UTC, datetime

import psutil

from cockpit.adapters.service_group import act_on_all, look_at_all, runs_of_all
from cockpit.model.actions import Permit, Prepared, Preview, PreviewFact
from cockpit.model.errors import SourceRefused, SourceUnreachable
from cockpit.model.identities import Identity, ServiceIdentity
from cockpit.model.operations import Operation, ServiceOperation, ServicesOperation
from cockpit.model.outcomes import Outcome, OutcomeKind
from cockpit.model.readings import SourceId
from cockpit.model.text import clean

SIGNALS: Mapping[str, signal.Signals] = {
    "stop": signal.SIGTERM,
    "kill": signal.SIGKILL,
    "pause": signal.SIGSTOP,
    "unpause": signal.SIGCONT,
}
"""What a process without a supervisor can be asked."""
_LOOK = 0.1


class LocalExecutor:
    """Fulfils `Executor` for processes of this machine; never built for an observer."""

    def __init__(self, source: SourceId) -> None:
        self._id = source

    @property
    def id(self) -> SourceId:
        """The source it changes."""
        return self._id

    async def prepare(self, operation: Operation) -> Prepared:
        """Look at the processes: pid and start become the identity.

        Raises:
            SourceError: when there is no such process.
        """
        if isinstance(operation, ServicesOperation):
            return await look_at_all(self, operation)
        return await self.look(self._wanted(operation))

    async def look(self, operation: ServiceOperation) -> Prepared:
        """Look at one process; see `prepare`."""
        number = self._signal(operation)
        process = _find(operation)
        if process is None:
            raise SourceUnreachable(f"the process {operation.name} has ended", "nobody here starts it again")
        try:
            with process.oneshot():
                name, line = clean(process.name()), clean(" ".join(process.cmdline()))
                facts = (
                    PreviewFact("pid", str(process.pid)),
                    PreviewFact("user", clean(process.username())),
                    PreviewFact("command", line or name),
                    PreviewFact("children", str(len(process.children()))),
                )
                identity = ServiceIdentity(str(process.pid), _started(process))
        except (psutil.Error, KeyError) as error:
            raise SourceUnreachable(
                f"the process {operation.name} cannot be looked at: {type(error).__name__}"
            ) from error
        preview = Preview(f"will send {number.name} to {name}; nobody here starts it again", facts, count=1)
        return Prepared(ServiceOperation(operation.verb, name, identity), identity, preview, name)

    async def identify(self, operation: Operation) -> Identity | None:
        """The processes that have those pids now; None when they are gone."""
        if isinstance(operation, ServicesOperation):
            return await runs_of_all(self, operation)
        return await self.run_of(self._wanted(operation))

    async def run_of(self, operation: ServiceOperation) -> ServiceIdentity | None:
        """The run of one process; see `identify`."""
        process = _find(operation)
        return ServiceIdentity(str(process.pid), _started(process)) if process is not None else None

    async def execute(self, permit: Permit) -> Outcome:
        """Send one signal to each process, then look until it has acted on it."""
        operation, seconds = permit.action.operation, permit.action.timeout
        if isinstance(operation, ServicesOperation):
            return await act_on_all(self, operation, seconds)
        try:
            return await self.act(self._wanted(operation), seconds)
        except SourceRefused as error:
            return Outcome(OutcomeKind.FAILED, error.what)

    async def act(self, operation: ServiceOperation, seconds: float) -> Outcome:
        """Act on one process; see `execute`."""
        begun = time.monotonic()
        process = _find(operation)
        if process is None or operation.identity is None or _started(process) != operation.identity.started_at:
            return Outcome(OutcomeKind.FAILED, f"{operation.name} has ended already")
        try:
            process.send_signal(self._signal(operation))
        except psutil.AccessDenied:
            return Outcome(OutcomeKind.FAILED, f"this user may not signal {operation.name}")
        except psutil.NoSuchProcess:
            return Outcome(OutcomeKind.FAILED, f"{operation.name} has ended already")
        while time.monotonic() - begun < seconds:
            state = _state(process)
            if _as_wanted(operation.verb, state):
                return Outcome(OutcomeKind.SUCCEEDED, f"{operation.name} is {state}", duration=time.monotonic() - begun)
            await asyncio.sleep(_LOOK)
        reason = f"{operation.name} is {_state(process)} {seconds:.0f} s after {operation.verb}"
        return Outcome(OutcomeKind.FAILED, reason, duration=time.monotonic() - begun)

    def _signal(self, operation: ServiceOperation) -> signal.Signals:
        if operation.verb not in SIGNALS:
            raise SourceRefused(
                f"a process without a supervisor cannot be asked to {operation.verb}", f"it can {', '.join(SIGNALS)}"
            )
        return SIGNALS[operation.verb]

    def _wanted(self, operation: Operation) -> ServiceOperation:
        if not isinstance(operation, ServiceOperation):
            raise SourceRefused(f"{self.id} signals processes only")
        return operation


def _find(operation: ServiceOperation) -> psutil.Process | None:
    """By pid, which is the id of such a service."""
    if operation.identity is None or not operation.identity.id.isdigit():
        return None
    try:
        process = psutil.Process(int(operation.identity.id))
        return None if process.status() == psutil.STATUS_ZOMBIE else process
    except psutil.Error:
        return None


def _started(process: psutil.Process) -> datetime:
    return datetime.fromtimestamp(process.create_time(), UTC)


def _state(process: psutil.Process) -> str:
    try:
        status = process.status() if process.is_running() else psutil.STATUS_ZOMBIE
    except psutil.Error:
        return "gone"
    if status == psutil.STATUS_ZOMBIE:
        return "gone"
    return "paused" if status == psutil.STATUS_STOPPED else "running"


def _as_wanted(verb: str, state: str) -> bool:
    return state == {"pause": "paused", "unpause": "running"}.get(verb, "gone")
