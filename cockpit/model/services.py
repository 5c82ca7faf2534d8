"""Containers, pm2 applications and processes: whatever runs and can be restarted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ServiceKind(StrEnum):
    """What sort of thing runs."""

    CONTAINER = "container"
    PM2 = "pm2"
    PROCESS = "process"


@dataclass(frozen=True, slots=True)
class Traffic:
    """What a service moves, in bytes per second; None where it was not measured.

    Attributes:
        received, sent: over the network.
        read, written: from and to block devices.
    """

    received: float | None = None
    sent: float | None = None
    read: float | None = None
    written: float | None = None


NO_TRAFFIC = Traffic()
"""Nothing was measured."""


@dataclass(frozen=True, slots=True)
class Service:
    """One container, pm2 application or process.

    Attributes:
        kind: container, pm2 or process.
        id: container id, pm2's number, or the supervisor's name for the process.
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
        part: the compose service that it is an instance of, or pm2's mode; "" when none.
        memory_limit: bytes that it may use, None when there is no limit or it is not known.
        traffic: what it moves.
        tasks: processes and threads in it, None when not measured.
        oom_killed: True when the kernel ended a process of its current or last run for want of memory.
        logs: paths of its log files.
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
    part: str = ""
    memory_limit: int | None = None
    traffic: Traffic = NO_TRAFFIC
    tasks: int | None = None
    oom_killed: bool = False
    logs: tuple[str, ...] = ()

    @property
    def running(self) -> bool:
        """True when it runs now."""
        return self.state == "running"


@dataclass(frozen=True, slots=True)
class ServiceEvent:
    """Something that happened to a service.

    Attributes:
        at: UTC time at which it happened.
        service: id of the service.
        name: its name, cleaned.
        what: started, died, out of memory ... in a word or two, cleaned.
        detail: one clause, "" when there is nothing to add.
        grave: True when somebody should look.
    """

    at: datetime
    service: str
    name: str
    what: str
    detail: str = ""
    grave: bool = False


@dataclass(frozen=True, slots=True)
class ServicesSnapshot:
    """All services of one source at one moment.

    Attributes:
        services: those that run and those that do not.
        engine: name and version of the engine or supervisor.
        events: the last events that were heard of, oldest first.
        remark: what the figures leave out, one clause; "" when nothing.
    """

    services: tuple[Service, ...]
    engine: str = ""
    events: tuple[ServiceEvent, ...] = ()
    remark: str = ""

    def service(self, name: str) -> Service | None:
        """The service of that name or id, or None."""
        return next((s for s in self.services if name in (s.name, s.id)), None)


@dataclass(frozen=True, slots=True)
class Section:
    """One part of what is known of a service in detail.

    Attributes:
        title: for the tab: overview, environment, processes, mounts ...
        facts: label and value, both cleaned.
        lines: text below them, cleaned; a table is laid out already.
    """

    title: str
    facts: tuple[tuple[str, str], ...] = ()
    lines: tuple[str, ...] = ()
