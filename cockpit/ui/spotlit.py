"""What the operator's screen is about, told to those who follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.engine.document import step_number
from cockpit.engine.run import Run
from cockpit.model.runbook import Step
from cockpit.model.share import Asked, Scene, SceneStep
from cockpit.ui.screens.confirm import ConfirmScreen

if TYPE_CHECKING:
    from cockpit.ui.screens.main import MainScreen


def scene_of(screen: MainScreen) -> Scene:
    """The open run, the step under the cursor, the question on the screen, and where the keys go."""
    pane = screen.active_pane
    where = str(pane.id) if pane is not None else ""
    asked = _asked(screen)
    walk = screen.steps.walk if screen.steps is not None else None
    if walk is None or screen.session is None:
        return Scene(asked=asked, pane=where)
    found = screen.steps.current() if screen.steps is not None else None
    step = found[1] if found is not None else None
    command = walk.command(step) if step is not None else None
    return Scene(
        walk.run.runbook.title,
        walk.run.procedure.title,
        tuple(_step(walk.run, one) for one in walk.run.procedure.steps),
        step.id if step is not None else "",
        screen.session.runner.text(walk.run, command) if command is not None else "",
        asked,
        where,
    )


def _step(run: Run, step: Step) -> SceneStep:
    record = run.record(step)
    return SceneStep(step.id, step_number(step), step.title, record.state, step.risk, record.note)


def _asked(screen: MainScreen) -> Asked | None:
    """The question that stands before everything else."""
    top = screen.app.screen
    if not isinstance(top, ConfirmScreen):
        return None
    action = top.action
    if action is None:
        return Asked(top.stage.value, top.draft.command, "", "", top.draft.verdict.risk)
    stage = top.outcome.kind.value if top.outcome is not None else top.stage.value
    facts = tuple((fact.label, fact.value) for fact in action.preview.facts)
    return Asked(stage, action.command, action.target, action.preview.effect, action.verdict.risk, facts)
