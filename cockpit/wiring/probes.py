"""From checks on files, ports, processes, certificates, logs, pages and Prometheus to their sources."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cockpit.adapters.http import HttpClient
from cockpit.adapters.pool import BlockingPool
from cockpit.config.durations import parse_duration
from cockpit.config.secrets import Secret, resolve
from cockpit.config.settings import Alertmanager, Check, Environment, Prometheus
from cockpit.model.ports import Source
from cockpit.model.readings import SourceId, SourceKind
from cockpit.wiring.checks import host_and_port, http_request, pattern, selector, source_of
from cockpit.wiring.parts import Parts

PUBLIC_EVERY = 30.0
"""Seconds between two looks at somebody else's page or certificate at the least."""
_THREADS = 3


def secret_headers(parts: Parts, references: Mapping[str, str]) -> dict[str, str | Secret]:
    """Configured headers with their secrets resolved, and remembered so that they never show.

    Raises:
        ConfigError: when a secret leads nowhere.
    """
    headers: dict[str, str | Secret] = {}
    for name, reference in references.items():
        secret = resolve(reference, f"header {name}")
        headers[name] = secret
        parts.secrets.append(secret.reveal())
    return headers


def add_probes(parts: Parts, environment: Environment, folder: Path, client: HttpClient) -> None:
    """Put the sources of such checks into the parts.

    Args:
        parts: where they go.
        environment: what is configured.
        folder: where relative paths start.
        client: for HTTP; opens a connection for each request.

    Raises:
        ConfigError: when a port, pattern or metric is none.
    """
    _add_pages(parts, environment, client)
    probing = [check for check in environment.checks if source_of(environment, check).kind is SourceKind.PROBE]
    if not probing:
        return
    pool = _pool(parts, "probes")
    for check in probing:
        source = _probe(parts, environment, check, folder, client, pool)
        parts.watch(source, _every(check), check.timeout)


def _probe(
    parts: Parts, environment: Environment, check: Check, folder: Path, client: HttpClient, pool: BlockingPool
) -> Source[object]:
    source, deadline = source_of(environment, check), parse_duration(check.timeout)
    if check.file is not None:
        from cockpit.adapters.probe_file import FileProbe

        return FileProbe(source, folder / Path(check.file).expanduser(), pool, deadline)
    if check.process is not None:
        from cockpit.adapters.probe_process import ProcessProbe

        return ProcessProbe(source, check.process, pool, deadline)
    if check.port is not None:
        from cockpit.adapters.probe_port import PortProbe

        return PortProbe(source, *host_and_port(check, check.port), pool, deadline)
    if check.certificate is not None:
        from cockpit.adapters.probe_certificate import CertificateProbe

        return CertificateProbe(source, *host_and_port(check, check.certificate, 443), pool, deadline)
    if check.status_page is not None:
        from cockpit.adapters.status_page import StatusPageProbe

        return StatusPageProbe(source, client, check.status_page, deadline)
    return _log_rate(parts, environment, check, folder, pool)


def _log_rate(parts: Parts, environment: Environment, check: Check, folder: Path, pool: BlockingPool) -> Source[object]:
    from cockpit.adapters.log_rate import LogRateProbe
    from cockpit.wiring.logs import log_source

    settings = next(log for log in environment.logs if log.name == (check.log or environment.logs[0].name))
    deadline = parse_duration(check.timeout)
    log = log_source(parts, environment, settings, folder, pool)
    over = parse_duration(check.over)
    return LogRateProbe(source_of(environment, check), log, pattern(check), over, parts.clock, pool, deadline)


def _add_pages(parts: Parts, environment: Environment, client: HttpClient) -> None:
    """One source for each /metrics page, whatever the number of checks on it."""
    pages: dict[SourceId, list[Check]] = {}
    for check in environment.checks:
        if check.metrics is not None:
            pages.setdefault(source_of(environment, check), []).append(check)
    if not pages:
        return
    from cockpit.adapters.metrics_page import MetricsPage

    pool = _pool(parts, "metrics")
    for source, checks in pages.items():
        wanted, over = {selector(check) for check in checks}, max(parse_duration(check.over) for check in checks)
        deadline = max(parse_duration(check.timeout) for check in checks)
        page = MetricsPage(source, client, http_request(checks[0]), wanted, over, pool, deadline)
        every = min((check.every for check in checks), key=parse_duration)
        parts.watch(page, every, max((check.timeout for check in checks), key=parse_duration))


def add_servers(parts: Parts, environment: Environment) -> None:
    """Prometheus servers and Alertmanagers: their alerts, and the queries of checks.

    Raises:
        ConfigError: when a secret leads nowhere.
    """
    for prometheus in environment.prometheus:
        _add_prometheus(parts, environment, prometheus)
    for alertmanager in environment.alertmanager:
        _add_alertmanager(parts, alertmanager)


def _add_prometheus(parts: Parts, environment: Environment, settings: Prometheus) -> None:
    from cockpit.adapters.prometheus import PrometheusAlerts, PromqlQuery
    from cockpit.adapters.prometheus_steps import PrometheusReader

    client = HttpClient(settings.name, base_url=settings.url, headers=secret_headers(parts, settings.headers))
    source = SourceId(SourceKind.PROMETHEUS, settings.name)
    parts.watch(PrometheusAlerts(source, client, parse_duration(settings.timeout)), settings.every, settings.timeout)
    parts.read(PrometheusReader(source, client))
    for check in environment.checks:
        if check.promql is None:
            continue
        asking = source_of(environment, check)
        if asking.system == settings.name:
            deadline = parse_duration(check.timeout)
            parts.watch(PromqlQuery(asking, client, check.promql, deadline), check.every, check.timeout)


def _add_alertmanager(parts: Parts, settings: Alertmanager) -> None:
    from cockpit.adapters.alertmanager import AlertmanagerAlerts

    client = HttpClient(settings.name, base_url=settings.url, headers=secret_headers(parts, settings.headers))
    source = SourceId(SourceKind.ALERTMANAGER, settings.name)
    alerts = AlertmanagerAlerts(source, client, parse_duration(settings.timeout))
    parts.watch(alerts, settings.every, settings.timeout)


def _every(check: Check) -> str:
    """How often a probe looks: other people's servers are not asked all the time."""
    public = check.status_page is not None or check.certificate is not None
    return f"{PUBLIC_EVERY:g}s" if public and parse_duration(check.every) < PUBLIC_EVERY else check.every


def _pool(parts: Parts, name: str) -> BlockingPool:
    pool = BlockingPool(name, _THREADS)

    async def close() -> None:
        pool.close()

    parts.closers.append(close)
    return pool
