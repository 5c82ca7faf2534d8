"""What keys do with the clock of an incident that is played again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cockpit.engine.share.replay import Replay
from cockpit.ui.spans import Tone

if TYPE_CHECKING:
    from cockpit.engine.share.replay import Place
    from cockpit.ui.screens.main import MainScreen

JUMP = 60.0
"""Seconds that a jump goes."""


def replay_handlers(screen: MainScreen) -> dict[str, Callable[[], None]]:
    """A handler for each of these keys; none where nothing is played."""
    replay = screen.session.following if screen.session is not None else None
    if not isinstance(replay, Replay):
        return {}
    played: Replay[Place] = replay

    def then(act: Callable[[], None]) -> Callable[[], None]:
        def handler() -> None:
            act()
            screen.say(played.outlook(screen.now()).playing, Tone.DIM)
            screen.launch(_shown(screen, played))

        return handler

    return {
        "replay.pause": then(played.clock.pause),
        "replay.step": then(played.step),
        "replay.slower": then(lambda: played.clock.change_speed(-1)),
        "replay.faster": then(lambda: played.clock.change_speed(1)),
        "replay.back": then(lambda: played.jump(-JUMP)),
        "replay.on": then(lambda: played.jump(JUMP)),
    }


async def _shown(screen: MainScreen, replay: Replay[Place]) -> None:
    """Let all panes follow the clock at once."""
    await replay.once()
    if screen.feed is not None:
        screen.feed.tick()
