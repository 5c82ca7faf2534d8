"""One outcome for several targets."""

from __future__ import annotations

import pytest

from cockpit.adapters.outcomes import outcome_of
from cockpit.model.outcomes import OutcomeKind, TargetResult

S, F, R, U = OutcomeKind.SUCCEEDED, OutcomeKind.FAILED, OutcomeKind.REFUSED, OutcomeKind.UNKNOWN


@pytest.mark.parametrize(
    ("kinds", "whole"),
    [
        ([S, S], S),
        ([S, R], S),
        ([R, R], R),
        ([S, F], F),
        ([R, F], F),
        ([S, U, F], U),
        ([U], U),
    ],
)
def test_the_worst_counts(kinds: list[OutcomeKind], whole: OutcomeKind) -> None:
    results = [TargetResult(f"pid {number}", kind, "why") for number, kind in enumerate(kinds)]
    outcome = outcome_of(results, "1 session ended")
    assert (outcome.kind, outcome.results) == (whole, tuple(results))


def test_the_reason_names_what_did_not_succeed() -> None:
    results = [TargetResult("a", S), *(TargetResult(str(number), F, "why") for number in range(5))]
    assert outcome_of(results, "1 done").reason == "1 done; 0: why; 1: why; 2: why; and 2 more."
    assert outcome_of(results[1:2], "0 done").reason == "0: why."
