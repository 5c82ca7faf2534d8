"""From a row of evidence to the step that takes it: chosen from a list, opened with the value filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.engine.takers import Taker, takers
from cockpit.ui.screens.choice import Choice
from cockpit.ui.spans import Tone

if TYPE_CHECKING:
    from cockpit.model.runbook import Procedure, Runbook
    from cockpit.ui.screens.main import MainScreen

SOURCES = {"activity": "backends", "locks": "locks", "services": "containers"}
"""What the rows of a pane are to a runbook's inputs."""


def offer_steps(screen: MainScreen) -> None:
    """Offer the steps that take the row under the cursor."""
    pane = screen.active_pane
    source = SOURCES.get(str(pane.id)) if pane is not None else None
    if pane is None or source is None:
        screen.say("rows of this pane are no arguments of steps", Tone.DIM)
        return
    value = pane.argument()
    if not value:
        screen.say("no row is selected", Tone.WARN)
        return
    found = takers(_procedures(screen), source, value)
    if not found:
        screen.say(f"no step of any runbook takes {screen.look.text(value)}", Tone.DIM)
    else:
        screen.turn.take("a step", lambda: _choose(screen, value, found))


def _procedures(screen: MainScreen) -> list[tuple[Runbook, Procedure]]:
    """All procedures: the open one first, then as the sidebar ranks them."""
    walk = screen.steps.walk if screen.steps else None
    ranked = [(one.runbook, one.procedure) for one in screen.shelf.suggestions] if screen.shelf else []
    if walk is None:
        return ranked
    others = [(book, procedure) for book, procedure in ranked if not walk.is_of(book, procedure)]
    return [(walk.run.runbook, walk.run.procedure), *others]


async def _choose(screen: MainScreen, value: str, found: list[Taker]) -> None:
    shown = screen.look.text(value)
    options = [f"{one.procedure.title}: {one.step.title}  ({one.name} = {shown})" for one in found]
    number = await screen.turn.ask(Choice(f"Which step shall take {shown}?", options, screen.look))
    if number is not None and screen.steps is not None:
        await _open(screen, found[number], value)


async def _open(screen: MainScreen, taker: Taker, value: str) -> None:
    steps = screen.steps
    assert steps is not None
    walk = steps.walk
    if walk is None or not walk.is_of(taker.runbook, taker.procedure):
        if screen.papers is not None:
            screen.papers.trail.clear()
        await steps.open(taker.runbook, taker.procedure)
        walk = steps.walk
    if walk is not None:
        walk.run.values[taker.name] = value
        screen.go_to_step(taker.step.id)
        screen.say(f"{taker.name} = {screen.look.text(value)}", Tone.OK)
