"""Start, stop, restart, reload and scale what pm2 runs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from cockpit.adapters.pm2 import Pm2, same_name
from cockpit.adapters.service_group import act_on_all, look_at_all, runs_of_all
from cockpit.model.actions import Permit, Prepared, Preview, PreviewFact
from cockpit.model.errors import SourceError, SourceRefused, SourceUnreachable
from cockpit.model.identities import Identity, ServiceIdentity, ServicesIdentity
from cockpit.model.operations import Operation, ScaleService, ServiceOperation, ServicesOperation
from cockpit.model.outcomes import Outcome, OutcomeKind
from cockpit.model.ports import Clock
from cockpit.model.readings import SourceId
from cockpit.model.services import Service

VERBS = ("start", "stop", "restart", "reload")
"""What pm2 can do to a process; `start` goes by its number, so that no second one is made."""
MOST_INSTANCES = 64
"""A scale beyond this is taken for a slip of the finger."""
_SETTLE = 10.0
"""Seconds in which the wanted state is waited for."""
_LOOK = 0.4
_STEADY_LOOKS = 2
_FRESH_RUN = 60.0
"""Seconds up below which a process that was restarted before counts as one that keeps restarting."""
Settle = Callable[[], Awaitable[tuple[OutcomeKind, str]]]
"""Waits until what was asked for is so, and says how it is."""


class Pm2Executor:
    """Fulfils `Executor` for pm2; never built for an observer."""

    def __init__(self, pm2: Pm2, clock: Clock) -> None:
        self._pm2 = pm2
        self._clock = clock

    @property
    def id(self) -> SourceId:
        """The source it changes."""
        return self._pm2.id

    async def prepare(self, operation: Operation) -> Prepared:
        """Look at the processes: pm2's number and the start of the run become the identity.

        Raises:
            SourceError: when there is no such process, or pm2 cannot be asked.
        """
        if isinstance(operation, ServicesOperation):
            return await look_at_all(self, operation)
        if isinstance(operation, ScaleService):
            return await self._look_at_scale(operation)
        return await self.look(self._wanted(operation))

    async def look(self, operation: ServiceOperation) -> Prepared:
        """Look at one process; see `prepare`."""
        if operation.verb not in VERBS:
            raise SourceRefused(f"pm2 cannot {operation.verb} a process", f"it can {', '.join(VERBS)}")
        found = await self._find(operation)
        if found is None:
            raise SourceUnreachable(f"pm2 has no process {operation.name}")
        identity = self._identity(found)
        exact = ServiceOperation(operation.verb, found.name, identity)
        facts = self._facts(found)
        preview = Preview(f"will {operation.verb} the process {found.name}, number {found.id}", facts, count=1)
        return Prepared(exact, identity, preview, found.name)

    async def identify(self, operation: Operation) -> Identity | None:
        """The runs that are meant as they are now, None when they are gone.

        Raises:
            SourceError: when pm2 cannot be asked.
        """
        if isinstance(operation, ServicesOperation):
            return await runs_of_all(self, operation)
        if isinstance(operation, ScaleService):
            return _runs(await self._of_application(operation.name))
        return await self.run_of(self._wanted(operation))

    async def run_of(self, operation: ServiceOperation) -> ServiceIdentity | None:
        """The run of one process; see `identify`."""
        found = await self._find(operation)
        if found is None:
            return None
        any_run = operation.identity is not None and operation.identity.started_at is None
        return ServiceIdentity(found.id, None if any_run else found.started_at)

    async def execute(self, permit: Permit) -> Outcome:
        """Ask pm2 once for each process, by its number, then look until it has settled."""
        operation, seconds = permit.action.operation, permit.action.timeout
        if isinstance(operation, ServicesOperation):
            return await act_on_all(self, operation, seconds)
        if isinstance(operation, ScaleService):
            return await self._scaled(operation, seconds)
        try:
            return await self.act(self._wanted(operation), seconds)
        except SourceRefused as error:
            return Outcome(OutcomeKind.FAILED, error.what)

    async def act(self, operation: ServiceOperation, seconds: float) -> Outcome:
        """Act on one process; see `execute`."""
        if operation.identity is None:
            return Outcome(OutcomeKind.FAILED, f"{operation.name} was not prepared")
        return await self._asked(
            (operation.verb, operation.identity.id), lambda: self._settled(operation), operation.name, seconds
        )

    async def _asked(self, words: tuple[str, ...], settle: Settle, name: str, seconds: float) -> Outcome:
        started = time.monotonic()
        try:
            async with asyncio.timeout(seconds):
                await self._pm2.run(*words, deadline=seconds)
                kind, reason = await settle()
        except SourceRefused as error:
            kind, reason = OutcomeKind.FAILED, error.what
        except SourceError as error:
            kind, reason = OutcomeKind.UNKNOWN, error.what
        except TimeoutError:
            kind, reason = OutcomeKind.UNKNOWN, f"{name} has not settled within {seconds:g} s"
        return Outcome(kind, reason, duration=time.monotonic() - started)

    async def _settled(self, operation: ServiceOperation) -> tuple[OutcomeKind, str]:
        steady, found = 0, None
        for _ in range(int(_SETTLE / _LOOK)):
            found = await self._find(operation)
            steady = steady + 1 if found is not None and _as_wanted(operation, found) else 0
            if found is not None and steady == _STEADY_LOOKS:
                return OutcomeKind.SUCCEEDED, f"{operation.name} is {found.state}"
            await asyncio.sleep(_LOOK)
        state = found.state if found else "gone"
        return OutcomeKind.FAILED, f"{operation.name} is {state} {_SETTLE:.0f} s after {operation.verb}"

    async def _look_at_scale(self, operation: ScaleService) -> Prepared:
        if not 1 <= operation.instances <= MOST_INSTANCES:
            raise SourceRefused(f"{operation.instances} is no number of instances", f"give 1 to {MOST_INSTANCES}")
        found = await self._of_application(operation.name)
        if not found:
            raise SourceUnreachable(f"pm2 has no application {operation.name}")
        if not found[0].part.startswith("cluster"):
            raise SourceRefused(f"{operation.name} runs in fork mode", "pm2 scales applications in cluster mode only")
        change = operation.instances - len(found)
        if change == 0:
            raise SourceRefused(f"{operation.name} has {len(found)} instances already", "give another number")
        word = f"start {change} more" if change > 0 else f"end {-change} of them"
        identity = _runs(found)
        facts = (
            PreviewFact("instances now", str(len(found))),
            PreviewFact("running", str(sum(s.running for s in found))),
        )
        preview = Preview(f"will {word}, so that {operation.name} has {operation.instances}", facts, count=abs(change))
        exact = ScaleService(operation.name, operation.instances, identity)
        return Prepared(exact, identity, preview, operation.name)

    async def _scaled(self, operation: ScaleService, seconds: float) -> Outcome:
        async def settle() -> tuple[OutcomeKind, str]:
            running = 0
            for _ in range(int(_SETTLE / _LOOK)):
                found = await self._of_application(operation.name)
                running = sum(service.running for service in found)
                if running == len(found) == operation.instances:
                    return OutcomeKind.SUCCEEDED, f"{operation.name} has {running} instances"
                await asyncio.sleep(_LOOK)
            return OutcomeKind.FAILED, f"{operation.name} has {running} running instances {_SETTLE:.0f} s after scaling"

        return await self._asked(("scale", operation.name, str(operation.instances)), settle, operation.name, seconds)

    async def _of_application(self, name: str) -> tuple[Service, ...]:
        return same_name(await self._pm2.processes(), name)

    async def _find(self, operation: ServiceOperation) -> Service | None:
        """By its number when that is known, else by its name when that is the name of one only.

        Raises:
            SourceRefused: when several have that name.
        """
        found = await self._pm2.processes()
        if operation.identity is not None:
            return next((item.service for item in found if item.service.id == operation.identity.id), None)
        named = same_name(found, operation.name)
        if len(named) > 1:
            raise SourceRefused(f"pm2 runs {len(named)} processes named {operation.name}", "choose one in Services")
        return named[0] if named else None

    def _identity(self, found: Service) -> ServiceIdentity:
        young = found.started_at is not None and (self._clock.now() - found.started_at).total_seconds() < _FRESH_RUN
        loops = found.state in ("restarting", "launching") or (young and bool(found.restarts))
        return ServiceIdentity(found.id, None if loops else found.started_at)

    def _facts(self, found: Service) -> tuple[PreviewFact, ...]:
        facts = [PreviewFact("state", found.state)]
        if found.started_at is not None:
            seconds = max(0, int((self._clock.now() - found.started_at.astimezone(UTC)).total_seconds()))
            facts.append(PreviewFact("up for", f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"))
        facts.append(PreviewFact("mode", found.part))
        facts.append(PreviewFact("script", found.image))
        facts.append(PreviewFact("restarts", str(found.restarts or 0)))
        return tuple(facts)

    def _wanted(self, operation: Operation) -> ServiceOperation:
        if not isinstance(operation, ServiceOperation):
            raise SourceRefused(f"{self.id} starts, stops, restarts and scales only")
        return operation


def _runs(found: tuple[Service, ...]) -> ServicesIdentity:
    return ServicesIdentity(tuple(ServiceIdentity(service.id, service.started_at) for service in found))


def _as_wanted(operation: ServiceOperation, found: Service) -> bool:
    if operation.verb == "stop":
        return found.state == "stopped"
    before: datetime | None = operation.identity.started_at if operation.identity else None
    fresh = operation.verb == "start" or found.started_at != before
    return found.running and fresh
