"""A command that an operator changes before it runs, runs as it was written, or takes back."""

from __future__ import annotations

from dataclasses import replace

from cockpit.engine.run import Edit, Run
from cockpit.model.errors import RunbookError
from cockpit.model.runbook import Command, Kind, Part, Phase, Procedure, Step
from cockpit.model.text import clean_block
from cockpit.runbook.commands import build_command

_OWN_LANGUAGE = frozenset({Kind.SQL, Kind.REDIS, Kind.QUERY})
"""Kinds whose text is read in their own language; all others are read as a line that may be anything."""
NONE = "none"
"""What an author writes for `undo` where there is none."""


def edited(command: Command, text: str) -> Command:
    """The command with another text, read and judged again by the reader of runbooks.

    Args:
        command: as it stands in the run.
        text: what shall run instead; placeholders stay placeholders.

    Raises:
        RunbookError: when nothing is left of it.
    """
    text = clean_block(text, 20_000).strip()
    if not text:
        raise RunbookError("a command cannot be empty", "leave the question with Esc to keep it as it was")
    kind = command.kind if command.kind in _OWN_LANGUAGE else None
    new = build_command(
        text,
        command.line,
        kind=kind,
        annotations=command.annotations,
        context=command.context,
        known=command.placeholders,
    )
    return replace(new, language=command.language)


def as_written(command: Command) -> Command:
    """The command with the wrapper that it stands in: `docker exec db psql -c ...` as a line for the shell.

    Raises:
        RunbookError: when it stands in none.
    """
    if command.unwrapped_from is None:
        raise RunbookError("this command runs as it is written already", "Enter runs it")
    return build_command(
        command.unwrapped_from,
        command.line,
        kind=Kind.SHELL,
        annotations=replace(command.annotations, target=""),
        context=command.context,
        known=command.placeholders,
    )


def put(run: Run, step: Step, old: Command, new: Command) -> Step:
    """Let the run hold `new` in the place of `old`, and remember the first text; returns the step as it is now."""
    number = step.commands.index(old)
    before = run.edits.get((step.id, number))
    run.edits[step.id, number] = Edit(before.before if before else old.text, new.text)
    changed = replace(step, commands=(*step.commands[:number], new, *step.commands[number + 1 :]))
    run.procedure = _with(run.procedure, changed)
    return changed


def undoing(procedure: Procedure, step: Step) -> tuple[tuple[Step, Command], ...] | None:
    """What takes a step back: the command that `undo` names, else those of the Rollback that follows it.

    Returns:
        Each with its step; several are a choice. None when the author says that there is none.

    Raises:
        RunbookError: when `undo` names nothing.
    """
    wanted = step.annotations.undo or next((c.annotations.undo for c in step.commands if c.annotations.undo), "")
    if wanted.lower() == NONE:
        return None
    if wanted:
        named = _named(procedure, wanted)
        if not named:
            raise RunbookError(f"undo names {wanted!r}, and no step has that name", "correct the runbook")
        return named
    return _rollback(procedure, step)


def _named(procedure: Procedure, name: str) -> tuple[tuple[Step, Command], ...]:
    for step in procedure.steps:
        for command in step.commands:
            if name in (command.annotations.name, step.annotations.name):
                return ((step, command),)
    return ()


def _rollback(procedure: Procedure, step: Step) -> tuple[tuple[Step, Command], ...]:
    """The commands of the first Rollback after the step, as far as no other mitigation comes between."""
    phases = list(procedure.phases)
    at = next(index for index, phase in enumerate(phases) if step in phase.steps)
    for phase in phases[at + 1 :]:
        if phase.part is Part.ROLLBACK:
            return _commands(phase)
        if phase.part is Part.MITIGATION:
            break
    return ()


def _commands(phase: Phase) -> tuple[tuple[Step, Command], ...]:
    return tuple((step, command) for step in phase.steps for command in step.commands if not command.session)


def _with(procedure: Procedure, step: Step) -> Procedure:
    phases = tuple(
        replace(phase, steps=tuple(step if one.id == step.id else one for one in phase.steps))
        for phase in procedure.phases
    )
    return replace(procedure, phases=phases)
