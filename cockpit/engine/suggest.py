"""Which procedures fit what is failing now."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cockpit.engine.board import Board
from cockpit.engine.conditions import Names, holds
from cockpit.engine.evidence import live_names
from cockpit.engine.library import Library
from cockpit.model.errors import ConditionError
from cockpit.model.health import CheckResult, Verdict
from cockpit.model.ports import Clock
from cockpit.model.runbook import Procedure, Runbook

_WORD = re.compile(r"[a-z][a-z0-9]{2,}")
_COMMON = frozenset(
    _WORD.findall(
        "ago all and answer any are but check does each every expected for from has have held how into"
        " intervals its last least less limit more most must name never not number off one only other out over own"
        " percent read run runs says see still than that the their them then there they this time use used value"
        " wanted was what when which who will with yet you"
    )
)
"""Words that say nothing about what fails."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A procedure and how well it fits.

    Attributes:
        runbook, procedure: what to open.
        score: 100 for each signal that holds, 1 for each word that its symptoms share with a failing check;
            0 when nothing fits.
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


def rank(library: Library, board: Board, clock: Clock) -> tuple[Suggestion, ...]:
    """All procedures, best fit first, then by title."""
    failing = [r for r in board.health.results if r.verdict in (Verdict.WARN, Verdict.CRIT)]
    names = live_names(board, clock)
    words = {word for result in failing for word in _words(f"{result.name} {result.message}")}
    suggestions = []
    for runbook in library.runbooks:
        for procedure in runbook.procedures:
            signals = [signal for signal in procedure.signals if _holds(signal, names)]
            shared = _words(" ".join((procedure.title, *procedure.symptoms))) & words
            reason = _reason(signals, shared, failing)
            suggestions.append(Suggestion(runbook, procedure, 100 * len(signals) + len(shared), reason))
    return tuple(sorted(suggestions, key=lambda s: (-s.score, s.procedure.title.casefold())))


def _holds(signal: str, names: Names) -> bool:
    try:
        return holds(signal, names)
    except ConditionError:
        return False


def _reason(signals: list[str], shared: set[str], failing: list[CheckResult]) -> str:
    if signals:
        named = next((result for result in failing if any(result.name in signal for signal in signals)), None)
        return f"{named.name} is {named.verdict}" if named else "its signal holds"
    return f"mentions {', '.join(sorted(shared)[:3])}" if shared else ""


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.lower())) - _COMMON
