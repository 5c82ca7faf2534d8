"""The board: the latest reading of every source, and the health that follows from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from cockpit.model.health import HealthSnapshot
from cockpit.model.readings import Reading, SourceId, SourceKind

Listener = Callable[[SourceId | None], None]
"""Called with the source that changed, or None when the health changed."""


class Board:
    """Holds what is known now. Lives on the event loop; listeners are called there, at once and in order."""

    def __init__(self) -> None:
        self._readings: dict[SourceId, Reading[object]] = {}
        self._health = HealthSnapshot()
        self._listeners: list[Listener] = []

    @property
    def readings(self) -> Mapping[SourceId, Reading[object]]:
        """The latest reading of each source, in the order of the configuration."""
        return MappingProxyType(self._readings)

    @property
    def health(self) -> HealthSnapshot:
        """What the checks say now."""
        return self._health

    def announce(self, source: SourceId) -> None:
        """Make a source known before its first reading, so that the screen can show that it is awaited."""
        self._readings.setdefault(source, Reading(source))

    def reading(self, source: SourceId) -> Reading[object]:
        """The latest reading of a source; a pending one when it is not known."""
        return self._readings.get(source, Reading(source))

    def of_kind(self, kind: SourceKind) -> tuple[Reading[object], ...]:
        """The latest readings of all sources of one kind."""
        return tuple(reading for source, reading in self._readings.items() if source.kind is kind)

    def publish(self, reading: Reading[object]) -> None:
        """Put up a new reading and tell the listeners."""
        self._readings[reading.source] = reading
        self._tell(reading.source)

    def publish_health(self, health: HealthSnapshot) -> None:
        """Put up a new health and tell the listeners."""
        self._health = health
        self._tell(None)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Be told of changes; call the result to be told no more."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _tell(self, source: SourceId | None) -> None:
        for listener in tuple(self._listeners):
            listener(source)
