"""A Prometheus server: instant queries, and the alerts of its rules."""

from __future__ import annotations

from urllib.parse import urlencode

from cockpit.adapters.alerts import alert_of, objects, text_of
from cockpit.adapters.http import HttpClient
from cockpit.adapters.http_body import BODY_CAP
from cockpit.adapters.plain_source import PlainSource
from cockpit.model.errors import SourceGarbled, SourceRefused
from cockpit.model.health import Json
from cockpit.model.metrics import Alert, AlertsSnapshot, QueryResult, Series
from cockpit.model.operations import HttpRequest
from cockpit.model.readings import SourceId

SERIES_CAP = 1_000
"""Series of one answer that are kept."""


class PromqlQuery(PlainSource):
    """Fulfils `Source[QueryResult]`: one instant query.

    Args:
        source: the id under which its readings are known.
        client: the Prometheus server; shared, so it is not closed here.
        query: the PromQL.
        deadline: seconds for one look; the server is told to give up as well.
    """

    def __init__(self, source: SourceId, client: HttpClient, query: str, deadline: float) -> None:
        super().__init__(source)
        self._client = client
        self._query = query
        self._deadline = deadline

    async def fetch(self) -> QueryResult:
        """Ask once.

        Raises:
            SourceRefused: when the server refuses the query.
            SourceGarbled: when the answer is none of Prometheus, or a range of values.
            SourceError: when there was no answer.
        """
        words = urlencode({"query": self._query, "timeout": f"{self._deadline:g}s"})
        data = await ask(self._client, f"/api/v1/query?{words}", self._deadline)
        kind, result = data.get("resultType"), data.get("result")
        if kind == "scalar" and isinstance(result, list):
            return QueryResult((Series((), _number(result)),))
        if kind == "vector" and isinstance(result, list):
            return QueryResult(tuple(_series(item) for item in objects(result)[:SERIES_CAP]))
        raise SourceGarbled(f"the query answers a {kind}, not numbers", "ask for an instant vector or a scalar")


class PrometheusAlerts(PlainSource):
    """Fulfils `Source[AlertsSnapshot]`: what the server's alerting rules say.

    Args:
        source: the id under which its readings are known.
        client: the Prometheus server.
        deadline: seconds for one look.
    """

    def __init__(self, source: SourceId, client: HttpClient, deadline: float) -> None:
        super().__init__(source)
        self._client = client
        self._deadline = deadline

    async def fetch(self) -> AlertsSnapshot:
        """Read all alerting rules and their alerts.

        Raises:
            SourceError: when the server does not answer as Prometheus does.
        """
        data = await ask(self._client, "/api/v1/rules?type=alert", self._deadline)
        rules = [rule for group in objects(data.get("groups")) for rule in objects(group.get("rules"))]
        alerting = [rule for rule in rules if rule.get("type") == "alerting"]
        found = [_alert(alert) for rule in alerting for alert in objects(rule.get("alerts"))]
        return AlertsSnapshot(tuple(found), len(alerting))

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.close()


async def ask(client: HttpClient, path: str, deadline: float) -> dict[str, Json]:
    """The data of an answer of Prometheus's HTTP API.

    Raises:
        SourceRefused: when it answers with an error, in its own words.
        SourceGarbled: when it is no answer of Prometheus.
        SourceError: when there was none.
    """
    sample = await client.sample(HttpRequest("GET", path), deadline, cap=16 * BODY_CAP)
    body = sample.body if isinstance(sample.body, dict) else {}
    if body.get("status") == "error":
        raise SourceRefused(f"Prometheus refuses: {text_of(body.get('error'))}")
    data = body.get("data")
    if sample.status != 200 or not isinstance(data, dict):
        shown = sample.url.partition("?")[0]
        raise SourceGarbled(
            f"{shown} answered {sample.status} and not as Prometheus does", "check the url of [[prometheus]]"
        )
    return data


def _series(item: dict[str, Json]) -> Series:
    labels, value = item.get("metric"), item.get("value")
    pairs = sorted((name, text_of(value)) for name, value in labels.items()) if isinstance(labels, dict) else []
    return Series(tuple(pairs), _number(value if isinstance(value, list) else []))


def _number(pair: list[Json]) -> float:
    """The value of `[time, "value"]`."""
    try:
        return float(str(pair[1]))
    except (IndexError, ValueError) as error:
        raise SourceGarbled("Prometheus answered a value that is no number") from error


def _alert(item: dict[str, Json]) -> Alert:
    state = text_of(item.get("state"))
    return alert_of(item, text_of(item.get("activeAt")), "pending" if state == "pending" else "firing")
