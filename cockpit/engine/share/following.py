"""What a screen needs of whatever it follows: a live incident, or one that is played again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from cockpit.model.incident import JournalEntry
from cockpit.model.share import Scene


@dataclass(frozen=True, slots=True)
class Outlook:
    """How it stands with what is followed.

    Attributes:
        what: who is followed, or what is played.
        behind: seconds since the picture was taken, None when there is none yet.
        trouble: why it may be old, "" when it is not.
        problem: what is not proven in the story, "" when all is.
        playing: where a replay stands, "" for what is live.
    """

    what: str
    behind: float | None
    trouble: str = ""
    problem: str = ""
    playing: str = ""


class Following(Protocol):
    """The story, the scene and the age of the picture; also the record that the timeline tells."""

    @property
    def scene(self) -> Scene:
        """What the operator's screen was last about."""
        ...

    @property
    def generation(self) -> int:
        """How often what was told before has changed, so that the timeline begins anew."""
        ...

    def outlook(self, now: datetime) -> Outlook:
        """How it stands."""
        ...

    async def entries(self, incident: str = "", after: int = 0) -> Sequence[JournalEntry]:
        """The entries above a sequence, of one incident or of all."""
        ...
