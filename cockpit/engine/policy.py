"""The policy: turns an action into a demand on the operator, and the operator's answer into a permit.

This is the only place that makes a Permit (tests/arch proves it), and an observer never gets one.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from cockpit.engine.confirmation import LOOK_LIFETIME
from cockpit.model.actions import Action, Demand, Permit, Refusal, Requirement
from cockpit.model.incident import EnvironmentFacts, Role
from cockpit.model.ports import Clock
from cockpit.model.readings import SourceKind
from cockpit.model.risk import Risk

PERMIT_LIFETIME = timedelta(seconds=30)
"""How long a permit may wait for its execution."""
MANY = 20
"""An action on more targets than this counts as high risk."""
UNLOCK_LIMIT = timedelta(hours=1)
"""A protected environment is opened for no longer than this at a time."""

CONFIRMED = "y"
"""What the operator gives for Demand.YES."""


class Policy:
    """What may be done here, by whom, and what it takes.

    Args:
        role: of the person at this screen.
        environment: where the actions would happen.
        clock: tells the time.
        actor: user@host, written into every permit.
    """

    def __init__(self, role: Role, environment: EnvironmentFacts, clock: Clock, actor: str) -> None:
        self.role = role
        self.environment = environment
        self.actor = actor
        self._clock = clock
        self._open_until: datetime | None = None

    @property
    def unlocked_until(self) -> datetime | None:
        """UTC time until which a protected environment is open for changes, None when it is closed."""
        if self._open_until is not None and self._clock.now() >= self._open_until:
            self._open_until = None
        return self._open_until

    def unlock(self, typed: str, lifetime: timedelta) -> Refusal | None:
        """Open the protected environment for a while.

        Args:
            typed: what the operator typed; must be the environment's label.
            lifetime: for how long.

        Returns:
            None when it is open now, else why not.
        """
        if self.role is not Role.OPERATOR:
            return Refusal("an observer cannot unlock an environment")
        if typed != self.environment.label:
            return Refusal(f"the typed name is not {self.environment.label}")
        if not timedelta(0) < lifetime <= UNLOCK_LIMIT:
            return Refusal("an environment is unlocked for at most one hour")
        self._open_until = self._clock.now() + lifetime
        return None

    def lock(self) -> None:
        """Close the protected environment again."""
        self._open_until = None

    def requirement(self, action: Action) -> Requirement | Refusal:
        """What the operator has to do before this action runs, or why it will not.

        Telling people changes nothing in the environment: a protected one need not be opened for it, but wants the
        target's name typed.
        """
        if self.role is not Role.OPERATOR:
            return Refusal("an observer cannot change anything")
        if action.environment != self.environment.label:
            return Refusal(f"the action is meant for {action.environment}, this is {self.environment.label}")
        if action.source.kind is SourceKind.NOTIFY:
            told = Demand.TYPE if self.environment.protected else Demand.YES
            return Requirement(told, action.target if self.environment.protected else "")
        if self.environment.protected:
            if self.unlocked_until is None:
                return Refusal(f"{self.environment.label} is protected; `:unlock 10m` opens it for a while")
            return Requirement(Demand.TYPE, action.target)
        count = action.preview.count
        if count is not None and count > MANY:
            return Requirement(Demand.TYPE, str(count))
        if action.verdict.risk is Risk.HIGH:
            return Requirement(Demand.TYPE, action.target)
        return Requirement(Demand.YES)

    def permit(self, action: Action, given: str) -> Permit | Refusal:
        """The permit for an action, if what the operator gave is what is required.

        Args:
            action: what would be done.
            given: CONFIRMED for Demand.YES, the typed phrase for Demand.TYPE.
        """
        required = self.requirement(action)
        if isinstance(required, Refusal):
            return required
        expected = CONFIRMED if required.demand is Demand.YES else required.phrase
        if given != expected:
            return Refusal("it was not confirmed")
        now = self._clock.now()
        age = (now - action.prepared_at).total_seconds()
        if age > LOOK_LIFETIME:
            return Refusal(f"{action.target} was looked at {age:.0f} s ago; look again before you decide")
        return Permit(action, now, now + PERMIT_LIFETIME, self.actor)
