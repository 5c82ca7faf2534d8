"""Which procedures fit what is failing now."""

from __future__ import annotations

from dataclasses import dataclass

from cockpit.engine.board import Board
from cockpit.engine.conditions import Names, holds
from cockpit.engine.evidence import live_names
from cockpit.engine.library import Library
from cockpit.engine.search import Indexed
from cockpit.engine.telling import identifier_words, telling_words
from cockpit.model.errors import ConditionError
from cockpit.model.health import CheckResult, Verdict
from cockpit.model.ports import Clock
from cockpit.model.runbook import Procedure, Runbook

ALERT_POINTS = 10
"""What an alert's name counts that names a failing check."""
MOST_WORDS = 99
"""Words and names never outweigh a signal that holds."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A procedure and how well it fits.

    Attributes:
        runbook, procedure: what to open.
        score: 100 for each signal that holds, ALERT_POINTS for an alert's name that fits a failing check, 1 for each
            word that its symptoms share with one; 0 when nothing fits.
        reason: one clause for the sidebar, "" when nothing fits.
    """

    runbook: Runbook
    procedure: Procedure
    score: int
    reason: str

    @property
    def matches(self) -> bool:
        """Whether one of its own signals holds."""
        return self.score >= 100

    @property
    def key(self) -> tuple[str, str]:
        """Its identity: the file and the procedure's slug."""
        return self.runbook.path, self.procedure.slug


def rank(library: Library, board: Board, clock: Clock) -> tuple[Suggestion, ...]:
    """All procedures, best fit first, then by title; what is muted leads nowhere."""
    bad = [result for result in board.health.results if result.verdict in (Verdict.WARN, Verdict.CRIT)]
    failing = [result for result in bad if not result.muted]
    muted = [result.name for result in bad if result.muted]
    names = live_names(board, clock)
    words = {word for result in failing for word in telling_words(f"{result.name} {result.message}")}
    checks = [(result.name, identifier_words(result.name)) for result in failing]
    suggestions = []
    for runbook in library.runbooks:
        for entry in library.indexed(runbook):
            procedure = entry.procedure
            if procedure is None:
                continue
            signals = [s for s in procedure.signals if not _is_muted(s, muted, failing) and _holds(s, names)]
            shared = entry.subject & words
            alert = _fitting_alert(entry, checks)
            points = min(MOST_WORDS, len(shared) + (ALERT_POINTS if alert else 0))
            reason = _reason(signals, alert, shared, failing)
            suggestions.append(Suggestion(runbook, procedure, 100 * len(signals) + points, reason))
    return tuple(sorted(suggestions, key=lambda s: (-s.score, s.procedure.title.casefold(), s.key)))


def failing_words(board: Board) -> frozenset[str]:
    """The words of the names of what fails now."""
    failing = (r for r in board.health.results if r.verdict in (Verdict.WARN, Verdict.CRIT))
    return frozenset(word for result in failing for word in telling_words(result.name))


def _fitting_alert(entry: Indexed, checks: list[tuple[str, frozenset[str]]]) -> str:
    """The alert and the check that name the same thing: half of the check's words stand in the alert's name."""
    for alert, words in zip(entry.alerts, entry.names, strict=True):
        for name, wanted in checks:
            shared = wanted & words
            if shared and 2 * len(shared) >= len(wanted):
                return f"alert {alert} fits {name}"
    return ""


def _is_muted(signal: str, muted: list[str], failing: list[CheckResult]) -> bool:
    """Whether all that fails of what a signal names is muted."""
    return any(name in signal for name in muted) and not any(result.name in signal for result in failing)


def _holds(signal: str, names: Names) -> bool:
    try:
        return holds(signal, names)
    except ConditionError:
        return False


def _reason(signals: list[str], alert: str, shared: frozenset[str], failing: list[CheckResult]) -> str:
    if signals:
        named = next((result for result in failing if any(result.name in signal for signal in signals)), None)
        return f"{named.name} is {named.verdict}" if named else "its signal holds"
    if alert:
        return alert
    return f"mentions {', '.join(sorted(shared)[:3])}" if shared else ""
