"""Suggested procedures and the steps of the open one, as rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cockpit.engine.run import Run, StepRecord
from cockpit.model.actions import Risk
from cockpit.model.incident import StepState
from cockpit.model.runbook import Part, Phase, Step
from cockpit.ui.look import Look
from cockpit.ui.present.answer import answer_summary
from cockpit.ui.present.words import risk_word, short_age
from cockpit.ui.shapes import Shapes
from cockpit.ui.spans import EMPTY, Line, Span, Tone, line
from cockpit.ui.widgets.columns import Column
from cockpit.ui.widgets.table_state import Row

if TYPE_CHECKING:
    from cockpit.engine.suggest import Suggestion

SUGGESTION_COLUMNS = (Column("", 10, flex=1), Column("", 7, right=True))
STEP_COLUMNS = (Column("", 28, most=56, flex=1), Column("", 9, most=24, right=True, drop=1), Column("", 7, right=True))

SHOWN_PARTS = frozenset({Part.DIAGNOSIS, Part.MITIGATION, Part.VERIFY, Part.ROLLBACK, Part.ESCALATION, Part.POST})


def suggestion_rows(suggestions: Sequence[Suggestion], look: Look) -> list[Row]:
    """Procedures, best fit first; what matches carries a shape and the reason under it."""
    rows: list[Row] = []
    for suggestion in suggestions:
        shape = Span(f"{look.shapes.suggestion} ", Tone.WARN) if suggestion.matches else Span("  ")
        title = Span(suggestion.procedure.title, Tone.STRONG if suggestion.matches else Tone.PLAIN)
        word = line("matches", Tone.WARN) if suggestion.matches else EMPTY
        key = (suggestion.runbook.path, suggestion.procedure.slug)
        rows.append(Row(key, ((shape, title), word)))
        if suggestion.reason:
            rows.append(Row((*key, "why"), ((Span(f"   {suggestion.reason}", Tone.DIM),),), heading=True))
    return rows


def step_rows(run: Run, look: Look) -> list[Row]:
    """Steps under the headings of their phases."""
    rows: list[Row] = []
    number = 0
    following = run.next_step
    several = sum(1 for phase in run.procedure.phases if phase.steps) > 1
    for phase in run.procedure.phases:
        if phase.steps and several:
            rows.append(Row(("phase", phase.line, phase.title), (_phase(phase),), heading=True))
        for step in phase.steps:
            number += 1
            rows.append(_step_row(number, step, run.record(step), step is following, look))
    return rows


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


def _step_row(number: int, step: Step, record: StepRecord, is_next: bool, look: Look) -> Row:
    settled = record.state in (StepState.SKIPPED, StepState.NOT_APPLICABLE, StepState.DONE)
    tone = Tone.FAINT if record.state is StepState.NOT_APPLICABLE else Tone.DIM if settled else Tone.PLAIN
    title = (
        step_glyph(record, is_next, look.shapes),
        Span(f" {number:>2} ", Tone.FAINT),
        Span(step.title, Tone.STRONG if is_next else tone),
    )
    risk = EMPTY if step.risk is Risk.READ else (risk_word(step.risk),)
    answer = line(look.text(answer_summary(record.answer)), Tone.DIM)
    return Row(step.id, (title, answer, risk))
