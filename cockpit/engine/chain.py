"""The hash chain of the journal: what is hashed, and how a broken chain is found. Pure functions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from cockpit.model.health import Json
from cockpit.model.incident import Verification

GENESIS = "0" * 64
"""What stands for the previous hash in the first entry."""


@dataclass(frozen=True, slots=True)
class Link:
    """One entry exactly as it is stored; the payload is canonical JSON text.

    Attributes:
        sequence: 1, 2, 3 ...
        at: UTC time in ISO 8601.
        actor, incident, kind: as in JournalEntry.
        payload: canonical JSON.
        previous: hash of the entry before.
        hash: hash of this entry.
    """

    sequence: int
    at: str
    actor: str
    incident: str
    kind: str
    payload: str
    previous: str
    hash: str

    @property
    def holds(self) -> bool:
        """Whether the stored hash belongs to the stored content."""
        return self.hash == entry_hash(
            self.sequence, self.at, self.actor, self.incident, self.kind, self.payload, self.previous
        )


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain as noted outside the database: last sequence, its hash, number of entries."""

    sequence: int
    hash: str
    count: int


START = Head(0, GENESIS, 0)
"""The head of an empty journal."""


def canonical(payload: dict[str, Json]) -> str:
    """The one way to write a payload: sorted keys, no spaces, ASCII only.

    Raises:
        ValueError: when a number is not finite, which JSON cannot express.
        TypeError: when something is not JSON.
    """
    return json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def entry_hash(sequence: int, at: str, actor: str, incident: str, kind: str, payload: str, previous: str) -> str:
    """SHA-256 in hexadecimal over all fields of an entry and the hash before it; see Link for the fields."""
    fields = json.dumps([sequence, at, actor, incident, kind, payload, previous], separators=(",", ":"))
    return hashlib.sha256(fields.encode("ascii")).hexdigest()


def forged(sequence: int, at: str, actor: str, incident: str, kind: str, payload: str, previous: str) -> Link:
    """A new link with its hash."""
    own = entry_hash(sequence, at, actor, incident, kind, payload, previous)
    return Link(sequence, at, actor, incident, kind, payload, previous, own)


def verify_chain(links: Iterable[Link], head: Head | None) -> Verification:
    """Whether the chain holds.

    A database ahead of the head is sound: the writer was stopped between the two. A head ahead of the
    database means that the tail was cut.

    Args:
        links: all entries in the order of their sequence.
        head: what the head record says, None when there is none.
    """
    previous, read, noted = GENESIS, 0, GENESIS
    for link in links:
        problem = _problem(link, read + 1, previous)
        if problem:
            return Verification(False, read, problem)
        read, previous = read + 1, link.hash
        if head is not None and read == head.sequence:
            noted = link.hash
    problem = _against_head(read, noted, head)
    return Verification(not problem, read, problem)


def _problem(link: Link, expected: int, previous: str) -> str:
    if link.sequence != expected:
        return f"entry {expected} is missing: entry {link.sequence} follows entry {expected - 1}."
    if link.previous != previous:
        return f"entry {link.sequence} does not follow the entry before it: one of them was replaced or moved."
    if not link.holds:
        return f"entry {link.sequence} was edited: its content does not belong to its hash."
    return ""


def _against_head(read: int, noted: str, head: Head | None) -> str:
    if head is None:
        return "the head record is missing, so a cut tail could not be seen." if read else ""
    if head.sequence != head.count or head.sequence < 0:
        return "the head record contradicts itself."
    if head.sequence > read:
        return f"the tail was cut: the head record knows {head.sequence:,} entries and {read:,} are left."
    if head.hash != noted:
        return f"entry {head.sequence} is not the one that the head record knows: the journal was rewritten."
    return ""
