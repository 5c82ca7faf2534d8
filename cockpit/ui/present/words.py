"""Numbers and ages as short words."""

from __future__ import annotations

from datetime import datetime

from cockpit.model.readings import Reading, ReadingState
from cockpit.ui.shapes import Shapes
from cockpit.ui.spans import Line, Span, Tone


def clock_duration(seconds: float | None) -> str:
    """`0.3s`, `12s`, `3:12`, `1:07:12`, `3d 04h`; "" for None."""
    if seconds is None:
        return ""
    seconds = max(0.0, seconds)
    if seconds < 9.95:
        return f"{seconds:.1f}s"
    whole = int(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02d}"
    if whole < 86_400:
        return f"{whole // 3600}:{whole % 3600 // 60:02d}:{whole % 60:02d}"
    return f"{whole // 86_400}d {whole % 86_400 // 3600:02d}h"


def short_age(seconds: float | None) -> str:
    """`now`, `12s`, `51m`, `2h13m`, `3d04h`: an age that ticks no faster than it must; "" for None."""
    if seconds is None:
        return ""
    whole = int(max(0.0, seconds))
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m"
    if whole < 86_400:
        return f"{whole // 3600}h{whole % 3600 // 60:02d}m"
    return f"{whole // 86_400}d{whole % 86_400 // 3600:02d}h"


def data_size(count: float | None) -> str:
    """`512B`, `18K`, `210M`, `1.4G` in powers of 1024; "" for None."""
    if count is None:
        return ""
    size = float(count)
    for unit in ("B", "K", "M", "G", "T"):
        if size < 1000 or unit == "T":
            return f"{size:.1f}{unit}" if size < 10 and unit in "GT" else f"{size:.0f}{unit}"
        size /= 1024
    return ""


def percent(value: float | None) -> str:
    """`12%`; "" for None."""
    return "" if value is None else f"{value:.0f}%"


def latency(seconds: float | None) -> str:
    """`0.4ms`, `34ms`, `1.2s`; "" for None."""
    if seconds is None:
        return ""
    if seconds < 0.001:
        return "<1ms"
    return f"{seconds * 1000:.0f}ms" if seconds < 1 else f"{seconds:.1f}s"


def strip(numbers: tuple[float, ...], cells: int, highest: float, shapes: Shapes) -> str:
    """A strip of bars for the last `cells` numbers.

    Args:
        numbers: oldest first.
        cells: how many bars at most.
        highest: what a full bar means; 0 takes the greatest number, and draws what hardly moves as a flat line.
        shapes: the bars.
    """
    shown = numbers[-cells:]
    top, high = len(shapes.bars) - 1, max((highest, *shown))
    flat = not highest and bool(shown) and high - min(shown) <= FLAT * high
    if high <= 0 or flat:
        return shapes.bars[0] * len(shown)
    return "".join(shapes.bars[min(top, round(max(0.0, n) / high * top))] for n in shown)


FLAT = 0.1
"""A spread below this share of the greatest number is drawn as a flat line."""

_READING_TONES = {
    ReadingState.FRESH: Tone.OK,
    ReadingState.STALE: Tone.WARN,
    ReadingState.FAILED: Tone.CRIT,
    ReadingState.PENDING: Tone.DIM,
}


def reading_shape(state: ReadingState, shapes: Shapes) -> Span:
    """The shape of a reading's state in its tone."""
    shape = {
        ReadingState.FRESH: shapes.fresh,
        ReadingState.STALE: shapes.stale,
        ReadingState.FAILED: shapes.failed,
        ReadingState.PENDING: shapes.pending,
    }[state]
    return Span(shape, _READING_TONES[state])


def freshness(readings: tuple[Reading[object], ...], now: datetime) -> Line:
    """The right end of a pane's title: the age of the oldest data, and when it is stale, when it is tried again."""
    if not readings:
        return (Span("no source", Tone.FAINT),)
    worst = max(readings, key=lambda r: (_RANKS[r.state], r.age(now) or 0.0))
    if worst.state is ReadingState.PENDING:
        return (Span("reading…", Tone.DIM),)
    age = short_age(worst.age(now))
    if worst.state is ReadingState.FRESH:
        return (Span(age, Tone.DIM),)
    tone = _READING_TONES[worst.state]
    words = f"stale {age}" if worst.state is ReadingState.STALE else "no answer"
    retry = (Span(f" · {_next_try(worst.next_try, now)}", Tone.DIM),) if worst.next_try else ()
    return (Span(words, tone), *retry)


def trouble(readings: tuple[Reading[object], ...]) -> str:
    """Why the data cannot be trusted now, one sentence; "" when it can."""
    bad = [r for r in readings if r.state in (ReadingState.STALE, ReadingState.FAILED)]
    return next((r.error or "" for r in bad if r.error), "")


_RANKS = {ReadingState.FRESH: 0, ReadingState.PENDING: 1, ReadingState.STALE: 2, ReadingState.FAILED: 3}


def _next_try(moment: datetime, now: datetime) -> str:
    seconds = round((moment - now).total_seconds())
    if not _LATEST_ANSWER < seconds < _LONGEST_PAUSE:  # the wall clock was set meanwhile
        return "again soon"
    return f"again in {seconds}s" if seconds > 0 else "asking now"


_LONGEST_PAUSE = 400
"""Seconds; no source is asked less often than that, whatever its interval and its failures."""
_LATEST_ANSWER = -60
"""Seconds since the time of the next attempt, when the attempt must be over."""
