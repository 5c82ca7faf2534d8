"""A /metrics page in the text format of Prometheus, read again and again."""

from __future__ import annotations

import time
from collections.abc import Collection

from prometheus_client.parser import text_string_to_metric_families

from cockpit.adapters.http import HttpClient
from cockpit.adapters.plain_source import PlainSource
from cockpit.adapters.pool import BlockingPool
from cockpit.engine.selectors import Selector
from cockpit.model.errors import SourceGarbled, SourceRefused, SourceUnreachable
from cockpit.model.metrics import MetricWindow, Sample, Scrape
from cockpit.model.operations import HttpRequest
from cockpit.model.readings import SourceId
from cockpit.model.text import clean

PAGE_CAP = 16_000_000
"""Bytes of a page that are read."""
SAMPLES_CAP = 20_000
"""Samples of one page that are kept."""
SCRAPES_CAP = 120
"""Readings that a window is made of; of a longer one every so-manieth is kept."""


class MetricsPage(PlainSource):
    """Fulfils `Source[MetricWindow]`; checks on one page share it.

    Args:
        source: the id under which its readings are known.
        client: sends the request; shared, so it is not closed here.
        request: what to send.
        wanted: which metrics some check wants; the others are dropped at once.
        over: seconds of the longest window that some check wants.
        pool: threads for parsing; shared between pages.
        deadline: seconds for one look.
    """

    def __init__(
        self,
        source: SourceId,
        client: HttpClient,
        request: HttpRequest,
        wanted: Collection[Selector],
        over: float,
        pool: BlockingPool,
        deadline: float,
    ) -> None:
        super().__init__(source)
        self._client = client
        self._request = request
        self._wanted = tuple(wanted)
        self._over = over
        self._pool = pool
        self._deadline = deadline
        self._scrapes: list[Scrape] = []

    async def fetch(self) -> MetricWindow:
        """Read the page once; the window ends with it.

        Raises:
            SourceRefused: when it answers with another status than 200.
            SourceGarbled: when the page is not in the text format, or too large.
            SourceError: when there was no answer.
        """
        sample = await self._client.sample(self._request, self._deadline, cap=PAGE_CAP)
        at = time.monotonic()
        if sample.status != 200:
            raise SourceRefused(f"{sample.url} answered {sample.status}", "check the path of its metrics")
        if len(sample.text) >= PAGE_CAP:
            raise SourceGarbled(f"{sample.url} has more than {PAGE_CAP:,} bytes", "ask a Prometheus server instead")
        try:
            samples = await self._pool.run(lambda: read_page(sample.text, self._wanted), self._deadline)
        except TimeoutError as error:
            raise SourceUnreachable(f"{sample.url} could not be understood within {self._deadline:g} s") from error
        except ValueError as error:
            reason = clean(str(error), 200)
            raise SourceGarbled(f"{sample.url} is not in the text format of Prometheus: {reason}") from error
        self._keep(Scrape(at, samples))
        return MetricWindow(tuple(self._scrapes))

    def _keep(self, scrape: Scrape) -> None:
        """Add one; drop what no window reaches, but for one, and what lies too close together."""
        spacing = self._over / SCRAPES_CAP
        if len(self._scrapes) > 1 and self._scrapes[-1].at - self._scrapes[-2].at < spacing:
            self._scrapes.pop()
        self._scrapes.append(scrape)
        start = scrape.at - self._over
        older = sum(1 for known in self._scrapes if known.at <= start)
        del self._scrapes[: max(0, older - 1)]


def read_page(text: str, wanted: Collection[Selector]) -> tuple[Sample, ...]:
    """The samples of a page that some selector names.

    Raises:
        ValueError: when it is not in the text format.
    """
    found: list[Sample] = []
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            name = str(sample.name)
            if not any(selector.named(name) for selector in wanted):
                continue
            if len(found) >= SAMPLES_CAP:
                raise ValueError(f"more than {SAMPLES_CAP:,} series are wanted of it")
            labels = tuple(sorted((clean(str(label)), clean(str(value))) for label, value in sample.labels.items()))
            found.append(Sample(clean(name), labels, float(sample.value), str(family.type)))
    return tuple(found)
