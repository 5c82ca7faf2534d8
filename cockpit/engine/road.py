"""The one road by which anything is changed, from a pane or from a runbook step.

prepare -> requirement -> (the operator confirms) -> permit -> identity again -> intent in the journal ->
execution with a deadline -> outcome in the journal -> read again.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping

from cockpit.engine.policy import Policy
from cockpit.engine.records import intent_payload, outcome_payload, refusal_payload
from cockpit.engine.unique import unique_id
from cockpit.model.actions import Action, Draft, Permit, Prepared, Refusal, Requirement
from cockpit.model.errors import CockpitError, JournalError, SourceError
from cockpit.model.health import Json
from cockpit.model.incident import EntryKind
from cockpit.model.masking import Masker
from cockpit.model.outcomes import Outcome, OutcomeKind
from cockpit.model.ports import Clock, Executor, Journal
from cockpit.model.readings import SourceId

GRACE = 3.0
"""Seconds past an action's own time-out after which the road stops waiting for its executor."""
PREPARE_TIMEOUT = 15.0
"""Seconds that looking at a target may take."""


class Road:
    """Carries actions out, one at a time. Built for an operator only.

    Args:
        policy: turns actions into permits.
        executors: the one that changes each source.
        journal: where intents and outcomes go; when it cannot be written, nothing is executed.
        clock: tells the time.
        masker: hides secrets in what is written down.
        incident: gives the id of the current incident, "" when there is none.
        changed: told which source to read again after an execution.
    """

    def __init__(
        self,
        policy: Policy,
        executors: Mapping[SourceId, Executor],
        journal: Journal,
        clock: Clock,
        masker: Masker,
        incident: Callable[[], str],
        changed: Callable[[SourceId], None],
    ) -> None:
        self.policy = policy
        self._executors = executors
        self._journal = journal
        self._clock = clock
        self._masker = masker
        self._incident = incident
        self._changed = changed
        self._busy = False
        self._spent: set[str] = set()
        self._late: set[asyncio.Task[Outcome]] = set()

    @property
    def sources(self) -> tuple[SourceId, ...]:
        """What can be changed here, in the order of the configuration."""
        return tuple(self._executors)

    @property
    def busy(self) -> bool:
        """Whether an action is being carried out now."""
        return self._busy

    async def prepare(self, draft: Draft) -> Action:
        """Look at the live target of a draft; touches nothing.

        Raises:
            SourceError: when the target is gone, cannot be looked at, or nothing can change this source.
        """
        executor = self._executor(draft.source)
        try:
            async with asyncio.timeout(PREPARE_TIMEOUT):
                prepared = await executor.prepare(draft.operation)
        except TimeoutError as error:
            raise SourceError(
                f"{draft.source} did not show the target within {PREPARE_TIMEOUT:g} s", "nothing was changed"
            ) from error
        return self._action(draft, prepared)

    def _action(self, draft: Draft, prepared: Prepared) -> Action:
        now = self._clock.now()
        environment = self.policy.environment
        return Action(
            id=unique_id(now),
            environment=environment.label,
            protected=environment.protected,
            source=draft.source,
            command=draft.command,
            verdict=draft.verdict,
            origin=draft.origin,
            timeout=draft.timeout,
            operation=prepared.operation,
            identity=prepared.identity,
            preview=prepared.preview,
            target=prepared.target,
            prepared_at=now,
            patience=draft.patience,
            secret=draft.secret,
        )

    def requirement(self, action: Action) -> Requirement | Refusal:
        """What the operator has to do before this action runs, or why it will not."""
        return self.policy.requirement(action)

    async def decline(self, action: Action, reason: str) -> None:
        """Write down that an action was offered and not wanted; a journal that fails here changes nothing."""
        with contextlib.suppress(JournalError):
            await self._write(EntryKind.REFUSAL, refusal_payload(action, reason, "operator", self._masker))

    async def carry_out(self, action: Action, given: str) -> Outcome:
        """Take a confirmed action down the road to its end; never raises and never tries twice.

        Args:
            action: as it was shown to the operator.
            given: what the operator gave, see Policy.permit.
        """
        if self._busy:
            return Outcome(OutcomeKind.REFUSED, "another action is still being carried out.")
        if action.id in self._spent:
            return Outcome(OutcomeKind.REFUSED, "this action was carried out already.")
        self._busy = True
        try:
            return await self._carry_out(action, given)
        finally:
            self._busy = False

    async def _carry_out(self, action: Action, given: str) -> Outcome:
        permit = self.policy.permit(action, given)
        if isinstance(permit, Refusal):
            return await self._refuse(action, permit.reason, "policy")
        self._spent.add(action.id)
        objection = await self._objection(action)
        if objection:
            return await self._refuse(action, objection, "identity")
        if self._clock.now() > permit.expires_at:
            return await self._refuse(action, "the permit ran out before the target was checked", "policy")
        try:
            await self._write(EntryKind.INTENT, intent_payload(permit, self._masker))
        except JournalError as error:
            return Outcome(OutcomeKind.REFUSED, f"the journal cannot be written, so nothing was changed: {error}")
        outcome = await self._execute(permit)
        try:
            await self._write(EntryKind.OUTCOME, outcome_payload(action, outcome, self._masker))
        except JournalError as error:
            outcome = Outcome(
                outcome.kind,
                f"{outcome.reason} The journal could not note this outcome: {error}",
                outcome.results,
                outcome.answer,
                outcome.duration,
            )
        self._changed(action.source)
        return outcome

    async def _objection(self, action: Action) -> str:
        """Why the identity check stands in the way, "" when it does not."""
        try:
            async with asyncio.timeout(PREPARE_TIMEOUT):
                identity = await self._executor(action.source).identify(action.operation)
        except (CockpitError, TimeoutError) as error:
            detail = str(error) or "no answer in time."
            return f"{action.target} could not be checked again before the act, so it was left alone: {detail}"
        if identity is None:
            return f"{action.target} is gone; there is nothing left to do"
        if identity != action.identity:
            return f"{action.target} is not what it was when it was shown; look again before you decide"
        return ""

    async def _refuse(self, action: Action, reason: str, by: str) -> Outcome:
        with contextlib.suppress(JournalError):
            await self._write(EntryKind.REFUSAL, refusal_payload(action, reason, by, self._masker))
        self._changed(action.source)
        return Outcome(OutcomeKind.REFUSED, f"{reason}.")

    async def _execute(self, permit: Permit) -> Outcome:
        action = permit.action
        started = self._clock.monotonic()
        task = asyncio.create_task(self._executor(action.source).execute(permit), name=f"execute {action.id}")
        await asyncio.wait({task}, timeout=action.timeout + action.patience + GRACE)
        if not task.done():
            self._late.add(task)
            task.add_done_callback(self._late.discard)
            return Outcome(
                OutcomeKind.UNKNOWN,
                f"{action.source} did not say in time what became of it; look before you repeat it.",
                duration=self._clock.monotonic() - started,
            )
        error = task.exception()
        if error is not None:
            return Outcome(
                OutcomeKind.UNKNOWN,
                f"the execution broke off ({type(error).__name__}); look before you repeat it.",
                duration=self._clock.monotonic() - started,
            )
        return task.result()

    async def _write(self, kind: EntryKind, payload: dict[str, Json]) -> None:
        await self._journal.append(kind, payload, self._incident())

    def _executor(self, source: SourceId) -> Executor:
        executor = self._executors.get(source)
        if executor is None:
            raise SourceError(f"nothing here can change {source}", "check the configuration of this environment")
        return executor
