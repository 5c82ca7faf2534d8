from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.engine.series import bucket_quantile, buckets, duration, increases, percentile
from cockpit.model.metrics import Labels, Sample, Scrape

GET: Labels = (("method", "GET"),)
POST: Labels = (("method", "POST"),)


def scrapes(*readings: dict[Labels, float], every: float = 10.0) -> list[Scrape]:
    return [
        Scrape(number * every, tuple(Sample("n_total", labels, value, "counter") for labels, value in reading.items()))
        for number, reading in enumerate(readings)
    ]


def grown(*readings: dict[Labels, float]) -> dict[Labels, float]:
    return {labels: growth for (_, labels), growth in increases(scrapes(*readings), lambda sample: True).items()}


def test_each_series_grows_by_itself() -> None:
    assert grown({GET: 5, POST: 1}, {GET: 9, POST: 1}) == {GET: 4.0, POST: 0.0}


def test_a_counter_that_fell_was_reset_and_grew_by_what_it_shows() -> None:
    assert grown({GET: 100}, {GET: 110}, {GET: 3}, {GET: 5}) == {GET: 15.0}


def test_a_series_that_appears_began_at_zero() -> None:
    assert grown({GET: 1}, {GET: 1, POST: 2}, {GET: 1, POST: 3}) == {GET: 0.0, POST: 3.0}


def test_what_is_no_number_does_not_count() -> None:
    assert grown({GET: 1}, {GET: math.nan}, {GET: 4}) == {GET: 3.0}


def test_only_what_is_wanted_counts() -> None:
    found = increases(scrapes({GET: 1, POST: 1}, {GET: 2, POST: 5}), lambda sample: sample.label("method") == "GET")
    assert list(found.values()) == [1.0]


def test_the_duration_is_from_first_to_last() -> None:
    assert duration(scrapes({}, {}, {})) == 20.0
    assert duration([]) == 0.0


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=30))
def test_a_counter_never_shrinks(values: list[int]) -> None:
    assert all(growth >= 0 for growth in grown(*({GET: float(value)} for value in values)).values())


@given(st.lists(st.integers(0, 50), min_size=1, max_size=30))
def test_a_counter_without_a_reset_grows_by_last_minus_first(steps: list[int]) -> None:
    totals = [float(sum(steps[: number + 1])) for number in range(len(steps))]
    assert grown(*({GET: total} for total in totals))[GET] == totals[-1] - totals[0]


BUCKETS = {0.1: 50.0, 0.5: 90.0, 1.0: 100.0, math.inf: 100.0}


@pytest.mark.parametrize(
    ("share", "wanted"),
    [(0.5, 0.1), (0.25, 0.05), (0.9, 0.5), (0.7, 0.3), (0.95, 0.75), (1.0, 1.0)],
)
def test_quantiles_lie_evenly_within_a_bucket(share: float, wanted: float) -> None:
    assert bucket_quantile(share, BUCKETS) == pytest.approx(wanted)


def test_what_lies_above_the_last_bound_is_given_as_that_bound() -> None:
    assert bucket_quantile(0.99, {0.1: 1.0, math.inf: 100.0}) == 0.1


@pytest.mark.parametrize("cumulative", [{}, {math.inf: 5.0}, {0.1: 1.0, 1.0: 2.0}, {0.1: 0.0, math.inf: 0.0}])
def test_no_quantile_without_observations_or_bounds(cumulative: dict[float, float]) -> None:
    assert bucket_quantile(0.5, cumulative) is None


@given(
    st.lists(st.integers(0, 100), min_size=3, max_size=3).filter(any),
    st.floats(0, 1),
)
def test_a_quantile_lies_between_the_bounds(counts: list[int], share: float) -> None:
    cumulative = {bound: float(sum(counts[: n + 1])) for n, bound in enumerate((0.1, 1.0, math.inf))}
    found = bucket_quantile(share, cumulative)
    assert found is not None
    assert 0 <= found <= 1.0


def test_buckets_of_several_series_are_added_up() -> None:
    grown = {
        ("d_bucket", (("le", "0.1"), ("path", "/a"))): 1.0,
        ("d_bucket", (("le", "0.1"), ("path", "/b"))): 2.0,
        ("d_bucket", (("le", "+Inf"), ("path", "/b"))): 4.0,
        ("d_bucket", (("path", "/b"),)): 9.0,
        ("d_bucket", (("le", "wide"),)): 9.0,
    }
    assert buckets(grown) == {0.1: 3.0, math.inf: 4.0}


def test_percentiles_are_numbers_that_were_there() -> None:
    assert percentile([], 0.5) is None
    assert percentile([3.0], 0.95) == 3.0
    assert percentile([4.0, 1.0, 3.0, 2.0], 0.5) == 2.0
    assert percentile([float(n) for n in range(1, 101)], 0.95) == 95.0
