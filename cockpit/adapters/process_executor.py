"""Start, stop and restart supervised processes."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

import httpx

from cockpit.adapters.processes import SupervisedProcess, Supervisor
from cockpit.adapters.service_group import act_on_all, look_at_all, runs_of_all
from cockpit.model.actions import Permit, Prepared, Preview, PreviewFact
from cockpit.model.errors import SourceError, SourceRefused, SourceUnreachable
from cockpit.model.identities import Identity, ServiceIdentity
from cockpit.model.operations import Operation, ServiceOperation, ServicesOperation
from cockpit.model.outcomes import Outcome, OutcomeKind
from cockpit.model.ports import Clock
from cockpit.model.readings import SourceId

VERBS = ("start", "stop", "restart")
"""What the supervisor can do to a process."""
_SETTLE = 10.0
"""Seconds in which the wanted state is waited for."""
_LOOK = 0.1
_STEADY_LOOKS = 5
"""Looks in a row that must find the wanted state: a process that ends at once has not been started."""


class ProcessExecutor:
    """Fulfils `Executor` for supervised processes; never built for an observer."""

    def __init__(self, supervisor: Supervisor, clock: Clock) -> None:
        self._supervisor = supervisor
        self._clock = clock

    @property
    def id(self) -> SourceId:
        """The source it changes."""
        return self._supervisor.id

    async def prepare(self, operation: Operation) -> Prepared:
        """Look at the processes: their runs become the identity.

        Raises:
            SourceError: when there is no such process, or the supervisor cannot be asked.
        """
        if isinstance(operation, ServicesOperation):
            return await look_at_all(self, operation)
        return await self.look(self._wanted(operation))

    async def look(self, operation: ServiceOperation) -> Prepared:
        """Look at one process; see `prepare`."""
        wanted = self._wanted(operation)
        found = await self._supervisor.process(wanted.name)
        if found is None:
            raise SourceUnreachable(f"the supervisor has no process {wanted.name}")
        identity = _identity(found)
        exact = ServiceOperation(wanted.verb, found.name, identity)
        preview = Preview(f"will {wanted.verb} the process {found.name}", _facts(found, self._clock.now()), count=1)
        return Prepared(exact, identity, preview, found.name)

    async def identify(self, operation: Operation) -> Identity | None:
        """The runs of those processes as they are now, None when the supervisor no longer has them.

        Raises:
            SourceError: when the supervisor cannot be asked.
        """
        if isinstance(operation, ServicesOperation):
            return await runs_of_all(self, operation)
        return await self.run_of(self._wanted(operation))

    async def run_of(self, operation: ServiceOperation) -> ServiceIdentity | None:
        """The run of one process; see `identify`."""
        found = await self._supervisor.process(self._wanted(operation).name)
        return _identity(found) if found else None

    async def execute(self, permit: Permit) -> Outcome:
        """Ask the supervisor once for each, then look until the process is as wanted or the deadline passes."""
        operation, seconds = permit.action.operation, permit.action.timeout
        if isinstance(operation, ServicesOperation):
            return await act_on_all(self, operation, seconds)
        try:
            return await self.act(self._wanted(operation), seconds)
        except SourceRefused as error:
            return Outcome(OutcomeKind.FAILED, error.what)

    async def act(self, operation: ServiceOperation, seconds: float) -> Outcome:
        """Act on one process; see `execute`."""
        started, asked = time.monotonic(), False
        try:
            async with asyncio.timeout(seconds):
                await self._supervisor.ask(operation.name, operation.verb)
                asked = True
                kind, reason = await self._settled(operation)
        except SourceRefused as error:
            kind, reason = OutcomeKind.FAILED, error.what
        except SourceError as error:
            # whom nobody could connect to was not asked either
            certain = not asked and isinstance(error.__cause__, httpx.ConnectError)
            kind, reason = (OutcomeKind.FAILED if certain else OutcomeKind.UNKNOWN), error.what
        except TimeoutError:
            kind, reason = OutcomeKind.UNKNOWN, f"{operation.name} has not settled in {seconds:g} s"
        return Outcome(kind, reason, duration=time.monotonic() - started)

    async def _settled(self, operation: ServiceOperation) -> tuple[OutcomeKind, str]:
        before, steady = operation.identity, 0
        found: SupervisedProcess | None = None
        for _ in range(int(_SETTLE / _LOOK)):
            found = await self._supervisor.process(operation.name)
            steady = steady + 1 if found and _as_wanted(operation.verb, found, before) else 0
            if found and steady == _STEADY_LOOKS:
                return OutcomeKind.SUCCEEDED, f"{operation.name} is {found.state}"
            await asyncio.sleep(_LOOK)
        state = found.state if found else "gone"
        return OutcomeKind.FAILED, f"{operation.name} is {state} {_SETTLE:.0f} s after {operation.verb}"

    def _wanted(self, operation: Operation) -> ServiceOperation:
        if not isinstance(operation, ServiceOperation):
            raise SourceRefused(f"{self.id} starts, stops and restarts processes only")
        if operation.verb not in VERBS:
            raise SourceRefused(f"a supervisor cannot {operation.verb} a process", f"it can {', '.join(VERBS)}")
        return operation


def _as_wanted(verb: str, found: SupervisedProcess, before: ServiceIdentity | None) -> bool:
    if verb == "stop":
        return found.state != "running" and found.pid is None
    fresh = verb == "start" or before is None or found.started_at != before.started_at
    return found.state == "running" and fresh


def _identity(found: SupervisedProcess) -> ServiceIdentity:
    return ServiceIdentity(found.name, found.started_at)


def _facts(found: SupervisedProcess, now: datetime) -> tuple[PreviewFact, ...]:
    facts = [PreviewFact("state", found.state)]
    if found.started_at is not None and found.state == "running":
        seconds = max(0, int((now - found.started_at.astimezone(UTC)).total_seconds()))
        facts.append(PreviewFact("up for", f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"))
    if found.pid is not None:
        facts.append(PreviewFact("pid", str(found.pid)))
    if found.restarts is not None:
        facts.append(PreviewFact("restarts", str(found.restarts)))
    if found.command:
        facts.append(PreviewFact("command", found.command))
    return tuple(facts)
