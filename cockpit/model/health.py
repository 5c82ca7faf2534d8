"""Checks and their verdicts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from cockpit.model.probes import Certificate
from cockpit.model.readings import SourceId

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
class HttpTiming:
    """Where the time of one exchange went, in seconds; None for what did not happen.

    Attributes:
        dns: the name to an address; None for an address, or when a proxy resolves it.
        connect: the TCP connection.
        tls: the TLS handshake.
        first_byte: from sending the request to the response headers.
        body: from the headers to the end of the body.
    """

    dns: float | None = None
    connect: float | None = None
    tls: float | None = None
    first_byte: float | None = None
    body: float | None = None


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
        timing: where the time went.
        certificate: the server's, None without TLS.
        redirects: the URLs that led here, oldest first, masked.
        sent: request headers as they may be shown, secrets masked.
        sent_body: request body as it may be shown.
    """

    method: str
    url: str
    status: int
    latency: float
    headers: tuple[tuple[str, str], ...] = ()
    text: str = ""
    body: Json = None
    timing: HttpTiming = HttpTiming()
    certificate: Certificate | None = None
    redirects: tuple[str, ...] = ()
    sent: tuple[tuple[str, str], ...] = ()
    sent_body: str = ""


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value that a check asked for: a SQL scalar or what a Redis key says; None when there is none."""

    value: Json


FLAPPING = 4
"""Verdict changes within the flap window from which a check counts as flapping."""
MUTE_REMEMBERED = timedelta(minutes=10)
"""How long a row says that its mute has ended."""


@dataclass(frozen=True, slots=True)
class Mute:
    """A check that is muted: it is judged and shown, and neither rings nor counts.

    Attributes:
        reason: why.
        by: who muted it: user@host, or the system that silenced an alert.
        until: UTC time at which it ends, None when the cockpit does not know.
    """

    reason: str
    by: str = ""
    until: datetime | None = None

    def active(self, now: datetime) -> bool:
        """Whether it still holds."""
        return self.until is None or now < self.until


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
        before: the verdict before this one, None when there was none.
        mute: the mute in force, or one that ended lately; None when there is none.
        muted: whether that mute is in force.
        subject: what is looked at: http, sql, file, alert ...
        source: the source behind it, None for none.
        grouped: the group when the configuration names one, "" otherwise.
        facts: further facts for the detail, label and text.
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
    before: Verdict | None = None
    mute: Mute | None = None
    muted: bool = False
    subject: str = ""
    source: SourceId | None = None
    grouped: str = ""
    facts: tuple[tuple[str, str], ...] = ()

    @property
    def group(self) -> str:
        """The configured group, else the part of the name before the first dot."""
        return self.grouped or self.name.partition(".")[0]

    @property
    def flapping(self) -> bool:
        """Whether its verdict changes too often to be believed at a glance."""
        return self.changes >= FLAPPING


@dataclass(frozen=True, slots=True)
class HealthSnapshot:
    """All checks of an environment at one moment."""

    results: tuple[CheckResult, ...] = field(default=())

    @property
    def worst(self) -> Verdict:
        """The worst verdict among the results that are not muted; unknown when there are no results at all."""
        heard = [r.verdict for r in self.results if not r.muted]
        return max(heard, key=lambda v: v.severity, default=Verdict.OK if self.results else Verdict.UNKNOWN)

    def named(self, name: str) -> CheckResult | None:
        """The result of the check of that name, or None."""
        return next((r for r in self.results if r.name == name), None)
