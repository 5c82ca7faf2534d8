"""Checks on a /metrics page and on PromQL."""

from __future__ import annotations

import math

from cockpit.engine.selectors import Selector, parse_selector
from cockpit.engine.series import Key, bucket_quantile, buckets, duration, increases
from cockpit.engine.subjects.findings import Findings
from cockpit.model.answers import Fact
from cockpit.model.health import Verdict
from cockpit.model.metrics import Labels, MetricWindow, QueryResult, Sample, Scrape
from cockpit.model.wording import count, short_duration

SERIES_CAP = 200
"""Series of one check that are judged each by itself."""
_QUANTILES = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99}


def metric(text: str, over: float, window: MetricWindow) -> Findings:
    """A counter as a rate, a histogram as quantiles, anything else as its value.

    Args:
        text: the selector.
        over: seconds of the window wanted.
        window: the readings of the page.
    """
    selector = parse_selector(text)
    scrapes = _recent(window.scrapes, over)
    named = [sample for sample in scrapes[-1].samples if selector.named(sample.name)]
    if not named:
        return Findings(value="?", message=f"the page has no metric {selector.name}", trouble=Verdict.UNKNOWN)
    kind = _kind(named, selector.name)
    if kind in ("counter", "histogram") and len(scrapes) < 2:
        return Findings(value="…", message="a rate needs a second reading", trouble=Verdict.UNKNOWN)
    if kind == "counter":
        return _counter(selector, scrapes)
    if kind == "histogram":
        return _histogram(selector, scrapes)
    return _gauge(selector, [sample for sample in named if selector.fits(sample)])


def promql(result: QueryResult) -> Findings:
    """`value` of each series by itself, and over all of them `series`, `highest`, `lowest`, `sum`."""
    if not result.series:
        names: dict[str, Fact] = {"series": 0, "sum": 0.0}
        return Findings(names, "none", "the query finds no series", quiet="the query finds no series")
    return _each([(series.labels, series.value) for series in result.series])


def _recent(scrapes: tuple[Scrape, ...], over: float) -> tuple[Scrape, ...]:
    """Those of the window, and the one before it, so that it is whole."""
    start = scrapes[-1].at - over
    older = sum(1 for scrape in scrapes if scrape.at <= start)
    return scrapes[max(0, older - 1) :]


def _kind(named: list[Sample], name: str) -> str:
    types = {sample.type for sample in named}
    if "histogram" in types or any(sample.name == f"{name}_bucket" for sample in named):
        return "histogram"
    return "counter" if "counter" in types or (types == {"unknown"} and name.endswith("_total")) else "gauge"


def _counter(selector: Selector, scrapes: tuple[Scrape, ...]) -> Findings:
    """`rate` a second, `increase`, `percent` of the whole metric, `total` now, `series`."""
    seconds = duration(scrapes)
    grown = increases(scrapes, lambda sample: sample.name == selector.name and selector.fits(sample))
    all_grown = increases(scrapes, lambda sample: sample.name == selector.name)
    increase, everything = sum(grown.values()), sum(all_grown.values())
    rate = increase / seconds if seconds > 0 else 0.0
    current = [s.value for s in scrapes[-1].samples if s.name == selector.name and selector.fits(s)]
    names: dict[str, Fact] = {
        "rate": rate,
        "value": rate,
        "increase": increase,
        "percent": 100.0 * increase / everything if everything else 0.0,
        "total": sum(current),
        "series": len(current),
    }
    message = f"{_short(increase)} in {short_duration(seconds)}, {_short(rate)} a second"
    facts = tuple((_labels_text(key[1]), f"{_short(growth)}") for key, growth in _largest(grown))
    return Findings(names, f"{_short(rate)}/s", message, rate, facts=facts)


def _histogram(selector: Selector, scrapes: tuple[Scrape, ...]) -> Findings:
    """`p50`, `p90`, `p95`, `p99`, `mean` of what was observed in the window, its `count` and `rate`."""
    seconds = duration(scrapes)
    name = selector.name
    parts = (f"{name}_bucket", f"{name}_count", f"{name}_sum")
    grown = increases(scrapes, lambda sample: sample.name in parts and selector.fits(sample))
    observed = sum(growth for (known, _), growth in grown.items() if known == f"{name}_count")
    total = sum(growth for (known, _), growth in grown.items() if known == f"{name}_sum")
    bounds = buckets({key: growth for key, growth in grown.items() if key[0] == f"{name}_bucket"})
    names: dict[str, Fact] = {"count": observed, "rate": observed / seconds if seconds > 0 else 0.0}
    quantiles = {label: bucket_quantile(share, bounds) for label, share in _QUANTILES.items()}
    names |= {label: value for label, value in quantiles.items() if value is not None}
    p95 = quantiles["p95"]
    if p95 is None or not observed:
        nothing = f"nothing was observed in {short_duration(seconds)}"
        return Findings(names, "quiet", nothing, quiet=nothing)
    names |= {"mean": total / observed, "value": p95}
    say = short_duration if name.endswith("_seconds") else _short
    shown = ", ".join(f"{label} {say(value)}" for label, value in quantiles.items() if value is not None)
    message = f"p95 {say(p95)} of {_short(observed)} in {short_duration(seconds)}"
    return Findings(names, say(p95), message, p95, facts=(("quantiles", shown),))


def _gauge(selector: Selector, samples: list[Sample]) -> Findings:
    if not samples:
        text = f"no series of {selector.name} has these labels"
        return Findings({"series": 0}, "none", text, quiet=text)
    return _each([(sample.labels, sample.value) for sample in samples])


def _each(series: list[tuple[Labels, float]]) -> Findings:
    """Each series as findings of its own; what is said without a condition is about the highest."""
    values = [value for _, value in series if not math.isnan(value)]
    if not values:
        return Findings(value="NaN", message="it is not a number", quiet="it is not a number")
    shared: dict[str, Fact] = {
        "series": len(series),
        "highest": max(values),
        "lowest": min(values),
        "sum": math.fsum(values) if all(map(math.isfinite, values)) else max(values, key=abs),
    }
    ordered = sorted((pair for pair in series if not math.isnan(pair[1])), key=lambda pair: -pair[1])
    facts = tuple((_labels_text(labels), _short(value)) for labels, value in ordered[:10])
    ones = tuple(
        Findings(
            {**shared, "value": value, "labels": dict(labels)},
            _short(value),
            f"{_labels_text(labels)} is {_short(value)}" if labels else f"it is {_short(value)}",
            value,
            facts=facts,
        )
        for labels, value in ordered[:SERIES_CAP]
    )
    if len(ones) == 1:
        return ones[0]
    highest = ones[0]
    message = f"{count(len(series), 'series', 'series')}, highest: {highest.message}"
    return Findings(highest.names, highest.value, message, highest.number, each=ones, facts=facts)


def _largest(grown: dict[Key, float]) -> list[tuple[Key, float]]:
    return sorted(grown.items(), key=lambda pair: -pair[1])[:10]


def _labels_text(labels: Labels) -> str:
    return ", ".join(f"{name}={value}" for name, value in labels) or "it"


def _short(number: float) -> str:
    """At most four figures, and no needless ones."""
    if not math.isfinite(number):
        return "NaN" if math.isnan(number) else "∞" if number > 0 else "-∞"
    if number == int(number) and abs(number) < 1e6:
        return str(int(number))
    return f"{number:.3g}" if abs(number) < 1000 else f"{number:,.0f}"
