"""What an environment is made of at run time, while it is being put together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from cockpit.config.durations import parse_duration
from cockpit.engine.poller import Poller
from cockpit.engine.terminal import LentTerminal
from cockpit.model.incident import Role
from cockpit.model.logs import LogArchive
from cockpit.model.ports import (
    ChangeReader,
    Clock,
    DatabaseInspector,
    Executor,
    HostInspector,
    JobHistory,
    KeyBrowser,
    Reader,
    ServiceInspector,
    Source,
)
from cockpit.model.readings import Reading, SourceId

T = TypeVar("T")

Sink = Callable[[Reading[object]], None]
MakePoller = Callable[[Sink], Poller[object]]

STAGGER = 0.07
"""Seconds between the first attempts of two pollers."""


@dataclass
class Parts:
    """Collects pollers, readers, executors and secrets.

    Attributes:
        role: an observer's parts hold no executor, and what could build one is never imported.
        clock: tells the time.
        pollers: each makes one poller, given where its readings go.
        readers: what can run reads, by source.
        executors: what can change a source; empty for an observer.
        inspectors: what looks closely at one backend, by database.
        change_readers: what tells the whole text of a change, by its source.
        service_inspectors: what looks closely at one service, by engine or supervisor.
        terminal: lent to what needs it for itself.
        job_history: tells the last runs of jobs.
        browsers: what walks through the keys of a Redis, by server.
        host: what looks closely at this machine.
        order: all sources in the order of the configuration.
        secrets: values that must never show.
        closers: what lets go of shared clients.
        archives: the past of logs; more may come while it runs.
    """

    role: Role
    clock: Clock
    pollers: list[MakePoller] = field(default_factory=list)
    readers: dict[SourceId, Reader] = field(default_factory=dict)
    executors: dict[SourceId, Executor] = field(default_factory=dict)
    inspectors: dict[SourceId, DatabaseInspector] = field(default_factory=dict)
    change_readers: dict[SourceId, ChangeReader] = field(default_factory=dict)
    service_inspectors: dict[SourceId, ServiceInspector] = field(default_factory=dict)
    terminal: LentTerminal = field(default_factory=LentTerminal)
    job_history: JobHistory | None = None
    browsers: dict[SourceId, KeyBrowser] = field(default_factory=dict)
    host: HostInspector | None = None
    order: list[SourceId] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    closers: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    archives: list[LogArchive] = field(default_factory=list)

    @property
    def may_change(self) -> bool:
        """Whether executors are built."""
        return self.role is Role.OPERATOR

    def watch(self, source: Source[object], every: str, timeout: str) -> None:
        """Read a source again and again; `every` and `timeout` as the configuration writes durations."""
        offset = STAGGER * len(self.pollers)
        pause, limit = parse_duration(every), parse_duration(timeout)
        self.pollers.append(
            lambda sink: Poller(source, self.clock, every=pause, timeout=limit, on_reading=sink, offset=offset)
        )
        self.order.append(source.id)

    def read(self, reader: Reader) -> None:
        """Let steps read a source."""
        self.readers[reader.id] = reader
        if reader.id not in self.order:
            self.order.append(reader.id)

    def change(self, executor: Executor) -> None:
        """Let actions change a source; only ever called for an operator."""
        assert self.may_change, "an observer's parts hold no executor"
        self.executors[executor.id] = executor
