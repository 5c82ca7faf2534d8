"""Puts frames onto a board, so that panes show them as they show readings of their own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from cockpit.engine.board import Board
from cockpit.engine.log_buffer import LogBuffer
from cockpit.model.logs import LogBatch
from cockpit.model.share import Frame, Scene


class Picture:
    """What the operator's board and screen were last known to be.

    Args:
        board: where readings and health go.
        logs: where log lines go.

    Attributes:
        scene: what the operator's screen was about.
        taken_at: UTC time of the last frame by the operator's clock, None before the first.
    """

    def __init__(self, board: Board, logs: LogBuffer) -> None:
        self._board = board
        self._logs = logs
        self.scene = Scene()
        self.taken_at: datetime | None = None

    def show(self, frames: Iterable[Frame]) -> None:
        """Take frames in, in their order; until a whole one has come, those that are not are of no use."""
        for frame in frames:
            if frame.whole or self.taken_at is not None:
                self._show(frame)

    def forget(self) -> None:
        """Begin anew: readings that come next may be older than those that are shown."""
        self.taken_at = None
        self.scene = Scene()
        self._logs.clear()

    def _show(self, frame: Frame) -> None:
        self.taken_at = frame.at
        for reading in frame.readings:
            if isinstance(reading.value, LogBatch):
                self._logs.extend(reading.value.lines, reading.value.dropped)
            self._board.publish(reading)
        if frame.health is not None and frame.health != self._board.health:
            self._board.publish_health(frame.health)
        if frame.scene is not None:
            self.scene = frame.scene
