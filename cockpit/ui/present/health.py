"""Checks as rows, worst first."""

from __future__ import annotations

from datetime import datetime

from cockpit.model.health import CheckResult, HealthSnapshot, Verdict
from cockpit.ui.look import Look
from cockpit.ui.present.words import latency, short_age, strip, verdict_shape, verdict_tone
from cockpit.ui.spans import EMPTY, Line, Span, Tone, joined, line
from cockpit.ui.widgets.columns import Column
from cockpit.ui.widgets.table_state import Row

STRIP_CELLS = 8

COLUMNS = (
    Column("CHECK", 17, most=30, flex=1),
    Column("VALUE", 6, most=14, right=True),
    Column("TREND", STRIP_CELLS, drop=2),
    Column("TOOK", 5, most=6, right=True, drop=3),
    Column("SINCE", 5, right=True, drop=1),
)


def health_rows(health: HealthSnapshot, now: datetime, look: Look) -> list[Row]:
    """Worst first; within a verdict by group and name."""
    ordered = sorted(health.results, key=lambda r: (-r.verdict.severity, -_pending_rank(r), r.group, r.name))
    rows: list[Row] = []
    for result in ordered:
        rows.append(_row(result, now, look))
        if result.verdict is not Verdict.OK and result.message:
            message = Span(f"  {look.text(result.message)}", Tone.DIM)
            rows.append(Row(("message", result.name), ((Span(" "), message),), heading=True))
    return rows


def health_summary(health: HealthSnapshot) -> Line:
    """`2 crit · 1 warn · 5 ok`."""
    parts: list[Line] = []
    for verdict in (Verdict.CRIT, Verdict.UNKNOWN, Verdict.WARN, Verdict.OK):
        number = sum(1 for result in health.results if result.verdict is verdict)
        if number:
            parts.append(line(f"{number} {verdict.value}", verdict_tone(verdict)))
    return joined(parts, " · ")


def _row(result: CheckResult, now: datetime, look: Look) -> Row:
    tone = verdict_tone(result.verdict)
    name_tone = Tone.PLAIN if result.verdict is Verdict.OK else Tone.STRONG
    name = [verdict_shape(result.verdict, look.shapes), Span(" "), Span(result.name, name_tone)]
    if result.pending is not None:
        name += [Span(" "), verdict_shape(result.pending, look.shapes), Span(" soon", Tone.DIM)]
    if result.changes >= 3:
        name.append(Span(f" {result.changes} flaps", Tone.WARN))
    strip_tone = Tone.FAINT if result.verdict is Verdict.OK else tone
    value_tone = Tone.PLAIN if result.verdict is Verdict.OK else tone
    since = None if result.since is None else (now - result.since).total_seconds()
    return Row(
        result.name,
        (
            tuple(name),
            line(look.text(result.value), value_tone),
            line(strip(result.history, STRIP_CELLS, 0.0, look.shapes), strip_tone),
            line(latency(result.latency), Tone.DIM),
            line(short_age(since), Tone.DIM) if since is not None else EMPTY,
        ),
    )


def health_detail(result: CheckResult, now: datetime, look: Look) -> list[Line]:
    """All that is known of one check."""
    facts = [
        ("verdict", f"{look.shapes.arrow} {result.verdict.value}"),
        ("value", look.text(result.value)),
        ("because", look.text(result.message) or "its condition for ok holds"),
        ("for", short_age((now - result.since).total_seconds()) if result.since else "not known"),
        ("read", f"{short_age((now - result.taken_at).total_seconds())} ago" if result.taken_at else "not yet"),
        ("took", latency(result.latency) or "not known"),
        ("changes", f"{result.changes} in the last ten minutes"),
        ("history", " ".join(f"{number:g}" for number in result.history[-20:]) or "none"),
    ]
    return [(Span(f"{label:<9}", Tone.DIM), Span(text)) for label, text in facts]


def _pending_rank(result: CheckResult) -> int:
    return 0 if result.pending is None else result.pending.severity
