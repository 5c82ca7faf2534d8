"""Values as words and rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.engine.host_view import arrange
from cockpit.engine.services_view import Found, ServicesWish
from cockpit.engine.services_view import arrange as arrange_services
from cockpit.engine.timeline import moments
from cockpit.model.answers import Answer
from cockpit.model.health import CheckResult, HealthSnapshot, Json, Verdict
from cockpit.model.incident import EntryKind, EnvironmentFacts, Incident, JournalEntry, Role
from cockpit.model.logs import Level, LogLine
from cockpit.model.masking import Masker
from cockpit.model.readings import Reading, ReadingState, SourceId, SourceKind
from cockpit.ui.look import Look
from cockpit.ui.present.answer import answer_lines, answer_summary
from cockpit.ui.present.backend import backend_detail
from cockpit.ui.present.check_detail import health_detail
from cockpit.ui.present.header import environment_badge, header_line, incident_line, role_badge, source_dots
from cockpit.ui.present.health import health_rows, health_summary
from cockpit.ui.present.host import brief_lines, process_rows
from cockpit.ui.present.logs import LogStyle, body_spans, head_spans, marked
from cockpit.ui.present.services import USUAL, ServiceRows, service_detail
from cockpit.ui.present.timeline import entry_detail, timeline_rows
from cockpit.ui.present.words import clock_duration, data_size, freshness, latency, percent, short_age, strip, trouble
from cockpit.ui.shapes import ASCII, UNICODE
from cockpit.ui.spans import Span, Tone, fit, line, plain, width, wrap
from tests.support.fake_session import (
    MAIN,
    SHOP,
    START,
    an_activity,
    the_host,
    the_services,
)

OPERATOR = Look(UNICODE, Masker(("hunter22",)), observer=False)
OBSERVER = Look(UNICODE, Masker(("hunter22",)), observer=True)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, ""),
        (0.34, "0.3s"),
        (9.96, "9s"),
        (51, "51s"),
        (192, "3:12"),
        (4027, "1:07:07"),
        (273_600, "3d 04h"),
        (-5, "0.0s"),
    ],
)
def test_durations(seconds: float | None, words: str) -> None:
    assert clock_duration(seconds) == words


def test_ages_sizes_and_shares() -> None:
    assert [short_age(s) for s in (None, 0, 59, 3061, 8000, 273_600)] == ["", "0s", "59s", "51m", "2h13m", "3d04h"]
    assert [data_size(n) for n in (None, 512, 18_500, 220_000_000, 1_500_000_000)] == [
        "",
        "512B",
        "18K",
        "210M",
        "1.4G",
    ]
    assert (percent(None), percent(12.4)) == ("", "12%")
    assert [latency(s) for s in (None, 0.0001, 0.034, 1.24)] == ["", "<1ms", "34ms", "1.2s"]


def test_a_strip_is_scaled_from_nothing() -> None:
    assert strip((0.0, 50.0, 100.0), 8, 100.0, UNICODE) == "▁▅█"
    assert strip((), 8, 0.0, UNICODE) == ""
    assert strip((1.0,) * 20, 8, 1.0, ASCII) == "@" * 8
    assert strip((100.0, 101.0, 102.0), 8, 0.0, UNICODE) == "▁▁▁"
    assert strip((1.0, 8.0), 8, 0.0, UNICODE) == "▂█"


@given(st.text(max_size=60), st.integers(0, 40), st.booleans())
def test_a_fitted_line_has_exactly_its_cells(text: str, cells: int, right: bool) -> None:
    assert width(fit(line(text), cells, right=right)) == cells


@given(st.text(alphabet=st.characters(exclude_categories=["C", "M", "Zl", "Zp"]), max_size=200), st.integers(4, 40))
def test_wrapping_loses_nothing_but_spaces(text: str, cells: int) -> None:
    parts = wrap(text, cells)
    assert all(width(line(part)) <= cells for part in parts)
    assert "".join(parts).replace(" ", "") == text.replace(" ", "")


def test_a_cut_says_so() -> None:
    assert plain(fit(line("lock:cron:recalculate"), 9)) == "lock:cro…"


def test_health_is_worst_first_with_the_reason_below() -> None:
    results = (
        CheckResult("a.ok", Verdict.OK, "1", taken_at=START, since=START),
        CheckResult("b.crit", Verdict.CRIT, "9", "too many", START, START - timedelta(minutes=3), changes=4),
        CheckResult("c.warn", Verdict.WARN, "5", "many", START, START, pending=Verdict.CRIT, history=(1.0, 2.0)),
        CheckResult("d.unknown", Verdict.UNKNOWN, "?", "no answer"),
    )
    rows = health_rows(HealthSnapshot(results), START, OPERATOR)
    assert [row.text.split("  ")[0] for row in rows if not row.heading] == [
        "✗ b.crit ~ flapping",
        "? d.unknown",
        "▲ c.warn ✗ soon",
        "● a.ok",
    ]
    assert "too many" in rows[1].text
    assert plain(health_summary(HealthSnapshot(results))) == "1 crit · 1 unknown · 1 warn · 1 ok"
    assert "too many" in "\n".join(plain(spans) for spans in health_detail(results[1], START, OPERATOR))


def test_an_observer_sees_no_literals() -> None:
    detail = "\n".join(plain(s) for s in backend_detail(an_activity().backends[0], an_activity(), OBSERVER, 80))
    assert "ada@example.com" not in detail
    assert "•••" in detail
    assert "2 sessions, 1 of them directly, 6:20 of waiting together: 4720," in detail


def test_services_that_do_not_run_come_first() -> None:
    found = [Found(SHOP, service) for service in the_services().services]
    maker = ServiceRows(OPERATOR)
    arranged = arrange_services(found, ServicesWish(grouped=False), maker.visible, START)
    rows = maker.rows(arranged, USUAL, {(SHOP, "api"): (10.0, 90.0)}, START)
    assert [row.text.split("  ")[0] for row in rows] == ["✗ worker", "● api", "● web"]
    assert "▂▇" in rows[1].text
    assert "restarting (1)" in rows[0].text
    assert "exit code" in "\n".join(plain(s) for s in service_detail(the_services().services[2], START, OPERATOR))


def test_host_gauges_and_processes() -> None:
    told = [plain(spans) for spans in brief_lines(the_host(), OPERATOR, 80)]
    assert [text.split()[0] for text in told] == ["cpu", "memory", "network", "/"]
    assert "21% of 2 cores" in told[0]
    rows = process_rows(arrange(the_host().top, "cpu"), OPERATOR)
    assert rows[0].text.startswith("812  python  shop  42%  210M")


def test_log_lines_lose_the_time_they_repeat_and_show_what_was_found() -> None:
    entry = LogLine("api", "2026-03-14T02:59:58.203Z ERROR lock held", Level.ERROR, START)
    style = LogStyle(name_cells=6)
    spans = (*head_spans(entry, style), *body_spans(entry, "lock", style, OPERATOR))
    assert plain(spans) == "03:00:00 api    ERROR lock held"
    assert Span("lock", Tone.FOUND) in spans
    assert marked("abc", "", Tone.PLAIN) == (Span("abc"),)


def test_the_timeline_tells_each_entry_in_a_sentence() -> None:
    payload: dict[str, Json] = {"check": "api", "before": "ok", "verdict": "crit", "message": "down"}
    told: list[tuple[EntryKind, dict[str, Json]]] = [
        (EntryKind.VERDICT, payload),
        (EntryKind.NOTE, {"text": "hello hunter22"}),
        (EntryKind.SOURCE, {"event": "back"}),
    ]
    entries = [JournalEntry(n, START, "ada@x", "INC-1", kind, data, "", "") for n, (kind, data) in enumerate(told)]
    rows = timeline_rows(moments(entries, ()), START.date(), OPERATOR)
    assert "api: ok → crit (down)" in rows[0].text
    assert "hello •••" in rows[1].text
    assert "INC-1" in "\n".join(plain(s) for s in entry_detail(entries[0], OPERATOR, 80))


def test_answers() -> None:
    table = Answer(("pid", "state"), (("1", None), ("22", "idle")), cut=3, notice="5 rows")
    text = [plain(s) for s in answer_lines(table, 40, OPERATOR)]
    assert text[0].split() == ["pid", "state"]
    assert "∅" in text[1]
    assert "3 more were left out" in text[3]
    assert answer_summary(table) == "5 rows"
    http = Answer(status=503, body={"dbOk": False})
    assert plain(answer_lines(http, 40, OPERATOR)[0]) == "HTTP 503"
    assert answer_summary(http) == "HTTP 503"
    assert answer_summary(Answer(lines=("a", "b"))) == "2 lines"
    assert answer_summary(Answer(value=3)) == "3"
    assert answer_summary(None) == ""
    assert [plain(s) for s in answer_lines(Answer(("a",), ()), 40, OPERATOR)][1] == "no rows"
    assert [plain(s) for s in answer_lines(Answer(exit_code=2), 40, OPERATOR)] == ["exit code 2"]
    assert [plain(s) for s in answer_lines(Answer(), 40, OPERATOR)] == ["nothing came back"]


@given(st.integers(10, 60), st.integers(1, 6), st.integers(0, 5))
def test_a_table_keeps_to_its_width(cells: int, columns: int, rows: int) -> None:
    names = tuple(f"column{n}" * (n + 1) for n in range(columns))
    answer = Answer(names, tuple(tuple("x" * 30 for _ in names) for _ in range(rows)))
    room = max(cells, 6 * columns)
    assert all(width(spans) <= room for spans in answer_lines(answer, room, OPERATOR))


def test_the_header_never_loses_environment_and_role() -> None:
    facts = EnvironmentFacts("prod", "PROD", True, "", "shop")
    dots = line("●  api  ●  db"), line("● ●")
    left = [environment_badge(facts, 540.0), incident_line(Incident("INC-1", "P1", "x", START), 61.0)]
    for cells in (60, 80, 160):
        text = plain(header_line(left, dots, [line("03:00:00Z"), role_badge(Role.OBSERVER)], cells))
        assert "PROD" in text
        assert "UNLOCKED" in text
        assert "OBSERVER" in text
    assert incident_line(None, None) == ()
    assert environment_badge(facts, None)[0].tone is Tone.BADGE_RED


def test_source_dots_show_the_worst_reading_of_each_server() -> None:
    readings: list[Reading[object]] = [
        Reading(MAIN, ReadingState.FRESH),
        Reading(SourceId(SourceKind.POSTGRES, "main/jobs"), ReadingState.STALE),
        Reading(SourceId(SourceKind.REDIS, "main"), ReadingState.FAILED),
        Reading(SourceId(SourceKind.LOGS, "api"), ReadingState.PENDING),
    ]
    assert plain(source_dots(readings, UNICODE, names=True)) == "◐ main postgres  ✗ main redis  ○ logs"
    assert plain(source_dots(readings, ASCII, names=False)) == "~ x o"


def test_freshness_tells_the_age_and_the_next_try() -> None:
    fresh: Reading[object] = Reading(MAIN, ReadingState.FRESH, 1, START - timedelta(seconds=4))
    stale = replace(fresh, state=ReadingState.STALE, error="no answer.", next_try=START + timedelta(seconds=7))
    assert plain(freshness((), START)) == "no source"
    assert plain(freshness((Reading(MAIN),), START)) == "reading…"
    assert plain(freshness((fresh,), START)) == "4s"
    assert plain(freshness((fresh, stale), START)) == "stale 4s · again in 7s"
    failed: Reading[object] = Reading(MAIN, ReadingState.FAILED, error="refused.")
    assert plain(freshness((failed,), START)) == "no answer"
    assert trouble((fresh, stale)) == "no answer."
    assert trouble((fresh,)) == ""
