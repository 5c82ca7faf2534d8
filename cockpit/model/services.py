"""Containers and processes: whatever runs and can be restarted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ServiceKind(StrEnum):
    """What sort of thing runs."""

    CONTAINER = "container"
    PROCESS = "process"


@dataclass(frozen=True, slots=True)
class Service:
    """One container or supervised process.

    Attributes:
        kind: container or process.
        id: container id, or the supervisor's name for the process.
        name: what people call it, cleaned.
        state: running, restarting, exited, created, paused, dead ... as the engine says, cleaned.
        health: healthy, unhealthy, starting, or "" when there is no health check.
        started_at: UTC start of the current run, None when it does not run; with id it identifies the run.
        restarts: how often it was restarted, None when unknown.
        cpu_percent: percent of one core, None when not measured.
        memory_bytes: resident bytes without page cache, None when not measured.
        image: image name, or the program for a process.
        project: compose project or group, "" when none.
        pid: process id on the host, None when unknown.
        exit_code: of the last run when it does not run.
        ports: published ports as short texts.
    """

    kind: ServiceKind
    id: str
    name: str
    state: str
    health: str = ""
    started_at: datetime | None = None
    restarts: int | None = None
    cpu_percent: float | None = None
    memory_bytes: int | None = None
    image: str = ""
    project: str = ""
    pid: int | None = None
    exit_code: int | None = None
    ports: tuple[str, ...] = ()

    @property
    def running(self) -> bool:
        """True when it runs now."""
        return self.state == "running"


@dataclass(frozen=True, slots=True)
class ServicesSnapshot:
    """All services of one source at one moment."""

    services: tuple[Service, ...]
    engine: str = ""
    """Name and version of the engine or supervisor."""

    def service(self, name: str) -> Service | None:
        """The service of that name or id, or None."""
        return next((s for s in self.services if name in (s.name, s.id)), None)
