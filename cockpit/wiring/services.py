"""Containers and processes."""

from __future__ import annotations

from pathlib import Path

from cockpit.adapters.docker import DockerServices
from cockpit.adapters.docker_engine import DockerEngine
from cockpit.adapters.processes import ProcessServices, Supervisor
from cockpit.config.durations import parse_duration
from cockpit.config.settings import Docker, Processes
from cockpit.wiring.parts import Parts


def add_processes(parts: Parts, settings: Processes, folder: Path) -> None:
    """Supervised processes: their list, and for an operator start, stop and restart."""
    deadline = parse_duration(settings.timeout)
    supervisor = Supervisor(settings.name, str(folder / settings.socket), deadline=deadline)
    parts.watch(ProcessServices(supervisor, deadline=deadline), settings.every, settings.timeout)
    if parts.may_change:
        from cockpit.adapters.process_executor import ProcessExecutor

        parts.change(ProcessExecutor(supervisor, parts.clock))


def add_docker(parts: Parts, settings: Docker) -> None:
    """A Docker Engine: its containers, and for an operator what can be done with them."""
    host = settings.host if parts.may_change else settings.observer_host or settings.host
    engine = DockerEngine(settings.name, host, timeout=parse_duration(settings.timeout))
    parts.watch(DockerServices(engine, project=settings.project), settings.every, settings.timeout)
    if parts.may_change:
        from cockpit.adapters.docker_executor import DockerExecutor

        parts.change(DockerExecutor(engine, parts.clock))
