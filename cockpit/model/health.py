"""Checks and their verdicts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


class Verdict(StrEnum):
    """What a check says about its reading; ordered from good to bad by `severity`."""

    OK = "ok"
    WARN = "warn"
    CRIT = "crit"
    UNKNOWN = "unknown"

    @property
    def severity(self) -> int:
        """0 ok, 1 warn, 2 unknown, 3 crit: the order in which a person wants to see them."""
        return {Verdict.OK: 0, Verdict.WARN: 1, Verdict.UNKNOWN: 2, Verdict.CRIT: 3}[self]

    @property
    def exit_code(self) -> int:
        """0 ok, 1 warn, 2 crit, 3 unknown: the convention of the monitoring plugins."""
        return {Verdict.OK: 0, Verdict.WARN: 1, Verdict.CRIT: 2, Verdict.UNKNOWN: 3}[self]


@dataclass(frozen=True, slots=True)
class HttpSample:
    """One HTTP exchange.

    Attributes:
        method: request method in capitals.
        url: the whole URL, with any password masked.
        status: response status code.
        latency: seconds from the request to the whole body.
        headers: response headers, names in lower case, cleaned.
        text: the body as cleaned text, cut at a cap.
        body: the body as JSON when it is JSON, else None.
    """

    method: str
    url: str
    status: int
    latency: float
    headers: tuple[tuple[str, str], ...] = ()
    text: str = ""
    body: Json = None


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value that a check asked for: a SQL scalar or what a Redis key says; None when there is none."""

    value: Json


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one check says now.

    Attributes:
        name: dotted name; the part before the first dot is its group.
        verdict: the verdict in force (after `for` has run out).
        value: the measured value as a short text for the table.
        message: one clause that says why, empty when ok.
        taken_at: UTC time of the reading behind it, None when there is none.
        since: UTC time since which this verdict holds.
        pending: a worse verdict that holds but has not lasted for its `for` time yet.
        latency: seconds that the reading took.
        history: recent measured numbers, oldest first, for a strip.
        changes: verdict changes within the history window, to show flapping.
    """

    name: str
    verdict: Verdict
    value: str
    message: str = ""
    taken_at: datetime | None = None
    since: datetime | None = None
    pending: Verdict | None = None
    latency: float | None = None
    history: tuple[float, ...] = ()
    changes: int = 0

    @property
    def group(self) -> str:
        """The part of the name before the first dot."""
        return self.name.partition(".")[0]


@dataclass(frozen=True, slots=True)
class HealthSnapshot:
    """All checks of an environment at one moment."""

    results: tuple[CheckResult, ...] = field(default=())

    @property
    def worst(self) -> Verdict:
        """The worst verdict among the results; unknown when there are none."""
        return max((r.verdict for r in self.results), key=lambda v: v.severity, default=Verdict.UNKNOWN)

    def named(self, name: str) -> CheckResult | None:
        """The result of the check of that name, or None."""
        return next((r for r in self.results if r.name == name), None)
