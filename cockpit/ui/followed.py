"""The operator's run on a follower's screen: steps in the sidebar, the step or question on the card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.engine.share.following import Following
from cockpit.model.share import Scene
from cockpit.ui.present.following import card_lines, card_title, scene_rows, scene_title
from cockpit.ui.spans import Tone

if TYPE_CHECKING:
    from cockpit.ui.screens.main import MainScreen


class Followed:
    """Shows the scene; knows nothing of keys.

    Args:
        screen: the main screen.
        following: what is followed.
    """

    def __init__(self, screen: MainScreen, following: Following) -> None:
        self._screen = screen
        self._following = following
        self._shown: Scene | None = None

    def bring_up(self) -> None:
        """Steps and card as the operator has them."""
        screen, scene = self._screen, self._following.scene
        if not screen.walking:
            screen.walking = True
            screen.lay_out()
        if scene != self._shown:
            moved = self._shown is None or scene.current != self._shown.current
            self._shown = scene
            screen.sidebar.steps.set_rows(scene_rows(scene, screen.look))
            if moved and scene.current:
                screen.sidebar.steps.move_to_key(scene.current)
        lit = screen.focused is screen.sidebar.steps
        left, right = scene_title(scene, screen.look)
        screen.sidebar.steps_title.show(left, right, edge=Tone.FRAME_LIT if lit else Tone.FRAME)
        self.bring_up_card()

    def bring_up_card(self) -> None:
        """The card alone."""
        screen, scene = self._screen, self._following.scene
        outlook = self._following.outlook(screen.now())
        left, right = card_title(scene, outlook, screen.look)
        lines = card_lines(scene, outlook, max(10, screen.app.size.width - 4), screen.look)
        screen.card.say(left, right, lines, screen.look)
