"""Searching runbooks by what somebody on call would type: a title, a symptom, an alert, a command, a file's name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias

from cockpit.engine.telling import identifier_words, telling_words
from cockpit.model.runbook import Procedure, Runbook

LEAST_FUZZY = 3
"""Letters from which a word may also be found with letters left out."""
EXACT = 200
"""What it counts more when the word is all that stands there: P1 means the severity before any title with it."""
LINES_CAP = 400
"""Lines of one procedure that are searched."""
LINE_CAP = 300
"""Characters of a line that are searched."""

_CODE = re.compile(r"`([^`\s]{3,60})`")
_CAMEL = re.compile(r"\b[A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+\b")


class Field(StrEnum):
    """Where something was found, in the words of the screen."""

    TITLE = "title"
    ALERT = "alert"
    SYMPTOM = "symptom"
    FILE = "file"
    RUNBOOK = "runbook"
    SEVERITY = "severity"
    STEP = "step"
    COMMAND = "command"
    TEXT = "text"


WEIGHTS = {
    Field.TITLE: 100,
    Field.ALERT: 80,
    Field.SYMPTOM: 50,
    Field.FILE: 45,
    Field.RUNBOOK: 40,
    Field.SEVERITY: 40,
    Field.STEP: 25,
    Field.COMMAND: 20,
    Field.TEXT: 8,
}
"""How much a word counts that stands there."""
_SHORT = frozenset({Field.TITLE, Field.ALERT, Field.FILE, Field.RUNBOOK, Field.SEVERITY})


IndexedLine: TypeAlias = tuple[Field, str, str]
"""Where it stands, the line as written, and the line folded for comparison."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """A procedure with what it is found by.

    Attributes:
        runbook, procedure: what to open; the procedure is None for an index page.
        lines: what is searched.
        short: those of them that are looked through for a word with letters left out.
        folded: all folded lines in one, to rule a word out at once.
        names: the alert names taken apart into words, in lower case.
        alerts: the alert names as written.
        subject: the words of the title and the symptoms that tell something.
    """

    runbook: Runbook
    procedure: Procedure | None
    lines: tuple[IndexedLine, ...]
    short: tuple[IndexedLine, ...]
    folded: str
    names: tuple[frozenset[str], ...] = ()
    alerts: tuple[str, ...] = ()
    subject: frozenset[str] = frozenset()

    @property
    def key(self) -> tuple[str, str]:
        """Its identity: the file and the procedure's slug, "" for an index page."""
        return self.runbook.path, self.procedure.slug if self.procedure else ""

    @property
    def title(self) -> str:
        """What it is called in lists."""
        return self.procedure.title if self.procedure else self.runbook.title


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that fits what was typed.

    Attributes:
        found: what it is.
        points: how well it fits.
        field, line: where the best word was found, and the line as written.
    """

    found: Indexed
    points: int
    field: Field
    line: str


def index_of(book: Runbook) -> tuple[Indexed, ...]:
    """What the procedures of a runbook are found by; an index page counts as one of them."""
    found = tuple(_indexed(book, procedure) for procedure in book.procedures)
    if not book.index:
        return found
    lines = [(Field.TITLE, book.title), (Field.FILE, Path(book.path).name)]
    lines += [(Field.TEXT, f"{e.title}  {e.signal}  {e.severity}".rstrip()) for e in book.index]
    return (*found, _made(book, None, lines, ()))


def find(index: Iterable[Indexed], needle: str) -> list[Hit]:
    """What fits every word of the needle, best first; nothing when the needle is empty."""
    words = needle.casefold().split()
    hits = [hit for entry in index if (hit := _hit(entry, words)) is not None] if words else []
    return sorted(hits, key=lambda hit: (-hit.points, hit.found.title.casefold(), hit.found.key))


def _indexed(book: Runbook, procedure: Procedure) -> Indexed:
    alerts = tuple(dict.fromkeys((*procedure.alerts, *_names_in(procedure))))
    lines = [(Field.TITLE, procedure.title), (Field.FILE, Path(book.path).name)]
    lines += [(Field.ALERT, name) for name in alerts]
    lines += [(Field.SYMPTOM, text) for text in procedure.symptoms]
    if book.title != procedure.title:
        lines.append((Field.RUNBOOK, book.title))
    if procedure.severity:
        lines.append((Field.SEVERITY, procedure.severity))
    for step in procedure.steps:
        lines.append((Field.STEP, step.title))
        lines += [(Field.COMMAND, part) for command in step.commands for part in command.text.split("\n")]
        lines += [(Field.TEXT, text) for text in step.details]
    notes = (*procedure.notes, *(note for phase in procedure.phases for note in phase.notes))
    lines += [(Field.TEXT, part) for note in notes for part in note.text.split("\n")]
    return _made(book, procedure, lines, alerts)


def _made(
    book: Runbook, procedure: Procedure | None, lines: list[tuple[Field, str]], alerts: tuple[str, ...]
) -> Indexed:
    kept = tuple((field, text[:LINE_CAP], text[:LINE_CAP].casefold()) for field, text in lines[:LINES_CAP] if text)
    folded = "\n".join(text for _, _, text in kept)
    subject = telling_words(" ".join((procedure.title, *procedure.symptoms))) if procedure else frozenset[str]()
    short = tuple(entry for entry in kept if entry[0] in _SHORT)
    return Indexed(book, procedure, kept, short, folded, tuple(map(identifier_words, alerts)), alerts, subject)


def _names_in(procedure: Procedure) -> list[str]:
    """Alert names in the symptoms: in backticks as they stand, or written in CamelCase."""
    found: list[str] = []
    for text in (procedure.title, *procedure.symptoms):
        found += [*_CODE.findall(text), *_CAMEL.findall(text)]
    return found


def _hit(entry: Indexed, words: list[str]) -> Hit | None:
    points, best = 0, (0, Field.TITLE, entry.title)
    for word in words:
        found = _best(entry, word)
        if found is None:
            return None
        points += found[0]
        best = max(best, found, key=lambda item: item[0])
    return Hit(entry, points, best[1], best[2])


def _best(entry: Indexed, word: str) -> tuple[int, Field, str] | None:
    """Where a word counts most, and how much; a single letter is looked for in what is short only."""
    best: tuple[int, Field, str] | None = None
    if word in entry.folded:
        for field, text, folded in entry.lines:
            if len(word) < 2 and field not in _SHORT:
                continue
            position = folded.find(word)
            if position >= 0:
                starts = position == 0 or not folded[position - 1].isalnum()
                exact = EXACT if folded == word else 0
                points = WEIGHTS[field] * (3 if starts else 2) + exact - min(20, position // 4)
                if best is None or points > best[0]:
                    best = (points, field, text)
    return best or _fuzzy(entry, word)


def _fuzzy(entry: Indexed, word: str) -> tuple[int, Field, str] | None:
    """A word with letters left out, in what is short: `dbconn` finds Database connections."""
    if len(word) < LEAST_FUZZY:
        return None
    best: tuple[int, Field, str] | None = None
    for field, text, folded in entry.short:
        if (spread := _spread(word, folded)) is not None:
            points = max(1, WEIGHTS[field] // 2 - spread)
            if best is None or points > best[0]:
                best = (points, field, text)
    return best


def _spread(word: str, text: str) -> int | None:
    """Letters passed over between the first and the last one; None when they do not stand there in order.

    The first letter must begin a word, and not much may lie between: else everything would be found by anything.
    """
    best: int | None = None
    for start in (number for number, letter in enumerate(text) if letter == word[0]):
        if start and text[start - 1].isalnum():
            continue
        position = start
        for letter in word[1:]:
            position = text.find(letter, position + 1)
            if position < 0:
                break
        else:
            spread = position - start + 1 - len(word)
            if spread <= 3 * len(word) and (best is None or spread < best):
                best = spread
    return best
