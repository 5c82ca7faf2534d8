"""A runbook's document as it is written: its headings, its anchors, and what stands at which line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from cockpit.model.runbook import Phase, Procedure, Runbook, Step

_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)[ \t#]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_EXPLICIT = re.compile(r"""<a\s+(?:name|id)=["']([^"']+)["']|\{#([\w-]+)\}\s*$""")
_MARKUP = re.compile(r"[*`~]|\[([^\]]*)\]\([^)]*\)|<[^>]*>|\{#[\w-]+\}")


class Level(StrEnum):
    """What a line of the outline is."""

    PROCEDURE = "procedure"
    PHASE = "phase"
    STEP = "step"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the outline.

    Attributes:
        level: what it is.
        line: 1-based line in the file.
        title: one line.
        procedure: the procedure to which it belongs, None for text outside of all.
        step: for a step.
        number: the step's number within its procedure, "" for anything else.
    """

    level: Level
    line: int
    title: str
    procedure: Procedure | None = None
    step: Step | None = None
    number: str = ""


def outline(book: Runbook) -> tuple[Item, ...]:
    """Everything that a document holds, in the order of the file: procedures, phases, steps and text."""
    items = [Item(Level.TEXT, note.line, _first(note.text)) for note in book.prose]
    for procedure in book.procedures:
        items += _procedure(procedure)
    if not items:
        items = [Item(Level.TEXT, line, title) for line, title in headings(book.text)]
    return tuple(sorted(items, key=lambda item: item.line))


def headings(text: str) -> tuple[tuple[int, str], ...]:
    """Line and title of every heading outside of fences."""
    found: list[tuple[int, str]] = []
    fence = ""
    for number, line in enumerate(text.split("\n"), 1):
        mark = _FENCE.match(line)
        if mark and (not fence or line.strip().startswith(fence)):
            fence = "" if fence else mark[1]
        elif not fence and (heading := _HEADING.match(line)):
            found.append((number, _MARKUP.sub(lambda part: part[1] or "", heading[2]).strip()))
    return tuple(found)


def anchor_line(text: str, anchor: str) -> int | None:
    """The line to which an anchor points, as GitHub names headings; None when there is no such heading."""
    wanted, seen = anchor.casefold(), dict[str, int]()
    for number, title in headings(text):
        name = slug(title)
        count = seen.get(name, 0)
        seen[name] = count + 1
        if wanted == (f"{name}-{count}" if count else name):
            return number
    for number, line in enumerate(text.split("\n"), 1):
        found = _EXPLICIT.search(line)
        if found and wanted == (found[1] or found[2]).casefold():
            return number
    return None


def slug(title: str) -> str:
    """A heading's anchor: lower case, without punctuation, a hyphen for each space."""
    return re.sub(r"[^\w\- ]", "", title.strip().casefold()).replace(" ", "-")


def step_lines(book: Runbook, procedure: Procedure, step: Step) -> tuple[int, int]:
    """First and last line of a step: to the line before the next thing in the file, without empty lines at its end."""
    lines = book.text.split("\n")
    starts = [line for line, _ in headings(book.text)]
    starts += [s.line for p in book.procedures for s in p.steps]
    starts += [phase.line for p in book.procedures for phase in p.phases]
    end = min((line for line in starts if line > step.line), default=len(lines) + 1) - 1
    if step.source:
        end = min(end, step.line + step.source.count("\n"))
    while end > step.line and end <= len(lines) and not lines[end - 1].strip():
        end -= 1
    return step.line, max(step.line, end)


def procedure_at(book: Runbook, line: int) -> Procedure | None:
    """The procedure in which a line lies; the first below it when none has begun there."""
    before = [procedure for procedure in book.procedures if procedure.line <= line]
    if before:
        return max(before, key=lambda procedure: procedure.line)
    return min(book.procedures, key=lambda procedure: procedure.line, default=None)


def step_at(procedure: Procedure, line: int) -> Step | None:
    """The first step at or below a line, else the last."""
    after = [step for step in procedure.steps if step.line >= line]
    return min(after, key=lambda step: step.line) if after else (procedure.steps[-1] if procedure.steps else None)


def _procedure(procedure: Procedure) -> list[Item]:
    items = [Item(Level.PROCEDURE, procedure.line, procedure.title, procedure)]
    items += [Item(Level.TEXT, note.line, _first(note.text), procedure) for note in procedure.notes]
    for phase in procedure.phases:
        items.append(Item(Level.PHASE, phase.line, phase_title(phase), procedure))
        items += [Item(Level.TEXT, note.line, _first(note.text), procedure) for note in phase.notes]
        for step in phase.steps:
            items.append(Item(Level.STEP, step.line, step.title, procedure, step, step_number(step)))
    return items


def step_number(step: Step) -> str:
    """The number that a step has within its procedure: 3, or 3a.1 for one of a branch."""
    return step.id.rpartition("/")[2]


def phase_title(phase: Phase) -> str:
    """The phase's heading, else the name of its part."""
    return phase.title or phase.part.value.capitalize()


def _first(text: str) -> str:
    return text.partition("\n")[0]
