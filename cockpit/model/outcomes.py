"""What became of an action."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cockpit.model.answers import Answer
from cockpit.model.operations import Operation


class OutcomeKind(StrEnum):
    """How an execution ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """The deadline passed, or the line broke, after the request had left."""


@dataclass(frozen=True, slots=True)
class TargetResult:
    """What became of one target."""

    target: str
    kind: OutcomeKind
    detail: str = ""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What a change calls for next, offered with a question of its own on the same road.

    Attributes:
        operation: what it would do.
        command: the text that a person reads.
        reason: why, in one clause.
    """

    operation: Operation
    command: str
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one execution.

    Attributes:
        kind: succeeded, failed, refused or unknown.
        reason: one sentence; for a success what was done.
        results: one a target, when there are several.
        answer: what came back, None when nothing did.
        duration: seconds.
        follow_up: what to offer next, None when there is nothing.
    """

    kind: OutcomeKind
    reason: str
    results: tuple[TargetResult, ...] = ()
    answer: Answer | None = None
    duration: float = 0.0
    follow_up: FollowUp | None = None
