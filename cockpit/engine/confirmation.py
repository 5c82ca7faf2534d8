"""The confirmation: which key presses mean yes, judged at the key and by the clock alone."""

from __future__ import annotations

from enum import Enum

from cockpit.model.actions import Demand, Requirement

ARMING = 0.3
"""Seconds that must pass after the card was drawn, and after the last key, before a key can mean yes."""


LOOK_LIFETIME = 30.0
"""Seconds after which what a card shows is too old to decide by."""


class Response(Enum):
    """What a key press came to."""

    NOTHING = "nothing"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    AGAIN = "look again"


class Confirmation:
    """One pending question.

    Cancel is always one key away; Enter never means yes; a held key cannot confirm, since each of its
    repeats starts the arming time anew. For a typed phrase the phrase comes first and `y` after it. What was
    looked at too long ago cannot be confirmed without looking again: `r`, or Ctrl+R while a phrase is typed.

    Args:
        requirement: what the policy demands.
        drawn_at: monotonic seconds at which the card was on the screen.
        looked_at: monotonic seconds at which the target was looked at, None for `drawn_at`.
    """

    def __init__(self, requirement: Requirement, drawn_at: float, looked_at: float | None = None) -> None:
        self.requirement = requirement
        self.typed = ""
        self._quiet_since = drawn_at
        self._looked_at = drawn_at if looked_at is None else looked_at

    def age(self, at: float) -> float:
        """Seconds since the target was looked at."""
        return max(0.0, at - self._looked_at)

    def outdated(self, at: float) -> bool:
        """Whether what is shown is too old to decide by."""
        return self.age(at) > LOOK_LIFETIME

    def again(self, requirement: Requirement, drawn_at: float, looked_at: float) -> Confirmation:
        """The question after another look; what was typed stays when the same is still asked for."""
        fresh = Confirmation(requirement, drawn_at, looked_at)
        fresh.typed = self.typed if requirement == self.requirement else ""
        return fresh

    def armed(self, at: float) -> bool:
        """Whether a key pressed at `at` (monotonic seconds) could confirm."""
        return at - self._quiet_since >= ARMING

    @property
    def complete(self) -> bool:
        """Whether the phrase is typed in full, or none is asked for."""
        return self.requirement.demand is Demand.YES or self.typed == self.requirement.phrase

    @property
    def given(self) -> str:
        """What to hand to the policy after CONFIRMED."""
        return "y" if self.requirement.demand is Demand.YES else self.typed

    def press(self, key: str, character: str | None, at: float) -> Response:
        """Judge one key.

        Args:
            key: the key's name, for example "escape" or "y".
            character: the printable character, None when it has none.
            at: monotonic seconds.
        """
        armed = self.armed(at)
        self._quiet_since = at
        if key == "escape" or (key == "n" and self.requirement.demand is Demand.YES):
            return Response.CANCELLED
        if key == "ctrl+r" or (key == "r" and self.requirement.demand is Demand.YES):
            return Response.AGAIN
        if self.complete and character == "y":
            return Response.CONFIRMED if armed and not self.outdated(at) else Response.NOTHING
        if self.requirement.demand is Demand.TYPE:
            self._edit(key, character)
        return Response.NOTHING

    def _edit(self, key: str, character: str | None) -> None:
        if key == "backspace":
            self.typed = self.typed[:-1]
        elif key == "ctrl+u":
            self.typed = ""
        elif character is not None and character.isprintable():
            self.typed += character
