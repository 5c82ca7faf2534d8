"""The confirmation card: environment, target, command, preview, risk, and the key that means yes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cockpit.engine.confirmation import LOOK_LIFETIME
from cockpit.model.actions import Action, Demand, Refusal, Requirement
from cockpit.model.answers import Answer
from cockpit.model.colours import OutputLine
from cockpit.model.outcomes import Outcome, OutcomeKind
from cockpit.model.readings import SourceKind
from cockpit.ui.look import Look
from cockpit.ui.present.answer import answer_lines
from cockpit.ui.present.output import output_lines
from cockpit.ui.present.verdicts import risk_word
from cockpit.ui.present.words import clock_duration, short_age
from cockpit.ui.spans import EMPTY, Line, Span, Tone, line, wrap

TARGETS_SHOWN = 8
"""Targets that are listed one by one; the rest is counted."""
RUNNING_LINES = 12
"""Lines of output that are shown while an action is carried out."""
LABEL_CELLS = 10
"""Cells that a label takes at least; a longer one takes its own and a gap."""


def question_lines(
    action: Action, requirement: Requirement | Refusal, typed: str, cells: int, look: Look, age: float = 0.0
) -> list[Line]:
    """Everything that a person must know before the key press; `age` is that of what is shown, in seconds."""
    lines = [
        _labelled("on", (Span(str(action.source), Tone.ACCENT), Span("  "), _environment(action))),
        _labelled("target", line(look.text(action.target), Tone.STRONG)),
        *_command(action, cells, look),
        _labelled("effect", line(look.text(action.preview.effect), Tone.PLAIN)),
    ]
    wide = max((len(fact.label) + 2 for fact in action.preview.facts), default=0)
    lines += [_labelled(fact.label, line(look.text(fact.after(age))), wide) for fact in action.preview.facts]
    shown = action.preview.targets[:TARGETS_SHOWN]
    lines += [_labelled("" if i else "targets", line(look.text(target))) for i, target in enumerate(shown)]
    if len(action.preview.targets) > len(shown):
        lines.append(_labelled("", line(f"and {len(action.preview.targets) - len(shown)} more", Tone.WARN)))
    lines.append(_labelled("risk", (risk_word(action.verdict.risk), Span(f"  {action.verdict.reason}"))))
    return [*lines, EMPTY, *_demand(requirement, typed, age)]


def age_words(age: float) -> Line:
    """`looked at 12s ago`, louder when it is nearly too old to decide by."""
    tone = Tone.DIM if age < LOOK_LIFETIME * 2 / 3 else Tone.WARN
    return (Span(f"looked at {short_age(age)} ago", tone),)


def waiting_lines(command: str, cells: int, look: Look) -> list[Line]:
    """While the target is being looked at."""
    parts = wrap(look.text(command), max(10, cells - LABEL_CELLS))
    return [
        *(_labelled("" if i else "command", line(part, Tone.STRONG)) for i, part in enumerate(parts[:4])),
        EMPTY,
        line(f"looking at the target{look.shapes.ellipsis} nothing is changed yet", Tone.DIM),
    ]


def running_lines(
    action: Action, look: Look, said: Sequence[OutputLine] = (), total: int = 0, cells: int = 80
) -> list[Line]:
    """While the action is being carried out: what it says, and how it is stopped.

    Args:
        action: what is carried out.
        look: masking.
        said: the last lines of its output.
        total: how many lines it has written.
        cells: the width.
    """
    lines = [
        _labelled("command", _in_one_line(action.command, look)),
        EMPTY,
        line(f"carrying it out{look.shapes.ellipsis} at most {short_age(action.timeout)}", Tone.WARN),
    ]
    if action.source.kind is SourceKind.SHELL:
        lines.append((Span("x", Tone.KEY), Span(" stops it", Tone.DIM)))
    if total > len(said):
        lines.append(line(f"{total:,} lines so far, the last of them", Tone.DIM))
    return [*lines, *(part for one in said for part in output_lines(one, max(20, cells), look)[:2])]


def keeping_lines(action: Action, answer: Answer, cells: int, look: Look) -> list[Line]:
    """What a change has touched while its transaction is open."""
    return [
        _labelled("command", _in_one_line(action.command, look)),
        _labelled("done", line(look.text(answer.notice), Tone.STRONG)),
        line("this is what it touched; nothing is kept yet", Tone.WARN),
        *answer_lines(replace(answer, notice=""), cells, look),
    ]


def keeping_demand(open_for: float, limit: float) -> Line:
    """The keys, how long the transaction is open, and when it is rolled back by itself."""
    tone = Tone.WARN if limit - open_for > limit / 3 else Tone.CRIT
    return (
        Span("y", Tone.CHANGE),
        Span(" COMMIT", Tone.STRONG),
        Span("     "),
        Span("n", Tone.KEY),
        Span(" or ", Tone.DIM),
        Span("esc", Tone.KEY),
        Span(" ROLLBACK", Tone.STRONG),
        Span(f"     open for {open_for:.0f} s, rolled back by itself in {max(0.0, limit - open_for):.0f} s", tone),
    )


def outcome_lines(command: str, outcome: Outcome, after: str, cells: int, look: Look) -> list[Line]:
    """What became of it, for each target, and what is true now.

    Args:
        command: what was carried out.
        outcome: how it ended.
        after: what the verify step says, "" when none ran.
        cells: the width.
        look: masking.
    """
    words = {
        OutcomeKind.SUCCEEDED: (look.shapes.done, "succeeded", Tone.OK),
        OutcomeKind.FAILED: (look.shapes.crit, "failed", Tone.CRIT),
        OutcomeKind.REFUSED: (look.shapes.refused, "not done", Tone.WARN),
        OutcomeKind.UNKNOWN: (look.shapes.unknown, "unknown: verify before you repeat it", Tone.UNKNOWN),
    }
    shape, word, tone = words[outcome.kind]
    took = f"  {clock_duration(outcome.duration)}" if outcome.duration else ""
    lines: list[Line] = [(Span(f"{shape} {word}", tone), Span(took, Tone.DIM))]
    lines += [line(part) for part in wrap(look.text(outcome.reason), cells)]
    lines.append(_labelled("command", _in_one_line(command, look)))
    for result in outcome.results[:TARGETS_SHOWN]:
        mark, _, result_tone = words[result.kind]
        lines.append((Span(f"  {mark} ", result_tone), Span(look.text(f"{result.target}  {result.detail}"))))
    lines += answer_lines(outcome.answer, cells, look)[:8] if outcome.answer is not None else []
    if after:
        lines.append(_labelled("now", line(look.text(after))))
    return [*lines, EMPTY, CLOSING]


def refused_lines(command: str, reason: str, cells: int, look: Look) -> list[Line]:
    """Why there is nothing to confirm."""
    return [
        (Span(f"{look.shapes.refused} not possible now", Tone.WARN),),
        *(line(part) for part in wrap(look.text(reason), cells)),
        _labelled("command", _in_one_line(command, look)),
        EMPTY,
        CLOSING,
    ]


def _in_one_line(command: str, look: Look) -> Line:
    """A command of several lines in one, since a row of the screen holds one."""
    return line(look.text(" ".join(command.split())), Tone.DIM)


def _environment(action: Action) -> Span:
    return Span(f" {action.environment} ", Tone.BADGE_RED if action.protected else Tone.BADGE_BLUE)


def _command(action: Action, cells: int, look: Look) -> list[Line]:
    parts = [
        part for text in look.text(action.command).split("\n") for part in wrap(text, max(10, cells - LABEL_CELLS))
    ]
    return [_labelled("" if i else "command", line(part, Tone.STRONG)) for i, part in enumerate(parts)]


def _demand(requirement: Requirement | Refusal, typed: str, age: float) -> list[Line]:
    cancel = (Span("n", Tone.KEY), Span(" or ", Tone.DIM), Span("esc", Tone.KEY), Span(" not now", Tone.DIM))
    if isinstance(requirement, Refusal):
        return [line(requirement.reason, Tone.WARN), CLOSING]
    outdated = age > LOOK_LIFETIME
    if requirement.demand is Demand.YES:
        again = (Span("r", Tone.KEY), Span(" look again", Tone.STRONG if outdated else Tone.DIM), Span("     "))
        do_it: Line = (Span("y", Tone.CHANGE), Span(" do it", Tone.STRONG), Span("     "))
        return [(*(_TOO_OLD if outdated else do_it), *again, *cancel)]
    phrase = requirement.phrase
    box = (
        Span("type ", Tone.DIM),
        Span(phrase, Tone.STRONG),
        Span("  "),
        Span(typed, Tone.OK if phrase.startswith(typed) else Tone.CRIT),
        Span("▏", Tone.ACCENT),
    )
    complete = typed == phrase
    yes: Line = (Span("y", Tone.CHANGE), Span(" do it", Tone.STRONG)) if complete else (Span("then y", Tone.FAINT),)
    again = (Span("ctrl+r", Tone.KEY), Span(" look again", Tone.STRONG if outdated else Tone.DIM), Span("     "))
    yes = _TOO_OLD if outdated else (*yes, Span("     "))
    return [box, (*yes, *again, Span("esc", Tone.KEY), Span(" not now", Tone.DIM))]


_TOO_OLD: Line = (Span("this is too old to decide by", Tone.WARN), Span("     "))
CLOSING: Line = (
    Span("enter", Tone.KEY),
    Span(" closes this", Tone.DIM),
    Span("     other keys close it and do what they always do", Tone.FAINT),
)


def _labelled(label: str, content: Line, cells: int = 0) -> Line:
    return (Span(f"{label:<{max(LABEL_CELLS, cells)}}", Tone.DIM), *content)
