"""From the configuration's checks to plans, and to the sources that they need."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cockpit.config.durations import parse_duration
from cockpit.config.load import Loaded
from cockpit.config.settings import CHECK_SUBJECTS, Check, Environment, Job
from cockpit.engine.checks import CheckPlan
from cockpit.engine.conditions import parse
from cockpit.engine.cron import parse_cron, period
from cockpit.engine.selectors import Selector, parse_selector
from cockpit.model.errors import ConditionError, ConfigError
from cockpit.model.locks import JobPlan
from cockpit.model.operations import HttpRequest
from cockpit.model.readings import SourceId, SourceKind
from cockpit.model.text import clean

API = "api"
"""Name of the environment's HTTP service as a source."""
HOST = SourceId(SourceKind.HOST, "host")
_DETAILED = frozenset({"job", "lock", "service", "disk", "key", "process"})
"""Subjects of which the key's value says which one."""


def job_plan(job: Job) -> JobPlan:
    """What the configuration says of a job.

    Raises:
        ConfigError: when its cron expression, time zone or pattern is none.
    """
    try:
        zone = ZoneInfo(job.zone)
        every = period(parse_cron(job.cron), datetime.now(UTC), zone) if job.cron else None
        re.compile(job.contended)
    except (ValueError, ZoneInfoNotFoundError, OSError, re.error) as error:
        raise ConfigError(f"job {job.name}: {clean(str(error))}") from error
    return JobPlan(
        job.name,
        job.lock,
        _seconds(job.every) or every,
        _seconds(job.lock_ttl),
        _seconds(job.max_run),
        job.cron,
        job.zone,
        job.contended,
        parse_duration(job.contended_over),
        job.trigger,
        job.dry,
        job.disable,
        job.enable,
        job.history is not None,
    )


def jobs_source(environment: Environment) -> SourceId:
    """The id under which the last runs of jobs are read."""
    name = environment.postgres[0].name if environment.postgres else "jobs"
    return SourceId(SourceKind.POSTGRES, f"{name}/jobs")


def check_plans(environment: Environment) -> tuple[CheckPlan, ...]:
    """The plans of all checks of an environment, in the order of the file."""
    return tuple(_plan(environment, check) for check in environment.checks)


def http_request(check: Check) -> HttpRequest:
    """The request of an HTTP check."""
    url = check.http if check.http is not None else check.metrics
    assert url is not None
    return HttpRequest(check.method.upper(), url, tuple(check.headers.items()), check.body)


def source_of(environment: Environment, check: Check) -> SourceId:
    """The source that a check reads.

    Raises:
        ConfigError: when the environment has no such source.
    """
    match _subject(check):
        case "http":
            followed = " followed" if check.follow else ""
            return SourceId(SourceKind.HTTP, f"{API}/{check.method.upper()} {check.http}{followed}{_distinct(check)}")
        case "metrics":
            return SourceId(SourceKind.HTTP, f"{API}/metrics {check.metrics}{_distinct(check)}")
        case "promql":
            return SourceId(SourceKind.PROMETHEUS, f"{_first(environment, 'prometheus', check)}/{check.name}")
        case "key":
            return SourceId(SourceKind.REDIS, f"{_first(environment, 'redis', check)}/{check.name}")
        case "log":
            return SourceId(SourceKind.PROBE, f"log/{_named(environment, 'logs', check.log or '', check)}/{check.name}")
        case "file" | "process" | "port" | "certificate" | "status_page" as subject:
            return SourceId(SourceKind.PROBE, f"{subject}/{check.name}")
        case "sql":
            return SourceId(SourceKind.POSTGRES, f"{_first(environment, 'postgres', check)}/{check.name}")
        case "redis":
            return SourceId(SourceKind.REDIS, f"{_first(environment, 'redis', check)}/{check.name}")
        case "job":
            return jobs_source(environment)
        case "lock":
            return SourceId(SourceKind.REDIS, _first(environment, "redis", check))
        case "connections":
            return SourceId(SourceKind.POSTGRES, _named(environment, "postgres", check.connections or "", check))
        case "service" if environment.processes and not check.on:
            return SourceId(SourceKind.PROCESSES, environment.processes[0].name)
        case "service":
            return _service_source(environment, check)
        case _:
            return HOST


def check_conditions(loaded: Loaded) -> Iterator[ConfigError]:
    """What is wrong with the checks beyond their shape: conditions that do not parse, sources that are missing."""
    for name, environment in loaded.settings.environments.items():
        for check in environment.checks:
            for key in ("ok", "warn", "crit", "value"):
                try:
                    parse(getattr(check, key) or "true")
                except ConditionError as error:
                    yield ConfigError(f"environment {name}, check {check.name}, key {key}: {error.what}")
            try:
                _plan(environment, check)
                _check_words(check)
            except ConfigError as error:
                yield ConfigError(f"environment {name}: {error.what}", error.remedy)


def _plan(environment: Environment, check: Check) -> CheckPlan:
    subject = _subject(check)
    detail = check.metric if subject == "metrics" else getattr(check, subject) if subject in _DETAILED else ""
    return CheckPlan(
        name=check.name,
        subject=subject,
        source=source_of(environment, check),
        detail=detail,
        ok=check.ok,
        warn=check.warn,
        crit=check.crit,
        value=check.value,
        lasting=parse_duration(check.for_),
        job=_job(environment, check) if subject == "job" else None,
        over=parse_duration(check.over),
        group=check.group,
    )


def selector(check: Check) -> Selector:
    """The metric that a check on a page wants.

    Raises:
        ConfigError: when it selects none.
    """
    try:
        return parse_selector(check.metric)
    except ConditionError as error:
        raise ConfigError(f"check {check.name}, key metric: {error.what}", error.remedy) from error


def pattern(check: Check) -> re.Pattern[str]:
    """What a check on a log looks for.

    Raises:
        ConfigError: when it is no regular expression.
    """
    try:
        return re.compile(check.pattern)
    except re.error as error:
        raise ConfigError(f"check {check.name}, key pattern: {error}", "write a regular expression") from error


def host_and_port(check: Check, text: str, usual: int | None = None) -> tuple[str, int]:
    """`host:port`, `[::1]:port`, and for this machine `:port` or `port`.

    Raises:
        ConfigError: when there is no port in it, or none that exists.
    """
    host, _, number = text.strip().rpartition(":")
    if usual is not None and not number.isdigit():
        host, number = text.strip(), str(usual)
    if not number.isdigit() or not 0 < int(number) < 65_536:
        raise ConfigError(f"check {check.name}: {text!r} names no port", "write it like 127.0.0.1:5432")
    return host.strip("[]"), int(number)


def _check_words(check: Check) -> None:
    """Raise ConfigError for what only shows when a value is read more closely."""
    pattern(check)
    if check.metrics is not None:
        selector(check)
    if check.port is not None:
        host_and_port(check, check.port)
    if check.certificate is not None and not host_and_port(check, check.certificate, 443)[0]:
        raise ConfigError(f"check {check.name}: {check.certificate!r} names no host", "write it like example.com:443")


def _distinct(check: Check) -> str:
    """What sets a request with headers or a body of its own apart from others to the same address."""
    if not check.headers and not check.body:
        return ""
    whole = json.dumps([sorted(check.headers.items()), check.body])
    return f" {hashlib.sha256(whole.encode()).hexdigest()[:8]}"


def _subject(check: Check) -> str:
    return next(subject for subject in CHECK_SUBJECTS if getattr(check, subject) is not None)


def _job(environment: Environment, check: Check) -> JobPlan:
    job = next((job for job in environment.jobs if job.name == check.job), None)
    if job is None:
        known = ", ".join(job.name for job in environment.jobs) or "none"
        raise ConfigError(f"check {check.name} is about the job {check.job!r}, and the jobs are {known}")
    return job_plan(job)


def _first(environment: Environment, table: str, check: Check) -> str:
    return _named(environment, table, check.on, check)


def _named(environment: Environment, table: str, name: str, check: Check) -> str:
    names = [item.name for item in getattr(environment, table)]
    if (not name and names) or name in names:
        return str(name or names[0])
    wanted = f"{table} {name!r}" if name else table
    raise ConfigError(f"check {check.name} wants {wanted}, and there is {', '.join(names) or 'none'}")


def _service_source(environment: Environment, check: Check) -> SourceId:
    if check.on in {processes.name for processes in environment.processes}:
        return SourceId(SourceKind.PROCESSES, check.on)
    if check.on in {pm2.name for pm2 in environment.pm2} or (environment.pm2 and not environment.docker):
        return SourceId(SourceKind.PM2, _first(environment, "pm2", check))
    return SourceId(SourceKind.DOCKER, _first(environment, "docker", check))


def _seconds(text: str | None) -> float | None:
    return parse_duration(text) if text else None
