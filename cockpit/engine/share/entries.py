"""Journal entries as they are shared: masked, with their place in the chain, and sealed one upon the other.

The hash chain of the journal proves an entry that is shared as it is stored. One in which something had to be masked
no longer belongs to its hash; the seal covers it: a keyed digest (HMAC-SHA-256) of the shared text and of the seal
before it. Without a key the seals prove that nobody edited, moved or took away an entry in the middle of what was
read; with `[share] key` nobody without that key can add one either.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime

from cockpit.engine.chain import canonical, entry_hash
from cockpit.engine.incident_events import DECLARED
from cockpit.engine.postmortem import masked
from cockpit.model.errors import SourceGarbled
from cockpit.model.health import Json
from cockpit.model.incident import EntryKind, JournalEntry
from cockpit.model.masking import Masker
from cockpit.model.text import clean, clean_block

_TEXTS = ("at", "actor", "incident", "kind", "previous", "hash", "seal")


@dataclass(frozen=True, slots=True)
class SharedEntry:
    """One entry as it came.

    Attributes:
        entry: what it says, cleaned.
        hides: whether something was masked, so that it does not belong to its hash.
        seal: as it came.
        sealed: the text that the seal is over.
        at: the time exactly as it was written.
    """

    entry: JournalEntry
    hides: bool
    seal: str
    sealed: str
    at: str


def seal_of(key: bytes, before: str, text: str) -> str:
    """The seal over a text that follows another one, in hexadecimal."""
    return hmac.new(key, f"{before}\n{text}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def shared_line(entry: JournalEntry, masker: Masker, key: bytes, before: str) -> tuple[bytes, str]:
    """An entry as bytes for the stream, and its seal.

    Args:
        entry: as it is stored.
        masker: hides personal data.
        key: of the seals, empty when none is configured.
        before: the seal of the entry before, "" for the first of a stream.
    """
    shown = masked(entry, masker)
    line: dict[str, Json] = {
        "sequence": entry.sequence,
        "at": entry.at.isoformat(timespec="microseconds"),
        "actor": shown.actor,
        "incident": entry.incident,
        "kind": entry.kind.value,
        "payload": shown.payload,
        "previous": entry.previous,
        "hash": entry.hash,
        "masked": shown != entry,
    }
    seal = seal_of(key, before, canonical(line))
    return canonical({**line, "seal": seal}).encode("ascii"), seal


def read_line(data: bytes) -> SharedEntry:
    """An entry from the stream.

    Raises:
        SourceGarbled: when it is none.
    """
    try:
        return _read(json.loads(data))
    except (ValueError, KeyError, RecursionError) as error:
        raise SourceGarbled("what the share holds is no entry of a journal", "look who else writes there") from error


def _read(line: object) -> SharedEntry:
    """The entry of a line; raises ValueError or KeyError when it is none."""
    match line:
        case {"sequence": int(sequence), "payload": dict(payload), "masked": bool(hides)} if isinstance(line, dict):
            at, actor, incident, kind, previous, own, seal = (str(line[name]) for name in _TEXTS)
        case _:
            raise ValueError("something is missing")
    sealed = canonical({name: value for name, value in line.items() if name != "seal"})
    moment = datetime.fromisoformat(at)
    if moment.tzinfo is None:
        raise ValueError("its time has no zone")
    entry = JournalEntry(sequence, moment, actor, incident, EntryKind(kind), payload, previous, own)
    return SharedEntry(entry, hides, seal, sealed, at)


def cleaned(entry: JournalEntry) -> JournalEntry:
    """The entry with every text in it made safe for a terminal; to be shown, no longer to be proven."""
    payload = {clean(key, 200): _cleaned(value) for key, value in entry.payload.items()}
    return JournalEntry(
        entry.sequence,
        entry.at,
        clean(entry.actor, 200),
        clean(entry.incident, 200),
        entry.kind,
        payload,
        clean(entry.previous, 64),
        clean(entry.hash, 64),
    )


def _cleaned(value: Json) -> Json:
    match value:
        case str():
            return clean_block(value, 100_000)
        case list():
            return [_cleaned(one) for one in value]
        case dict():
            return {clean(key, 200): _cleaned(one) for key, one in value.items()}
        case _:
            return value


class Proof:
    """Follows the chain and the seals through a stream, entry by entry.

    Args:
        key: of the seals, empty when none is configured.

    Attributes:
        sequence: of the last entry, 0 before the first.
    """

    def __init__(self, key: bytes = b"") -> None:
        self._key = key
        self._hash = ""
        self._seal = ""
        self.sequence = 0

    def judge(self, line: SharedEntry) -> str:
        """What is wrong with the next entry, "" when it is proven; the one after it is judged against this one.

        The first entry of a stream is believed as far as its own hash goes, and as far as its seal when it is the
        declaration: a stream that keeps only so many entries begins with one whose seal is over another.
        """
        problem = self._place(line) or self._content(line)
        self.sequence, self._hash, self._seal = line.entry.sequence, line.entry.hash, line.seal
        return problem

    def _place(self, line: SharedEntry) -> str:
        entry = line.entry
        if not self.sequence:
            return ""
        if entry.sequence <= self.sequence:
            return f"entry {entry.sequence} comes after entry {self.sequence}: it was moved or added"
        if entry.sequence > self.sequence + 1:
            return f"entry {self.sequence + 1} is missing: entry {entry.sequence} follows entry {self.sequence}"
        if entry.previous != self._hash:
            return f"entry {entry.sequence} does not follow the entry before it: one of them was replaced"
        return ""

    def _content(self, line: SharedEntry) -> str:
        entry = line.entry
        own = entry_hash(
            entry.sequence,
            line.at,
            entry.actor,
            entry.incident,
            entry.kind.value,
            canonical(entry.payload),
            entry.previous,
        )
        if not line.hides and own != entry.hash:
            return f"entry {entry.sequence} was forged: its content does not belong to its hash"
        begins_later = not self.sequence and entry.payload.get("event") != DECLARED
        seal = seal_of(self._key, self._seal, line.sealed)
        if not begins_later and not hmac.compare_digest(seal.encode(), line.seal.encode("utf-8", "replace")):
            return f"entry {entry.sequence} was forged: its seal is not that of the operator's cockpit"
        return ""
