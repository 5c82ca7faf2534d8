"""In-memory stand-ins at the ports, for tests of the engine alone. Every one is a FAKE and says so in its name."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from cockpit.model.actions import Permit, Prepared
from cockpit.model.answers import Answer
from cockpit.model.errors import JournalError
from cockpit.model.health import Json
from cockpit.model.identities import Identity
from cockpit.model.incident import EntryKind, JournalEntry, News, Verification
from cockpit.model.operations import Operation
from cockpit.model.outcomes import Outcome, OutcomeKind
from cockpit.model.readings import SourceId
from tests.support.clock import FixedClock

T = TypeVar("T")


class FakeSource(Generic[T]):
    """Answers from a list: values are returned, exceptions raised, an Event is awaited first."""

    def __init__(self, source: SourceId, answers: Sequence[T | BaseException], server: str | None = None) -> None:
        self.id = source
        self.server = server
        self.answers = list(answers)
        self.fetches = 0
        self.running = 0
        self.most_at_once = 0
        self.gate: asyncio.Event | None = None
        self.closed = False

    async def fetch(self) -> T:
        self.fetches += 1
        self.running += 1
        self.most_at_once = max(self.most_at_once, self.running)
        try:
            if self.gate is not None:
                await self.gate.wait()
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        finally:
            self.running -= 1
        if isinstance(answer, BaseException):
            raise answer
        return answer

    async def close(self) -> None:
        self.closed = True


class FakeReader:
    """Answers every read with the next of a list."""

    def __init__(self, source: SourceId, answers: Sequence[Answer | BaseException]) -> None:
        self.id = source
        self.answers = list(answers)
        self.asked: list[Operation] = []

    async def read(self, operation: Operation, timeout: float) -> Answer:  # noqa: ASYNC109  the port's signature
        self.asked.append(operation)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, BaseException):
            raise answer
        return answer


class FakeExecutor:
    """Prepares what it was told to and notes what it executes."""

    def __init__(self, source: SourceId, prepared: Prepared) -> None:
        self.id = source
        self.prepared = prepared
        self.identity: Identity | BaseException | None = prepared.identity
        self.outcome: Outcome | BaseException = Outcome(OutcomeKind.SUCCEEDED, "done.")
        self.executed: list[Permit] = []
        self.before_execution: Callable[[], None] = lambda: None
        self.gate: asyncio.Event | None = None

    async def prepare(self, operation: Operation) -> Prepared:
        return self.prepared

    async def identify(self, operation: Operation) -> Identity | None:
        if isinstance(self.identity, BaseException):
            raise self.identity
        return self.identity

    async def execute(self, permit: Permit) -> Outcome:
        self.before_execution()
        self.executed.append(permit)
        if self.gate is not None:
            await self.gate.wait()
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return self.outcome


class FakeJournal:
    """Keeps entries in a list; `broken` makes every write fail, or only those of one kind."""

    def __init__(self, clock: FixedClock) -> None:
        self._clock = clock
        self.written: list[JournalEntry] = []
        self.broken: bool | EntryKind = False

    async def append(self, kind: EntryKind, payload: dict[str, Json], incident: str = "") -> JournalEntry:
        if self.broken is True or self.broken is kind:
            raise JournalError("the journal's disk is full", "make room")
        number = len(self.written) + 1
        entry = JournalEntry(number, self._clock.now(), "op@test", incident, kind, payload, "", str(number))
        self.written.append(entry)
        return entry

    async def append_news(
        self, kind: EntryKind, payload: dict[str, Json], news: News, incident: str = ""
    ) -> JournalEntry | None:
        return await self.append(kind, payload, incident)

    async def entries(self, incident: str = "", after: int = 0) -> Sequence[JournalEntry]:
        return [e for e in self.written if e.sequence > after and incident in ("", e.incident)]

    async def verify(self) -> Verification:
        return Verification(True, len(self.written))

    async def close(self) -> None:
        return None

    def kinds(self) -> list[EntryKind]:
        return [entry.kind for entry in self.written]
