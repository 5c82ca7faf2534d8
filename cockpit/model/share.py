"""What an operator's cockpit shares of an incident, and the stream that carries it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from cockpit.model.health import HealthSnapshot
from cockpit.model.incident import StepState
from cockpit.model.readings import Reading
from cockpit.model.risk import Risk


@dataclass(frozen=True, slots=True)
class LiveIncident:
    """An incident that some cockpit shares.

    Attributes:
        story: identity of its streams: a digest of the journal, and the incident's id.
        incident, severity, title: as declared; the title is masked.
        operator: user@host of the cockpit that shares it.
        environment: label of the environment.
        began_at: UTC time at which it was declared.
        seen_at: UTC time at which that cockpit last said so, by its own clock.
        ended_at: UTC time of its end, None while it is open.
    """

    story: str
    incident: str
    severity: str
    title: str
    operator: str
    environment: str
    began_at: datetime
    seen_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SceneStep:
    """One step of the run that the operator has open.

    Attributes:
        id: within the procedure.
        number: as the runbook numbers it.
        title: of the step, masked.
        state: where it stands.
        risk: of its gravest command.
        note: what became of it, "" when nothing is to be said.
    """

    id: str
    number: str
    title: str
    state: StepState
    risk: Risk
    note: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """The question that stands on the operator's screen.

    Attributes:
        stage: what it is about: looking, asking, acting, told ...
        command: exactly what would run.
        target, effect: what it would do to what.
        risk: how grave it is.
        facts: what the preview found, label and value.
    """

    stage: str
    command: str
    target: str
    effect: str
    risk: Risk
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """What the operator's screen is about, beside the readings.

    Attributes:
        runbook, procedure: titles, "" when no run is open.
        steps: of the run, in order.
        current: id of the step under the cursor, "" for none.
        command: what that step would run, with the values known so far.
        asked: the question on the screen, None when there is none.
        pane: where the keys go: a pane's name, or "" for the sidebar.
    """

    runbook: str = ""
    procedure: str = ""
    steps: tuple[SceneStep, ...] = ()
    current: str = ""
    command: str = ""
    asked: Asked | None = None
    pane: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture of the board, or what changed since the one before.

    Attributes:
        at: UTC time at which it was taken, by the operator's clock.
        whole: True when it holds all readings, so that somebody can begin with it.
        readings: all, or those that changed; of logs the lines since the frame before.
        health: what the checks said, None when nothing changed.
        scene: what the operator's screen was about, None when nothing changed.
    """

    at: datetime
    whole: bool
    readings: tuple[Reading[object], ...] = ()
    health: HealthSnapshot | None = None
    scene: Scene | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a stream: its id, by which reading goes on after it, and its bytes."""

    id: str
    data: bytes


@dataclass(frozen=True, slots=True)
class News:
    """What a stream holds beyond what a follower knows.

    Attributes:
        live: the incident's own record, None when it is gone.
        top: the newest entry in the stream, None when it holds none.
        entries, frames: oldest first, bounded in number.
    """

    live: bytes | None
    top: Item | None
    entries: tuple[Item, ...]
    frames: tuple[Item, ...]


class ShareStream(Protocol):
    """Carries what is shared; every call has a deadline and is tried once."""

    async def announce(self, story: str, live: bytes) -> None:
        """Put up the record of an incident.

        Raises:
            SourceError: when it could not be done.
        """
        ...

    async def announced(self) -> Sequence[bytes]:
        """The records of all incidents that are shared.

        Raises:
            SourceError: when they could not be read.
        """
        ...

    async def add_entries(self, story: str, entries: Sequence[tuple[int, bytes]]) -> int:
        """Append entries by their sequences; how many were taken, which is fewer where the stream holds them already.

        Raises:
            SourceError: when it could not be done.
        """
        ...

    async def add_frame(self, story: str, data: bytes) -> None:
        """Append a frame.

        Raises:
            SourceError: when it could not be done.
        """
        ...

    async def newest_entry(self, story: str) -> Item | None:
        """The last entry of a stream, None when it has none.

        Raises:
            SourceError: when it could not be read.
        """
        ...

    async def last_frames(self, story: str, most: int) -> Sequence[Item]:
        """The newest frames, oldest first.

        Raises:
            SourceError: when they could not be read.
        """
        ...

    async def news(self, story: str, entry: str, frame: str) -> News:
        """What came after an entry and a frame of these ids; "0" is before the first.

        Raises:
            SourceError: when it could not be read.
        """
        ...

    async def hold(self, story: str, what: str, token: str, seconds: float) -> bool:
        """Take a lease on something, or prolong one's own; False while somebody else has it.

        Raises:
            SourceError: when that cannot be found out.
        """
        ...

    async def let_go(self, story: str, what: str, token: str) -> None:
        """Give a lease back, if it still is one's own.

        Raises:
            SourceError: when it could not be done.
        """
        ...

    async def holder(self, story: str, what: str) -> str:
        """The token of whoever has a lease, "" when nobody has.

        Raises:
            SourceError: when that cannot be found out.
        """
        ...

    async def forget(self, story: str) -> None:
        """Take the entries of a stream away, since somebody else has written to it.

        Raises:
            SourceError: when it could not be done.
        """
        ...

    async def close(self) -> None:
        """Let go of connections; never raises."""
        ...
