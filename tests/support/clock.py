"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class FixedClock:
    """Fulfils the port Clock; both of its times move together."""

    def __init__(self, at: datetime = datetime(2026, 3, 14, 3, 0, tzinfo=UTC)) -> None:
        self._at = at
        self._seconds = 1_000.0

    def now(self) -> datetime:
        return self._at

    def monotonic(self) -> float:
        return self._seconds

    def advance(self, seconds: float) -> None:
        self._at += timedelta(seconds=seconds)
        self._seconds += seconds
