"""Changes asked for from a pane: the target is captured at the key press, the road does the rest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from cockpit.engine.drafts import (
    cancel_backends,
    delete_keys,
    open_shell,
    operate_services,
    release_advisory,
    release_locks,
    scale_service,
    terminate_backends,
)
from cockpit.engine.job_orders import set_flag, trigger_job
from cockpit.model.actions import Draft
from cockpit.model.activity import Backend
from cockpit.model.errors import CockpitError, RunbookError
from cockpit.model.locks import AdvisoryLock, CronLock
from cockpit.model.outcomes import Outcome, OutcomeKind
from cockpit.model.readings import SourceId
from cockpit.model.services import Service, ServiceKind
from cockpit.ui.screens.ask import Ask
from cockpit.ui.screens.confirm import Conclude, ConfirmScreen, nothing
from cockpit.ui.spans import Tone

if TYPE_CHECKING:
    from cockpit.engine.road import Road
    from cockpit.engine.session import Session
    from cockpit.ui.present.locks import Seen
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
        self._flags: dict[str, bool] = {}
        session.terminal.offer(self._lend if session.road is not None else None)

    async def _lend(self, command: Sequence[str]) -> int:
        """Give the terminal to the program of an action."""
        from cockpit.ui.editor import hand_over

        try:
            return await hand_over(self._screen.app, command)
        finally:
            self._screen.refresh(layout=True)

    def cancel(self) -> None:
        """Cancel the queries of the chosen backends."""
        self._signal(cancel_backends)

    def terminate(self) -> None:
        """End the sessions of the chosen backends."""
        self._signal(terminate_backends)

    def release(self) -> None:
        """Release the chosen locks: keys while they hold their value, advisory locks by ending who holds them."""
        chosen = self._screen.panes.locks.chosen()
        if not chosen:
            self._nothing_selected()
        elif len({(source, isinstance(lock, AdvisoryLock)) for source, lock in chosen}) > 1:
            self._screen.say("locks of several servers are released one server at a time", Tone.WARN)
        else:
            source, locks = chosen[0][0], [lock for _, lock in chosen]
            keys = [lock for lock in locks if isinstance(lock, CronLock)]
            advisory = [lock for lock in locks if isinstance(lock, AdvisoryLock)]
            self._ask(lambda: release_locks(source, keys) if keys else release_advisory(source, advisory))

    def trigger(self) -> None:
        """Run the job of the lock under the cursor; its dry run is shown before the question."""
        self._about_job(self._trigger)

    def flag(self) -> None:
        """Disable the job of the lock under the cursor, or enable it when its flag is off."""
        found = self._screen.panes.locks.selected()
        plan = found[1].plan if found is not None else None
        if found is None or plan is None:
            self._about_job(self._trigger)
            return
        name, run = plan.name, found[1].run
        known = self._flags.get(name, run.enabled if run is not None else None)
        on = known is False

        async def conclude(outcome: Outcome) -> str:
            if outcome.kind is not OutcomeKind.SUCCEEDED:
                return ""
            self._flags[name] = on
            back = plan.disable if on else plan.enable
            return f"J takes it back: {back}" if back else ""

        self._ask(lambda: set_flag(plan, self._sources(), on=on), conclude)

    def _sources(self) -> tuple[SourceId, ...]:
        return self._session.road.sources if self._session.road is not None else ()

    def _about_job(self, make: Callable[[Seen], Draft]) -> None:
        found = self._screen.panes.locks.selected()
        if found is None:
            self._nothing_selected()
        elif found[1].plan is None:
            self._screen.say("no job is configured for this lock", Tone.WARN)
        else:
            self._ask(lambda: make(found[1]))

    def _trigger(self, seen: Seen) -> Draft:
        road, plan = self._session.road, seen.plan
        assert plan is not None
        assert road is not None
        if self._session.environment.protected and road.policy.unlocked_until is None:
            plan = replace(plan, dry="")  # Nothing at all is sent to a closed environment.
        return trigger_job(plan, road.sources)

    def delete_keys(self, source: SourceId, names: Sequence[str]) -> None:
        """Delete keys that were chosen in the key browser."""
        self._ask(lambda: delete_keys(source, names))

    def operate(self, verb: str) -> None:
        """Restart, stop, start, kill ... the tagged services, else the one under the cursor."""
        chosen = self._services()
        if chosen is not None:
            self._ask(lambda: operate_services(*chosen, verb))

    def pause(self) -> None:
        """Pause the chosen services; when all of them are paused already, let them run on."""
        chosen = self._services()
        if chosen is not None:
            paused = all(service.state == "paused" for service in chosen[1])
            self._ask(lambda: operate_services(*chosen, "unpause" if paused else "pause"))

    def shell(self) -> None:
        """Open a shell in the container under the cursor."""
        chosen = self._screen.panes.services.chosen()
        if chosen is None:
            self._nothing_selected()
        elif chosen[1].kind is not ServiceKind.CONTAINER:
            self._screen.say(f"{chosen[1].name} is no container, so no shell can be opened in it", Tone.WARN)
        else:
            self._ask(lambda: open_shell(*chosen))

    def scale(self) -> None:
        """Ask how many instances the pm2 application under the cursor shall have."""
        chosen = self._screen.panes.services.chosen()
        if chosen is None:
            self._nothing_selected()
        elif chosen[1].kind is not ServiceKind.PM2:
            self._screen.say("only pm2 applications are scaled here", Tone.WARN)
        elif self._session.road is not None:
            road, (source, service) = self._session.road, chosen

            async def ask_and_confirm() -> None:
                given = await self._screen.turn.ask(
                    Ask(f"How many instances of {service.name}?", self._screen.look, objection=_no_number)
                )
                if given:
                    await self._confirmed(road, scale_service(source, service, int(given)))

            self._screen.turn.take("a question", ask_and_confirm)

    def _services(self) -> tuple[SourceId, list[Service]] | None:
        try:
            chosen = self._screen.panes.services.all_chosen()
        except CockpitError as error:
            self._screen.say(str(error), Tone.WARN)
            return None
        if chosen is None:
            self._nothing_selected()
        return chosen

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

    def _ask(self, make: Callable[[], Draft], conclude: Conclude = nothing) -> None:
        road = self._session.road
        if road is None:
            self._screen.say("an observer cannot change anything", Tone.WARN)
            return
        try:
            draft = make()
        except RunbookError as error:
            self._screen.say(str(error), Tone.WARN)
            return

        self._screen.turn.take("a confirmation", lambda: self._confirmed(road, draft, conclude))

    async def _confirmed(self, road: Road, draft: Draft, conclude: Conclude = nothing) -> None:
        look, lines = self._screen.look, self._screen.low_lines
        await self._screen.turn.ask(ConfirmScreen(road, draft, self._session.clock, look, conclude, lines))


def _no_number(text: str) -> str:
    return "" if text.strip().isdigit() else "type a number"
