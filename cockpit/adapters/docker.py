"""The containers of one Docker Engine; nothing but GET requests."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable

from docker import APIClient
from docker.errors import NotFound

from cockpit.adapters.docker_engine import DockerEngine
from cockpit.adapters.docker_events import DockerEvents
from cockpit.adapters.docker_json import at, items, moment, text, whole
from cockpit.adapters.docker_stats import DockerStats
from cockpit.adapters.docker_tunnel import SESSIONS
from cockpit.model.errors import SourceError, SourceUnreachable
from cockpit.model.readings import SourceId
from cockpit.model.services import Service, ServiceKind, ServicesSnapshot

PROJECT_LABEL = "com.docker.compose.project"
"""Label by which Compose marks what belongs together (Compose specification)."""
PART_LABEL = "com.docker.compose.service"
"""Label with the name that the Compose file gives the service."""
_AGE = re.compile(
    r"\b(?:about an?|less than a|\d+) (?:second|minute|hour|day|week|month|year)s?\b(?: ago)?", re.IGNORECASE
)


class DockerServices:
    """Fulfils `Source[ServicesSnapshot]`.

    The list is one quick call; what only `inspect` tells (start, restarts, exit code) is asked again when an event
    of the container was heard or the list's own status text of it changes. While nobody listens to events the age in
    that text counts too, since a container may have come back in the same state.

    Args:
        engine: whom to ask; closed with this source.
        project: show only this Compose project, "" for all containers.
        stats: measures CPU and memory.
    """

    def __init__(self, engine: DockerEngine, *, project: str = "", stats: DockerStats | None = None) -> None:
        self._engine = engine
        self._stats = stats or DockerStats(engine)
        self._label = f"{PROJECT_LABEL}={project}" if project else ""
        self._events: DockerEvents | None = None
        self._memory: int | None = None
        self._inspected: dict[str, tuple[str, object]] = {}
        self._resting: dict[str, tuple[object, Service]] = {}
        self._version = ""
        self._introduced = False
        self._server: str | None = None

    @property
    def id(self) -> SourceId:
        """Which source it is."""
        return self._engine.id

    @property
    def server(self) -> str | None:
        """The Engine's own id, and that of the bridge that it makes anew whenever it starts.

        The Engine does not tell when it was started.
        """
        return self._server

    def on_news(self, tell: Callable[[], None]) -> None:
        """Listen to the Engine's events from the next fetch on."""
        self._events = DockerEvents(self._engine, tell, label=self._label)

    async def fetch(self) -> ServicesSnapshot:
        """All containers, those that do not run as well.

        Raises:
            SourceError: when the Engine cannot be asked.
        """
        try:
            listed = await self._engine.call(self._list)
        except SourceError:
            self._introduced = False
            raise
        listening = self._events is None or self._events.listening
        if not self._introduced or not listening:
            await self._introduce()
        inspected = await self._inspect_changed(listed)
        running = [text(item, "Id") for item in listed if text(item, "State") == "running"]
        measured = self._stats.watch(sorted(running, key=lambda key: _name(inspected.get(key))))
        services = tuple(self._known(item, inspected.get(text(item, "Id"))) for item in listed)
        self._resting = {key: known for key, known in self._resting.items() if key in inspected}
        events = self._events.kept() if self._events else ()
        remark = "" if measured == len(running) else f"{measured} of {len(running)} measured"
        return ServicesSnapshot(services, self._title(remark), events, remark)

    async def close(self) -> None:
        """End the streams and let go of the Engine."""
        if self._events is not None:
            self._events.close()
        self._stats.close()
        self._engine.close()

    def _title(self, remark: str) -> str:
        return f"{self._version}, {remark}" if remark else self._version

    async def _introduce(self) -> None:
        info: object = await self._engine.call(lambda client: client.info())
        self._version = f"Docker {text(info, 'ServerVersion')}"
        self._memory = whole(info, "MemTotal")
        if self._engine.far:
            self._stats.limit = SESSIONS
        bridge: object = await self._engine.call(_default_bridge)
        own = text(info, "ID")
        self._server = f"{own} {text(bridge, 'Id')}".strip() or None
        if self._events is not None:
            await self._engine.call(lambda client: self._events.listen() if self._events else None)
            self._inspected.clear()
        self._introduced = True

    def _list(self, client: APIClient) -> list[object]:
        filters = {"label": self._label} if self._label else None
        return list(client.containers(all=True, filters=filters))

    async def _inspect_changed(self, listed: list[object]) -> dict[str, object]:
        status = {text(item, "Id"): f"{text(item, 'State')} {self._status(item)}" for item in listed}
        touched = self._events.touched() if self._events else set()
        known = {key: self._inspected[key] for key in status if key in self._inspected and key not in touched}
        changed = [key for key, said in status.items() if key not in known or known[key][0] != said]
        found = await asyncio.gather(*(self._inspect(key) for key in changed))
        known |= {key: (status[key], detail) for key, detail in zip(changed, found, strict=True) if detail is not None}
        self._inspected = known
        return {key: detail for key, (_, detail) in known.items()}

    def _status(self, listed: object) -> str:
        status = text(listed, "Status")
        return _AGE.sub("", status) if self._events and self._events.listening else status

    async def _inspect(self, container: str) -> object:
        try:
            detail: object = await self._engine.call(lambda client: client.inspect_container(container))
        except SourceUnreachable as error:
            if isinstance(error.__cause__, NotFound):
                return None  # removed since it was listed
            raise
        return detail

    def _known(self, listed: object, detail: object) -> Service:
        """The service; what does not run and has not changed is the same value as before, since it may be the most."""
        container = text(listed, "Id")
        known = self._resting.get(container)
        if known is not None and known[0] is detail:
            return known[1]
        service = self._service(listed, detail)
        if service.started_at is None and detail is not None:
            self._resting[container] = (detail, service)
        return service

    def _service(self, listed: object, detail: object) -> Service:
        container = text(listed, "Id")
        state = text(detail, "State", "Status") or text(listed, "State")
        running = state in ("running", "paused")
        usage = self._stats.usage(container)
        return Service(
            kind=ServiceKind.CONTAINER,
            id=container,
            name=_name(detail) or _first_name(listed),
            state=state,
            health=health_of(detail),
            started_at=moment(detail, "State", "StartedAt") if running else None,
            restarts=whole(detail, "RestartCount"),
            cpu_percent=usage.cpu_percent,
            memory_bytes=usage.memory_bytes,
            image=text(listed, "Image"),
            project=text(listed, "Labels", PROJECT_LABEL),
            pid=whole(detail, "State", "Pid") or None,
            exit_code=None if running else whole(detail, "State", "ExitCode"),
            ports=_ports(listed),
            part=text(listed, "Labels", PART_LABEL),
            memory_limit=self._limit(usage.memory_limit),
            traffic=usage.traffic,
            tasks=usage.tasks,
            oom_killed=at(detail, "State", "OOMKilled") is True
            or (self._events is not None and self._events.out_of_memory(container)),
        )

    def _limit(self, limit: int | None) -> int | None:
        """The container's own limit; the Engine gives the host's memory for one that has none."""
        return limit if limit is not None and (self._memory is None or limit < self._memory) else None


def _default_bridge(client: APIClient) -> object:
    try:
        found: object = client.inspect_network("bridge")
    except NotFound:
        return None  # an Engine may be run without one
    return found


def health_of(detail: object) -> str:
    """healthy, unhealthy, starting, or "" when there is no health check."""
    health = text(detail, "State", "Health", "Status")
    return "" if health == "none" else health


def _name(detail: object) -> str:
    return text(detail, "Name").removeprefix("/")


def _first_name(listed: object) -> str:
    names = items(listed, "Names")
    return text({"name": names[0]}, "name").removeprefix("/") if names else text(listed, "Id")[:12]


def _ports(listed: object) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for port in items(listed, "Ports"):
        inner = f"{at(port, 'PrivatePort')}/{text(port, 'Type')}"
        public = whole(port, "PublicPort")
        found[f"{public}→{inner}" if public else inner] = None
    return tuple(found)
