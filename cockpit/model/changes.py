"""What changed lately around a service: commits, deployments, migrations, flags, images."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Change:
    """One change that somebody or something made outside of the cockpit.

    Attributes:
        id: its identity within its source: a commit, a container's id, an entry of a stream, a digest of a row.
        at: UTC time at which it happened.
        kind: one word for the reader: commit, merge, tag, deployment, container, image, or as configured.
        what: what changed, one cleaned line.
        who: who did it, "" when that is not told.
        facts: what else is known, as name and value; cleaned.
    """

    id: str
    at: datetime
    kind: str
    what: str
    who: str = ""
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ChangesSnapshot:
    """The last changes of one source.

    Attributes:
        changes: the newest first.
        origin: where they come from, for example a checkout and its branch.
    """

    changes: tuple[Change, ...] = ()
    origin: str = ""


def newest_first(changes: tuple[Change, ...] | list[Change], most: int) -> tuple[Change, ...]:
    """The newest changes, the newest first; at most `most`. Of the same time they keep their order."""
    return tuple(sorted(changes, key=lambda change: change.at, reverse=True)[:most])
