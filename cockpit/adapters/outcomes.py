"""From what became of each target to the outcome of the whole."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.model.outcomes import Outcome, OutcomeKind, TargetResult

_WORST = (OutcomeKind.UNKNOWN, OutcomeKind.FAILED)


def outcome_of(results: Sequence[TargetResult], done: str) -> Outcome:
    """One outcome for several targets: unknown or failed as soon as one is, refused only when all are.

    Args:
        results: at least one.
        done: what was done to those that succeeded, for example "3 sessions ended".
    """
    kinds = {result.kind for result in results}
    kind = next((worst for worst in _WORST if worst in kinds), None)
    if kind is None:
        kind = OutcomeKind.SUCCEEDED if OutcomeKind.SUCCEEDED in kinds else OutcomeKind.REFUSED
    others = [result for result in results if result.kind is not OutcomeKind.SUCCEEDED]
    clauses = [done] if len(others) < len(results) else []
    clauses += [f"{result.target}: {result.detail}" for result in others[:3]]
    if len(others) > 3:
        clauses.append(f"and {len(others) - 3:,} more")
    return Outcome(kind, f"{'; '.join(clauses)}.", tuple(results))
