"""Arithmetic on numbers over time: counters to rates, buckets to quantiles, a strip's percentiles. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from cockpit.model.metrics import Labels, Sample, Scrape

Key = tuple[str, Labels]
"""What tells one series from another: name and labels."""


def increases(scrapes: Sequence[Scrape], wanted: Callable[[Sample], bool]) -> dict[Key, float]:
    """By how much each counter grew from the first scrape to the last.

    A counter that fell was reset, and grew by what it shows now. One that was not there before began at zero.

    Args:
        scrapes: oldest first.
        wanted: which samples count.
    """
    grown: dict[Key, float] = {}
    before: dict[Key, float] = {}
    for number, scrape in enumerate(scrapes):
        for sample in scrape.samples:
            if not wanted(sample) or not math.isfinite(sample.value):
                continue
            key = (sample.name, sample.labels)
            if number == 0:
                grown[key] = 0.0
            else:
                known = before.get(key, 0.0)
                step = sample.value - known if sample.value >= known else sample.value
                grown[key] = grown.get(key, 0.0) + step
            before[key] = sample.value
    return grown


def duration(scrapes: Sequence[Scrape]) -> float:
    """Seconds from the first scrape to the last."""
    return scrapes[-1].at - scrapes[0].at if scrapes else 0.0


def buckets(grown: Mapping[Key, float]) -> dict[float, float]:
    """The growth of a histogram's cumulative buckets by their upper bound, all series added up."""
    total: dict[float, float] = {}
    for (_, labels), growth in grown.items():
        bound = _number(next((value for name, value in labels if name == "le"), ""))
        if bound is not None:
            total[bound] = total.get(bound, 0.0) + growth
    return total


def bucket_quantile(share: float, cumulative: Mapping[float, float]) -> float | None:
    """The quantile of a histogram, as Prometheus's histogram_quantile works it out.

    Within a bucket the observations are taken as spread evenly. What falls above the last finite bound is given
    as that bound.

    Args:
        share: 0 to 1.
        cumulative: observations at or below each upper bound, +Inf included.

    Returns:
        None when nothing was observed or a bound is missing.
    """
    bounds = sorted(cumulative)
    if len(bounds) < 2 or not math.isinf(bounds[-1]) or cumulative[bounds[-1]] <= 0:
        return None
    rank, reached = share * cumulative[bounds[-1]], 0.0
    lower = 0.0
    for bound in bounds[:-1]:
        upto = max(reached, cumulative[bound])
        if upto >= rank:
            if bound <= 0 or upto == reached:
                return bound
            return lower + (bound - lower) * (rank - reached) / (upto - reached)
        reached, lower = upto, bound
    return bounds[-2]


def percentile(numbers: Sequence[float], share: float) -> float | None:
    """The nearest number at or above a share of all (0 to 1); None for none."""
    if not numbers:
        return None
    return sorted(numbers)[max(0, math.ceil(share * len(numbers)) - 1)]


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
