"""Takes frames of the board: all of it now and then, and in between what has changed."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import replace

from cockpit.engine.board import Board
from cockpit.engine.share.values import LINES
from cockpit.model.logs import LogBatch, LogLine
from cockpit.model.ports import Clock
from cockpit.model.readings import Reading, SourceId, SourceKind
from cockpit.model.share import Frame, Scene

_NOT_SHARED = frozenset({SourceKind.SHARE, SourceKind.NOTIFY})


class Spotlight:
    """Where the screen says what it is about; whoever wants to know looks here.

    Attributes:
        scene: as it is now.
    """

    def __init__(self) -> None:
        self.scene = Scene()


class Camera:
    """Listens to a board and gathers what a frame needs; lives on the event loop.

    Args:
        board: what is filmed.
        spotlight: what the screen is about.
        clock: tells the time of a frame.
    """

    def __init__(self, board: Board, spotlight: Spotlight, clock: Clock) -> None:
        self._board = board
        self._spotlight = spotlight
        self._clock = clock
        self._changed: dict[SourceId, None] = {}
        self._lines: dict[SourceId, deque[LogLine]] = {}
        self._passed_over: dict[SourceId, int] = {}
        self._health_changed = True
        self._scene: Scene | None = None
        board.subscribe(self._heard)

    def take(self, *, whole: bool) -> Frame:
        """A frame as of now; the next one begins after it."""
        everything = [source for source in self._board.readings if source.kind not in _NOT_SHARED]
        sources: Iterable[SourceId] = everything if whole else tuple(self._changed)
        readings = tuple(self._reading(source) for source in sources)
        health = self._board.health if whole or self._health_changed else None
        scene = self._spotlight.scene if whole or self._spotlight.scene != self._scene else None
        self.forget()
        self._scene, self._health_changed = self._spotlight.scene, False
        return Frame(self._clock.now(), whole, readings, health, scene)

    def forget(self) -> None:
        """Drop what was gathered, while nobody wants frames."""
        self._changed.clear()
        self._lines.clear()
        self._passed_over.clear()

    def _heard(self, source: SourceId | None) -> None:
        if source is None:
            self._health_changed = True
        elif source.kind not in _NOT_SHARED:
            self._changed[source] = None
            self._gather(self._board.reading(source))

    def _gather(self, reading: Reading[object]) -> None:
        """Log lines come once and are gone with the next batch: keep them until the next frame, within bounds."""
        batch = reading.value
        if not isinstance(batch, LogBatch) or reading.error is not None:
            return
        kept = self._lines.setdefault(reading.source, deque(maxlen=LINES))
        over = max(0, len(kept) + len(batch.lines) - LINES)
        kept.extend(batch.lines)
        self._passed_over[reading.source] = self._passed_over.get(reading.source, 0) + over + batch.dropped

    def _reading(self, source: SourceId) -> Reading[object]:
        reading = self._board.reading(source)
        if not isinstance(reading.value, LogBatch):
            return reading
        lines, dropped = tuple(self._lines.get(source, ())), self._passed_over.get(source, 0)
        return replace(reading, value=LogBatch(lines, dropped, reading.value.notice if lines else ""))
