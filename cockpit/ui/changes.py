"""Changes asked for from a pane: the target is captured at the key press, the road does the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from cockpit.engine.drafts import cancel_backends, operate_service, release_lock, terminate_backends
from cockpit.model.actions import Draft
from cockpit.model.activity import Backend
from cockpit.model.errors import CockpitError, RunbookError
from cockpit.model.readings import SourceId
from cockpit.ui.screens.confirm import ConfirmScreen
from cockpit.ui.spans import Tone

if TYPE_CHECKING:
    from cockpit.engine.session import Session
    from cockpit.ui.screens.main import MainScreen


class PaneChanges:
    """Turns a key on a row into a draft.

    Args:
        screen: the main screen.
        session: the session.
    """

    def __init__(self, screen: MainScreen, session: Session) -> None:
        self._screen = screen
        self._session = session

    def cancel(self) -> None:
        """Cancel the queries of the chosen backends."""
        self._signal(cancel_backends)

    def terminate(self) -> None:
        """End the sessions of the chosen backends."""
        self._signal(terminate_backends)

    def release(self) -> None:
        """Release the lock under the cursor."""
        chosen = self._screen.panes.locks.chosen()
        if chosen is None:
            self._nothing_selected()
        else:
            self._ask(lambda: release_lock(*chosen))

    def operate(self, verb: str) -> None:
        """Restart, stop or start the service under the cursor."""
        chosen = self._screen.panes.services.chosen()
        if chosen is None:
            self._nothing_selected()
        else:
            self._ask(lambda: operate_service(*chosen, verb))

    def _signal(self, draft: Callable[[SourceId, Sequence[Backend]], Draft]) -> None:
        try:
            chosen = self._screen.panes.activity.chosen()
        except CockpitError as error:
            self._screen.say(str(error), Tone.WARN)
            return
        if chosen is None:
            self._nothing_selected()
        else:
            self._ask(lambda: draft(*chosen))

    def _nothing_selected(self) -> None:
        self._screen.say("no row is selected", Tone.WARN)

    def _ask(self, make: Callable[[], Draft]) -> None:
        road = self._session.road
        if road is None:
            self._screen.say("an observer cannot change anything", Tone.WARN)
            return
        try:
            draft = make()
        except RunbookError as error:
            self._screen.say(str(error), Tone.WARN)
            return

        async def confirm() -> None:
            await self._screen.wait_for(
                ConfirmScreen(road, draft, self._session.clock, self._screen.look, lines=self._screen.low_lines)
            )

        self._screen.latched("a confirmation", confirm)
