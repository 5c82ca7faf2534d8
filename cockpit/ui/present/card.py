"""The step card: exactly what will run, where, at what risk, and what it answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cockpit.engine.run import StepRecord
from cockpit.model.colours import OutputLine
from cockpit.model.incident import StepState
from cockpit.model.risk import Risk
from cockpit.model.runbook import Command, Input, Step
from cockpit.ui.look import Look
from cockpit.ui.present.answer import answer_lines
from cockpit.ui.present.output import output_lines
from cockpit.ui.present.runbooks import step_glyph
from cockpit.ui.present.verdicts import risk_word
from cockpit.ui.present.words import clock_duration, short_age
from cockpit.ui.spans import EMPTY, Line, Span, Tone, line, wrap

COMMAND_LINES = 5
"""Lines of a command that the card shows; the rest opens in the viewer."""

SAID_SHOWN = 8
"""Lines of output that the card shows while a command runs."""
TRIES_SHOWN = 4
"""Attempts that the card shows of a step that waits for something."""
EFFECT_SHOWN = 6
"""Differences after a change that the card shows."""
AFTER_WORDS = "different 10 s after the change"
TITLE_ROOM = 30
"""Cells of the card's frame that hold no title; a longer one is written out below."""


@dataclass(frozen=True, slots=True)
class StepView:
    """Everything that the card says.

    Attributes:
        step: the step.
        number, total: where it stands in the procedure.
        record: what became of it.
        command: the command that Enter runs, None when the step runs nothing.
        command_number, command_total: which of the step's commands that is, from 1.
        text: the command with the values known so far.
        place: where it would run, for example "redis kv on SANDBOX"; "" when nowhere.
        missing: values that must be filled first.
        applies: whether its `when` holds; None when that cannot be told.
        hint: what Enter does.
        remarks: what else is to be known, with its tone: that the file has changed, where a link leads.
        waits_for: seconds that a wait has left, None when none is under way.
        said: the last lines of a command under way, and how many it has written in all.
    """

    step: Step
    number: int
    total: int
    record: StepRecord
    command: Command | None
    command_number: int
    command_total: int
    text: str
    place: str
    missing: tuple[Input, ...]
    applies: bool | None
    hint: str
    remarks: tuple[tuple[str, Tone], ...] = ()
    waits_for: float | None = None
    said: tuple[OutputLine, ...] = ()
    said_total: int = 0


def card_title(view: StepView, look: Look) -> tuple[Line, Line]:
    """Left and right end of the card's frame."""
    risk = view.command.risk if view.command else view.step.risk
    left = (
        step_glyph(view.record, True, look.shapes),
        Span(f" Step {view.number} of {view.total} ", Tone.DIM),
        Span(view.step.title, Tone.TITLE),
    )
    right: Line = (risk_word(risk),) if view.command else (Span(view.step.kind.value, Tone.DIM),)
    return left, right


def card_lines(view: StepView, cells: int, now: datetime, look: Look) -> list[Line]:
    """All lines of the card; what does not fit is cut from the end."""
    lines: list[Line] = []
    if len(view.step.title) > cells - TITLE_ROOM:
        lines += [line(part, Tone.TITLE) for part in wrap(view.step.title, cells)][:3]
    lines += [line(look.text(text), tone) for text, tone in view.remarks]
    if view.command is not None:
        lines += _command(view, view.command, cells, look)
    else:
        lines += [line(part, Tone.PLAIN) for detail in view.step.details for part in wrap(detail, cells)][:6]
    lines += _state(view, now, look)
    lines += _under_way(view, cells, look)
    if view.record.outcome is not None and view.record.outcome.results:
        lines += [line(f"  {look.text(r.target)}: {r.kind.value} {r.detail}") for r in view.record.outcome.results]
    lines += _effect(view.record, look)
    lines += answer_lines(view.record.answer, cells, look)
    return lines


def why_lines(view: StepView, cells: int, look: Look) -> list[Line]:
    """Why the step has its risk, and all else that is known of it."""
    lines: list[Line] = [line(view.step.title, Tone.TITLE), EMPTY]
    for detail in view.step.details:
        lines += [line(part) for part in wrap(detail, cells)] + [EMPTY]
    for command in view.step.commands:
        lines.append((risk_word(command.risk), Span(f"  {command.reason}")))
        lines += [line(f"  {part}", Tone.STRONG) for part in command.text.split("\n")]
        if command.unwrapped_from:
            lines.append(line(f"  written as: {command.unwrapped_from}", Tone.DIM))
        if command.expect:
            lines.append(line(f"  expected: {command.expect}", Tone.DIM))
        lines += [line(f"  {look.shapes.warn} {warning.message}", Tone.WARN) for warning in command.warnings]
        lines.append(EMPTY)
    lines.append(line(f"written at line {view.step.line}", Tone.DIM))
    return lines


def _command(view: StepView, command: Command, cells: int, look: Look) -> list[Line]:
    which = f"  command {view.command_number} of {view.command_total}" if view.command_total > 1 else ""
    lines: list[Line] = [(Span(view.place, Tone.ACCENT), Span(which, Tone.DIM))]
    parts = [part for text in look.text(view.text).split("\n") for part in wrap(text, max(10, cells - 2))]
    lines += [line(f"  {part}", Tone.STRONG) for part in parts[:COMMAND_LINES]]
    if len(parts) > COMMAND_LINES:
        lines.append(line(f"  {look.shapes.ellipsis} {len(parts) - COMMAND_LINES} more lines, w shows all", Tone.DIM))
    if command.risk is not Risk.READ:
        lines.append((Span("because ", Tone.DIM), Span(command.reason)))
    if view.missing:
        names = ", ".join(item.name for item in view.missing)
        lines.append((Span("asks for ", Tone.DIM), Span(names, Tone.WARN)))
    if view.applies is not True and view.record.state is not StepState.DONE:
        word = "its condition does not hold now" if view.applies is False else "its condition cannot be told now"
        lines.append(line(word, Tone.WARN))
    if command.expect:
        lines.append((Span("expected ", Tone.DIM), Span(command.expect)))
    lines += [(Span(f"{look.shapes.warn} ", Tone.WARN), Span(w.message, Tone.DIM)) for w in command.warnings[:2]]
    return lines


def _under_way(view: StepView, cells: int, look: Look) -> list[Line]:
    """What a step does at this moment: the wait, the attempts, the output."""
    lines: list[Line] = []
    if view.waits_for is not None:
        left = (Span(clock_duration(view.waits_for), Tone.ACCENT), Span(" left   ", Tone.DIM))
        lines.append((*left, Span("enter or x ends it, + adds a minute", Tone.DIM)))
    if len(view.record.tries) > 1:
        lines += [line(f"  {look.text(text)}", Tone.DIM) for text in view.record.tries[-TRIES_SHOWN:]]
    if view.record.state is StepState.RUNNING and view.said:
        more = f"{view.said_total:,} lines so far, the last of them; x stops it"
        lines.append(line(more if view.said_total > SAID_SHOWN else "x stops it", Tone.DIM))
        lines += [part for said in view.said[-SAID_SHOWN:] for part in output_lines(said, cells, look)[:2]]
    elif view.record.state is StepState.RUNNING and view.waits_for is None:
        lines.append(line("x stops it", Tone.DIM))
    return lines


def _effect(record: StepRecord, look: Look) -> list[Line]:
    """What was different in the world some seconds after the change."""
    if record.effect is None:
        return []
    if not record.effect:
        return [line(f"{AFTER_WORDS}: nothing that is watched is different", Tone.DIM)]
    shown = [line(f"  {look.text(text)}") for text in record.effect[:EFFECT_SHOWN]]
    left = len(record.effect) - len(shown)
    return [line(AFTER_WORDS, Tone.DIM), *shown, *([line(f"  and {left} more", Tone.DIM)] if left else [])]


def _state(view: StepView, now: datetime, look: Look) -> list[Line]:
    record = view.record
    if record.state is StepState.PENDING:
        return [line(view.hint, Tone.ACCENT)] if view.hint else []
    age = f" {short_age((now - record.at).total_seconds())} ago" if record.at else ""
    tones = {StepState.DONE: Tone.OK, StepState.FAILED: Tone.CRIT, StepState.RUNNING: Tone.ACCENT}
    spans = [
        step_glyph(record, False, look.shapes),
        Span(f" {record.state.value}", tones.get(record.state, Tone.WARN)),
        Span(age, Tone.DIM),
        Span(f" by {record.by}" if record.by else "", Tone.DIM),
    ]
    if record.note:
        spans += [Span("  "), Span(look.text(record.note), Tone.DIM)]
    if record.verified is not None:
        spans.append(
            Span("  verified" if record.verified else "  not verified", Tone.OK if record.verified else Tone.CRIT)
        )
    return [tuple(spans)]
