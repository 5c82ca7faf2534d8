"""Everything that a screen needs, in one frozen value; built by the wiring, consumed by the interface."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from cockpit.engine.board import Board
from cockpit.engine.incident_clock import IncidentClock
from cockpit.engine.incident_plan import IncidentPlan
from cockpit.engine.librarian import Librarian
from cockpit.engine.library import Library
from cockpit.engine.log_buffer import LogBuffer
from cockpit.engine.preferences import Preferences
from cockpit.engine.road import Road
from cockpit.engine.runner import Runner
from cockpit.engine.share.camera import Spotlight
from cockpit.engine.share.following import Following
from cockpit.engine.share.leases import Leases
from cockpit.engine.terminal import LentTerminal
from cockpit.engine.watch import Watch
from cockpit.model.incident import EnvironmentFacts, Role
from cockpit.model.logs import LogArchive
from cockpit.model.masking import Masker
from cockpit.model.ports import (
    ChangeReader,
    Clock,
    DatabaseInspector,
    HostInspector,
    JobHistory,
    Journal,
    KeyBrowser,
    Record,
    ServiceInspector,
)
from cockpit.model.readings import SourceId


class Beside(Protocol):
    """Something that goes on beside the screen: it shares an incident, follows one, or keeps frames."""

    def start(self) -> None:
        """Begin; needs a running event loop."""
        ...

    async def stop(self) -> None:
        """End."""
        ...


@dataclass(frozen=True)
class Session:
    """One cockpit on one environment.

    Attributes:
        environment: its facts, for the badge.
        role: operator or observer.
        actor: user@host.
        clock: tells the time.
        board: the latest readings and the health.
        watch: the pollers behind the board.
        logs: the ring of log lines.
        library: the runbooks.
        librarian: reads them in the background and looks for changes; None when the library is filled otherwise.
        runner: runs steps.
        road: carries changes out; None for an observer: there is no object to call.
        journal: the record; None for an observer.
        incident: the incident under way.
        plan: how incidents are run here.
        masker: hides secrets, and for an observer personal data too.
        unresolved: what somebody has to look at first, one sentence each: a journal that cannot be written, then
            intents of earlier sessions without an outcome, newest first.
        open_actions: the ids of those intents; a note that names one settles it.
        keys: the user's remapping, binding id to key.
        theme: name of the theme, "" for the interface's own choice.
        ascii: True draws with ASCII shapes only.
        bell: True rings on a new crit.
        preferences: what this person chose on the screen.
        inspectors: what looks closely at one backend, by database.
        service_inspectors: what looks closely at one service, by engine or supervisor.
        terminal: what an action uses that needs the terminal for itself; the screen lends it.
        change_readers: what tells the whole text of a change, by its source.
        job_history: tells the last runs of jobs, None when nothing is asked about jobs.
        browsers: what walks through the keys of a Redis, by server.
        host: what looks closely at this machine; None where it is not read.
        closers: what lets go of shared clients.
        archives: what was written to logs before the lines in the ring.
        environments: the names of all environments of the configuration, this one among them.
        spotlight: where the screen says what it is about, for those who follow.
        following: what is followed here in place of systems, None in every other cockpit.
        leases: what keeps two operators from running one step at once; None where nothing is shared.
        beside: what starts and ends with the session.
    """

    environment: EnvironmentFacts
    role: Role
    actor: str
    clock: Clock
    board: Board
    watch: Watch
    logs: LogBuffer
    library: Library
    runner: Runner
    road: Road | None
    journal: Journal | None
    incident: IncidentClock
    masker: Masker
    unresolved: tuple[str, ...] = ()
    open_actions: tuple[str, ...] = ()
    keys: dict[str, str] = field(default_factory=dict)
    theme: str = ""
    ascii: bool = False
    bell: bool = True
    preferences: Preferences = field(default_factory=Preferences)
    inspectors: Mapping[SourceId, DatabaseInspector] = field(default_factory=dict)
    service_inspectors: Mapping[SourceId, ServiceInspector] = field(default_factory=dict)
    terminal: LentTerminal = field(default_factory=LentTerminal)
    change_readers: Mapping[SourceId, ChangeReader] = field(default_factory=dict)
    job_history: JobHistory | None = None
    browsers: Mapping[SourceId, KeyBrowser] = field(default_factory=dict)
    closers: tuple[Callable[[], Awaitable[None]], ...] = ()
    librarian: Librarian | None = None
    plan: IncidentPlan = field(default_factory=IncidentPlan)
    host: HostInspector | None = None
    archives: Sequence[LogArchive] = ()
    environments: tuple[str, ...] = ()
    spotlight: Spotlight = field(default_factory=Spotlight)
    following: Following | None = None
    leases: Leases | None = None
    beside: tuple[Beside, ...] = ()

    @property
    def record(self) -> Record | None:
        """What the timeline tells: the journal, or the entries that are followed; None for any other observer."""
        return self.following if self.following is not None else self.journal

    def start(self) -> None:
        """Begin to read, to share, to follow; needs a running event loop."""
        self.watch.start()
        for one in self.beside:
            one.start()

    async def close(self) -> None:
        """Stop reading and let go of everything; the journal last."""
        for one in self.beside:
            await one.stop()
        if self.librarian is not None:
            await self.librarian.stop()
        await self.watch.stop()
        for close in self.closers:
            await close()
        if self.journal is not None:
            await self.journal.close()
