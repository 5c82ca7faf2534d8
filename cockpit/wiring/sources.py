"""From settings and a role to sources, readers and, for an operator only, executors."""

from __future__ import annotations

from pathlib import Path

from cockpit.adapters.host import HostSource
from cockpit.adapters.http import HttpClient
from cockpit.adapters.http_source import HttpSource
from cockpit.adapters.http_steps import HttpReader
from cockpit.config.durations import parse_duration
from cockpit.config.settings import Check, Environment
from cockpit.wiring.checks import API, http_request, source_of
from cockpit.wiring.logs import add_logs
from cockpit.wiring.parts import Parts
from cockpit.wiring.probes import add_probes, add_servers, secret_headers
from cockpit.wiring.services import add_docker, add_pm2, add_processes
from cockpit.wiring.stores import Stores


def add_sources(parts: Parts, environment: Environment, folder: Path) -> None:
    """Put all sources of an environment into the parts.

    Args:
        parts: where they go.
        environment: what is configured.
        folder: where relative paths start.

    Raises:
        ConfigError: when a secret leads nowhere or an address is no address.
    """
    client = _add_http(parts, environment)
    stores = Stores(parts, environment)
    stores.add()
    for processes in environment.processes:
        add_processes(parts, processes, folder)
    for pm2 in environment.pm2:
        add_pm2(parts, pm2)
    for docker in environment.docker:
        add_docker(parts, docker)
    add_logs(parts, environment, folder)
    if environment.host:
        _add_host(parts)
    if environment.changes:
        from cockpit.wiring.changes import add_changes

        add_changes(parts, environment, folder, stores.reader_of)
    add_probes(parts, environment, folder, client)
    add_servers(parts, environment)
    if parts.may_change:
        _add_shell(parts)


def _add_http(parts: Parts, environment: Environment) -> HttpClient:
    """The environment's service; returns the client of checks, which opens a connection for each request.

    An observer's checks send GET and HEAD only, like everything else of an observer.
    """
    headers = secret_headers(parts, environment.headers)
    probing = HttpClient(API, base_url=environment.base_url, headers=headers, fresh=True)
    parts.closers.append(probing.close)
    if not environment.base_url and not any(check.http for check in environment.checks):
        return probing
    client = HttpClient(API, base_url=environment.base_url, headers=headers)
    parts.closers.append(client.close)
    parts.read(HttpReader(client, rehearses=parts.may_change))
    if parts.may_change:
        from cockpit.adapters.http_steps import HttpExecutor

        parts.change(HttpExecutor(client))
    for check in _one_per_request(environment):
        source, deadline = source_of(environment, check), parse_duration(check.timeout)
        request = http_request(check)
        made = HttpSource(probing, source, request, deadline, follow=check.follow, reads_only=not parts.may_change)
        parts.watch(made, check.every, check.timeout)
    return probing


def _one_per_request(environment: Environment) -> list[Check]:
    """The first check of each distinct request: checks on the same answer share one exchange."""
    seen: dict[object, Check] = {}
    for check in environment.checks:
        if check.http is not None:
            seen.setdefault(source_of(environment, check), check)
    return list(seen.values())


def _add_host(parts: Parts) -> None:
    from cockpit.adapters.host_inspector import HostInspector

    parts.watch(HostSource(), "2s", "5s")
    inspector = HostInspector()
    parts.host = inspector
    parts.closers.append(inspector.close)
    if parts.may_change:
        from cockpit.adapters.host_executor import HostExecutor

        executor = HostExecutor()
        parts.change(executor)
        parts.closers.append(executor.close)


def _add_shell(parts: Parts) -> None:
    from cockpit.adapters.shell import ShellExecutor, ShellReader

    parts.read(ShellReader())
    parts.change(ShellExecutor(terminal=parts.terminal))
