"""A clock that goes through the past: it can stand still, run faster, and jump."""

from __future__ import annotations

from datetime import datetime, timedelta

from cockpit.model.ports import Clock

SPEEDS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Seconds of the past that go by in a second."""


class ReplayClock:
    """Fulfils `Clock` between two moments of the past.

    Args:
        begin, end: UTC times between which it goes.
        clock: the machine's own, by which it is driven.

    Attributes:
        begin, end: the same.
        speed: seconds of the past that go by in a second.
        playing: whether it goes.
    """

    def __init__(self, begin: datetime, end: datetime, clock: Clock) -> None:
        self.begin = begin
        self.end = max(begin, end)
        self.speed = 1.0
        self.playing = True
        self._clock = clock
        self._at = begin
        self._since = clock.monotonic()

    def now(self) -> datetime:
        """Where it stands, UTC."""
        if not self.playing:
            return self._at
        gone = timedelta(seconds=(self._clock.monotonic() - self._since) * self.speed)
        return min(self.end, self._at + gone)

    def monotonic(self) -> float:
        """Seconds on the machine's own clock, which never goes back: key presses are of the present."""
        return self._clock.monotonic()

    @property
    def over(self) -> bool:
        """Whether it has come to the end."""
        return self.now() >= self.end

    def jump(self, to: datetime) -> None:
        """Stand at another moment, within its bounds."""
        self._at, self._since = min(self.end, max(self.begin, to)), self._clock.monotonic()

    def pause(self) -> None:
        """Stand still, or go on; at the end it begins anew."""
        if not self.playing and self.over:
            self.jump(self.begin)
        self.jump(self.now())
        self.playing = not self.playing

    def hold(self) -> None:
        """Stand still."""
        self.jump(self.now())
        self.playing = False

    def change_speed(self, step: int) -> None:
        """Take the next faster speed, or for -1 the next slower one."""
        self.jump(self.now())
        place = SPEEDS.index(self.speed) + step
        self.speed = SPEEDS[min(len(SPEEDS) - 1, max(0, place))]
