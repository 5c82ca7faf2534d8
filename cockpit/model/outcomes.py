"""What became of an action."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cockpit.model.answers import Answer


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
class Outcome:
    """The end of one execution.

    Attributes:
        kind: succeeded, failed, refused or unknown.
        reason: one sentence; for a success what was done.
        results: one a target, when there are several.
        answer: what came back, None when nothing did.
        duration: seconds.
    """

    kind: OutcomeKind
    reason: str
    results: tuple[TargetResult, ...] = ()
    answer: Answer | None = None
    duration: float = 0.0
