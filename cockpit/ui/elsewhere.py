"""Going to another environment: what is left behind is said, and nothing under way is left without a question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.model.errors import ConfigError, SourceRefused
from cockpit.ui.screens.choice import Choice
from cockpit.ui.spans import Tone

if TYPE_CHECKING:
    from cockpit.engine.session import Session
    from cockpit.ui.app import CockpitApp
    from cockpit.ui.screens.main import MainScreen
    from cockpit.ui.walk import Walk

_STAY, _LEAVE = "stay here", "stop it and go"


async def go_elsewhere(screen: MainScreen, session: Session, words: str) -> None:
    """Leave this environment for another one of the configuration.

    Args:
        screen: the main screen.
        session: the session on it.
        words: the environment's name; "" asks.

    Raises:
        ConfigError: when there is no such environment, or it cannot be opened; this one stays.
        SourceRefused: while a change is being carried out.
    """
    here = session.environment
    others = [name for name in session.environments if name != here.name]
    name = words.strip() or await _chosen(screen, others)
    if not name:
        return
    if name == here.name:
        screen.say(f"this is {here.label} already", Tone.DIM)
        return
    if name not in others:
        raise ConfigError(f"the configuration has no environment {name!r}", f"it has {', '.join(session.environments)}")
    if session.road is not None and session.road.busy:
        raise SourceRefused("a change is being carried out", "wait for its end, then go")
    walk = screen.steps.walk if screen.steps is not None else None
    if walk is not None and (walk.run.live or walk.run.waits) and not await _may_stop(screen):
        return
    app: CockpitApp = screen.app  # type: ignore[assignment]  # the main screen stands in no other
    await app.go_elsewhere(name, _parting(here.label, walk))


async def _chosen(screen: MainScreen, others: list[str]) -> str:
    number = await screen.turn.ask(Choice("Go to which environment?", others, screen.look))
    return "" if number is None else others[number]


async def _may_stop(screen: MainScreen) -> bool:
    options = [_STAY, _LEAVE]
    number = await screen.turn.ask(Choice("A step is still under way here", options, screen.look))
    return number is not None and options[number] == _LEAVE


def _parting(label: str, walk: Walk | None) -> str:
    """What is said on the other side."""
    if walk is None or not walk.run.records or walk.run.finished:
        return f"you came from {label}"
    return f"you came from {label}; the run of “{walk.run.procedure.title}” is parked there, U takes it up"
