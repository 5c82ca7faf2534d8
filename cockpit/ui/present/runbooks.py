"""Suggested procedures and the steps of the open one, as rows."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.engine.document import step_number
from cockpit.engine.run import Run, StepRecord
from cockpit.engine.search import Field, Hit, Indexed
from cockpit.model.incident import StepState
from cockpit.model.risk import Risk
from cockpit.model.runbook import Branch, Note, Part, Phase, Step
from cockpit.model.text import clean
from cockpit.ui.look import Look
from cockpit.ui.present.answer import answer_summary
from cockpit.ui.present.verdicts import risk_word
from cockpit.ui.present.words import short_age
from cockpit.ui.shapes import Shapes
from cockpit.ui.spans import EMPTY, Line, Span, Tone, line
from cockpit.ui.widgets.columns import Column
from cockpit.ui.widgets.table_state import Row

if TYPE_CHECKING:
    from cockpit.engine.library import Library
    from cockpit.engine.roots import Place
    from cockpit.engine.suggest import Suggestion

SUGGESTION_COLUMNS = (Column("", 10, flex=1), Column("", 7, right=True))
STEP_COLUMNS = (Column("", 22, most=56, flex=1), Column("", 9, most=24, right=True, drop=1), Column("", 7, right=True))

SHOWN_PARTS = frozenset({Part.DIAGNOSIS, Part.MITIGATION, Part.VERIFY, Part.ROLLBACK, Part.ESCALATION, Part.POST})


def shelf_rows(
    suggestions: Sequence[Suggestion], pages: Sequence[Indexed], library: Library, opened: Hashable, look: Look
) -> list[Row]:
    """Procedures, best fit first, then index pages, then what could not be read and where all this comes from."""
    rows = suggestion_rows(suggestions, look, opened)
    rows += [Row(page.key, (line(f"  {page.title}"), line("index", Tone.FAINT))) for page in pages]
    for place in library.places:
        if place.trouble or place.more or place.checkout or len(library.places) > 1:
            tone = Tone.WARN if place.trouble else Tone.FAINT
            mark = look.shapes.warn if place.trouble else " "
            words = f" {mark} {short_path(place.path)}  {place_words(place)}"
            rows.append(_heading(("place", place.path), words, tone))
    for error in library.errors:
        rows.append(_heading(("error", error.path), f" {look.shapes.warn} {error.reason}", Tone.WARN))
    return rows


def suggestion_rows(suggestions: Sequence[Suggestion], look: Look, opened: Hashable = None) -> list[Row]:
    """Procedures, best fit first; what matches carries a shape and the reason under it."""
    rows: list[Row] = []
    for suggestion in suggestions:
        shape = Span(f"{look.shapes.suggestion} ", Tone.WARN) if suggestion.matches else Span("  ")
        title = Span(suggestion.procedure.title, Tone.STRONG if suggestion.matches else Tone.PLAIN)
        word = line("matches", Tone.WARN) if suggestion.matches else EMPTY
        key = (suggestion.runbook.path, suggestion.procedure.slug)
        if key == opened:
            word = line("open", Tone.ACCENT)
        rows.append(Row(key, ((shape, title), word)))
        if suggestion.reason:
            rows.append(_heading((*key, "why"), f"   {suggestion.reason}", Tone.DIM))
    return rows


def hit_rows(hits: Sequence[Hit], look: Look) -> list[Row]:
    """What a search found, best first; under each where it was found and the line, when that is not the title."""
    rows: list[Row] = []
    for hit in hits:
        word = line("index", Tone.FAINT) if hit.found.procedure is None else EMPTY
        rows.append(Row(hit.found.key, ((Span(f"  {hit.found.title}"),), word)))
        if hit.field is not Field.TITLE:
            spans = (Span(f"   {hit.field.value} ", Tone.FAINT), Span(look.text(hit.line), Tone.DIM))
            rows.append(Row((*hit.found.key, "why"), (spans,), heading=True, below=True))
    return rows


def short_path(path: Path) -> str:
    """A path for the eye: below the home folder with a tilde."""
    text, home = clean(str(path)), str(Path.home())
    return f"~{text[len(home) :]}" if text.startswith(f"{home}/") else text


def place_words(place: Place) -> str:
    """What a place is and what is wrong with it."""
    words = [clean(str(place.checkout))] if place.checkout else []
    words += [place.trouble] if place.trouble else []
    words += [f"{place.more:,} files too many are left out"] if place.more else []
    return "  ".join(words)


def step_rows(run: Run, look: Look) -> list[Row]:
    """Steps under the headings of their phases, those of a branch under their decision, and the text between them."""
    rows: list[Row] = []
    following = run.next_step
    several = sum(1 for phase in run.procedure.phases if phase.steps or phase.notes) > 1
    branches = _Branches(run)
    rows += _notes(run.procedure.notes, "procedure", look)
    for phase in run.procedure.phases:
        if (phase.steps or phase.notes) and several:
            rows.append(Row(("phase", phase.line, phase.title), (_phase(phase),), heading=True))
        notes = list(phase.notes)
        for step in phase.steps:
            before = [note for note in notes if note.line < step.line]
            notes = notes[len(before) :]
            rows += _notes(before, step.id, look)
            rows += branches.rows_before(step, look)
            number, depth = step_number(step), branches.depth(step)
            rows.append(_step_row(number, step, run.record(step), step is following, depth, look))
            rows += branches.rows_after(step, look)
        rows += _notes(notes, phase.line, look)
    return rows


class _Branches:
    """Which steps belong to which way out of which decision."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._of: dict[str, tuple[Step, Branch]] = {}
        self._shown: Branch | None = None
        for step in run.procedure.steps:
            for branch in step.branches:
                self._of.update({step_id: (step, branch) for step_id in branch.steps if step_id != step.id})

    def depth(self, step: Step) -> int:
        """How many decisions a step lies under."""
        depth, seen = 0, {step.id}
        above = self._of.get(step.id)
        while above is not None and above[0].id not in seen:
            depth += 1
            seen.add(above[0].id)
            above = self._of.get(above[0].id)
        return depth

    def rows_before(self, step: Step, look: Look) -> list[Row]:
        """The heading of the branch that a step begins."""
        found = self._of.get(step.id)
        if found is None:
            self._shown = None
            return []
        if found[1] is self._shown:
            return []
        self._shown = found[1]
        return [self._row(found[0], found[1], self.depth(step), look)]

    def rows_after(self, step: Step, look: Look) -> list[Row]:
        """The ways out of a decision that hold no step of their own."""
        if len(step.branches) < 2:
            return []
        return [self._row(step, b, self.depth(step) + 1, look) for b in step.branches if not b.steps]

    def _row(self, decision: Step, branch: Branch, depth: int, look: Look) -> Row:
        record = self._run.record(decision)
        decided = record.state is StepState.DONE
        chosen = decided and record.note == branch.title
        mark = look.shapes.done if chosen else look.shapes.skipped if decided else look.shapes.todo
        tone = Tone.OK if chosen else Tone.FAINT if decided else Tone.DIM
        words = " chosen" if chosen else " not applicable" if decided else ""
        text = f"{'  ' * (depth + 1)}{mark} {branch.title}"
        return Row(("branch", decision.id, branch.title), ((Span(text, tone), Span(words, tone)),), heading=True)


NOTE_LINES = 2
"""Lines of text between two steps that the list shows; the outline and the source show all."""


def _notes(notes: Sequence[Note], where: Hashable, look: Look) -> list[Row]:
    lines = [part for note in notes for part in note.text.split("\n") if part.strip()]
    shown = lines if len(lines) <= NOTE_LINES else lines[: NOTE_LINES - 1]
    rows = [_heading(("note", where, number), f"    {look.text(text)}", Tone.DIM) for number, text in enumerate(shown)]
    if len(lines) > len(shown):
        more = f"    {look.shapes.ellipsis} {len(lines) - len(shown)} more lines of text, v shows all"
        rows.append(_heading(("note", where, "more"), more, Tone.FAINT))
    return rows


def _heading(key: Hashable, text: str, tone: Tone) -> Row:
    return Row(key, (line(text, tone),), heading=True)


def step_glyph(record: StepRecord, is_next: bool, shapes: Shapes) -> Span:
    """The shape of a step's state."""
    match record.state:
        case StepState.DONE:
            return Span(shapes.done, Tone.OK)
        case StepState.RUNNING:
            return Span(shapes.stale, Tone.ACCENT)
        case StepState.FAILED:
            return Span(shapes.crit, Tone.CRIT)
        case StepState.UNKNOWN:
            return Span(shapes.unknown, Tone.UNKNOWN)
        case StepState.REFUSED:
            return Span(shapes.refused, Tone.WARN)
        case StepState.SKIPPED | StepState.NOT_APPLICABLE:
            return Span(shapes.skipped, Tone.FAINT)
        case StepState.PENDING:
            return Span(shapes.current, Tone.ACCENT) if is_next else Span(shapes.todo, Tone.DIM)


def _phase(phase: Phase) -> Line:
    budget = f"  {short_age(phase.budget_seconds)}" if phase.budget_seconds else ""
    return (Span(phase.title or phase.part.value.capitalize(), Tone.ACCENT), Span(budget, Tone.FAINT))


def _step_row(number: str, step: Step, record: StepRecord, is_next: bool, depth: int, look: Look) -> Row:
    settled = record.state in (StepState.SKIPPED, StepState.NOT_APPLICABLE, StepState.DONE)
    tone = Tone.FAINT if record.state is StepState.NOT_APPLICABLE else Tone.DIM if settled else Tone.PLAIN
    title = (
        Span("  " * depth),
        step_glyph(record, is_next, look.shapes),
        Span(f" {number:>2} ", Tone.FAINT),
        Span(step.title, Tone.STRONG if is_next else tone),
    )
    risk = EMPTY if step.risk is Risk.READ else (risk_word(step.risk),)
    answer = line(look.text(answer_summary(record.answer)), Tone.DIM)
    return Row(step.id, (title, answer, risk))
