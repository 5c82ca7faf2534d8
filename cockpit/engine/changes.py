"""The changes of all sources together, as marks beside what happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from cockpit.engine.board import Board
from cockpit.model.changes import Change, ChangesSnapshot
from cockpit.model.readings import Reading, SourceId, SourceKind

LATELY = timedelta(hours=1)
"""What counts as a change of the last hour."""


@dataclass(frozen=True, slots=True)
class Noted:
    """A change and the source that told of it."""

    source: SourceId
    change: Change

    @property
    def key(self) -> tuple[str, str]:
        """Its identity among the changes of all sources."""
        return self.source.name, self.change.id


def change_readings(board: Board) -> tuple[Reading[object], ...]:
    """The readings of all sources of changes."""
    return board.of_kind(SourceKind.CHANGES)


def all_changes(board: Board) -> list[Noted]:
    """The last good changes of all sources, the newest first."""
    found = [
        Noted(reading.source, change)
        for reading in change_readings(board)
        if isinstance(reading.value, ChangesSnapshot)
        for change in reading.value.changes
    ]
    return sorted(found, key=lambda noted: noted.change.at, reverse=True)


def since(noted: list[Noted], moment: datetime) -> list[Noted]:
    """Those that happened at a time or after it."""
    return [one for one in noted if one.change.at >= moment]
