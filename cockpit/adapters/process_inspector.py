"""Processes of this machine looked at closely, and the log files of what supervises them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import psutil

from cockpit.adapters.docker_inspector import laid_out
from cockpit.adapters.files import LogFile
from cockpit.adapters.plain_source import PlainSource
from cockpit.adapters.pool import BlockingPool
from cockpit.model.errors import SourceUnreachable
from cockpit.model.logs import LogBatch
from cockpit.model.ports import Clock, Source
from cockpit.model.readings import SourceId, SourceKind
from cockpit.model.services import Section, Service
from cockpit.model.text import clean

MOST_ROWS = 200
"""Processes, sockets or files that are shown."""
Facts = tuple[tuple[str, str], ...]
Find = Callable[[str], Awaitable[tuple[Service, Facts, Facts] | None]]
"""Gives a service by its id, with more facts and its variables; None when it is gone."""


class ProcessInspector:
    """Fulfils `ServiceInspector` for whatever is a process of this machine.

    Args:
        find: gives the service.
        clock: tells the time at which log lines were read.
        deadline: seconds for looking at the process through the operating system.
    """

    def __init__(self, find: Find, clock: Clock, *, deadline: float = 3.0) -> None:
        self._find = find
        self._clock = clock
        self._deadline = deadline
        self._pool = BlockingPool("service-detail", 2)
        self._logs: dict[str, tuple[str, ...]] = {}

    async def sections(self, service: str) -> Sequence[Section]:
        """What its supervisor and the operating system know of it.

        Raises:
            SourceError: when the supervisor cannot be asked or has no such process.
        """
        found = await self._find(service)
        if found is None:
            raise SourceUnreachable(f"there is no process {service} any more")
        known, facts, variables = found
        self._logs[known.id] = known.logs
        seen: list[Section] = []
        if known.pid is not None:
            pid = known.pid
            try:
                seen = await self._pool.run(lambda: sections_of(pid), self._deadline)
            except TimeoutError:
                seen = [Section("processes", (), ("the operating system did not answer in time",))]
        own = Section("overview", (*_overview(known), *facts))
        if variables:
            seen = [Section("environment", variables), *(one for one in seen if one.title != "environment")]
        return (own, *seen)

    def log(self, service: str, name: str) -> Source[LogBatch] | None:
        """Its log files, followed together; None when it names none."""
        paths = self._logs.get(service, ())
        return FollowedFiles(name, paths, self._clock) if paths else None

    def learn(self, services: Sequence[Service]) -> None:
        """Note where services write, so that their logs can be followed before anybody has looked closely."""
        self._logs |= {service.id: service.logs for service in services}

    async def close(self) -> None:
        """End the threads."""
        self._pool.close()


class FollowedFiles(PlainSource):
    """Fulfils `Source[LogBatch]`: several files of one service, sorted by time within each look.

    Args:
        name: of the log.
        paths: the files.
        clock: tells the time at which lines were read.
    """

    def __init__(self, name: str, paths: Sequence[str], clock: Clock) -> None:
        super().__init__(SourceId(SourceKind.LOGS, name))
        self._pool = BlockingPool("service-log", 2)
        self._files = [LogFile(name, Path(path), clock=clock, pool=self._pool) for path in paths]

    async def fetch(self) -> LogBatch:
        """What was written since the last fetch.

        Raises:
            SourceError: when none of the files can be read.
        """
        batches = await asyncio.gather(*(file.fetch() for file in self._files), return_exceptions=True)
        good = [batch for batch in batches if isinstance(batch, LogBatch)]
        bad = [batch for batch in batches if isinstance(batch, BaseException)]
        if bad and not good:
            raise bad[0]
        lines = sorted((line for batch in good for line in batch.lines), key=lambda line: line.at)
        notices = dict.fromkeys(batch.notice for batch in good if batch.notice)
        return LogBatch(tuple(lines), sum(batch.dropped for batch in good), ", ".join(notices))

    async def close(self) -> None:
        """Let go of the files."""
        for file in self._files:
            await file.close()
        self._pool.close()


def sections_of(pid: int) -> list[Section]:
    """What the operating system tells of a process and its descendants; blocks."""
    try:
        process = psutil.Process(pid)
        members = [process, *process.children(recursive=True)][:MOST_ROWS]
    except psutil.Error:
        return [Section("processes", (), ("it has ended",))]
    found = [Section("environment", _variables(process)), Section("processes", _about(process), _table(members))]
    sockets = _sockets(members)
    if sockets:
        found.append(Section("ports", (), sockets))
    return [section for section in found if section.facts or section.lines]


def _variables(process: psutil.Process) -> Facts:
    try:
        found = process.environ()
    except (psutil.Error, OSError):
        return ()
    return tuple(sorted((clean(name), clean(value)) for name, value in found.items()))


def _about(process: psutil.Process) -> Facts:
    facts: list[tuple[str, str]] = []
    with contextlib.suppress(psutil.Error):
        facts.append(("command", clean(" ".join(process.cmdline()))))
    with contextlib.suppress(psutil.Error):
        facts.append(("folder", clean(process.cwd())))
    with contextlib.suppress(psutil.Error, KeyError):
        facts.append(("user", clean(process.username())))
    with contextlib.suppress(psutil.Error):
        facts.append(("open files", str(process.num_fds())))
    return tuple((label, value) for label, value in facts if value)


def _table(members: Sequence[psutil.Process]) -> tuple[str, ...]:
    rows = [["PID", "PARENT", "STATE", "THREADS", "MEMORY", "STARTED", "COMMAND"]]
    for process in members:
        with contextlib.suppress(psutil.Error), process.oneshot():
            started = datetime.fromtimestamp(process.create_time(), UTC)
            rows.append(
                [
                    str(process.pid),
                    str(process.ppid()),
                    process.status(),
                    str(process.num_threads()),
                    f"{process.memory_info().rss / 1024**2:.0f}M",
                    f"{started:%Y-%m-%d %H:%M:%S}Z",
                    clean(" ".join(process.cmdline()) or process.name()),
                ]
            )
    return laid_out(rows)


def _sockets(members: Sequence[psutil.Process]) -> tuple[str, ...]:
    rows: list[list[str]] = []
    for process in members:
        with contextlib.suppress(psutil.Error):
            rows += [
                [str(process.pid), f"{':'.join(map(str, one.laddr[:2]))}", "listens"]
                for one in process.net_connections("inet")
                if one.status == psutil.CONN_LISTEN and one.laddr
            ]
    return laid_out([["PID", "ADDRESS", ""], *rows[:MOST_ROWS]]) if rows else ()


def _overview(service: Service) -> Facts:
    facts = [
        ("name", service.name),
        ("state", service.state),
        ("started", f"{service.started_at:%Y-%m-%d %H:%M:%S}Z" if service.started_at else ""),
        ("process id", str(service.pid or "")),
        ("restarts", "" if service.restarts is None else str(service.restarts)),
        ("exit code", "" if service.exit_code is None else str(service.exit_code)),
        ("program", service.image),
        ("logs", ", ".join(service.logs)),
    ]
    return tuple((label, value) for label, value in facts if value)
