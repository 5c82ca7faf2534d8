"""What a check looks at: from the board's readings to the names that its conditions use."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from cockpit.engine.board import Board
from cockpit.engine.subjects import numbers, probes
from cockpit.engine.subjects.findings import Findings
from cockpit.engine.subjects.http import http
from cockpit.model.activity import ActivitySnapshot
from cockpit.model.answers import Fact
from cockpit.model.health import HttpSample, Scalar, Verdict
from cockpit.model.host import HostSnapshot
from cockpit.model.jobs import JobsSnapshot
from cockpit.model.locks import JobPlan, LocksSnapshot
from cockpit.model.metrics import MetricWindow, QueryResult
from cockpit.model.probes import Certificate, FileFacts, KeyFacts, LogRate, PortFacts, ProcessFacts, StatusPage
from cockpit.model.readings import Reading, ReadingState, SourceId, SourceKind
from cockpit.model.services import ServicesSnapshot
from cockpit.model.wording import short_duration

SAMPLED_TWICE = frozenset({"metrics", "process"})
"""Subjects that say little before their second reading."""


def find(
    subject: str,
    source: SourceId,
    detail: str,
    job: JobPlan | None,
    board: Board,
    now: datetime,
    over: float = 60.0,
) -> Findings:
    """Look at the latest reading of a source as the given subject.

    Args:
        subject: one of the keys that say what a check reads: http, sql, job, file ...
        source: where the reading comes from.
        detail: which job, lock, service, disk, metric, key or process.
        job: the plan of the job, for a job.
        board: the readings.
        now: UTC now, for ages.
        over: seconds that rates look back.
    """
    if subject == "job" and job is not None:
        return _job(job, source, board, now)
    reading = board.reading(source)
    unread = _unread(reading, subject)
    if unread is not None:
        return unread
    found = _seen(subject, detail, reading.value, now, over)
    number = reading.latency if subject == "http" and reading.latency is not None else found.number
    known = None if found.trouble is not None and found.value == "…" else reading.taken_at
    return replace(
        found,
        names={**found.names, "now": now},
        number=number,
        taken_at=known,
        latency=reading.latency,
        each=tuple(replace(one, names={**one.names, "now": now}) for one in found.each),
    )


_ANSWERING = frozenset({"http", "port", "certificate"})
"""Subjects for which no answer is itself the finding."""


def _unread(reading: Reading[object], subject: str) -> Findings | None:
    if reading.state is ReadingState.FRESH:
        return None
    if reading.state is ReadingState.PENDING:
        return Findings(value="…", message="not read yet", trouble=Verdict.UNKNOWN)
    trouble = Verdict.CRIT if subject in _ANSWERING else Verdict.UNKNOWN
    return Findings(value="no answer", message=reading.error or "no answer", trouble=trouble, taken_at=reading.taken_at)


def _seen(subject: str, detail: str, value: object, now: datetime, over: float) -> Findings:
    match subject, value:
        case "http", HttpSample():
            return http(value, now)
        case "metrics", MetricWindow():
            return numbers.metric(detail, over, value)
        case "promql", QueryResult():
            return numbers.promql(value)
        case "sql" | "redis", Scalar():
            return _scalar(value)
        case "connections", ActivitySnapshot():
            return _connections(value)
        case "lock", LocksSnapshot():
            return _lock(detail, value)
        case "service", ServicesSnapshot():
            return _service(detail, value)
        case "disk", HostSnapshot():
            return _disk(detail, value)
        case _:
            return _probed(subject, detail, value, now)


def _probed(subject: str, detail: str, value: object, now: datetime) -> Findings:
    match subject, value:
        case "file", FileFacts():
            return probes.file(value, now)
        case "port", PortFacts():
            return probes.port(value)
        case "process", ProcessFacts():
            return probes.process(detail, value)
        case "certificate", Certificate():
            return probes.certificate(value, now)
        case "key", KeyFacts():
            return probes.key(detail, value, now)
        case "log", LogRate():
            return probes.log(value)
        case "status_page", StatusPage():
            return probes.status_page(value)
        case _:
            return Findings(value="?", message=f"there is nothing to judge for {subject}", trouble=Verdict.UNKNOWN)


def _scalar(scalar: Scalar) -> Findings:
    number = float(scalar.value) if isinstance(scalar.value, int | float) else None
    text = "none" if scalar.value is None else str(scalar.value)
    return Findings({"value": scalar.value}, text, f"value {text}", number, good=scalar.value not in (None, False))


def _connections(activity: ActivitySnapshot) -> Findings:
    percent = 100.0 * activity.connections / activity.max_connections if activity.max_connections else 0.0
    idle = sum(1 for backend in activity.backends if backend.idle_in_transaction)
    names: dict[str, Fact] = {
        "used": activity.connections,
        "limit": activity.max_connections,
        "percent": percent,
        "waiting": activity.waiting,
        "idle_in_transaction": idle,
    }
    value = f"{activity.connections}/{activity.max_connections}"
    message = f"{activity.connections} of {activity.max_connections} connections in use, {activity.waiting} waiting"
    return Findings(names, value, message, percent, good=percent < 90)


def _lock(key: str, locks: LocksSnapshot) -> Findings:
    lock = locks.lock(key)
    if lock is None or lock.raw_value is None:
        return Findings({"held": False, "state": "free"}, "free", "nobody holds it", 0.0)
    names: dict[str, Fact] = {"held": True, "state": lock.state.value, "owner": lock.owner}
    if lock.age is not None:
        names["age"] = timedelta(seconds=lock.age)
    if lock.ttl is not None:
        names["ttl"] = timedelta(seconds=lock.ttl)
    held = "" if lock.age is None else f" for {short_duration(lock.age)}"
    good = lock.state.value == "held"
    return Findings(names, lock.state.value, f"held by {lock.owner}{held}", lock.age, good)


def _service(name: str, services: ServicesSnapshot) -> Findings:
    service = services.service(name)
    if service is None:
        return Findings({"state": "missing"}, "missing", f"there is no service {name}", good=False)
    names: dict[str, Fact] = {"state": service.state, "health": service.health, "restarts": service.restarts}
    if service.cpu_percent is not None:
        names["cpu"] = service.cpu_percent
    if service.memory_bytes is not None:
        names["memory"] = service.memory_bytes
    good = service.running and service.health in ("", "healthy", "starting")
    return Findings(names, service.state, f"{name} is {service.state}", service.cpu_percent, good)


def _disk(mount: str, host: HostSnapshot) -> Findings:
    disk = next((d for d in host.disks if d.mount == mount), None)
    if disk is None:
        return Findings(value="?", message=f"nothing is mounted at {mount}", trouble=Verdict.UNKNOWN)
    names: dict[str, Fact] = {"percent": disk.percent, "used": disk.used, "total": disk.total}
    return Findings(
        names, f"{disk.percent:.0f}%", f"{mount} is {disk.percent:.0f}% full", disk.percent, disk.percent < 85
    )


def _job(job: JobPlan, source: SourceId, board: Board, now: datetime) -> Findings:
    reading = board.reading(source)
    unread = _unread(reading, "job")
    if unread is not None:
        return unread
    run = reading.value.job(job.name) if isinstance(reading.value, JobsSnapshot) else None
    if run is None or run.problem:
        message = run.problem if run else f"nothing says when {job.name} last ran"
        return Findings(value="?", message=message, trouble=Verdict.UNKNOWN, taken_at=reading.taken_at)
    if run.last_run is None:
        return Findings(value="never", message=f"{job.name} never ran", trouble=Verdict.CRIT, taken_at=reading.taken_at)
    age = max(0.0, (now - run.last_run).total_seconds())
    names: dict[str, Fact] = {"age": timedelta(seconds=age), "last_run": run.last_run, "now": now}
    message = f"last run {short_duration(age)} ago"
    if job.every:
        names |= {"every": timedelta(seconds=job.every), "intervals": age / job.every}
        message += f", expected every {short_duration(job.every)}"
    message += _holder(job, board)
    good = job.every is None or age < 2 * job.every
    return Findings(names, short_duration(age), message, age, good, taken_at=reading.taken_at, latency=reading.latency)


def _holder(job: JobPlan, board: Board) -> str:
    """Who holds the job's lock, as the end of a clause; "" when nobody does or it is not known."""
    for reading in board.of_kind(SourceKind.REDIS):
        lock = reading.value.lock(job.lock) if isinstance(reading.value, LocksSnapshot) else None
        if lock is not None and lock.raw_value is not None:
            return f", lock held by {lock.owner}"
    return ""
