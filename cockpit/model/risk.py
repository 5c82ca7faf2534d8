"""What a command could do, and why that is thought."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Risk(StrEnum):
    """What an operation may do to the world; unknown is never read."""

    READ = "read"
    UNKNOWN = "unknown"
    CHANGE = "change"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """0 read, 1 unknown, 2 change, 3 high: compound commands take the highest."""
        return {Risk.READ: 0, Risk.UNKNOWN: 1, Risk.CHANGE: 2, Risk.HIGH: 3}[self]


@dataclass(frozen=True, slots=True)
class RiskVerdict:
    """A risk and one clause that says why."""

    risk: Risk
    reason: str
