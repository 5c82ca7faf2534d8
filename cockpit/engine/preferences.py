"""What a person chose on the screen and wants to find again: columns, for example."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cockpit.model.health import Json

Keep = Callable[[dict[str, Json]], None]
"""Called with all choices when one has changed; returns at once."""


class Preferences:
    """Choices by name; they last as long as the cockpit unless somebody keeps them.

    Args:
        known: the choices of earlier sessions.
        keep: puts them where the next session finds them; None keeps them for this session alone.
    """

    def __init__(self, known: Mapping[str, Json] | None = None, keep: Keep | None = None) -> None:
        self._known: dict[str, Json] = dict(known or {})
        self._keep = keep

    def get(self, name: str) -> Json:
        """A choice; None when nothing was chosen."""
        return self._known.get(name)

    def put(self, name: str, value: Json) -> None:
        """Choose."""
        self._known[name] = value
        if self._keep is not None:
            self._keep(dict(self._known))
