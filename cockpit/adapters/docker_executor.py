"""Start, stop, restart, pause, unpause and kill containers, one or several."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import datetime

from docker import APIClient
from docker.errors import APIError

from cockpit.adapters.docker import PART_LABEL, PROJECT_LABEL, health_of
from cockpit.adapters.docker_engine import DockerEngine, never_sent
from cockpit.adapters.docker_json import at, items, moment, text, whole
from cockpit.adapters.docker_shell import ContainerShell
from cockpit.adapters.service_group import act_on_all, look_at_all, runs_of_all
from cockpit.model.actions import Permit, Prepared, Preview, PreviewFact
from cockpit.model.errors import SourceError, SourceRefused
from cockpit.model.identities import Identity, ServiceIdentity
from cockpit.model.operations import OpenShell, Operation, ServiceOperation, ServicesOperation
from cockpit.model.outcomes import Outcome, OutcomeKind
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
"""Seconds in which the wanted state is waited for."""
_HEALTH_SETTLE = 20.0
"""Seconds in which the first word of a health check is waited for."""
_LOOK = 0.3
_FRESH_RUN = 60.0
"""Seconds up below which a container that was restarted before counts as one that keeps restarting."""
_STEADY_LOOKS = 3
"""Looks in a row that must find the wanted state: a container that dies at once has not been started."""


class DockerExecutor:
    """Fulfils `Executor` for containers; never built for an observer.

    Args:
        engine: whom to ask; not closed with this executor.
        clock: tells how long a container has been up.
    """

    def __init__(self, engine: DockerEngine, clock: Clock, shell: ContainerShell | None = None) -> None:
        self._engine = engine
        self._clock = clock
        self._shell = shell or ContainerShell(engine)

    @property
    def id(self) -> SourceId:
        """The source it changes."""
        return self._engine.id

    async def prepare(self, operation: Operation) -> Prepared:
        """Look at the containers: id and StartedAt become the identity.

        Raises:
            SourceError: when there is no such container, or the Engine cannot be asked.
        """
        if isinstance(operation, ServicesOperation):
            return await look_at_all(self, operation)
        if isinstance(operation, OpenShell):
            return self._shell.prepared(await self._inspect(operation.name), operation)
        return await self.look(self._wanted(operation))

    async def look(self, operation: ServiceOperation) -> Prepared:
        """Look at one container; see `prepare`."""
        if operation.verb not in _VERBS:
            raise SourceRefused(f"a container cannot be asked to {operation.verb}", f"it can {', '.join(_VERBS)}")
        detail = await self._inspect(operation.name)
        now, name = self._clock.now(), text(detail, "Name").removeprefix("/")
        identity = _identity(detail, now)
        if operation.identity is not None and operation.identity.id != identity.id:
            raise SourceRefused(f"{name} was made anew since the list was read", "look at the new one, then decide")
        facts = (*_facts(detail, now), *await self._dependants(detail))
        preview = Preview(f"will {operation.verb} the container {name}", facts, count=1)
        return Prepared(ServiceOperation(operation.verb, name, identity), identity, preview, name)

    async def identify(self, operation: Operation) -> Identity | None:
        """The runs that now go by the operation's names; None when there is none.

        Raises:
            SourceError: when the Engine cannot be asked.
        """
        if isinstance(operation, ServicesOperation):
            return await runs_of_all(self, operation)
        if isinstance(operation, OpenShell):
            return await self.run_of(ServiceOperation("restart", operation.name, operation.identity))
        return await self.run_of(self._wanted(operation))

    async def run_of(self, operation: ServiceOperation) -> ServiceIdentity | None:
        """The run that goes by one name; see `identify`."""
        listed = await self._engine.call(lambda client: client.containers(all=True))
        if not any(_goes_by(item, operation.name) for item in listed):
            return None
        found = _identity(await self._inspect(operation.name), None)
        any_run = operation.identity is not None and operation.identity.started_at is None
        return ServiceIdentity(found.id, None) if any_run else found

    async def execute(self, permit: Permit) -> Outcome:
        """Ask the Engine once for each container, by its id, then look until it has settled."""
        operation, seconds = permit.action.operation, permit.action.timeout
        if isinstance(operation, ServicesOperation):
            return await act_on_all(self, operation, seconds)
        if isinstance(operation, OpenShell):
            return await self._shell.opened(operation)
        try:
            return await self.act(self._wanted(operation), seconds)
        except SourceRefused as error:
            return Outcome(OutcomeKind.FAILED, error.what)

    async def act(self, operation: ServiceOperation, seconds: float) -> Outcome:
        """Act on one container; see `execute`."""
        started = time.monotonic()
        try:
            kind, reason = await self._acted(operation, seconds)
        except TimeoutError:
            kind, reason = OutcomeKind.UNKNOWN, f"the container has not settled within {seconds:g} s"
        except SourceError as error:
            kind, reason = OutcomeKind.UNKNOWN, error.what
        return Outcome(kind, reason, duration=time.monotonic() - started)

    async def _acted(self, wanted: ServiceOperation, seconds: float) -> tuple[OutcomeKind, str]:
        if wanted.identity is None or wanted.verb not in _VERBS:
            return OutcomeKind.FAILED, f"{wanted.name} was not prepared"
        container = wanted.identity.id
        async with asyncio.timeout(seconds):
            try:
                await self._engine.call(lambda client: _VERBS[wanted.verb](client, container), seconds)
            except SourceError as error:
                certain = isinstance(error.__cause__, APIError) or never_sent(error.__cause__)
                return (OutcomeKind.FAILED if certain else OutcomeKind.UNKNOWN), error.what
            kind, reason = await self._settled(wanted, wanted.identity)
            waits = kind is OutcomeKind.SUCCEEDED and wanted.verb in ("start", "restart", "unpause")
            return await self._healthy(wanted, reason) if waits else (kind, reason)

    async def _healthy(self, wanted: ServiceOperation, reason: str) -> tuple[OutcomeKind, str]:
        """Wait for what the health check says, where there is one."""
        assert wanted.identity is not None
        for _ in range(int(_HEALTH_SETTLE / _LOOK)):
            detail = await self._inspect(wanted.identity.id)
            reason = f"{wanted.name} is {_state(detail)}"
            if health_of(detail) != "starting":
                ill = health_of(detail) == "unhealthy"
                return (OutcomeKind.FAILED if ill else OutcomeKind.SUCCEEDED), reason
            await asyncio.sleep(_LOOK)
        return OutcomeKind.SUCCEEDED, f"{reason}: its health check has not spoken yet"

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
        project, service = text(labels, PROJECT_LABEL), text(labels, PART_LABEL)
        if not project or not service:
            return ()
        filters = {"label": f"{PROJECT_LABEL}={project}"}
        listed = await self._engine.call(lambda client: client.containers(all=True, filters=filters))
        names = sorted({_service_of(item) for item in listed if service in _depends_on(item)})
        return (PreviewFact("compose project", project), PreviewFact("depend on it", ", ".join(names) or "none"))

    def _wanted(self, operation: Operation) -> ServiceOperation:
        if not isinstance(operation, ServiceOperation):
            raise SourceRefused(f"{self.id} starts and stops containers only")
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
    return text(listed, "Labels", PART_LABEL)


def _identity(detail: object, now: datetime | None) -> ServiceIdentity:
    """The run of a container; with `now`, no run in particular of one that keeps restarting.

    Such a one would have begun another run before anybody could confirm, and could never be stopped.
    """
    started = moment(detail, "State", "StartedAt")
    return ServiceIdentity(text(detail, "Id"), None if now is not None and _keeps_restarting(detail, now) else started)


def _keeps_restarting(detail: object, now: datetime) -> bool:
    if at(detail, "State", "Restarting") is True:
        return True
    started = moment(detail, "State", "StartedAt")
    young = started is not None and (now - started).total_seconds() < _FRESH_RUN
    return young and bool(whole(detail, "RestartCount"))


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
        PreviewFact("state", _state(detail)),
        PreviewFact("image", text(detail, "Config", "Image")),
        PreviewFact("restart policy", text(detail, "HostConfig", "RestartPolicy", "Name") or "no"),
    ]
    started = moment(detail, "State", "StartedAt")
    if started is not None and at(detail, "State", "Running") is True:
        seconds = max(0, int((now - started).total_seconds()))
        facts.insert(1, PreviewFact("up for", f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"))
    if _keeps_restarting(detail, now):
        facts.append(
            PreviewFact("meant", f"whichever run it is in: it keeps restarting ({whole(detail, 'RestartCount')})")
        )
    return tuple(facts)
