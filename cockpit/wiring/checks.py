"""From the configuration's checks to plans, and to the sources that they need."""

from __future__ import annotations

from collections.abc import Iterator

from cockpit.config.durations import parse_duration
from cockpit.config.load import Loaded
from cockpit.config.settings import CHECK_SUBJECTS, Check, Environment, Job
from cockpit.engine.checks import CheckPlan
from cockpit.engine.conditions import parse
from cockpit.model.actions import HttpRequest
from cockpit.model.errors import ConditionError, ConfigError
from cockpit.model.locks import JobPlan
from cockpit.model.readings import SourceId, SourceKind

API = "api"
"""Name of the environment's HTTP service as a source."""
HOST = SourceId(SourceKind.HOST, "host")


def job_plan(job: Job) -> JobPlan:
    """What the configuration says of a job."""
    return JobPlan(job.name, job.lock, _seconds(job.every), _seconds(job.lock_ttl), _seconds(job.max_run))


def jobs_source(environment: Environment) -> SourceId:
    """The id under which the last runs of jobs are read."""
    name = environment.postgres[0].name if environment.postgres else "jobs"
    return SourceId(SourceKind.POSTGRES, f"{name}/jobs")


def check_plans(environment: Environment) -> tuple[CheckPlan, ...]:
    """The plans of all checks of an environment, in the order of the file."""
    return tuple(_plan(environment, check) for check in environment.checks)


def http_request(check: Check) -> HttpRequest:
    """The request of an HTTP check."""
    assert check.http is not None
    return HttpRequest(check.method.upper(), check.http, tuple(check.headers.items()), check.body)


def source_of(environment: Environment, check: Check) -> SourceId:
    """The source that a check reads.

    Raises:
        ConfigError: when the environment has no such source.
    """
    match _subject(check):
        case "http":
            return SourceId(SourceKind.HTTP, f"{API}/{check.method.upper()} {check.http}")
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
            except ConfigError as error:
                yield ConfigError(f"environment {name}: {error.what}", error.remedy)


def _plan(environment: Environment, check: Check) -> CheckPlan:
    subject = _subject(check)
    detail = getattr(check, subject) if subject in ("job", "lock", "service", "disk") else ""
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
    )


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
    return SourceId(SourceKind.DOCKER, _first(environment, "docker", check))


def _seconds(text: str | None) -> float | None:
    return parse_duration(text) if text else None
