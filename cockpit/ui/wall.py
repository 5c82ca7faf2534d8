"""A screen for a wall: what needs attention comes forward by itself, and nothing asks to be touched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cockpit.model.readings import Reading, ReadingState
from cockpit.ui.deck import ACTIVITY, HOST, LOCKS, LOGS, SERVICES, TIMELINE
from cockpit.ui.spans import Line, Tone

if TYPE_CHECKING:
    from cockpit.ui.screens.main import MainScreen

TAKING_TURNS = (ACTIVITY, LOCKS, SERVICES, LOGS, HOST)
"""The panes that come forward; beside them stand health, and the timeline once there is one, else the logs."""
SETTLING = 8.0
"""Seconds that a pane stays in front before one that needs as much attention may take its place."""
KEYS = frozenset({"sidebar.go", "help.open", "go.back", "app.quit"})
"""All that the keys do on a wall."""
_LEVELS = {Tone.CRIT: 3, Tone.WARN: 2, Tone.UNKNOWN: 1}


@dataclass(frozen=True, slots=True)
class WallWish:
    """What was asked for.

    Attributes:
        rotate: seconds after which the next pane comes forward; 0 leaves the one that needs most attention there.
    """

    rotate: float = 0.0


def attention(title: Line, readings: Sequence[Reading[object]]) -> int:
    """How much attention a pane needs: 3 what is critical, 2 a warning or a lost source, 1 what is not known, else 0.

    Args:
        title: what the pane's title tells.
        readings: what it shows.
    """
    told = max((_LEVELS.get(span.tone, 0) for span in title), default=0)
    lost = any(reading.state in (ReadingState.FAILED, ReadingState.STALE) for reading in readings)
    return max(told, 2 if lost else 0)


class Front:
    """Which panes stand in front, the first of them largest.

    Args:
        wish: what was asked for.
    """

    def __init__(self, wish: WallWish) -> None:
        self._wish = wish
        self._since = 0.0
        self.order: tuple[str, ...] = TAKING_TURNS

    def choose(self, needs: Mapping[str, int], now: float) -> tuple[str, ...]:
        """The panes in their order.

        Args:
            needs: how much attention each pane needs, by name.
            now: seconds on a clock that never goes back.
        """
        order = sorted(needs, key=lambda name: (-needs[name], TAKING_TURNS.index(name)))
        first = self.order[0] if self.order[0] in needs else order[0]
        if self._wish.rotate:
            first = self._next(order, needs, now)
        elif needs[order[0]] > needs[first] or now - self._since >= SETTLING:
            first = order[0]
        if first != self.order[0]:
            self._since = now
        self.order = (first, *(name for name in order if name != first))
        return self.order

    def _next(self, order: Sequence[str], needs: Mapping[str, int], now: float) -> str:
        """Whose turn it is among those that need attention, else among all; what newly needs most comes at once."""
        first, worst = self.order[0], needs[order[0]]
        if worst >= 2 and needs[first] < 2:
            return order[0]
        if now - self._since < self._wish.rotate:
            return first
        taking = [name for name in TAKING_TURNS if needs.get(name, 0) >= 2] or [n for n in TAKING_TURNS if n in needs]
        self._since = now
        return taking[(taking.index(first) + 1) % len(taking)] if first in taking else taking[0]


def bring_forward(screen: MainScreen, front: Front) -> None:
    """Let the panes that need attention come forward."""
    now, needs = screen.now(), dict[str, int]()
    beside = TIMELINE if screen.panes.timeline.table.state.rows else LOGS
    for name in TAKING_TURNS:
        if name == beside:
            continue
        pane = screen.panes.named(name)
        if not pane.display:
            pane.refill(now)
        needs[name] = attention(pane.summary(now), pane.readings())
    if (front.choose(needs, screen.monotonic()), beside) != (screen.deck.front, screen.deck.beside):
        screen.deck.front, screen.deck.beside = front.order, beside
        screen.lay_out()
