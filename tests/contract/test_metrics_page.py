from __future__ import annotations

import contextlib
import math
from collections.abc import AsyncIterator, Iterator

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from cockpit.adapters.http import HttpClient
from cockpit.adapters.metrics_page import SCRAPES_CAP, MetricsPage, read_page
from cockpit.adapters.pool import BlockingPool
from cockpit.engine.selectors import Selector
from cockpit.engine.subjects.numbers import metric
from cockpit.model.errors import SourceGarbled, SourceRefused
from cockpit.model.metrics import Scrape
from cockpit.model.operations import HttpRequest
from cockpit.model.readings import SourceId, SourceKind
from cockpit.sandbox.process import free_ports

pytestmark = pytest.mark.anyio

HERE = SourceId(SourceKind.HTTP, "api/metrics /metrics")


class Page:
    """What prometheus_client writes of real metrics, served."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter("http_requests", "Requests.", ["code"], registry=self.registry)
        self.depth = Gauge("queue_depth", "Depth.", ["queue"], registry=self.registry)
        self.took = Histogram("took_seconds", "Time.", buckets=(0.1, 0.5, 1.0), registry=self.registry)
        self.status = 200
        self.text: bytes | None = None

    async def answer(self, _request: web.Request) -> web.Response:
        body = generate_latest(self.registry) if self.text is None else self.text
        return web.Response(body=body, status=self.status, content_type="text/plain", charset="utf-8")


@pytest.fixture
def page() -> Page:
    return Page()


@pytest.fixture
def pool() -> Iterator[BlockingPool]:
    made = BlockingPool("metrics", 1)
    yield made
    made.close()


@contextlib.asynccontextmanager
async def reading(page: Page, pool: BlockingPool, *names: str, over: float = 60.0) -> AsyncIterator[MetricsPage]:
    app = web.Application()
    app.router.add_get("/metrics", page.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    [port] = free_ports(1)
    await web.TCPSite(runner, "127.0.0.1", port).start()
    client = HttpClient(base_url=f"http://127.0.0.1:{port}")
    wanted = [Selector(name) for name in names]
    try:
        yield MetricsPage(HERE, client, HttpRequest("GET", "/metrics"), wanted, over, pool, 10.0)
    finally:
        await client.close()
        await runner.cleanup()


async def test_counters_histograms_and_gauges_of_a_real_library(page: Page, pool: BlockingPool) -> None:
    page.requests.labels("200").inc(1000)
    page.depth.labels("mail").set(7)
    async with reading(page, pool, "http_requests_total", "queue_depth", "took_seconds", over=0.001) as source:
        await source.fetch()
        page.requests.labels("200").inc(60)
        page.requests.labels("500").inc(40)
        for seconds in (0.05,) * 90 + (0.75,) * 10:
            page.took.observe(seconds)
        window = await source.fetch()
    assert len(window.scrapes) == 2
    errors = metric('http_requests_total{code="500"}', 60.0, window)
    assert (errors.names["increase"], errors.names["percent"], errors.names["total"]) == (40.0, 40.0, 40.0)
    took = metric("took_seconds", 60.0, window)
    assert took.names["count"] == 100.0
    assert took.names["p95"] == pytest.approx(0.75)
    assert took.names["mean"] == pytest.approx((90 * 0.05 + 10 * 0.75) / 100)
    depth = metric('queue_depth{queue="mail"}', 60.0, window)
    assert (depth.names["value"], depth.value) == (7.0, "7")


async def test_only_what_is_wanted_is_kept(page: Page, pool: BlockingPool) -> None:
    page.requests.labels("200").inc()
    async with reading(page, pool, "queue_depth") as source:
        window = await source.fetch()
    assert window.scrapes[-1].samples == ()


async def test_a_page_that_is_none(page: Page, pool: BlockingPool) -> None:
    async with reading(page, pool, "x") as source:
        page.text = b"<html>not found</html>"
        with pytest.raises(SourceGarbled, match="not in the text format of Prometheus"):
            await source.fetch()
        page.status = 404
        with pytest.raises(SourceRefused, match="answered 404; check the path"):
            await source.fetch()


async def test_a_page_of_several_megabytes_is_read_whole(page: Page, pool: BlockingPool) -> None:
    lines = [f'other{{number="{number}"}} 1' for number in range(60_000)]
    page.text = "\n".join([*lines, "last 5"]).encode() + b"\n"
    assert len(page.text) > 1_000_000
    async with reading(page, pool, "last") as source:
        window = await source.fetch()
    assert [sample.value for sample in window.scrapes[-1].samples] == [5.0]


async def test_a_window_stays_small_and_whole(pool: BlockingPool, page: Page) -> None:
    async with reading(page, pool, "x", over=60.0) as source:
        for second in range(1000):
            source._keep(Scrape(second * 0.1, ()))
        assert len(source._scrapes) <= SCRAPES_CAP + 2
        assert source._scrapes[-1].at == pytest.approx(99.9)
        assert 39.0 <= source._scrapes[0].at <= 39.9


def test_too_many_series_are_refused() -> None:
    text = "\n".join(f'many{{number="{number}"}} 1' for number in range(20_001)) + "\n"
    with pytest.raises(ValueError, match="more than 20,000 series"):
        read_page(text, [Selector("many")])


@given(st.dictionaries(st.text(max_size=20), st.floats(allow_nan=False), max_size=10))
def test_what_the_library_writes_is_read_back(values: dict[str, float]) -> None:
    registry = CollectorRegistry()
    gauge = Gauge("g", "G.", ["name"], registry=registry)
    for name, value in values.items():
        gauge.labels(name).set(value)
    found = read_page(generate_latest(registry).decode(), [Selector("g")])
    assert sorted(sample.value for sample in found) == sorted(values.values())
    assert all(sample.type == "gauge" and not math.isnan(sample.value) for sample in found)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read_page(text, [Selector("x")])
    except ValueError:
        return
