"""The record as JSON Lines that carry the hash chain, and the proof of such a file. Pure functions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cockpit.engine.chain import canonical, entry_hash
from cockpit.engine.postmortem import masked
from cockpit.model.health import Json
from cockpit.model.incident import JournalEntry
from cockpit.model.masking import Masker
from cockpit.model.wording import count

_FIELDS = ("sequence", "at", "actor", "incident", "kind", "payload", "previous", "hash")


@dataclass(frozen=True, slots=True)
class FileVerification:
    """Whether an exported file still is what was exported.

    Attributes:
        intact: True when no line was edited, removed or moved.
        proven: lines whose content belongs to their hash.
        masked: lines whose content was masked, of which only the place in the chain is proven.
        withheld: lines that hold nothing but their place in the chain.
        last: hash of the last line, to compare with the journal; "" when there is none.
        problem: one sentence naming the first break, "" when intact.
    """

    intact: bool
    proven: int = 0
    masked: int = 0
    withheld: int = 0
    last: str = ""
    problem: str = ""

    @property
    def words(self) -> str:
        """What was proven, in one sentence."""
        parts = [f"intact: {count(self.proven, 'entry', 'entries')}"]
        if self.masked:
            parts.append(f"{self.masked:,} masked, of which only the place in the chain is proven")
        if self.withheld:
            parts.append(f"{self.withheld:,} withheld because they belong to something else")
        return ", ".join(parts)


def record_lines(entries: Sequence[JournalEntry], told: Iterable[int], masker: Masker | None) -> list[str]:
    """One line of JSON for each entry from the first to the last that is told.

    An entry in between that is not told keeps its line, without its content: the chain goes through it.

    Args:
        entries: the whole record in order.
        told: sequences of the entries to tell.
        masker: hides personal data, and marks the lines in which it did; None leaves every entry as it is stored.
    """
    wanted = set(told)
    if not wanted:
        return []
    first, last = min(wanted), max(wanted)
    return [
        json.dumps(_line(entry, entry.sequence in wanted, masker), ensure_ascii=False, sort_keys=False)
        for entry in entries
        if first <= entry.sequence <= last
    ]


def _line(entry: JournalEntry, wanted: bool, masker: Masker | None) -> dict[str, Json]:
    chain: dict[str, Json] = {"previous": entry.previous, "hash": entry.hash}
    if not wanted:
        return {"sequence": entry.sequence, "withheld": True, **chain}
    shown = entry if masker is None else masked(entry, masker)
    line: dict[str, Json] = {
        "sequence": entry.sequence,
        "at": entry.at.isoformat(timespec="microseconds"),
        "actor": shown.actor,
        "incident": entry.incident,
        "kind": entry.kind.value,
        "payload": shown.payload,
        **chain,
    }
    return line if shown == entry else {**line, "masked": True}


def verify_lines(lines: Iterable[str]) -> FileVerification:
    """Whether every line follows the one before it, and belongs to its hash as far as it is told."""
    counts = {"proven": 0, "masked": 0, "withheld": 0}
    before: tuple[int, str] | None = None
    for number, text in enumerate(lines, 1):
        if not text.strip():
            continue
        try:
            line = _read(text)
        except ValueError as error:
            return FileVerification(False, problem=f"line {number} is no line of a record: {error}.")
        what, problem = _judged(line, before)
        if problem:
            return FileVerification(False, problem=f"line {number}: {problem}")
        counts[what] += 1
        before = (_sequence(line), str(line["hash"]))
    if before is None:
        return FileVerification(False, problem="the file holds no entries.")
    return FileVerification(True, counts["proven"], counts["masked"], counts["withheld"], before[1])


def _read(text: str) -> dict[str, Json]:
    line = json.loads(text)
    if not isinstance(line, dict) or not isinstance(line.get("sequence"), int):
        raise ValueError("it has no sequence")  # noqa: TRY004  one kind of error for one kind of trouble
    needed = ("previous", "hash") if line.get("withheld") is True else _FIELDS
    missing = [name for name in needed if name not in line]
    if missing:
        raise ValueError(f"it has no {missing[0]}")
    return line


def _judged(line: dict[str, Json], before: tuple[int, str] | None) -> tuple[str, str]:
    """Whether it is proven, masked or withheld, and what is wrong with it, "" for nothing."""
    sequence = _sequence(line)
    if before is not None and sequence != before[0] + 1:
        return "", f"entry {before[0] + 1} is missing: entry {sequence} follows entry {before[0]}."
    if before is not None and line["previous"] != before[1]:
        return "", f"entry {sequence} does not follow the entry before it: one of them was replaced or moved."
    if line.get("withheld") is True:
        return "withheld", ""
    if line.get("masked") is True:
        return "masked", ""
    payload = line["payload"]
    if not isinstance(payload, dict):
        return "", f"entry {sequence} has no content."
    at, actor, incident, kind = (str(line[name]) for name in ("at", "actor", "incident", "kind"))
    own = entry_hash(sequence, at, actor, incident, kind, canonical(payload), str(line["previous"]))
    if own != line["hash"]:
        return "", f"entry {sequence} was edited: its content does not belong to its hash."
    return "proven", ""


def _sequence(line: dict[str, Json]) -> int:
    sequence = line["sequence"]
    assert isinstance(sequence, int)
    return sequence
