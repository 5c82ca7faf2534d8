"""Numbers with labels: what a /metrics page, a Prometheus server and an alert say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

Labels = tuple[tuple[str, str], ...]
"""Label names and values, sorted by name."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One number of a page: its whole name, labels, and the type of its family (counter, gauge, histogram ...)."""

    name: str
    labels: Labels
    value: float
    type: str = "unknown"

    def label(self, name: str) -> str:
        """The value of a label, "" when it has none of that name."""
        return next((value for known, value in self.labels if known == name), "")


@dataclass(frozen=True, slots=True)
class Scrape:
    """A page at one moment: seconds on a clock that never goes back, and the samples that some check wants."""

    at: float
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class MetricWindow:
    """The last readings of one page, oldest first; never empty."""

    scrapes: tuple[Scrape, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """One result of a PromQL query."""

    labels: Labels
    value: float


@dataclass(frozen=True, slots=True)
class QueryResult:
    """What a PromQL query found.

    Attributes:
        series: a scalar is one series without labels.
        warnings: what the server added, joined; "" when nothing.
    """

    series: tuple[Series, ...]
    warnings: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert of Prometheus or Alertmanager.

    Attributes:
        name: its alertname.
        labels: all labels but the name.
        summary: its annotation summary, else description, else message.
        since: UTC time since which it is active.
        state: pending, firing, silenced or inhibited.
        silenced_by: ids of what silences or inhibits it, joined.
    """

    name: str
    labels: Labels
    summary: str
    since: datetime | None
    state: str
    silenced_by: str = ""

    def label(self, name: str) -> str:
        """The value of a label, "" when it has none of that name."""
        return next((value for known, value in self.labels if known == name), "")


@dataclass(frozen=True, slots=True)
class AlertsSnapshot:
    """All active alerts of one server, and how many rules it has (None when it does not tell)."""

    alerts: tuple[Alert, ...]
    rules: int | None = None
