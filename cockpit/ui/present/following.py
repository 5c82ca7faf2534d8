"""What a follower sees of the operator's screen: the run, the step, the question, and how old all that is."""

from __future__ import annotations

from cockpit.engine.run import StepRecord
from cockpit.engine.share.following import Outlook
from cockpit.model.risk import Risk
from cockpit.model.share import Asked, Scene, SceneStep
from cockpit.ui.look import Look
from cockpit.ui.present.runbooks import step_glyph
from cockpit.ui.present.verdicts import risk_word
from cockpit.ui.present.words import short_age
from cockpit.ui.spans import EMPTY, Line, Span, Tone, line, wrap
from cockpit.ui.widgets.table_state import Row

OLD = 5.0
"""Seconds from which a picture is said to be old."""
COMMAND_LINES = 4
FACTS = 3
_WORDS = {
    "looking": "is looking at the target of",
    "asking": "is asked, and has not answered, about",
    "acting": "has said yes to, and is waiting for,",
    "keeping": "is asked to keep or take back",
    "told": "was refused",
}


def age_span(outlook: Outlook) -> Span:
    """`picture 1s old`, louder when it is old."""
    if outlook.playing:
        return Span(outlook.playing, Tone.ACCENT)
    if outlook.behind is None:
        return Span("no picture yet", Tone.WARN)
    return Span(f"picture {short_age(outlook.behind)} old", Tone.OK if outlook.behind < OLD else Tone.WARN)


def following_line(outlook: Outlook, look: Look) -> Line:
    """For the header: who is followed, and how old the picture is; or what is played, and where it stands."""
    if outlook.playing:
        return (Span("replay ", Tone.DIM), Span(look.text(outlook.what), Tone.STRONG), Span(f"  {outlook.playing}"))
    return (Span("following ", Tone.DIM), Span(look.text(outlook.what), Tone.STRONG), Span("  "), age_span(outlook))


def scene_rows(scene: Scene, look: Look) -> list[Row]:
    """The steps of the operator's run; the one under the operator's cursor stands out."""
    return [_row(step, step.id == scene.current, look) for step in scene.steps]


def scene_title(scene: Scene, look: Look) -> tuple[Line, Line]:
    """Left and right end of the frame above the steps."""
    if not scene.procedure:
        return (Span("no runbook is open", Tone.DIM),), EMPTY
    settled = sum(1 for step in scene.steps if step.state.value not in ("pending", "running"))
    return (Span(look.text(scene.procedure), Tone.TITLE),), (Span(f"{settled}/{len(scene.steps)}", Tone.DIM),)


def card_title(scene: Scene, outlook: Outlook, look: Look) -> tuple[Line, Line]:
    """Left and right end of the card's frame."""
    number = next((str(place) for place, step in enumerate(scene.steps, 1) if step.id == scene.current), "")
    where = f"step {number} of {len(scene.steps)}" if number else scene.pane or "the screen"
    who, verb = ("the operator", "was") if outlook.playing else (look.text(outlook.what), "is")
    left = (Span(f"{who} ", Tone.STRONG), Span(f"{verb} on {where}", Tone.DIM))
    return left, (age_span(outlook),)


def card_lines(scene: Scene, outlook: Outlook, cells: int, look: Look) -> list[Line]:
    """What is not proven, why the picture may be old, the question, else the step."""
    lines: list[Line] = []
    if outlook.problem:
        lines += [line(part, Tone.CRIT) for part in wrap(f"not proven: {look.text(outlook.problem)}", cells)]
    if outlook.trouble:
        lines += [line(part, Tone.WARN) for part in wrap(look.text(outlook.trouble), cells)]
    if scene.asked is not None:
        return lines + _question(scene.asked, outlook, cells, look)
    step = next((one for one in scene.steps if one.id == scene.current), None)
    if step is not None:
        note = f": {look.text(step.note)}" if step.note else ""
        glyph = step_glyph(StepRecord(step.state), True, look.shapes)
        lines.append((glyph, Span(f" {look.text(step.title)}  "), Span(f"{step.state.value}{note}", Tone.DIM)))
        lines += _command(scene.command, cells, look)
    return lines


def _question(asked: Asked, outlook: Outlook, cells: int, look: Look) -> list[Line]:
    known = _WORDS.get(asked.stage)
    who = "the operator" if outlook.playing else outlook.what
    words = f"{who} {known}" if known else f"{asked.stage}:"
    lines: list[Line] = [(Span(look.text(words), Tone.WARN), Span("  "), risk_word(asked.risk))]
    lines += _command(asked.command, cells, look)
    if asked.target:
        lines.append((Span("target  ", Tone.DIM), Span(look.text(asked.target), Tone.STRONG)))
    if asked.effect:
        lines.append((Span("effect  ", Tone.DIM), Span(look.text(asked.effect))))
    return lines + [
        (Span(f"{look.text(label)}  ", Tone.DIM), Span(look.text(value))) for label, value in asked.facts[:FACTS]
    ]


def _command(command: str, cells: int, look: Look) -> list[Line]:
    texts = [part for text in command.split("\n") if text.strip() for part in wrap(look.text(text), max(10, cells - 2))]
    return [line(f"  {part}", Tone.STRONG) for part in texts[:COMMAND_LINES]]


def _row(step: SceneStep, here: bool, look: Look) -> Row:
    title = (
        step_glyph(StepRecord(step.state), here, look.shapes),
        Span(f" {step.number:>2} ", Tone.FAINT),
        Span(look.text(step.title), Tone.STRONG if here else Tone.PLAIN),
    )
    risk = EMPTY if step.risk is Risk.READ else (risk_word(step.risk),)
    return Row(step.id, (title, EMPTY, risk))
