"""All about one check: its numbers, its last change, and the exchange behind it."""

from __future__ import annotations

import json
from datetime import datetime

from cockpit.engine.series import percentile
from cockpit.model.health import CheckResult, HttpSample
from cockpit.ui.look import Look
from cockpit.ui.present.health import mute_words
from cockpit.ui.present.words import latency, short_age
from cockpit.ui.spans import EMPTY, Line, Span, Tone, wrap

LABEL = 12
"""Cells of the labels."""
BODY_LINES = 400
"""Lines of a body that are shown."""
_NUMBERS = 20
_TIMED = frozenset({"http", "port"})
"""Subjects whose number is a time in seconds."""


def health_detail(
    result: CheckResult, now: datetime, look: Look, cells: int = 100, sample: HttpSample | None = None
) -> list[Line]:
    """All that is known of one check, and the whole request and response behind it.

    Args:
        result: what the check says.
        now: UTC now.
        look: shapes and masking.
        cells: cells of a line; longer ones are wrapped.
        sample: the exchange behind it, None when there is none.
    """
    facts = [
        ("verdict", f"{look.shapes.arrow} {result.verdict.value}{_pending(result)}"),
        ("value", result.value),
        ("because", result.message or "its condition for ok holds"),
        ("mute", mute_words(result, now)),
        ("changed", _changed(result, now)),
        ("read", f"{short_age((now - result.taken_at).total_seconds())} ago" if result.taken_at else "not yet"),
        ("took", latency(result.latency) or "not known"),
        ("changes", _changes(result)),
        ("spread", _spread(result)),
        ("history", " ".join(_number(result, number) for number in result.history[-_NUMBERS:]) or "none"),
        *result.facts,
    ]
    lines = [spans for label, text in facts if text for spans in _fact(label, look.text(text), cells)]
    return lines if sample is None else [*lines, EMPTY, *_exchange(sample, look, cells)]


def _fact(label: str, text: str, cells: int) -> list[Line]:
    pieces = wrap(text, max(20, cells - LABEL)) or [""]
    heads = [f"{label:<{LABEL}}"[: max(LABEL, len(label) + 1)], *[" " * LABEL] * (len(pieces) - 1)]
    if len(label) >= LABEL:
        return [(Span(label, Tone.DIM),), *((Span(" " * LABEL), Span(piece)) for piece in pieces)]
    return [(Span(head, Tone.DIM), Span(piece)) for head, piece in zip(heads, pieces, strict=True)]


def _pending(result: CheckResult) -> str:
    return "" if result.pending is None else f", {result.pending.value} if it lasts"


def _changed(result: CheckResult, now: datetime) -> str:
    if result.since is None:
        return "not known"
    before = f", {result.before.value} before" if result.before else ""
    return f"{short_age((now - result.since).total_seconds())} ago, at {result.since:%H:%M:%S}Z{before}"


def _changes(result: CheckResult) -> str:
    return f"{result.changes} in the last ten minutes{': it is flapping' if result.flapping else ''}"


def _spread(result: CheckResult) -> str:
    """Half of the numbers lie at or below p50, 95 % at or below p95."""
    numbers = result.history
    if len(numbers) < 2:
        return ""
    words = [("least", min(numbers)), ("p50", percentile(numbers, 0.5)), ("p95", percentile(numbers, 0.95))]
    words.append(("most", max(numbers)))
    shown = ", ".join(f"{word} {_number(result, number)}" for word, number in words if number is not None)
    return f"{shown} of {len(numbers)}"


def _number(result: CheckResult, number: float) -> str:
    return latency(number) if result.subject in _TIMED else f"{number:.4g}"


def _exchange(sample: HttpSample, look: Look, cells: int) -> list[Line]:
    lines: list[Line] = [(Span("request", Tone.TITLE),)]
    lines += _plain(f"{sample.method} {sample.url}", look, cells)
    for name, value in sample.sent:
        lines += _plain(f"{name}: {value}", look, cells)
    for text in sample.sent_body.splitlines()[:BODY_LINES]:
        lines += _plain(text, look, cells)
    lines += [EMPTY, (Span("response", Tone.TITLE), Span(f"  {sample.status}"))]
    for name, value in sample.headers:
        lines += _plain(f"{name}: {value}", look, cells)
    lines.append(EMPTY)
    return lines + _body(sample, look, cells)


def _body(sample: HttpSample, look: Look, cells: int) -> list[Line]:
    if sample.body is not None:
        texts = json.dumps(sample.body, indent=2, ensure_ascii=False).splitlines()
    else:
        texts = sample.text.splitlines()
    lines = [spans for text in texts[:BODY_LINES] for spans in _plain(text, look, cells)]
    left = len(texts) - BODY_LINES
    return [*lines, (Span(f"{left:,} more lines", Tone.DIM),)] if left > 0 else lines


def _plain(text: str, look: Look, cells: int) -> list[Line]:
    return [(Span(piece),) for piece in wrap(look.text(text), cells)] or [EMPTY]
