"""What the engine needs from the world, as protocols; adapters fulfil them, tests may stand in for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeVar, runtime_checkable

from cockpit.model.actions import Permit, Prepared
from cockpit.model.answers import Answer
from cockpit.model.changes import Change
from cockpit.model.command_info import CommandInfo
from cockpit.model.health import Json
from cockpit.model.host import FolderSizes, ProcessDetail, Sockets
from cockpit.model.identities import BackendIdentity, Identity
from cockpit.model.incident import EntryKind, JournalEntry, News, Verification
from cockpit.model.inspection import BackendLock, Plan, Statements, StatementStatistics
from cockpit.model.keys import KeyPage, KeyPreview
from cockpit.model.logs import LogBatch
from cockpit.model.operations import Operation
from cockpit.model.outcomes import Outcome
from cockpit.model.readings import SourceId
from cockpit.model.services import Section

T_co = TypeVar("T_co", covariant=True)


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """UTC now, aware."""
        ...

    def monotonic(self) -> float:
        """Seconds on a clock that never goes back."""
        ...


class Source(Protocol[T_co]):
    """Something that can be read again and again."""

    @property
    def id(self) -> SourceId:
        """Which source it is."""
        ...

    @property
    def server(self) -> str | None:
        """Identity of the server process behind it as of the last fetch; None when not known."""
        ...

    async def fetch(self) -> T_co:
        """Read it once.

        Raises:
            SourceError: when it could not be read.
        """
        ...

    async def close(self) -> None:
        """Let go of connections; never raises."""
        ...


@runtime_checkable
class TellsNews(Protocol):
    """A source that hears of changes by itself, so that it need not be asked to find them."""

    def on_news(self, tell: Callable[[], None]) -> None:
        """From now on call `tell` whenever there is something new to fetch; from any thread, and returns at once."""
        ...


class Reader(Protocol):
    """Runs operations that only read, on behalf of a runbook step."""

    @property
    def id(self) -> SourceId:
        """The source it reads from."""
        ...

    async def read(self, operation: Operation, timeout: float) -> Answer:  # noqa: ASYNC109  the adapter owns the deadline
        """Run it in the way that the server itself keeps from writing.

        Args:
            operation: what to read.
            timeout: seconds.

        Raises:
            SourceError: when it could not be read, or when it is not a read.
        """
        ...


@runtime_checkable
class KnowsCommands(Protocol):
    """A reader whose server tells what its commands do."""

    async def command_info(self, names: Sequence[str]) -> Mapping[str, CommandInfo]:
        """What the server says of commands, by the names that it was asked for; those that it does not know are absent.

        Args:
            names: in capitals, a sub-command as `CONFIG|GET`.

        Raises:
            SourceError: when it could not be asked.
        """
        ...


class ChangeReader(Protocol):
    """Tells all that is known of one change; reads only."""

    async def whole(self, change: Change) -> Sequence[str]:
        """The whole text of a change, cleaned lines; empty when its facts are all.

        Raises:
            SourceError: when it could not be read.
        """
        ...


class FolderWalk(Protocol):
    """A walk through folders that goes on by itself; reads only."""

    def progress(self) -> FolderSizes:
        """What was found so far."""
        ...

    def cancel(self) -> None:
        """End it soon; does not wait."""
        ...


class HostInspector(Protocol):
    """Looks closely at the host; reads only."""

    async def process(self, pid: int, created: float) -> ProcessDetail:
        """A process in full.

        Raises:
            SourceError: when it is gone, or another has its number now.
        """
        ...

    async def sockets(self) -> Sockets:
        """Who listens where.

        Raises:
            SourceError: when the system does not tell.
        """
        ...

    def folders(self, root: str) -> FolderWalk:
        """Begin to measure the folders below a path."""
        ...


class DatabaseInspector(Protocol):
    """Looks closely at one backend or statement of a database; reads only."""

    async def locks(self, backend: BackendIdentity) -> Sequence[BackendLock]:
        """The locks that the backend holds and waits for, those that it waits for first.

        Raises:
            SourceError: when they could not be read.
        """
        ...

    async def explain(self, query: str, database: str) -> Plan:
        """The plan of a statement by EXPLAIN, which does not run it; says why when there is none.

        Raises:
            SourceError: when the server could not be asked.
        """
        ...

    async def statistics(self, query_id: int) -> StatementStatistics | None:
        """What pg_stat_statements knows of a statement; None when it knows nothing.

        Raises:
            SourceError: when it could not be asked.
        """
        ...

    async def statements(self, most: int) -> Statements:
        """The statements that took longest altogether.

        Raises:
            SourceError: when it could not be asked.
        """
        ...

    async def formatted(self, query: str) -> str:
        """The statement laid out over several lines; as it is when it cannot be parsed."""
        ...


class ServiceInspector(Protocol):
    """Looks closely at one service; reads only."""

    async def sections(self, service: str) -> Sequence[Section]:
        """What is known of the service of that id; values of variables are not masked yet.

        Raises:
            SourceError: when it could not be looked at.
        """
        ...

    def log(self, service: str, name: str) -> Source[LogBatch] | None:
        """What that service writes, to be followed; None when it cannot be read here.

        Args:
            service: its id.
            name: by which it is found again when it is made anew.
        """
        ...


class JobHistory(Protocol):
    """Tells the last runs of jobs."""

    def knows(self, job: str) -> bool:
        """Whether it can be asked about that job."""
        ...

    async def runs(self, job: str, most: int) -> Answer:
        """The last runs as a table, in the order of the answer, at most `most`.

        Raises:
            SourceError: when they could not be read.
        """
        ...


class KeyBrowser(Protocol):
    """Walks through the keys of a Redis a page at a time; reads only."""

    async def page(self, pattern: str, cursor: int, kind: str = "") -> KeyPage:
        """The next keys under a glob, bounded in number and time.

        Args:
            pattern: the glob.
            cursor: 0 to begin, else that of the page before.
            kind: only keys of this type, "" for all.

        Raises:
            SourceError: when the server cannot be asked.
        """
        ...

    async def preview(self, name: str) -> KeyPreview | None:
        """A bounded look at one key's value; None when it is gone.

        Args:
            name: as `key_text` carries it.

        Raises:
            SourceError: when the server cannot be asked.
        """
        ...


class Executor(Protocol):
    """Changes one source; never built for an observer."""

    @property
    def id(self) -> SourceId:
        """The source it changes."""
        ...

    async def prepare(self, operation: Operation) -> Prepared:
        """Look at the target without touching it: exact targets, identity, preview.

        Raises:
            SourceError: when the target does not exist or cannot be looked at.
        """
        ...

    async def identify(self, operation: Operation) -> Identity | None:
        """The identity of the prepared operation's targets as they are now; None when they are gone.

        Raises:
            SourceError: when that cannot be found out.
        """
        ...

    async def execute(self, permit: Permit) -> Outcome:
        """Do it once; drivers' own retries are off. Never raises: what went wrong is in the outcome."""
        ...


class Record(Protocol):
    """The record, to be read."""

    async def entries(self, incident: str = "", after: int = 0) -> Sequence[JournalEntry]:
        """Entries with a sequence above `after`, of one incident or of all.

        Raises:
            JournalError: when they cannot be read.
        """
        ...


class Journal(Protocol):
    """The append-only record, open for writing."""

    async def append(self, kind: EntryKind, payload: dict[str, Json], incident: str = "") -> JournalEntry:
        """Write one entry and wait until it is on the disk.

        Raises:
            JournalError: when it is not.
        """
        ...

    async def append_news(
        self, kind: EntryKind, payload: dict[str, Json], news: News, incident: str = ""
    ) -> JournalEntry | None:
        """Write one entry in the cockpit's own name, unless the record says it already; None when it does.

        Looking and writing are one step, also beside other writers.

        Raises:
            JournalError: when it cannot be written.
        """
        ...

    async def entries(self, incident: str = "", after: int = 0) -> Sequence[JournalEntry]:
        """Entries with a sequence above `after`, of one incident or of all."""
        ...

    async def verify(self) -> Verification:
        """Whether the chain holds."""
        ...

    async def close(self) -> None:
        """Wait for what is under way and let go of the file; never raises."""
        ...
