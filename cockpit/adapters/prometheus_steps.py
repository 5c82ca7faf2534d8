"""PromQL on behalf of runbook steps."""

from __future__ import annotations

from cockpit.adapters.http import HttpClient
from cockpit.adapters.prometheus import SERIES_CAP, PromqlQuery
from cockpit.model.answers import Answer, Fact
from cockpit.model.errors import SourceRefused
from cockpit.model.metrics import QueryResult, Series
from cockpit.model.operations import MetricQuery, Operation
from cockpit.model.readings import SourceId
from cockpit.model.wording import count


class PrometheusReader:
    """Fulfils `Reader` for PromQL: instant queries, which only read.

    Args:
        source: the id under which steps know the server.
        client: the Prometheus server; shared, so it is not closed here.
    """

    def __init__(self, source: SourceId, client: HttpClient) -> None:
        self._id = source
        self._client = client

    @property
    def id(self) -> SourceId:
        """The source it reads from."""
        return self._id

    async def read(self, operation: Operation, timeout: float) -> Answer:  # noqa: ASYNC109  the port's own word
        """Ask once: a row for each series, its labels as columns.

        Raises:
            SourceRefused: when the operation is no query, or the server refuses it, in its own words.
            SourceError: when there was no answer, or one that is no numbers.
        """
        if not isinstance(operation, MetricQuery):
            raise SourceRefused(f"{self._id} answers PromQL only")
        return _answer(await PromqlQuery(self._id, self._client, operation.text, timeout).fetch())


def _answer(found: QueryResult) -> Answer:
    labels = tuple(dict.fromkeys(name for series in found.series for name, _ in series.labels))
    full = len(found.series) >= SERIES_CAP
    return Answer(
        columns=(*labels, "value"),
        rows=tuple(_row(series, labels) for series in found.series),
        value=found.series[0].value if len(found.series) == 1 else None,
        records=tuple(_record(series) for series in found.series),
        notice=f"the first {SERIES_CAP:,} series" if full else count(len(found.series), "series", "series"),
    )


def _row(series: Series, labels: tuple[str, ...]) -> tuple[str | None, ...]:
    known = dict(series.labels)
    return (*(known.get(name) for name in labels), f"{series.value:.12g}")


def _record(series: Series) -> dict[str, Fact]:
    return {**dict(series.labels), "value": series.value}
