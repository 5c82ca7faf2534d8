"""Processes of this machine that a pattern finds, as services."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import psutil

from cockpit.adapters.pool import BlockingPool
from cockpit.adapters.process_usage import ProcessMeter, Usage
from cockpit.model.errors import ConfigError, SourceUnreachable
from cockpit.model.readings import SourceId, SourceKind
from cockpit.model.services import Service, ServiceKind, ServicesSnapshot
from cockpit.model.text import clean

MOST = 200
"""Processes that one source shows."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Which processes are meant.

    Attributes:
        names: names of programs, each as a whole.
        line: regular expression in the command line, None for any.
        port: TCP port on which it listens, None for any.
    """

    names: tuple[str, ...] = ()
    line: re.Pattern[str] | None = None
    port: int | None = None

    def fits(self, name: str, words: Sequence[str]) -> bool:
        """Whether a process is meant, as far as its name and its command line tell."""
        if self.names and name not in self.names:
            return False
        return self.line is None or self.line.search(" ".join(words)) is not None


def parse_patterns(texts: Sequence[str]) -> tuple[Pattern, ...]:
    """Patterns as the configuration writes them: `name:nginx`, `line:gunicorn .*shop`, `port:3000`.

    Raises:
        ConfigError: when one is of another form.
    """
    found = []
    for written in texts:
        kind, _, rest = written.partition(":")
        try:
            match kind:
                case "name" if rest:
                    found.append(Pattern(names=(rest,)))
                case "line" if rest:
                    found.append(Pattern(line=re.compile(rest)))
                case "port":
                    found.append(Pattern(port=int(rest)))
                case _:
                    raise ConfigError(f"match {written!r} is no pattern", "write name:..., line:... or port:...")
        except (re.error, ValueError) as error:
            raise ConfigError(f"match {written!r} is no pattern: {error}") from error
    return tuple(found)


class LocalProcesses:
    """Fulfils `Source[ServicesSnapshot]` for processes that nobody supervises, or that systemd does.

    A process that was there and is gone is shown as gone until another one of that name comes.

    Args:
        name: the source's name.
        patterns: which processes are meant; one of them must fit.
        deadline: seconds for one look.
    """

    def __init__(self, name: str, patterns: Sequence[Pattern], *, deadline: float = 3.0) -> None:
        self._id = SourceId(SourceKind.PROCESSES, name)
        self._patterns = tuple(patterns)
        self._deadline = deadline
        self._pool = BlockingPool(f"processes-{name}", 1)
        self._meter = ProcessMeter()
        self._last: dict[str, Service] = {}

    @property
    def id(self) -> SourceId:
        """Which source it is."""
        return self._id

    @property
    def server(self) -> str | None:
        """When the machine was booted."""
        return f"{psutil.boot_time():.0f}"

    async def fetch(self) -> ServicesSnapshot:
        """The processes now, with CPU since the last fetch and memory of each whole process tree.

        Raises:
            SourceUnreachable: when the operating system does not answer in time.
        """
        try:
            found = await self._pool.run(self._look, self._deadline)
        except TimeoutError as error:
            raise SourceUnreachable(f"the processes could not be listed within {self._deadline:g} s") from error
        return ServicesSnapshot(tuple(found), "local processes")

    def seen(self, service: str) -> Service | None:
        """The service of that id as it was seen last."""
        return self._last.get(service)

    async def close(self) -> None:
        """End the thread."""
        self._pool.close()

    def _look(self) -> list[Service]:
        processes = self._fitting()
        roots = _roots(processes)
        usage = self._meter.read(process.pid for process in roots)
        now = {str(process.pid): _service(process, self._id.name, usage) for process in roots}
        kept = {key: service for key, service in now.items() if service is not None and self._is_meant(service)}
        names = {service.name for service in kept.values()}
        gone = [s for key, s in self._last.items() if key not in kept and s.name not in names]
        ended = {service.id: _ended(service) for service in gone[:MOST]}
        self._last = {**kept, **ended}
        return list(self._last.values())

    def _is_meant(self, service: Service) -> bool:
        """Whether it has kept its name: between two looks a process may have become another program (exec)."""
        return any(not pattern.names or service.name in pattern.names for pattern in self._patterns)

    def _fitting(self) -> list[psutil.Process]:
        wanted = {pattern.port for pattern in self._patterns if pattern.port is not None}
        listening = _listening(wanted) if wanted else set()
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                by_words = [pattern for pattern in self._patterns if pattern.port is None]
                if process.pid in listening or (by_words and _fits(by_words, process)):
                    found.append(process)
        return found


def _fits(patterns: Sequence[Pattern], process: psutil.Process) -> bool:
    name = process.name()
    words = process.cmdline() if any(pattern.line for pattern in patterns) else []
    return process.status() != psutil.STATUS_ZOMBIE and any(pattern.fits(name, words) for pattern in patterns)


def _listening(ports: set[int]) -> set[int]:
    """Pids of those who listen on one of the ports; other users' processes are not told without rights."""
    try:
        found = psutil.net_connections("tcp")
    except psutil.AccessDenied:
        return set()
    listening = (one for one in found if one.status == psutil.CONN_LISTEN and len(one.laddr) > 1)
    return {one.pid for one in listening if one.pid and tuple(one.laddr)[1] in ports}


def _roots(processes: Sequence[psutil.Process]) -> list[psutil.Process]:
    """Those whose parent is not among them: a server's workers belong to it."""
    pids = {process.pid for process in processes}
    found = []
    for process in processes:
        with contextlib.suppress(psutil.Error):
            if process.ppid() not in pids:
                found.append(process)
    return found[:MOST]


def _service(process: psutil.Process, project: str, usage: Mapping[int, Usage]) -> Service | None:
    try:
        with process.oneshot():
            used = usage.get(process.pid)
            return Service(
                kind=ServiceKind.PROCESS,
                id=str(process.pid),
                name=clean(process.name()),
                state="running" if process.status() != psutil.STATUS_STOPPED else "paused",
                started_at=datetime.fromtimestamp(process.create_time(), UTC),
                cpu_percent=used.cpu_percent if used else None,
                memory_bytes=used.memory_bytes if used else None,
                image=clean(" ".join(process.cmdline()) or process.name()),
                project=project,
                pid=process.pid,
                tasks=process.num_threads(),
            )
    except psutil.Error:
        return None


def _ended(service: Service) -> Service:
    return Service(service.kind, service.id, service.name, "gone", image=service.image, project=service.project)
