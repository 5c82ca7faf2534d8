"""Verdicts and risks as words and shapes."""

from __future__ import annotations

from cockpit.model.health import Verdict
from cockpit.model.risk import Risk
from cockpit.ui.shapes import Shapes
from cockpit.ui.spans import Span, Tone

_VERDICT_TONES = {
    Verdict.OK: Tone.OK,
    Verdict.WARN: Tone.WARN,
    Verdict.CRIT: Tone.CRIT,
    Verdict.UNKNOWN: Tone.UNKNOWN,
}
_RISKS = {
    Risk.READ: Span("READ", Tone.DIM),
    Risk.UNKNOWN: Span("UNKNOWN", Tone.UNKNOWN),
    Risk.CHANGE: Span("CHANGE", Tone.CHANGE),
    Risk.HIGH: Span("HIGH", Tone.HIGH),
}


def verdict_tone(verdict: Verdict) -> Tone:
    """The tone of a verdict."""
    return _VERDICT_TONES[verdict]


def verdict_shape(verdict: Verdict, shapes: Shapes) -> Span:
    """The shape of a verdict in its tone."""
    shape = {
        Verdict.OK: shapes.ok,
        Verdict.WARN: shapes.warn,
        Verdict.CRIT: shapes.crit,
        Verdict.UNKNOWN: shapes.unknown,
    }[verdict]
    return Span(shape, _VERDICT_TONES[verdict])


def risk_word(risk: Risk) -> Span:
    """READ, UNKNOWN, CHANGE or HIGH in its tone."""
    return _RISKS[risk]
