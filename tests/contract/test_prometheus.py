from __future__ import annotations

import contextlib
import json
import math
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from aiohttp import web

from cockpit.adapters.alertmanager import AlertmanagerAlerts
from cockpit.adapters.http import HttpClient
from cockpit.adapters.prometheus import PrometheusAlerts, PromqlQuery
from cockpit.adapters.prometheus_steps import PrometheusReader
from cockpit.model.errors import SourceGarbled, SourceRefused, SourceUnreachable
from cockpit.model.metrics import AlertsSnapshot, QueryResult
from cockpit.model.operations import MetricQuery, ShellCommand
from cockpit.model.readings import SourceId, SourceKind
from cockpit.sandbox.process import free_ports
from tests.support.awaiting import until_answered
from tests.support.prometheus import running_alertmanager, running_prometheus

pytestmark = pytest.mark.anyio

PROM = SourceId(SourceKind.PROMETHEUS, "prom")
AM = SourceId(SourceKind.ALERTMANAGER, "main")
RULES = """
groups:
  - name: shop
    rules:
      - record: shop:one
        expr: vector(1)
      - alert: DatabaseDown
        expr: vector(1) > 0
        labels: {severity: critical, db: main}
        annotations: {summary: "the database is down"}
      - alert: Slow
        expr: vector(1) > 0
        for: 1h
        labels: {severity: warning}
      - alert: Fine
        expr: vector(1) > 2
"""


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    [nobody] = free_ports(1)
    with running_prometheus(tmp_path_factory.mktemp("p") / "prom", rules=RULES, target=f"127.0.0.1:{nobody}") as url:
        yield url


@contextlib.asynccontextmanager
async def client_of(url: str) -> AsyncIterator[HttpClient]:
    client = HttpClient("prom", base_url=url)
    try:
        yield client
    finally:
        await client.close()


async def query(url: str, promql: str) -> QueryResult:
    async with client_of(url) as client:
        return await PromqlQuery(PROM, client, promql, 5.0).fetch()


async def test_a_scalar_and_a_vector(prometheus: str) -> None:
    assert [(s.labels, s.value) for s in (await query(prometheus, "scalar(vector(7))")).series] == [((), 7.0)]
    found = await query(prometheus, 'label_replace(vector(3), "db", "ma in", "", "")')
    assert [(s.labels, s.value) for s in found.series] == [((("db", "ma in"),), 3.0)]
    assert (await query(prometheus, "vector(1) > 2")).series == ()
    assert math.isinf((await query(prometheus, "vector(1) / 0")).series[0].value)


async def test_a_step_asks_and_gets_a_row_for_each_series(prometheus: str) -> None:
    async with client_of(prometheus) as client:
        reader = PrometheusReader(PROM, client)
        one = await reader.read(MetricQuery('label_replace(vector(3), "db", "main", "", "")'), 5.0)
        assert (one.columns, one.rows, one.value, one.notice) == (("db", "value"), (("main", "3"),), 3.0, "1 series")
        assert one.records == ({"db": "main", "value": 3.0},)
        two = await reader.read(MetricQuery('label_replace(vector(1), "a", "x", "", "") or vector(2.5)'), 5.0)
        assert (two.columns, two.rows, two.value) == (("a", "value"), (("x", "1"), (None, "2.5")), None)
        assert (await reader.read(MetricQuery("vector(1) > 2"), 5.0)).rows == ()
        with pytest.raises(SourceRefused, match=r"Prometheus refuses: .*parse error"):
            await reader.read(MetricQuery("sum("), 5.0)
        with pytest.raises(SourceRefused, match="PromQL only"):
            await reader.read(ShellCommand("true"), 5.0)


async def test_the_targets_that_it_scrapes(prometheus: str) -> None:
    async def down() -> bool:
        return [series.value for series in (await query(prometheus, "up")).series] == [0.0]

    await until_answered(down)


async def test_what_is_wrong_with_a_query_is_said_in_its_own_words(prometheus: str) -> None:
    with pytest.raises(SourceRefused, match="parse error"):
        await query(prometheus, "sum(")
    with pytest.raises(SourceGarbled, match="answers a matrix"):
        await query(prometheus, "vector(1)[5m:1m]")


async def test_the_alerts_of_its_rules(prometheus: str) -> None:
    async with client_of(prometheus) as client:
        source = PrometheusAlerts(PROM, client, 5.0)

        async def read() -> AlertsSnapshot | None:
            found = await source.fetch()
            return found if len(found.alerts) == 2 else None

        found = await until_answered(read)
        await source.close()
    assert found.rules == 3
    states = {alert.name: alert.state for alert in found.alerts}
    assert states == {"DatabaseDown": "firing", "Slow": "pending"}
    down = found.alerts[0]
    assert (down.labels, down.summary) == ((("db", "main"), ("severity", "critical")), "the database is down")
    assert down.since is not None
    assert abs((datetime.now(UTC) - down.since).total_seconds()) < 120


async def post(url: str, path: str, body: object) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as sender:
        return await sender.post(f"{url}{path}", json=body)


async def test_an_alertmanager_tells_what_fires_is_silenced_and_inhibited(tmp_path: Path) -> None:
    begun = datetime.now(UTC)
    with running_alertmanager(tmp_path / "am") as url:
        alerts = [
            {
                "labels": {"alertname": name, "severity": "page"},
                "annotations": {"description": f"{name}!"},
                "startsAt": begun.isoformat(),
            }
            for name in ("Loud", "Quiet", "Hushed")
        ]
        assert (await post(url, "/api/v2/alerts", alerts)).status_code == 200
        silence = {
            "matchers": [{"name": "alertname", "value": "Hushed", "isRegex": False, "isEqual": True}],
            "startsAt": begun.isoformat(),
            "endsAt": (begun + timedelta(hours=1)).isoformat(),
            "createdBy": "ada",
            "comment": "known",
        }
        silenced = (await post(url, "/api/v2/silences", silence)).json()["silenceID"]
        async with client_of(url) as client:
            source = AlertmanagerAlerts(AM, client, 5.0)

            async def settled() -> AlertsSnapshot | None:
                found = await source.fetch()
                return found if sorted(a.state for a in found.alerts) == ["firing", "inhibited", "silenced"] else None

            found = await until_answered(settled)
            await source.close()
    told = {alert.name: alert for alert in found.alerts}
    assert {name: alert.state for name, alert in told.items()} == {
        "Loud": "firing",
        "Quiet": "inhibited",
        "Hushed": "silenced",
    }
    assert told["Hushed"].silenced_by == silenced
    assert told["Loud"].summary == "Loud!"
    assert told["Loud"].since is not None
    assert abs((told["Loud"].since - begun).total_seconds()) < 1


@contextlib.asynccontextmanager
async def answering(text: str, status: int = 200) -> AsyncIterator[str]:
    """A FAKE server that gives the same answer to everything."""

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(text=text, status=status, content_type="application/json")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    [port] = free_ports(1)
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("text", ["", "null", "[]", '{"status":"success"}', '{"status":"success","data":[]}', "<html>"])
async def test_what_is_no_prometheus_is_said(text: str) -> None:
    async with answering(text) as url, client_of(url) as client:
        with pytest.raises(SourceGarbled, match="not as Prometheus does; check the url"):
            await PromqlQuery(PROM, client, "up", 5.0).fetch()
        if text != "[]":
            with pytest.raises(SourceGarbled, match="not as Alertmanager does; check the url"):
                await AlertmanagerAlerts(AM, client, 5.0).fetch()


async def test_a_value_that_is_no_number_is_said() -> None:
    data = {"status": "success", "data": {"resultType": "vector", "result": [{"metric": {}, "value": [1, "x"]}]}}
    async with answering(json.dumps(data)) as url, client_of(url) as client:
        with pytest.raises(SourceGarbled, match="no number"):
            await PromqlQuery(PROM, client, "up", 5.0).fetch()


async def test_odd_alerts_do_no_harm() -> None:
    odd = [1, {"labels": 5}, {"labels": {"alertname": "A\x1b[31m"}, "status": "x", "startsAt": "soon"}]
    async with answering(json.dumps(odd)) as url, client_of(url) as client:
        found = await AlertmanagerAlerts(AM, client, 5.0).fetch()
    assert [(alert.name, alert.since) for alert in found.alerts] == [("without a name", None), ("A", None)]


async def test_nobody_there() -> None:
    [port] = free_ports(1)
    async with client_of(f"http://127.0.0.1:{port}") as client:
        with pytest.raises(SourceUnreachable, match="nothing listens"):
            await PrometheusAlerts(PROM, client, 2.0).fetch()
