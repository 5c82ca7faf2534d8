"""How this person sees things: the shapes, and what is hidden from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cockpit.model.incident import Role
from cockpit.model.masking import Masker
from cockpit.ui.shapes import ASCII, UNICODE, Shapes

if TYPE_CHECKING:
    from cockpit.engine.session import Session


@dataclass(frozen=True, slots=True)
class Look:
    """Handed to everything that turns values into text.

    Attributes:
        shapes: Unicode or ASCII.
        masker: hides secrets.
        observer: True hides personal data and SQL literals as well.
    """

    shapes: Shapes
    masker: Masker
    observer: bool

    def text(self, outside: str) -> str:
        """An outside text as this person may see it."""
        return self.masker.everything(outside) if self.observer else self.masker.secrets(outside)

    def query(self, sql: str) -> str:
        """A SQL text as this person may see it."""
        return self.masker.query(sql) if self.observer else self.masker.secrets(sql)


PLAIN_LOOK = Look(UNICODE, Masker(), observer=True)
"""Before a session is open."""


def look_of(session: Session) -> Look:
    """The look that belongs to a session."""
    return Look(ASCII if session.ascii else UNICODE, session.masker, session.role is Role.OBSERVER)
