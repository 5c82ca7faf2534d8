"""What Enter does on steps that change no system: waits, links, texts to copy, settings; and how a step is stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.model.incident import StepState
from cockpit.model.runbook import Step
from cockpit.ui.present.words import clock_duration
from cockpit.ui.spans import Tone
from cockpit.ui.walk import Walk

if TYPE_CHECKING:
    from cockpit.engine.session import Session
    from cockpit.ui.screens.main import MainScreen

LONGER = 60.0
"""Seconds by which `+` prolongs a wait."""


class StepActs:
    """Acts on a step of the open run.

    Args:
        screen: the main screen.
        session: the session.
    """

    def __init__(self, screen: MainScreen, session: Session) -> None:
        self._screen = screen
        self._session = session

    def wait(self, walk: Walk, step: Step) -> None:
        """Begin to count down; the keys stay free meanwhile."""
        self._screen.launch(self._wait(walk, step))

    async def _wait(self, walk: Walk, step: Step) -> None:
        await self._session.runner.wait(walk.run, step, self._screen.update_walk)
        self._screen.update_walk()
        self._screen.say(f"the wait is over: {step.title}", Tone.OK)
        if not walk.run.record(step).note.startswith("ended early"):
            self._screen.app.bell()

    def longer(self, walk: Walk, step: Step) -> None:
        """Wait a minute more."""
        waiting = walk.run.waits.get(step.id)
        if waiting is None:
            self._screen.say("nothing counts down here", Tone.DIM)
            return
        waiting.prolong(LONGER)
        self._screen.say(f"{clock_duration(waiting.left())} left", Tone.DIM)
        self._screen.update_walk()

    def stop(self, walk: Walk, step: Step) -> bool:
        """End what the step is doing; False when it does nothing."""
        waiting, live = walk.run.waits.get(step.id), walk.run.live.get(step.id)
        if waiting is not None:
            waiting.end()
        elif live is not None and walk.run.record(step).state is StepState.RUNNING:
            live.stop()
            self._screen.say("stopping it", Tone.DIM)
        else:
            return False
        return True

    async def open(self, walk: Walk, step: Step) -> None:
        """Copy the step's address, and open it where there is a browser."""
        from cockpit.ui.opener import address_of, open_address

        address = address_of(walk.address(step), self._session.environment.base_url)
        self._screen.app.copy_to_clipboard(address)
        opened = await open_address(address) if self._session.road is not None else False
        said = "opened and copied" if opened else "copied; there is no browser here"
        self._screen.say(f"{said}: {address}", Tone.OK)
        await self._done(walk, step, f"{'opened' if opened else 'copied'} {address}")

    async def copy(self, walk: Walk, step: Step) -> None:
        """Copy the command as it stands, values filled in."""
        command = walk.command(step)
        text = self._session.runner.text(walk.run, command) if command else step.title
        self._screen.app.copy_to_clipboard(text)
        self._screen.say(f"copied {len(text):,} characters", Tone.OK)
        await self._done(walk, step, "copied")

    async def settings(self, walk: Walk, step: Step) -> None:
        """Say which settings are there."""
        await self._session.runner.look_at_settings(walk.run, step, self._screen.update_walk)

    async def _done(self, walk: Walk, step: Step, note: str) -> None:
        if self._session.road is not None:
            await self._session.runner.tick(walk.run, step, note)
        self._screen.update_walk()
