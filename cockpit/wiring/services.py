"""Containers, pm2 applications and processes."""

from __future__ import annotations

from pathlib import Path

from cockpit.config.durations import parse_duration
from cockpit.config.settings import Docker, Pm2, Processes
from cockpit.model.errors import ConfigError
from cockpit.model.services import Service
from cockpit.wiring.parts import Parts

Facts = tuple[tuple[str, str], ...]


def add_processes(parts: Parts, settings: Processes, folder: Path) -> None:
    """Processes: their list, and for an operator what can be done with them.

    Raises:
        ConfigError: when they have neither a supervisor nor a match, or a match is none.
    """
    if settings.match:
        _add_local(parts, settings)
    elif settings.socket:
        _add_supervised(parts, settings, folder)
    else:
        raise ConfigError(f"processes {settings.name} has neither socket nor match", 'add match = ["name:..."]')


def _add_supervised(parts: Parts, settings: Processes, folder: Path) -> None:
    from cockpit.adapters.process_inspector import ProcessInspector
    from cockpit.adapters.processes import ProcessServices, Supervisor, described

    deadline = parse_duration(settings.timeout)
    supervisor = Supervisor(settings.name, str(folder / settings.socket), deadline=deadline)
    source = ProcessServices(supervisor, deadline=deadline)
    parts.watch(source, settings.every, settings.timeout)

    async def find(service: str) -> tuple[Service, Facts, Facts] | None:
        found = await supervisor.process(service)
        return (described(found), (), ()) if found else None

    inspector = ProcessInspector(find, parts.clock, deadline=deadline)
    parts.service_inspectors[source.id] = inspector
    parts.closers.append(inspector.close)
    if parts.may_change:
        from cockpit.adapters.process_executor import ProcessExecutor

        parts.change(ProcessExecutor(supervisor, parts.clock))


def _add_local(parts: Parts, settings: Processes) -> None:
    from cockpit.adapters.process_inspector import ProcessInspector
    from cockpit.adapters.processes_local import LocalProcesses, parse_patterns

    deadline = parse_duration(settings.timeout)
    source = LocalProcesses(settings.name, parse_patterns(settings.match), deadline=deadline)
    parts.watch(source, settings.every, settings.timeout)

    async def find(service: str) -> tuple[Service, Facts, Facts] | None:
        found = source.seen(service)
        return (found, (), ()) if found else None

    inspector = ProcessInspector(find, parts.clock, deadline=deadline)
    parts.service_inspectors[source.id] = inspector
    parts.closers.append(inspector.close)
    if parts.may_change:
        from cockpit.adapters.local_executor import LocalExecutor

        parts.change(LocalExecutor(source.id))


def add_pm2(parts: Parts, settings: Pm2) -> None:
    """A pm2 daemon: what it runs, and for an operator what can be done with it."""
    from cockpit.adapters.pm2 import Pm2 as Daemon
    from cockpit.adapters.pm2 import Pm2Services
    from cockpit.adapters.process_inspector import ProcessInspector

    daemon = Daemon(settings.name, settings.home, settings.command, deadline=parse_duration(settings.timeout))
    parts.watch(Pm2Services(daemon), settings.every, settings.timeout)

    async def find(service: str) -> tuple[Service, Facts, Facts] | None:
        found = next((item for item in await daemon.processes() if item.service.id == service), None)
        return (found.service, found.facts, found.variables) if found else None

    inspector = ProcessInspector(find, parts.clock)
    parts.service_inspectors[daemon.id] = inspector
    parts.closers.append(inspector.close)
    if parts.may_change:
        from cockpit.adapters.pm2_executor import Pm2Executor

        parts.change(Pm2Executor(daemon, parts.clock))


def add_docker(parts: Parts, settings: Docker) -> None:
    """A Docker Engine: its containers, and for an operator what can be done with them."""
    from cockpit.adapters.docker import DockerServices
    from cockpit.adapters.docker_engine import DockerEngine
    from cockpit.adapters.docker_inspector import DockerInspector

    host = settings.host if parts.may_change else settings.observer_host or settings.host
    engine = DockerEngine(settings.name, host, timeout=parse_duration(settings.timeout), tls=settings.tls)
    parts.watch(DockerServices(engine, project=settings.project), settings.every, settings.timeout)
    parts.service_inspectors[engine.id] = DockerInspector(engine, parts.clock)
    if parts.may_change:
        from cockpit.adapters.docker_executor import DockerExecutor
        from cockpit.adapters.docker_shell import ContainerShell

        parts.change(DockerExecutor(engine, parts.clock, ContainerShell(engine, parts.terminal)))
