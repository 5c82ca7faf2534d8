"""In what order steps may be run: what a step needs first, and where one that failed leads."""

from __future__ import annotations

import re

from cockpit.engine.run import Run
from cockpit.model.incident import StepState
from cockpit.model.runbook import Annotations, Command, Procedure, Step


def written(step: Step, name: str) -> str:
    """What the author wrote beside the step, else beside the first of its commands that says it."""
    notes: list[Annotations] = [step.annotations, *(command.annotations for command in step.commands)]
    return next((str(text) for text in (getattr(note, name) for note in notes) if text), "")


def named(procedure: Procedure, name: str) -> tuple[Step, Command] | None:
    """The step and command that the author gave this name, or None."""
    for step in procedure.steps:
        for command in step.commands:
            if name in (command.annotations.name, step.annotations.name):
                return step, command
    return None


def step_named(procedure: Procedure, name: str) -> Step | None:
    """The step of that name, also one that runs nothing; a step's number or id is a name too."""
    return next(
        (
            step
            for step in procedure.steps
            if name in (step.annotations.name, step.id, step.id.rpartition("/")[2])
            or any(name == command.annotations.name for command in step.commands)
        ),
        None,
    )


def unmet(run: Run, step: Step) -> tuple[str, ...]:
    """What the step needs and what is not done yet, as a person reads it."""
    names = [name for name in re.split(r"[,\s]+", written(step, "needs")) if name]
    found = [(name, step_named(run.procedure, name)) for name in names]
    missing = [f"a step named {name!r}, which the runbook does not have" for name, other in found if other is None]
    undone = [other.title for _, other in found if other is not None and run.record(other).state is not StepState.DONE]
    return tuple(missing + undone)


def after_failure(run: Run, step: Step) -> Step | None:
    """Where to go after a step has failed: `stop` (the default) stays; `continue` and `goto:name` go on."""
    wish = written(step, "on_fail").strip()
    if wish == "continue":
        steps = run.procedure.steps
        following = steps[[one.id for one in steps].index(step.id) + 1 :]
        return next((one for one in following if run.record(one).state is StepState.PENDING), None)
    if wish.startswith("goto:"):
        return step_named(run.procedure, wish.removeprefix("goto:").strip())
    return None
