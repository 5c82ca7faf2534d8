"""What a preview says some time after the look."""

from __future__ import annotations

import pytest

from cockpit.model.actions import PreviewFact


@pytest.mark.parametrize(
    ("fact", "elapsed", "text"),
    [
        (PreviewFact("owner", "worker-1"), 100.0, "worker-1"),
        (PreviewFact("ttl", "51s", 51.0, -1), 0.4, "51s"),
        (PreviewFact("ttl", "51s", 51.0, -1), 12.0, "39s"),
        (PreviewFact("ttl", "51s", 51.0, -1), 51.0, "run out by now"),
        (PreviewFact("age", "held for 1h07m (by its ttl)", 4020.0), 75.0, "held for 1h08m (by its ttl)"),
    ],
)
def test_what_runs_is_counted_on(fact: PreviewFact, elapsed: float, text: str) -> None:
    assert fact.after(elapsed) == text
