from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.engine.steps.edits import edited
from cockpit.model.errors import RunbookError
from cockpit.model.operations import MetricQuery
from cockpit.model.runbook import Command, Kind
from cockpit.runbook.commands import build_command
from cockpit.runbook.resolve import missing, resolve

TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"|[A-Za-z_:][\w:]*|\d[\w.]*|\S')
"""Words of PromQL as far as these queries have them."""


def query(text: str) -> Command:
    return replace(build_command(text, 1, kind=Kind.QUERY), language="promql")


@pytest.mark.parametrize(
    ("text", "values", "filled"),
    [
        ('up{job="api"}', {}, 'up{job="api"}'),
        ('up{job="<job>"}', {"job": 'a"b\\c'}, 'up{job="a\\"b\\\\c"}'),
        ("up{job='<job>'}", {"job": "it's"}, "up{job='it\\'s'}"),
        ('up{job="x\\"<job>"}', {"job": '"'}, 'up{job="x\\"\\""}'),
        ("rate(x[$window])", {"window": "1h30m"}, "rate(x[1h30m])"),
        ("<metric> > $limit", {"metric": "http:up", "limit": "0.5"}, "http:up > 0.5"),
        ("up{job=~`<job>`}", {"job": "a|b"}, "up{job=~`a|b`}"),
    ],
)
def test_a_value_stays_what_it_is(text: str, values: dict[str, str], filled: str) -> None:
    assert resolve(query(text), values) == MetricQuery(filled)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("rate(x[$v])", "5m]) or vector(1"),
        ("$v > 1", "up or down"),
        ("$v", "unless"),
        ("up{job=~`<v>`}", "a`b"),
        ('up{job="<v>"}', "a\nb"),
        ("# $v", "note\nup"),
    ],
)
def test_a_value_that_would_make_another_query_is_refused(text: str, value: str) -> None:
    with pytest.raises(RunbookError):
        resolve(query(text), {"v": value})


@given(st.text(max_size=20))
def test_no_value_changes_the_words_around_it(value: str) -> None:
    text = 'sum(rate(http_requests_total{job="<job>", code="5"}[5m])) by (job)'
    try:
        operation = resolve(query(text), {"job": value})
    except RunbookError:
        return
    assert isinstance(operation, MetricQuery)
    usual, found = TOKENS.findall(text), TOKENS.findall(operation.text)
    assert len(found) == len(usual)
    others = [one for one in zip(usual, found, strict=True) if one[0] != '"<job>"']
    assert all(before == after for before, after in others)
    assert len(others) == len(usual) - 1


def test_what_is_missing_is_named_and_an_edit_stays_a_query() -> None:
    command = query('rate(x{job="<job>"}[$window])')
    assert missing(command, {}) == ("job", "window")
    with pytest.raises(RunbookError, match="waits for job"):
        resolve(command, {})
    new = edited(command, "rm -rf /")
    assert (new.kind, new.language, resolve(new, {})) == (Kind.QUERY, "promql", MetricQuery("rm -rf /"))
