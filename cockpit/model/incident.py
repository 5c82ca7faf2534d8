"""The incident and its journal."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from cockpit.model.health import Json

COCKPIT = "cockpit"
"""The actor of what the cockpit notes by itself: nobody did it."""


class EntryKind(StrEnum):
    """What a journal entry records."""

    INCIDENT = "incident"
    INTENT = "intent"
    OUTCOME = "outcome"
    REFUSAL = "refusal"
    READ = "read"
    STEP = "step"
    DECISION = "decision"
    NOTE = "note"
    VERDICT = "verdict"
    SOURCE = "source"
    RUN = "run"
    MESSAGE = "message"
    ROLE = "role"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One line of the append-only record.

    Attributes:
        sequence: 1, 2, 3 ... without gaps.
        at: UTC time.
        actor: user@host, or COCKPIT.
        incident: its id, "" outside one.
        kind: what it records.
        payload: JSON object.
        previous: hash of the entry before, 64 zeros for the first.
        hash: SHA-256 over all the above, in hexadecimal.
    """

    sequence: int
    at: datetime
    actor: str
    incident: str
    kind: EntryKind
    payload: dict[str, Json] = field(hash=False)
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class News:
    """When an entry that several cockpits could write is worth writing: only one of them shall.

    Attributes:
        about: the keys of the payload that name what it is about.
        says: the key of the payload that says what became of it. When the last entry of its kind about the same
            thing says the same, nothing is written.
        within: seconds after which that last entry no longer counts; None for ever.
        first: False writes nothing when there is no entry about the same thing yet.
    """

    about: tuple[str, ...]
    says: str
    within: float | None = None
    first: bool = True


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether the journal's chain holds.

    Attributes:
        intact: True when nothing was edited, removed, reordered or cut.
        entries: how many were read.
        problem: one sentence naming the first break, "" when intact.
    """

    intact: bool
    entries: int
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident: id such as "INC-7", severity such as "P1", title, UTC start, UTC end or None.

    Attributes:
        environment: label of the environment in which it was declared, "" when that was not written down.
        commander: who leads it, "" when nobody was named.
        services: what is affected.
        answered: names of the levels of escalation that have answered.
        told_at: UTC time of the last message about it, None when there was none.
    """

    id: str
    severity: str
    title: str
    started_at: datetime
    ended_at: datetime | None = None
    environment: str = ""
    commander: str = ""
    services: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()
    told_at: datetime | None = None


class StepState(StrEnum):
    """Where a step of a run stands."""

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    SKIPPED = "skipped"
    NOT_APPLICABLE = "not applicable"


class Role(StrEnum):
    """What the person at this screen may do."""

    OPERATOR = "operator"
    OBSERVER = "observer"


@dataclass(frozen=True, slots=True)
class EnvironmentFacts:
    """What the screen says about the environment at all times.

    Attributes:
        name: its key in the configuration.
        label: what the badge says, for example "PROD".
        protected: True when changes are refused until it is unlocked.
        colour: the badge's colour: red, yellow, green, blue; "" lets the interface choose.
        service: what the environment runs, for example "shop".
        base_url: where its HTTP service answers, "" when it has none.
    """

    name: str
    label: str
    protected: bool
    colour: str = ""
    service: str = ""
    base_url: str = ""
