"""The head of a wall's screen: how grave it is, what it is, and since when, to be read from afar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cockpit.model.health import Verdict
from cockpit.model.incident import Incident
from cockpit.ui.present.big import HEIGHT, big, big_cells
from cockpit.ui.spans import EMPTY, Line, Span, Tone, fit, joined, width

LINES = HEIGHT + 2
"""Lines that it takes."""
FROM_CELLS, FROM_LINES = 84, 30
"""The least screen that has room for it; a smaller one has the usual header."""
_TEXT = 42
"""Cells for the words between the large letters."""
_MARGIN = "  "
_TONES = {Verdict.OK: Tone.OK, Verdict.WARN: Tone.WARN, Verdict.CRIT: Tone.CRIT, Verdict.UNKNOWN: Tone.UNKNOWN}
_GRAVITY = (Verdict.OK, Verdict.UNKNOWN, Verdict.WARN, Verdict.CRIT)
_WORDS = {Verdict.OK: "OK", Verdict.WARN: "WARN", Verdict.CRIT: "CRIT", Verdict.UNKNOWN: "?"}


@dataclass(frozen=True, slots=True)
class WallHead:
    """What it says.

    Attributes:
        badges: environment and role.
        incident: the open one, None for none.
        elapsed: seconds since it began.
        verdicts: those of the checks that are not muted.
        health: how many of which verdict.
        worst: the gravest check and what it says, empty when all is well.
        clocks: of the incident.
        dots: the sources.
        now: UTC now.
    """

    badges: Line
    incident: Incident | None
    elapsed: float | None
    verdicts: Sequence[Verdict]
    health: Line
    worst: Line
    clocks: Line
    dots: Line
    now: datetime


def wall_lines(head: WallHead, cells: int, *, ascii_only: bool = False) -> list[Line]:
    """LINES lines: the severity, or the worst verdict, on the left, the clock on the right, words between them."""
    word, tone = _word(head)
    clock, clock_tone, label = _clock(head)
    word_scale, clock, clock_scale = _sizes(word, clock, cells)
    left, right = big(word, word_scale, ascii_only=ascii_only), big(clock, clock_scale, ascii_only=ascii_only)
    room = cells - len(left[0]) - len(right[0]) - 2 * len(_MARGIN) - 6
    rows = [EMPTY]
    for number, words in enumerate(_words(head)):
        middle = fit(words, max(0, room))
        rows.append(
            (
                Span(_MARGIN),
                Span(left[number], tone),
                Span("   "),
                *middle,
                Span("   "),
                Span(right[number], clock_tone),
                Span(_MARGIN),
            )
        )
    rows.append((Span(" " * max(0, cells - width(label) - len(_MARGIN))), *label, Span(_MARGIN)))
    return rows


def _word(head: WallHead) -> tuple[str, Tone]:
    worst = max(head.verdicts, key=_GRAVITY.index, default=Verdict.UNKNOWN)
    if head.incident is not None:
        return head.incident.severity, Tone.CRIT
    return _WORDS[worst], _TONES[worst]


def _clock(head: WallHead) -> tuple[str, Tone, Line]:
    """The incident's clock while there is one, else the time."""
    if head.incident is None or head.elapsed is None:
        return f"{head.now:%H:%M:%S}", Tone.DIM, (Span(f"UTC, {head.now:%A %d %B}", Tone.DIM),)
    whole = max(0, int(head.elapsed))
    hours = f"{whole // 3600}:" if whole >= 3600 else ""
    since = f"since {head.incident.started_at:%H:%M}Z, now "
    label = (Span(since, Tone.DIM), Span(f"{head.now:%H:%M:%S}Z", Tone.STRONG))
    return f"{hours}{whole % 3600 // 60:02d}:{whole % 60:02d}", Tone.WARN, label


def _sizes(word: str, clock: str, cells: int) -> tuple[int, str, int]:
    """How large both can be so that the words between them have room; the seconds of the time go before they shrink."""
    shorter = clock.rpartition(":")[0] if clock.count(":") == 2 else clock
    for word_scale, text, clock_scale in ((2, clock, 2), (2, shorter, 2), (1, shorter, 2), (1, shorter, 1)):
        taken = big_cells(word, word_scale) + big_cells(text, clock_scale) + 2 * len(_MARGIN) + 6
        if cells - taken >= _TEXT:
            return word_scale, text, clock_scale
    return 1, shorter, 1


def _words(head: WallHead) -> list[Line]:
    """The HEIGHT lines between the large letters."""
    if head.incident is None:
        return [head.badges, (Span("no incident is open", Tone.DIM),), head.worst, head.health, head.dots]
    title = (Span(f"{head.incident.id}  ", Tone.DIM), Span(head.incident.title, Tone.STRONG))
    leads = head.incident.commander
    who = (Span("led by ", Tone.DIM), Span(leads)) if leads else EMPTY
    return [head.badges, title, joined([who, head.clocks], "   "), head.worst or head.health, head.dots]
