"""Checks as rows: what fails first, in groups, worst first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from cockpit.model.health import CheckResult, HealthSnapshot, Verdict
from cockpit.ui.look import Look
from cockpit.ui.present.verdicts import verdict_shape, verdict_tone
from cockpit.ui.present.words import latency, short_age, strip
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
    """What fails, then what is muted, then what is well; in each part groups and checks are worst first."""
    worst: dict[tuple[int, str], int] = {}
    for result in health.results:
        place = (_part(result), result.group)
        worst[place] = max(worst.get(place, 0), _gravity(result))

    def order(result: CheckResult) -> tuple[int, int, str, int, str]:
        place = (_part(result), result.group)
        return (place[0], -worst[place], result.group, -_gravity(result), result.name)

    rows: list[Row] = []
    before: tuple[int, str] | None = None
    for result in sorted(health.results, key=order):
        place = (_part(result), result.group)
        if result.grouped and place != before:
            rows.append(Row(("group", *place), ((Span(look.text(result.group), Tone.DIM),),), heading=True))
        before = place
        rows.append(_row(result, now, look))
        rows += _messages(result, now, look)
    return rows


def health_summary(health: HealthSnapshot) -> Line:
    """`2 crit · 1 warn · 5 ok · 1 muted`."""
    parts: list[Line] = []
    for verdict in (Verdict.CRIT, Verdict.UNKNOWN, Verdict.WARN, Verdict.OK):
        number = sum(1 for result in health.results if result.verdict is verdict and not result.muted)
        if number:
            parts.append(line(f"{number} {verdict.value}", verdict_tone(verdict)))
    muted = sum(1 for result in health.results if result.muted)
    if muted:
        parts.append(line(f"{muted} muted", Tone.DIM))
    return joined(parts, " · ")


def worst_line(health: HealthSnapshot, look: Look) -> Line:
    """`✗ cron.recalculate  last run 1h10m ago`: the gravest check that is not muted; empty when all is well."""
    grave = [result for result in health.results if not result.muted and result.verdict in (Verdict.CRIT, Verdict.WARN)]
    if not grave:
        return EMPTY
    worst = max(grave, key=_gravity)
    tone = Tone.CRIT if worst.verdict is Verdict.CRIT else Tone.WARN
    shape = look.shapes.crit if worst.verdict is Verdict.CRIT else look.shapes.warn
    return (Span(f"{shape} {worst.name}", tone), Span(f"  {look.text(worst.message)}"))


def _part(result: CheckResult) -> int:
    """0 for what fails or cannot be believed, 1 for what is muted, 2 for what is well."""
    if result.muted:
        return 1
    return 0 if result.verdict is not Verdict.OK or result.flapping else 2


def _gravity(result: CheckResult) -> int:
    pending = 0 if result.pending is None else result.pending.severity
    return 10 * result.verdict.severity + 2 * pending + result.flapping


def _row(result: CheckResult, now: datetime, look: Look) -> Row:
    quiet = result.verdict is Verdict.OK or result.muted
    tone = Tone.FAINT if result.muted else verdict_tone(result.verdict)
    since = None if result.since is None else (now - result.since).total_seconds()
    return Row(
        result.name,
        (
            _name(result, look),
            line(look.text(result.value), Tone.FAINT if result.muted else Tone.PLAIN if quiet else tone),
            line(strip(result.history, STRIP_CELLS, 0.0, look.shapes), Tone.FAINT if quiet else tone),
            line(latency(result.latency), Tone.DIM),
            line(short_age(since), Tone.DIM) if since is not None else EMPTY,
        ),
    )


def _name(result: CheckResult, look: Look) -> Line:
    tone = Tone.FAINT if result.muted else Tone.PLAIN if result.verdict is Verdict.OK else Tone.STRONG
    shape = verdict_shape(result.verdict, look.shapes)
    name = [Span(_indent(result)), shape, Span(" "), Span(look.text(result.name), tone)]
    if result.muted:
        name.append(Span(" muted", Tone.DIM))
    if result.pending is not None:
        name += [Span(" "), verdict_shape(result.pending, look.shapes), Span(" soon", Tone.DIM)]
    if result.flapping:
        name.append(Span(" ~ flapping", Tone.WARN))
    return tuple(name)


def _messages(result: CheckResult, now: datetime, look: Look) -> Iterator[Row]:
    """What stands below a row: why it fails, and what became of its mute."""
    if result.mute is not None:
        text = mute_words(result, now)
        yield Row(("mute", result.name), (_below(result, look.text(text)),), heading=True, below=True)
    elif result.verdict is not Verdict.OK and result.message:
        yield Row(("message", result.name), (_below(result, look.text(result.message)),), heading=True, below=True)


def _below(result: CheckResult, text: str) -> Line:
    return (Span(f"{_indent(result)}   {text}", Tone.DIM),)


def _indent(result: CheckResult) -> str:
    """What stands under a heading is set in, so that one sees where the group ends."""
    return "  " if result.grouped else ""


def mute_words(result: CheckResult, now: datetime) -> str:
    """`muted for 12m more by ada@laptop: being repaired`, or that the mute has ended; "" without one."""
    mute = result.mute
    if mute is None:
        return ""
    by = f" by {mute.by}" if mute.by else ""
    if mute.until is None:
        return f"{mute.reason}, says {mute.by}" if mute.by else mute.reason
    left = (mute.until - now).total_seconds()
    if result.muted:
        return f"muted for {short_age(left)} more{by}: {mute.reason}"
    return f"its mute ended {short_age(-left)} ago: {mute.reason}"
