from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.engine.selectors import parse_selector
from cockpit.model.errors import ConditionError
from cockpit.model.metrics import Sample

NOT_FOUND = Sample("http_requests_total", (("code", "404"), ("method", "GET")), 1.0)


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("http_requests_total", True),
        ("http_requests_total{}", True),
        ('http_requests_total{code="404"}', True),
        ('http_requests_total{code="40"}', False),
        ('http_requests_total{code=~"4.."}', True),
        ('http_requests_total{code=~"4"}', False),
        ('http_requests_total{code!~"5..", method!="POST",}', True),
        ('http_requests_total{code!="404"}', False),
        ('http_requests_total{region=""}', True),
        ('http_requests_total{region!=""}', False),
        ('http_requests_total{code=~"4..",method="POST"}', False),
    ],
)
def test_labels_are_matched_as_prometheus_does(text: str, fits: bool) -> None:
    assert parse_selector(text).fits(NOT_FOUND) is fits


def test_a_metric_includes_its_buckets_and_no_other() -> None:
    selector = parse_selector("duration_seconds")
    assert [selector.named(f"duration_seconds{end}") for end in ("", "_bucket", "_sum", "_count")] == [True] * 4
    assert not selector.named("duration_seconds_max")
    assert not selector.named("other_duration_seconds")


def test_quotes_and_backslashes_in_values() -> None:
    (matcher,) = parse_selector(r'm{path="C:\\a\"b\n"}').matchers
    assert matcher.value == 'C:\\a"b\n'


@pytest.mark.parametrize("text", ["", "9lives", "m{", "m{code}", "m{code=404}", 'm{code="4" method="x"}', 'm{a=~"("}'])
def test_what_selects_nothing_is_refused(text: str) -> None:
    with pytest.raises(ConditionError):
        parse_selector(text)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse_selector(text)
    except ConditionError:
        return


@given(st.text(max_size=30))
def test_any_label_value_can_be_asked_for(value: str) -> None:
    written = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    assert parse_selector(f'm{{a="{written}"}}').fits(Sample("m", (("a", value),), 1.0))
