from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from cockpit.engine.log_buffer import LogBuffer
from cockpit.model.logs import Level
from tests.unit.logs.lines import START, a_line


@given(st.lists(st.lists(st.integers(0, 50), max_size=8), max_size=12), st.integers(1, 40))
def test_the_ring_holds_the_newest_lines_in_the_order_of_time(batches: list[list[int]], capacity: int) -> None:
    buffer = LogBuffer(capacity)
    for batch in batches:
        buffer.extend(a_line(second) for second in batch)
    ordered = list(buffer.ordered)
    assert ordered == sorted(ordered)
    assert len(ordered) == min(capacity, sum(map(len, batches)))
    assert buffer.end == sum(map(len, batches))
    assert [kept.number for kept in buffer.arrived_since(0)] == list(range(buffer.first, buffer.end))


def test_lines_of_one_moment_stay_in_the_order_of_arrival() -> None:
    buffer = LogBuffer(10)
    buffer.extend([a_line(1, "head"), a_line(1, "  at x", continues=True)])
    buffer.extend([a_line(0, "earlier", stream="worker"), a_line(1, "later", stream="worker")])
    assert [kept.line.text for kept in buffer.ordered] == ["earlier", "head", "  at x", "later"]


def test_minutes_count_lines_and_errors_but_a_trace_once() -> None:
    buffer = LogBuffer(10)
    trace = [a_line(61, level=Level.ERROR), a_line(61, level=Level.ERROR, continues=True)]
    buffer.extend([a_line(0), *trace], dropped=5)
    before, last = buffer.counts.last(2, START + timedelta(seconds=70))
    assert (before.lines, before.errors) == (1, 0)
    assert (last.lines, last.errors) == (7, 1)


def test_counts_of_more_than_a_day_are_forgotten() -> None:
    buffer = LogBuffer(10)
    for minute in range(3_000):
        buffer.extend([a_line(60 * minute, level=Level.ERROR)])
    assert len(buffer.counts.last(3_000, START + timedelta(minutes=2_999))) == 3_000
    assert 1_440 <= sum(one.lines for one in buffer.counts.last(3_000, START + timedelta(minutes=2_999))) <= 2_881
