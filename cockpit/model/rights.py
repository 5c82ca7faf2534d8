"""What an observer could do to a source, and what keeps it from doing so."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cockpit.model.health import Json
from cockpit.model.text import clean


class Wall(StrEnum):
    """What stands between an observer and a change."""

    SERVER = "enforced by the server"
    COCKPIT = "only by the cockpit"
    NONE = "not enforced"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Right:
    """One kind of change to one source.

    Attributes:
        source: kind and name of the source.
        change: what could be done, for example "change rows".
        wall: what keeps the observer from doing it. COCKPIT: the server would let this account do it. NONE: it would
            let it do everything, so that whoever reads the password has all.
        found: what the server said, in words.
        remedy: the exact GRANT, REVOKE, ACL line or setting with which the server would enforce it; "" for none.
        closable: False where no server could ever enforce it, so that it is said and not counted as a fault.
    """

    source: str
    change: str
    wall: Wall
    found: str
    remedy: str = ""
    closable: bool = True

    @property
    def well(self) -> bool:
        """Whether nothing needs to be done about it."""
        return self.wall is Wall.SERVER or (self.wall is Wall.COCKPIT and not self.closable)

    def as_row(self) -> tuple[str, str, str, str]:
        """Cells for a table: source, change, wall, what was found."""
        return self.source, self.change, self.wall.value, clean(self.found)

    def as_json(self) -> Json:
        """The same as JSON."""
        return {
            "source": self.source,
            "change": self.change,
            "wall": self.wall.value,
            "found": clean(self.found),
            "remedy": clean(self.remedy),
            "well": self.well,
        }
