from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cockpit.engine.board import Board
from cockpit.engine.checks import CheckPlan, Checks
from cockpit.model.health import CheckResult, HttpSample, HttpTiming, Verdict
from cockpit.model.metrics import Labels, MetricWindow, QueryResult, Sample, Scrape, Series
from cockpit.model.probes import Certificate, FileFacts, KeyFacts, LogRate, PortFacts, ProcessFacts, StatusPage
from cockpit.model.readings import Reading, ReadingState, SourceId, SourceKind
from tests.support.clock import FixedClock

HERE = SourceId(SourceKind.PROBE, "x/y")
NOW = FixedClock().now()


def judge(
    subject: str,
    value: object,
    detail: str = "",
    *,
    ok: str = "",
    warn: str = "",
    crit: str = "",
    state: ReadingState = ReadingState.FRESH,
) -> CheckResult:
    board = Board()
    board.publish(Reading(HERE, state, value, NOW, 0.02, "it does not answer."))
    return Checks([CheckPlan("c", subject, HERE, detail, ok, warn, crit)], FixedClock()).judge(board, None)[0]


def certificate(days: float, problem: str = "") -> Certificate:
    return Certificate("api.example", "Example CA", ("api.example",), NOW, NOW + timedelta(days=days), problem)


@pytest.mark.parametrize(
    ("age", "verdict"), [(timedelta(hours=3), Verdict.OK), (timedelta(hours=27), Verdict.CRIT), (None, Verdict.CRIT)]
)
def test_a_backup_that_is_too_old_or_missing(age: timedelta | None, verdict: Verdict) -> None:
    facts = FileFacts("", 0) if age is None else FileFacts("/backups/latest.dump", 1, NOW - age, 4096)
    result = judge("file", facts, ok="exists && age < duration('26h') && size > 0")
    assert result.verdict is verdict


def test_a_file_without_a_condition_need_only_be_there() -> None:
    there = judge("file", FileFacts("/x", 1, NOW, 1))
    assert (there.verdict, there.value) == (Verdict.OK, "0ms")
    assert judge("file", FileFacts("", 0)).message == "there is no such file"


def test_a_port() -> None:
    assert (
        judge("port", PortFacts(True, 0.004, ("127.0.0.1:5432",)), crit="connect > duration('1s')").verdict
        is Verdict.OK
    )
    closed = judge("port", PortFacts(False, None, (), "nothing listens there: connection refused"))
    assert (closed.verdict, closed.value, closed.message) == (
        Verdict.CRIT,
        "closed",
        "nothing listens there: connection refused",
    )
    assert closed.facts == (("listening", "nothing listens on it here"),)
    assert judge("port", None, state=ReadingState.FAILED).verdict is Verdict.CRIT


def test_processes() -> None:
    facts = ProcessFacts((12, 13), 40.0, 1_000_000, 5.0, 900.0)
    assert judge("process", facts, "nginx", warn="cpu > 90.0").verdict is Verdict.OK
    assert judge("process", facts, "nginx", warn="youngest < duration('1m')").verdict is Verdict.WARN
    assert judge("process", facts, "nginx", ok="count == 4").message == "2 of nginx run; wanted count == 4"
    assert judge("process", ProcessFacts((12,)), "nginx", warn="cpu > 90.0").verdict is Verdict.OK
    gone = judge("process", ProcessFacts(()), "nginx")
    assert (gone.verdict, gone.message) == (Verdict.CRIT, "no process nginx runs")


@pytest.mark.parametrize(
    ("facts", "verdict", "words"),
    [
        (certificate(90), Verdict.OK, ""),
        (certificate(3), Verdict.WARN, "it expires in 3 days"),
        (certificate(-2, "certificate has expired"), Verdict.CRIT, "it expired 2d ago"),
        (certificate(90, "self-signed certificate"), Verdict.CRIT, "self-signed certificate"),
    ],
)
def test_a_certificate(facts: Certificate, verdict: Verdict, words: str) -> None:
    result = judge("certificate", facts)
    assert (result.verdict, result.message) == (verdict, words)
    assert judge("certificate", facts, crit="cert_days < 0.0 || !trusted").verdict is not Verdict.UNKNOWN


def test_a_redis_key() -> None:
    beat = KeyFacts("string", 24, 30.0, 2.0, "2026", NOW - timedelta(minutes=4))
    assert judge("key", beat, "beat", ok="age < duration('5m') && ttl > duration('1s')").verdict is Verdict.OK
    queue = KeyFacts("list", 1200, None, None)
    assert judge("key", queue, "queue:mail", warn="length > 1000").message == (
        "queue:mail is a list of 1200 members; length > 1000"
    )
    missing = judge("key", KeyFacts("none"), "queue:mail")
    assert (missing.verdict, missing.message) == (Verdict.CRIT, "there is no key queue:mail")
    assert judge("key", KeyFacts("none"), "queue:mail", crit="length > 1000").verdict is Verdict.OK


def test_the_rate_of_a_pattern_in_a_log() -> None:
    rate = LogRate(30, 400, 60.0, 300.0, "ERROR no", NOW)
    assert rate.per_minute == 30.0
    result = judge("log", rate, warn="per_minute > 5.0")
    assert (result.verdict, result.value) == (Verdict.WARN, "30/min")
    assert "30 of 400 lines in 1m match, asked for 5m" in result.message
    assert judge("log", LogRate(0, 4, 60.0, 60.0)).verdict is Verdict.OK
    assert LogRate(0, 0, 0.0, 60.0).per_minute == 0.0


@pytest.mark.parametrize(
    ("indicator", "verdict"),
    [("none", Verdict.OK), ("minor", Verdict.WARN), ("major", Verdict.CRIT), ("odd", Verdict.UNKNOWN)],
)
def test_a_public_status_page(indicator: str, verdict: Verdict) -> None:
    assert judge("status_page", StatusPage("GitHub", indicator, "words")).verdict is verdict


def test_where_the_time_of_an_exchange_went() -> None:
    timing = HttpTiming(0.001, 0.002, None, 0.9, 0.01)
    sample = HttpSample(
        "GET", "https://x/", 200, 1.0, timing=timing, certificate=certificate(10), redirects=("http://x/",)
    )
    assert judge("http", sample, ok="dns < duration('1s') && tls == duration('0s')").verdict is Verdict.OK
    slow = judge("http", sample, warn="first_byte > duration('500ms') && redirects == 1 && cert_days < 14.0")
    assert slow.verdict is Verdict.WARN
    facts = dict(slow.facts)
    assert facts["time"] == "dns 1.0 ms, connect 2.0 ms, first byte 900.0 ms, body 10.0 ms"
    assert facts["via"] == "http://x/ → https://x/"
    assert "10 days left" in facts["cert"]


# --- numbers ---

OK: Labels = (("code", "200"),)
BAD: Labels = (("code", "500"),)


def window(*readings: dict[Labels, float], name: str = "requests_total", type_: str = "counter") -> MetricWindow:
    return MetricWindow(
        tuple(
            Scrape(number * 10.0, tuple(Sample(name, labels, value, type_) for labels, value in reading.items()))
            for number, reading in enumerate(readings)
        )
    )


def test_a_counter_is_a_rate_and_a_share() -> None:
    found = judge(
        "metrics", window({OK: 0, BAD: 0}, {OK: 75, BAD: 25}), 'requests_total{code="500"}', warn="percent > 20.0"
    )
    assert (found.verdict, found.value) == (Verdict.WARN, "2.5/s")
    assert found.message == "25 in 10s, 2.5 a second; percent > 20.0"


def test_a_rate_needs_a_second_reading_and_is_no_change_of_verdict() -> None:
    found = judge("metrics", window({OK: 1}), "requests_total", warn="rate > 1.0")
    assert (found.verdict, found.message, found.taken_at) == (Verdict.UNKNOWN, "a rate needs a second reading", None)


def test_a_rate_looks_back_no_further_than_asked() -> None:
    plan = CheckPlan("c", "metrics", HERE, "requests_total", over=10.0)
    board = Board()
    board.publish(Reading(HERE, ReadingState.FRESH, window({OK: 0}, {OK: 100}, {OK: 110}), NOW))
    assert Checks([plan], FixedClock()).judge(board, None)[0].value == "1/s"


def test_a_metric_that_is_not_there() -> None:
    found = judge("metrics", window({OK: 1}, {OK: 2}), "other_total")
    assert (found.verdict, found.message) == (Verdict.UNKNOWN, "the page has no metric other_total")
    assert judge("metrics", window({OK: 1}, {OK: 2}), "no name").verdict is Verdict.UNKNOWN


def histogram(*readings: tuple[float, float, float]) -> MetricWindow:
    scrapes = []
    for number, (low, all_, total) in enumerate(readings):
        samples = (
            Sample("d_bucket", (("le", "0.1"),), low, "histogram"),
            Sample("d_bucket", (("le", "1"),), all_, "histogram"),
            Sample("d_bucket", (("le", "+Inf"),), all_, "histogram"),
            Sample("d_count", (), all_, "histogram"),
            Sample("d_sum", (), total, "histogram"),
        )
        scrapes.append(Scrape(number * 10.0, samples))
    return MetricWindow(tuple(scrapes))


def test_a_histogram_is_quantiles_of_the_window() -> None:
    found = judge("metrics", histogram((900, 1000, 90.0), (900, 1100, 140.0)), "d", crit="p95 > 0.9 && mean == 0.5")
    assert (found.verdict, found.value) == (Verdict.CRIT, "0.955")
    assert found.message == "p95 0.955 of 100 in 10s; p95 > 0.9 && mean == 0.5"


@pytest.mark.parametrize(("ok", "crit"), [("p95 < 0.5", ""), ("", "p95 > 0.5")])
def test_a_histogram_that_observed_nothing_is_quiet_and_ok(ok: str, crit: str) -> None:
    found = judge("metrics", histogram((1, 1, 1.0), (1, 1, 1.0)), "d", ok=ok, crit=crit)
    assert (found.verdict, found.value) == (Verdict.OK, "quiet")
    assert judge("metrics", histogram((1, 1, 1.0), (1, 1, 1.0)), "d", warn="rate < 0.1").verdict is Verdict.WARN


def test_gauges_are_judged_one_by_one_and_the_worst_counts() -> None:
    depth = window({(("queue", "a"),): 3, (("queue", "b"),): 500}, name="depth", type_="gauge")
    low = judge("metrics", depth, "depth", warn="value < 10.0")
    assert (low.verdict, low.value, low.message) == (Verdict.WARN, "3", "queue=a is 3; value < 10.0")
    high = judge("metrics", depth, "depth", crit="value > 100.0", warn="value > 1.0")
    assert (high.verdict, high.value) == (Verdict.CRIT, "500")
    fine = judge("metrics", depth, "depth", warn="value > 1000.0")
    assert (fine.verdict, fine.value) == (Verdict.OK, "500")
    both = judge("metrics", depth, "depth", warn="value > 1.0")
    assert both.message.endswith("and 1 more")
    assert judge("metrics", depth, 'depth{queue="c"}', warn="value > 1.0").verdict is Verdict.OK


def series(*values: float) -> QueryResult:
    return QueryResult(tuple(Series((("instance", f"db{n}"),), value) for n, value in enumerate(values)))


def test_a_query_is_judged_series_by_series() -> None:
    found = judge("promql", series(1, 0, 1), ok="value == 1.0")
    assert (found.verdict, found.message) == (Verdict.CRIT, "instance=db1 is 0; wanted value == 1.0")
    assert judge("promql", series(1, 1), ok="value == 1.0").verdict is Verdict.OK
    assert judge("promql", QueryResult((Series((), 7.0),)), warn="value > 5.0").value == "7"
    assert judge("promql", series(1, 2, 3), warn="highest - lowest > 1.0 && series == 3").verdict is Verdict.WARN


def test_a_query_that_finds_nothing_or_no_number() -> None:
    assert judge("promql", QueryResult(()), warn="value > 5.0").verdict is Verdict.OK
    assert judge("promql", QueryResult(()), crit="series == 0").verdict is Verdict.CRIT
    assert judge("promql", series(float("nan")), warn="value > 5.0").value == "NaN"
    assert judge("promql", series(float("inf")), warn="value > 5.0").value == "∞"


def test_what_fits_no_subject_is_unknown() -> None:
    assert judge("file", "garbage").verdict is Verdict.UNKNOWN
    assert judge("file", None, state=ReadingState.STALE).message == "it does not answer."


def test_a_result_remembers_the_verdict_before() -> None:
    clock, board = FixedClock(datetime(2026, 1, 1, tzinfo=UTC)), Board()
    checks = Checks([CheckPlan("c", "port", HERE, group="Network")], clock)
    for is_open in (True, False, False):
        board.publish(Reading(HERE, ReadingState.FRESH, PortFacts(is_open, 0.1), clock.now()))
        result = checks.judge(board, HERE)[0]
        clock.advance(1)
    assert (result.verdict, result.before, result.group, result.source) == (Verdict.CRIT, Verdict.OK, "Network", HERE)


def test_a_check_that_changes_often_is_flapping() -> None:
    clock, board = FixedClock(), Board()
    checks = Checks([CheckPlan("c", "port", HERE)], clock)
    for number in range(5):
        board.publish(Reading(HERE, ReadingState.FRESH, PortFacts(number % 2 == 0, 0.1), clock.now()))
        result = checks.judge(board, HERE)[0]
        assert result.flapping is (number == 4)
        clock.advance(1)
