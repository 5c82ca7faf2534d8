"""What is wrong with a runbook, or could be better, with the line and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from cockpit.model.risk import Risk
from cockpit.model.runbook import Annotations, Command, Part, Procedure, Runbook, Step
from cockpit.runbook.annotations import CONDITION_CAP
from cockpit.runbook.commands import holds_secret

ERROR = "error"
WARNING = "warning"
NO_UNDO = "none"
"""What an author writes for `undo` or `verify` where there is none."""

_REVIEW = re.compile(r"(?:next review|review (?:by|date|due)|review_by|expires)\W{0,6}\s*(\d{4})-(\d{2})-(\d{2})", re.I)
_CHANGES = (Risk.CHANGE, Risk.HIGH)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that lint found.

    Attributes:
        rule: its id.
        severity: "error" or "warning"; only errors make lint fail.
        line: 1-based line in the file.
        message: one sentence without a final full stop.
        fix: what to do about it, one clause.
    """

    rule: str
    severity: str
    line: int
    message: str
    fix: str


def lint(
    runbook: Runbook, text: str, today: date, problem: Callable[[str], str | None] | None = None
) -> tuple[Finding, ...]:
    """Everything that is wrong with a runbook, in the order of its lines.

    Args:
        runbook: as read.
        text: the file's text, for what no step holds.
        today: the day against which review dates are held.
        problem: says what is wrong with a condition, None when it parses; None leaves conditions unchecked.
    """
    found = [*_file(runbook, text, today)]
    for procedure in runbook.procedures:
        found += _inputs(procedure)
        names = {name for step in procedure.steps for name in _names(step)}
        for signal in procedure.signals:
            found += _condition(signal, procedure.line, problem)
        for step in procedure.steps:
            found += _step(procedure, step, names, problem)
    return tuple(sorted(dict.fromkeys(found), key=lambda finding: (finding.line, finding.rule)))


def _file(runbook: Runbook, text: str, today: date) -> Iterator[Finding]:
    for link in runbook.broken_links:
        yield Finding(
            "broken-link", ERROR, link.line, f"the link to {link.target} leads nowhere", "correct or remove it"
        )
    for note in runbook.notes:
        yield Finding("text", WARNING, 1, note.rstrip("."), "save the file as UTF-8, with a front matter that is YAML")
    if not runbook.procedures and not runbook.index:
        yield Finding("no-procedure", WARNING, 1, "nothing in it can be walked through", "number what is to be done")
    for number, line in enumerate(text.split("\n"), 1):
        if holds_secret(line):
            yield Finding(
                "secret",
                ERROR,
                number,
                "the line holds what looks like a secret",
                "name a variable instead, and change the secret",
            )
        found = _REVIEW.search(line)
        if found:
            yield from _review(number, found, today)


def _review(number: int, found: re.Match[str], today: date) -> Iterator[Finding]:
    try:
        due = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        yield Finding("review-date", WARNING, number, "the review date is no date", "write it as YYYY-MM-DD")
        return
    if due < today:
        yield Finding("review-date", WARNING, number, f"the review was due on {due}", "review it and set a new date")


def _inputs(procedure: Procedure) -> Iterator[Finding]:
    for item in procedure.inputs:
        try:
            re.compile(item.pattern)
        except re.error as error:
            yield Finding(
                "bad-pattern", ERROR, 1, f"the pattern of {item.name} is no regular expression: {error}", "correct it"
            )


def _names(step: Step) -> Iterator[str]:
    for notes in (step.annotations, *(command.annotations for command in step.commands)):
        if notes.name:
            yield notes.name


def _step(
    procedure: Procedure, step: Step, names: set[str], problem: Callable[[str], str | None] | None
) -> Iterator[Finding]:
    declared = {item.name for item in procedure.inputs}
    for notes in {step.annotations, *(command.annotations for command in step.commands)}:
        yield from _annotations(notes, step.line, names, problem)
    for command in step.commands:
        yield from _command(command, declared)
        yield from _change(procedure, step, command)
    yield from _sequence(step)


def _annotations(
    notes: Annotations, line: int, names: set[str], problem: Callable[[str], str | None] | None
) -> Iterator[Finding]:
    for condition in (notes.when, notes.until, notes.expect):
        if condition:
            yield from _condition(condition, line, problem)
    for word in ("verify", "undo"):
        name = getattr(notes, word)
        if name and name != NO_UNDO and name not in names:
            yield Finding(
                "unknown-name", ERROR, line, f"{word} names {name!r}, and no step has that name", "name a step so"
            )


def _condition(text: str, line: int, problem: Callable[[str], str | None] | None) -> Iterator[Finding]:
    if len(text) >= CONDITION_CAP:
        yield Finding(
            "condition", ERROR, line, f"a condition is longer than {CONDITION_CAP:,} characters", "shorten it"
        )
        return
    wrong = problem(text) if problem is not None else None
    if wrong is not None:
        yield Finding("condition", ERROR, line, wrong.rstrip("."), "correct the condition")


_COMMAND_FIXES = {
    "del-glob": (ERROR, "find the keys with SCAN, and delete them by name"),
    "blocks-server": (WARNING, "use SCAN"),
    "streaming": (WARNING, "give it an end, such as a number of lines"),
    "unknown-risk": (WARNING, 'say what it does with "risk", or use a known program'),
}


def _command(command: Command, declared: set[str]) -> Iterator[Finding]:
    for warning in command.warnings:
        if warning.rule in _COMMAND_FIXES:
            severity, fix = _COMMAND_FIXES[warning.rule]
            yield Finding(warning.rule, severity, command.line, warning.message, fix)
    unfilled = [name for name in command.placeholders if name not in declared]
    if unfilled:
        said = ", ".join(unfilled)
        yield Finding(
            "unfilled-input", WARNING, command.line, f"nothing says where {said} comes from", "declare it under inputs"
        )
    if command.annotations.retries not in ("", "0") and command.risk in _CHANGES:
        yield Finding("retried-change", ERROR, command.line, "a change is never repeated by itself", "remove retries")


def _change(procedure: Procedure, step: Step, command: Command) -> Iterator[Finding]:
    if command.risk not in _CHANGES or command.session:
        return
    verify = command.annotations.verify or step.annotations.verify
    undo = command.annotations.undo or step.annotations.undo
    parts = {phase.part for phase in procedure.phases if phase.steps or phase.prose}
    if not verify and not command.annotations.dry and Part.VERIFY not in parts:
        yield Finding(
            "no-verify",
            WARNING,
            command.line,
            "nothing says how to see that the change worked",
            "add a Verify section, or verify",
        )
    if not undo and Part.ROLLBACK not in parts:
        yield Finding(
            "no-undo",
            WARNING,
            command.line,
            "nothing says how to take the change back",
            'add a Rollback section, or undo ("none" if there is none)',
        )


def _sequence(step: Step) -> Iterator[Finding]:
    groups = [command.alternatives_group for command in step.commands if command.alternatives_group]
    if len(groups) > 1 and len(set(groups)) == 1 and not step.branches:
        yield Finding(
            "alternatives",
            WARNING,
            step.line,
            "commands that exclude each other stand in one fence",
            "put each under a heading of its own",
        )
