"""The same act on one service or on several, each with its own result."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

from cockpit.adapters.outcomes import outcome_of
from cockpit.model.actions import Prepared, Preview
from cockpit.model.errors import SourceError, SourceUnreachable
from cockpit.model.identities import ServiceIdentity, ServicesIdentity
from cockpit.model.operations import ServiceOperation, ServicesOperation
from cockpit.model.outcomes import Outcome, OutcomeKind, TargetResult

R = TypeVar("R")

AT_ONCE = 4
"""Services that are acted on, or looked at, at a time."""
DONE = {
    "start": "started",
    "stop": "stopped",
    "restart": "restarted",
    "pause": "paused",
    "unpause": "running on",
    "kill": "killed",
    "reload": "reloaded",
}


class ActsOnOne(Protocol):
    """What an executor can do with a single service."""

    async def look(self, operation: ServiceOperation) -> Prepared:
        """Its exact target, or a SourceError when there is none."""
        ...

    async def run_of(self, operation: ServiceOperation) -> ServiceIdentity | None:
        """The run that it means now, None when there is none."""
        ...

    async def act(self, operation: ServiceOperation, seconds: float) -> Outcome:
        """Do it once; what went wrong is in the outcome."""
        ...


async def look_at_all(one: ActsOnOne, operation: ServicesOperation) -> Prepared:
    """Look at every target; those that are gone are named and left out.

    Raises:
        SourceError: when there is none left.
    """
    found = await _each(operation.services, lambda service: _looked(one, service))
    kept = [prepared for prepared in found if isinstance(prepared, Prepared)]
    lost = [str(error) for error in found if isinstance(error, SourceError)]
    if not kept:
        raise SourceUnreachable(f"none of the {len(found)} services can be looked at: {lost[0].rstrip('.')}")
    operations = tuple(p.operation for p in kept if isinstance(p.operation, ServiceOperation))
    identities = tuple(p.identity for p in kept if isinstance(p.identity, ServiceIdentity))
    lines = [*(_line(prepared) for prepared in kept), *(f"left out: {said}" for said in lost)]
    preview = Preview(f"will {operation.verb} {len(kept)} services", (), tuple(lines), len(kept))
    names = ", ".join(prepared.target for prepared in kept)
    return Prepared(ServicesOperation(operation.verb, operations), ServicesIdentity(identities), preview, names)


async def runs_of_all(one: ActsOnOne, operation: ServicesOperation) -> ServicesIdentity:
    """The runs that are meant now; a service that is gone is missing in it."""
    found = await _each(operation.services, one.run_of)
    return ServicesIdentity(tuple(identity for identity in found if identity is not None))


async def act_on_all(one: ActsOnOne, operation: ServicesOperation, seconds: float) -> Outcome:
    """Act on all, a few at a time; one result for each."""

    async def result(service: ServiceOperation) -> TargetResult:
        outcome = await one.act(service, seconds)
        return TargetResult(service.name, outcome.kind, outcome.reason)

    results = await _each(operation.services, result)
    done = sum(1 for found in results if found.kind is OutcomeKind.SUCCEEDED)
    return outcome_of(results, f"{done} {DONE.get(operation.verb, operation.verb)}")


async def _looked(one: ActsOnOne, service: ServiceOperation) -> Prepared | SourceError:
    try:
        return await one.look(service)
    except SourceError as error:
        return error


def _line(prepared: Prepared) -> str:
    return "  ".join((prepared.target, *(f"{fact.label} {fact.value}" for fact in prepared.preview.facts[:3])))


async def _each(services: Sequence[ServiceOperation], do: Callable[[ServiceOperation], Awaitable[R]]) -> list[R]:
    places = asyncio.Semaphore(AT_ONCE)

    async def one(service: ServiceOperation) -> R:
        async with places:
            return await do(service)

    return list(await asyncio.gather(*(one(service) for service in services)))
