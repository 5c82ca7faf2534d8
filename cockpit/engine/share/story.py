"""The entries of a shared incident as a follower has them: proven one by one, and marked where they are not."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import replace

from cockpit.engine.chronicle import sentence
from cockpit.engine.share.entries import Proof, SharedEntry, cleaned
from cockpit.model.incident import EntryKind, JournalEntry

MARK = "NOT PROVEN"
MOST = 20
"""Problems that are remembered; there may be one with every entry."""


class Story:
    """Takes entries in as they come, and again from the beginning when the stream was written anew.

    Args:
        key: of the seals, empty when none is configured.

    Attributes:
        problems: what was found wrong, oldest first.
        generation: how often what was told before has changed, so that whoever shows it begins anew.
    """

    def __init__(self, key: bytes = b"") -> None:
        self._key = key
        self._proof = Proof(key)
        self._told: dict[int, JournalEntry] = {}
        self._hashes: dict[int, str] = {}
        self.problems: list[str] = []
        self.generation = 0

    @property
    def last(self) -> int:
        """Sequence of the last entry, 0 before the first."""
        return self._proof.sequence

    def after(self, sequence: int, incident: str = "") -> list[JournalEntry]:
        """The entries above a sequence, of one incident or of all; what is not proven says so itself."""
        wanted = sorted(number for number in self._told if number > sequence)
        return [self._told[number] for number in wanted if incident in ("", self._told[number].incident)]

    def fits(self, lines: Sequence[SharedEntry]) -> bool:
        """Whether these can come next without anything being wrong."""
        proof = copy(self._proof)
        return not any(proof.judge(line) for line in lines)

    def proven(self) -> list[JournalEntry]:
        """The entries that may be believed, in order."""
        return [self._told[number] for number in sorted(self._hashes)]

    def take(self, lines: Sequence[SharedEntry]) -> None:
        """Take in what came next."""
        for line in lines:
            self._take(line)

    def begin_anew(self, lines: Sequence[SharedEntry]) -> None:
        """Take in a stream that was written anew: it has to tell what was proven before once more.

        An entry that was proven before and says something else now is marked. What the stream does not hold, because
        it keeps only so many or is still being written, stays as it was.
        """
        if not lines:
            return
        before, known = self._told, self._hashes
        self._proof, self._told, self._hashes = Proof(self._key), {}, {}
        for line in lines:
            number = line.entry.sequence
            other = number in known and known[number] != line.entry.hash
            self._take(line, f"entry {number} is not the one that was here before" if other else "")
        first, last = min(self._told), self.last
        for number, own in known.items():
            if number < first or number > last:
                self._told[number], self._hashes[number] = before[number], own
        if any(self._told.get(number) != entry for number, entry in before.items()):
            self.generation += 1

    def not_an_entry(self, problem: str) -> None:
        """Remember that something in the stream was no entry at all."""
        self._remember(problem)

    def _take(self, line: SharedEntry, known_problem: str = "") -> None:
        problem = self._proof.judge(line) or known_problem
        number, shown = line.entry.sequence, cleaned(line.entry)
        if not problem:
            self._hashes[number] = line.entry.hash
            self._told[number] = shown
            return
        self._remember(problem)
        self._told.setdefault(number, _marked(shown, problem))

    def _remember(self, problem: str) -> None:
        if problem not in self.problems:
            self.problems = [*self.problems, problem][-MOST:]


def _marked(entry: JournalEntry, problem: str) -> JournalEntry:
    """An entry that nobody may believe: it is told as a note, and means nothing to the incident."""
    return replace(entry, kind=EntryKind.NOTE, payload={"text": f"{MARK}: {problem}; it says: {sentence(entry)}"})
