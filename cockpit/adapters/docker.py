"""The containers of one Docker Engine; nothing but GET requests."""

from __future__ import annotations

import asyncio

from docker import APIClient
from docker.errors import NotFound

from cockpit.adapters.docker_engine import DockerEngine
from cockpit.adapters.docker_json import at, items, moment, text, whole
from cockpit.adapters.docker_stats import DockerStats
from cockpit.model.errors import SourceError, SourceUnreachable
from cockpit.model.readings import SourceId
from cockpit.model.services import Service, ServiceKind, ServicesSnapshot

PROJECT_LABEL = "com.docker.compose.project"
"""Label by which Compose marks what belongs together (Compose specification)."""


class DockerServices:
    """Fulfils `Source[ServicesSnapshot]`.

    The list is one quick call; what only `inspect` tells (start, restarts, exit code) is asked again when the
    list's own status text of a container changes, which it does whenever its run does.

    Args:
        engine: whom to ask; closed with this source.
        project: show only this Compose project, "" for all containers.
        stats: measures CPU and memory.
    """

    def __init__(self, engine: DockerEngine, *, project: str = "", stats: DockerStats | None = None) -> None:
        self._engine = engine
        self._project = project
        self._stats = stats or DockerStats(engine)
        self._inspected: dict[str, tuple[str, object]] = {}
        self._version = ""
        self._introduced = False
        self._server: str | None = None

    @property
    def id(self) -> SourceId:
        """Which source it is."""
        return self._engine.id

    @property
    def server(self) -> str | None:
        """The Engine's own id; the Engine does not tell when it was started."""
        return self._server

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
        if not self._introduced:
            await self._introduce()
        inspected = await self._inspect_changed(listed)
        running = [text(item, "Id") for item in listed if text(item, "State") == "running"]
        measured = self._stats.watch(sorted(running, key=lambda key: _name(inspected.get(key))))
        services = tuple(self._service(item, inspected.get(text(item, "Id"))) for item in listed)
        return ServicesSnapshot(services, self._title(measured, len(running)))

    async def close(self) -> None:
        """End the streams and let go of the Engine."""
        self._stats.close()
        self._engine.close()

    def _title(self, measured: int, running: int) -> str:
        return self._version if measured == running else f"{self._version}, {measured} of {running} measured"

    async def _introduce(self) -> None:
        info: object = await self._engine.call(lambda client: client.info())
        self._version = f"Docker {text(info, 'ServerVersion')}"
        self._server = text(info, "ID") or None
        self._introduced = True

    def _list(self, client: APIClient) -> list[object]:
        filters = {"label": f"{PROJECT_LABEL}={self._project}"} if self._project else None
        return list(client.containers(all=True, filters=filters))

    async def _inspect_changed(self, listed: list[object]) -> dict[str, object]:
        status = {text(item, "Id"): f"{text(item, 'State')} {text(item, 'Status')}" for item in listed}
        known = {key: self._inspected[key] for key in status if key in self._inspected}
        changed = [key for key, said in status.items() if key not in known or known[key][0] != said]
        found = await asyncio.gather(*(self._inspect(key) for key in changed))
        known |= {key: (status[key], detail) for key, detail in zip(changed, found, strict=True) if detail is not None}
        self._inspected = known
        return {key: detail for key, (_, detail) in known.items()}

    async def _inspect(self, container: str) -> object:
        try:
            detail: object = await self._engine.call(lambda client: client.inspect_container(container))
        except SourceUnreachable as error:
            if isinstance(error.__cause__, NotFound):
                return None  # removed since it was listed
            raise
        return detail

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
        )


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
