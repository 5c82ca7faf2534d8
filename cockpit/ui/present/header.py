"""The header: where this is, what is going on, what is alive, who is looking."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from cockpit.model.incident import EnvironmentFacts, Incident, Role
from cockpit.model.readings import Reading, ReadingState, SourceKind
from cockpit.ui.present.words import clock_duration, reading_shape
from cockpit.ui.shapes import Shapes
from cockpit.ui.spans import EMPTY, Line, Span, Tone, joined, width

if TYPE_CHECKING:
    from cockpit.engine.escalation import Pending
    from cockpit.engine.stage import Stage

_BADGES = {
    "red": Tone.BADGE_RED,
    "yellow": Tone.BADGE_YELLOW,
    "green": Tone.BADGE_GREEN,
    "blue": Tone.BADGE_BLUE,
}
_SINGLE = {SourceKind.LOGS: "logs", SourceKind.HOST: "host", SourceKind.PROBE: "probes", SourceKind.CHANGES: "changes"}
_WORST = (ReadingState.FAILED, ReadingState.STALE, ReadingState.PENDING, ReadingState.FRESH)


def environment_badge(facts: EnvironmentFacts, unlocked_for: float | None) -> Line:
    """` PROD ` on its colour; an unlocked one says for how long."""
    tone = _BADGES.get(facts.colour) or (Tone.BADGE_RED if facts.protected else Tone.BADGE_BLUE)
    badge = [Span(f" {facts.label} ", tone)]
    if unlocked_for is not None:
        badge.append(Span(f" UNLOCKED {clock_duration(unlocked_for)} ", Tone.BADGE_YELLOW))
    elif facts.protected:
        badge.append(Span(" PROTECTED ", Tone.BADGE_RED))
    if facts.service:
        badge.append(Span(f"  {facts.service}", Tone.STRONG))
    return tuple(badge)


def role_badge(role: Role) -> Line:
    """` OBSERVER ` on its own colour, or ` OPERATOR `."""
    tone = Tone.BADGE_OBSERVER if role is Role.OBSERVER else Tone.BADGE_ROLE
    return (Span(f" {role.value.upper()} ", tone),)


def incident_line(incident: Incident | None, elapsed: float | None) -> Line:
    """`INC-7 P1 00:14:32`."""
    if incident is None or elapsed is None:
        return EMPTY
    whole = int(elapsed)
    clock = f"{whole // 3600:02d}:{whole % 3600 // 60:02d}:{whole % 60:02d}"
    return (Span(incident.id, Tone.STRONG), Span(f" {incident.severity} ", Tone.CRIT), Span(clock, Tone.WARN))


def incident_clocks(waiting: Pending | None, update: float | None, stage: Stage | None) -> list[Line]:
    """`L2 in 15:28`, `update in 4:10`, `Diagnosis 3:10 (< 5m)`: what runs while an incident is open.

    Args:
        waiting: the level of escalation that is due or comes next, None for none.
        update: seconds until people are to be told again, None when nothing is agreed.
        stage: the open runbook's phase, None when it has no budget.
    """
    clocks: list[Line] = []
    if waiting is not None:
        since = countdown(-waiting.left)
        clocks.append(
            (Span(f" {waiting.level.name} DUE {since} ", Tone.BADGE_RED),)
            if waiting.due
            else (Span(f"{waiting.level.name} in ", Tone.DIM), Span(countdown(waiting.left), Tone.WARN))
        )
    if update is not None:
        told = (Span("update in ", Tone.DIM), Span(countdown(update)))
        clocks.append(told if update > 0 else (Span("update due", Tone.WARN),))
    if stage is not None:
        from cockpit.engine.postmortem_words import long_duration

        tone = Tone.CRIT if stage.over else Tone.PLAIN
        budget = Span(f" (< {long_duration(stage.budget)})", tone if stage.over else Tone.DIM)
        clocks.append((Span(f"{stage.title[:24]} ", Tone.DIM), Span(countdown(stage.elapsed), tone), budget))
    return clocks


def countdown(seconds: float) -> str:
    """`0:12`, `15:28`, `1:02:03`."""
    whole = max(0, int(seconds))
    hours = f"{whole // 3600}:{whole % 3600 // 60:02d}" if whole >= 3600 else f"{whole // 60}"
    return f"{hours}:{whole % 60:02d}"


def token_line(name: str, left: float) -> Line:
    """`token 14:32`: a secret that a step has obtained, and how long it still holds; never the secret."""
    return (Span(f"{name} ", Tone.DIM), Span(clock_duration(max(0.0, left)), Tone.WARN if left > 60 else Tone.CRIT))


def source_dots(readings: Iterable[Reading[object]], shapes: Shapes, *, names: bool) -> Line:
    """One dot for each server, the worst of its readings; all logs are one."""
    systems: dict[tuple[SourceKind, str], list[ReadingState]] = {}
    for reading in readings:
        kind = reading.source.kind
        system = _SINGLE.get(kind, reading.source.system)
        systems.setdefault((kind, system), []).append(reading.state)
    parts: list[Line] = []
    for (kind, system), states in systems.items():
        shared = sum(1 for _, other in systems if other == system) > 1
        worst = min(states, key=_WORST.index)
        dot = reading_shape(worst, shapes)
        name = f" {system} {kind.value}" if shared else f" {system}"
        tone = Tone.DIM if worst is ReadingState.FRESH else Tone.PLAIN
        parts.append((dot, Span(name, tone)) if names else (dot,))
    return joined(parts, "  " if names else " ")


def clock_line(now: datetime) -> Line:
    """`03:00:12Z`."""
    return (Span(f"{now:%H:%M:%S}Z", Tone.DIM),)


def local_clock_line(now: datetime, zone: tzinfo | None = None) -> Line:
    """`04:00 CET`, the time where this person sits; empty where that is UTC.

    Args:
        now: UTC now.
        zone: the zone, None for this machine's.
    """
    local = now.astimezone(zone)
    return EMPTY if not local.utcoffset() else (Span(f"{local:%H:%M} {local.tzname()}", Tone.DIM),)


def header_line(
    left: list[Line], dots: tuple[Line, Line], right: list[Line], cells: int, clocks: Sequence[Line] = ()
) -> Line:
    """All of it in one line; when it is narrow the local time goes, the dots lose their names, then the clock goes.

    After that the incident's clocks go, the last one first; that of the escalation is the last to go.

    Args:
        left: badge, incident.
        dots: the dots with and without names.
        right: local time, clock, role; the last one is never left out.
        cells: the width.
        clocks: of the incident, the most important one first.
    """
    every, most = len(clocks), min(1, len(clocks))
    tries = (
        (every, dots[0], right),
        (every, dots[0], right[-2:]),
        (every, dots[1], right[-2:]),
        *((number, dots[1], right[-1:]) for number in range(every, most - 1, -1)),
        (most, EMPTY, right[-1:]),
        (0, EMPTY, right[-1:]),
    )
    for number, middle, tail in tries:
        head, end = joined([*left, *clocks[:number]], "   "), joined(tail, "  ")
        gap = cells - width(head) - width(middle) - width(end) - 4
        if gap >= 0 or (middle is EMPTY and not number):
            start = gap // 2 if middle else max(0, gap)
            return (
                *head,
                Span(" " * (2 + max(0, start))),
                *middle,
                Span(" " * (2 + max(0, gap - start))),
                *end,
            )
    return EMPTY
