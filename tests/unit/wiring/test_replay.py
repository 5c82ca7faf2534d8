"""Which stretch of an incident is played again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cockpit.adapters.recording import Recorded
from cockpit.model.incident import EntryKind, JournalEntry
from cockpit.wiring.replay import bounds
from tests.support.fake_session import START


def an_entry(second: float) -> JournalEntry:
    at = START + timedelta(seconds=second)
    return JournalEntry(1, at, "ada@laptop", "INC-1", EntryKind.NOTE, {}, "", "")


@pytest.mark.parametrize(
    ("entries", "frames", "begin", "end"),
    [
        ((0, 50), (), 0, 50),
        ((0, 50), (0.7, 1.7, 60.2), 0.7, 60.2),
        ((0, 50), (30.0, 40.0), 0, 50),
        ((5, 6), (1.0, 2.0), 1.0, 6),
    ],
)
def test_it_begins_with_the_first_picture_unless_that_came_late(
    entries: tuple[float, ...], frames: tuple[float, ...], begin: float, end: float
) -> None:
    told = [an_entry(second) for second in entries]
    shown = [Recorded(START + timedelta(seconds=second), True, 0, 0) for second in frames]
    first, last = bounds(told, shown)
    assert ((first - START).total_seconds(), (last - START).total_seconds()) == (begin, end)
