"""Start, stop, restart, pause, unpause and kill containers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import datetime

from docker import APIClient
from docker.errors import APIError

from cockpit.adapters.docker import PROJECT_LABEL, health_of
from cockpit.adapters.docker_engine import DockerEngine, never_sent
from cockpit.adapters.docker_json import at, items, moment, text, whole
from cockpit.model.actions import (
    Identity,
    Operation,
    Outcome,
    OutcomeKind,
    Permit,
    Prepared,
    Preview,
    PreviewFact,
    ServiceIdentity,
    ServiceOperation,
)
from cockpit.model.errors import SourceError, SourceRefused
from cockpit.model.ports import Clock
from cockpit.model.readings import SourceId

_VERBS: Mapping[str, Callable[[APIClient, str], object]] = {
    "start": lambda client, container: client.start(container),
    "stop": lambda client, container: client.stop(container),
    "restart": lambda client, container: client.restart(container),
    "pause": lambda client, container: client.pause(container),
    "unpause": lambda client, container: client.unpause(container),
    "kill": lambda client, container: client.kill(container),
}
_SETTLE = 10.0
_LOOK = 0.3
_STEADY_LOOKS = 3
"""Looks in a row that must find the wanted state: a container that dies at once has not been started."""


class DockerExecutor:
    """Fulfils `Executor` for containers; never built for an observer.

    Args:
        engine: whom to ask; not closed with this executor.
        clock: tells how long a container has been up.
    """

    def __init__(self, engine: DockerEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    @property
    def id(self) -> SourceId:
        """The source it changes."""
        return self._engine.id

    async def prepare(self, operation: Operation) -> Prepared:
        """Look at the container: id and StartedAt become the identity.

        Raises:
            SourceError: when there is no such container, or the Engine cannot be asked.
        """
        wanted = self._wanted(operation)
        detail = await self._inspect(wanted.name)
        identity, name = _identity(detail), text(detail, "Name").removeprefix("/")
        facts = (*_facts(detail, self._clock.now()), *await self._dependants(detail))
        preview = Preview(f"will {wanted.verb} the container {name}", facts, count=1)
        return Prepared(ServiceOperation(wanted.verb, name, identity), identity, preview, name)

    async def identify(self, operation: Operation) -> Identity | None:
        """The run that now goes by the operation's name; None when there is none.

        Raises:
            SourceError: when the Engine cannot be asked.
        """
        wanted = self._wanted(operation)
        listed = await self._engine.call(lambda client: client.containers(all=True))
        if not any(_goes_by(item, wanted.name) for item in listed):
            return None
        return _identity(await self._inspect(wanted.name))

    async def execute(self, permit: Permit) -> Outcome:
        """Ask the Engine once, by container id, then look until the container has settled."""
        started, timeout = time.monotonic(), permit.action.timeout
        try:
            kind, reason = await self._acted(permit.action.operation, timeout)
        except TimeoutError:
            kind, reason = OutcomeKind.UNKNOWN, f"the container has not settled within {timeout:g} s"
        except SourceError as error:
            kind, reason = OutcomeKind.UNKNOWN, error.what
        return Outcome(kind, reason, duration=time.monotonic() - started)

    async def _acted(self, operation: Operation, seconds: float) -> tuple[OutcomeKind, str]:
        try:
            wanted = self._wanted(operation)
        except SourceRefused as error:
            return OutcomeKind.FAILED, error.what
        if wanted.identity is None:
            return OutcomeKind.FAILED, f"{wanted.name} was not prepared"
        container = wanted.identity.id
        async with asyncio.timeout(seconds):
            try:
                await self._engine.call(lambda client: _VERBS[wanted.verb](client, container), seconds)
            except SourceError as error:
                certain = isinstance(error.__cause__, APIError) or never_sent(error.__cause__)
                return (OutcomeKind.FAILED if certain else OutcomeKind.UNKNOWN), error.what
            return await self._settled(wanted, wanted.identity)

    async def _settled(self, wanted: ServiceOperation, before: ServiceIdentity) -> tuple[OutcomeKind, str]:
        steady, detail = 0, None
        for _ in range(int(_SETTLE / _LOOK)):
            detail = await self._inspect(before.id)
            steady = steady + 1 if _as_wanted(wanted.verb, detail, before) else 0
            if steady == _STEADY_LOOKS:
                return OutcomeKind.SUCCEEDED, f"{wanted.name} is {_state(detail)}"
            await asyncio.sleep(_LOOK)
        return OutcomeKind.FAILED, f"{wanted.name} is {_state(detail)} {_SETTLE:.0f} s after {wanted.verb}"

    async def _inspect(self, container: str) -> object:
        detail: object = await self._engine.call(lambda client: client.inspect_container(container))
        return detail

    async def _dependants(self, detail: object) -> tuple[PreviewFact, ...]:
        """What the Compose project says depends on the container."""
        labels = at(detail, "Config", "Labels")
        project, service = text(labels, PROJECT_LABEL), text(labels, "com.docker.compose.service")
        if not project or not service:
            return ()
        filters = {"label": f"{PROJECT_LABEL}={project}"}
        listed = await self._engine.call(lambda client: client.containers(all=True, filters=filters))
        names = sorted({_service_of(item) for item in listed if service in _depends_on(item)})
        return (PreviewFact("compose project", project), PreviewFact("depend on it", ", ".join(names) or "none"))

    def _wanted(self, operation: Operation) -> ServiceOperation:
        if not isinstance(operation, ServiceOperation):
            raise SourceRefused(f"{self.id} starts and stops containers only")
        if operation.verb not in _VERBS:
            raise SourceRefused(f"a container cannot be asked to {operation.verb}", f"it can {', '.join(_VERBS)}")
        return operation


def _goes_by(listed: object, name: str) -> bool:
    """Whether `name` is a name or the id of a listed container."""
    names = items(listed, "Names")
    return f"/{name}" in names or (len(name) >= 12 and text(listed, "Id").startswith(name))


def _depends_on(listed: object) -> set[str]:
    """Services in Compose's label, written `db:service_started:false,redis:service_healthy:true`."""
    label = text(listed, "Labels", "com.docker.compose.depends_on")
    return {part.partition(":")[0].strip() for part in label.split(",")}


def _service_of(listed: object) -> str:
    return text(listed, "Labels", "com.docker.compose.service")


def _identity(detail: object) -> ServiceIdentity:
    return ServiceIdentity(text(detail, "Id"), moment(detail, "State", "StartedAt"))


def _as_wanted(verb: str, detail: object, before: ServiceIdentity) -> bool:
    state = text(detail, "State", "Status")
    fresh = moment(detail, "State", "StartedAt") != before.started_at
    match verb:
        case "pause":
            return state == "paused"
        case "start" | "unpause":
            return state == "running"
        case "restart":
            return state == "running" and fresh
        case "kill":
            return state != "running" or fresh
        case _:
            return state not in ("running", "restarting", "paused")


def _state(detail: object) -> str:
    state, health = text(detail, "State", "Status"), health_of(detail)
    code = whole(detail, "State", "ExitCode")
    if state == "exited":
        return f"exited with code {code}"
    return f"{state}, health {health}" if health else state


def _facts(detail: object, now: datetime) -> tuple[PreviewFact, ...]:
    facts = [
        PreviewFact("image", text(detail, "Config", "Image")),
        PreviewFact("state", _state(detail)),
        PreviewFact("restart policy", text(detail, "HostConfig", "RestartPolicy", "Name") or "no"),
    ]
    started = moment(detail, "State", "StartedAt")
    if started is not None and at(detail, "State", "Running") is True:
        seconds = max(0, int((now - started).total_seconds()))
        facts.insert(2, PreviewFact("up for", f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"))
    return tuple(facts)
