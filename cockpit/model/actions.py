"""Whatever changes a system: the action, its risk and identity, the permit, the outcome.

The one road: draft -> prepared action -> requirement or refusal -> permit -> identity again -> intent ->
execution -> outcome. The types here are the stations; cockpit/engine/road.py is the road.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cockpit.model.identities import Identity
from cockpit.model.operations import Operation
from cockpit.model.readings import SourceId
from cockpit.model.risk import RiskVerdict
from cockpit.model.wording import short_duration


@dataclass(frozen=True, slots=True)
class PreviewFact:
    """One line of a preview: what it is, and its value (cleaned).

    Attributes:
        label: what it is.
        value: as it was when it was looked at.
        seconds: a duration in that value, as `short_duration` writes it, that runs on; None when nothing runs.
        runs: 1 for one that grows (an age), -1 for one that runs out (a time to live).
    """

    label: str
    value: str
    seconds: float | None = None
    runs: int = 1

    def after(self, elapsed: float) -> str:
        """The value as it must be `elapsed` seconds after the look, when nothing else happened."""
        if self.seconds is None or elapsed < 1:
            return self.value
        left = self.seconds + self.runs * elapsed
        now = short_duration(left) if left > 0 else "run out by now"
        return self.value.replace(short_duration(self.seconds), now, 1)


@dataclass(frozen=True, slots=True)
class Preview:
    """What the operation would do, read without doing it.

    Attributes:
        effect: one clause, for example "will delete 1 key"; "no preview exists for this kind" where none does.
        facts: what is known of the target.
        targets: one line for each thing that will be touched, when it is more than one.
        count: how many things will be touched, None when that is unknown.
    """

    effect: str
    facts: tuple[PreviewFact, ...] = ()
    targets: tuple[str, ...] = ()
    count: int | None = None


NO_PREVIEW = Preview("no preview exists for this kind")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an action was asked for.

    Attributes:
        place: a pane's name, or "runbook".
        reference: "file:line" of a step, "" from a pane.
        step_id: the step, "" from a pane.
    """

    place: str
    reference: str = ""
    step_id: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody asked for, before the live system was looked at.

    Attributes:
        source: where it would happen.
        operation: what it would do.
        command: the text that a person reads, with values filled in and secrets masked.
        verdict: risk and why.
        origin: who asked.
        timeout: seconds until the outcome counts as unknown.
        patience: seconds more that a person has to keep or drop the change once it is made, 0 for none.
        secret: True when what it answers is a secret, which is neither shown nor written down.
    """

    source: SourceId
    operation: Operation
    command: str
    verdict: RiskVerdict
    origin: Origin
    timeout: float = 30.0
    patience: float = 0.0
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """What an adapter found when it looked at the target of an operation.

    Attributes:
        operation: the operation with its exact targets.
        identity: what those targets are.
        preview: what would happen.
        target: the target's name, as a person would type it to confirm.
    """

    operation: Operation
    identity: Identity
    preview: Preview
    target: str


@dataclass(frozen=True, slots=True)
class Action:
    """A draft that was prepared against the live system; what a person confirms.

    Attributes:
        id: unique within the journal.
        environment: label of the environment, for example "PROD".
        protected: True when the environment is protected.
        source, command, verdict, origin, timeout, patience, secret: as in the draft; the risk may have been raised.
        operation, identity, preview, target: as prepared.
        prepared_at: UTC time of the preparation.
    """

    id: str
    environment: str
    protected: bool
    source: SourceId
    command: str
    verdict: RiskVerdict
    origin: Origin
    timeout: float
    operation: Operation
    identity: Identity
    preview: Preview
    target: str
    prepared_at: datetime
    patience: float = 0.0
    secret: bool = False


class Demand(StrEnum):
    """What the operator has to do before an action runs."""

    YES = "yes"
    """Press `y`."""
    TYPE = "type"
    """Type the given phrase."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """What the policy demands of the operator for an action."""

    demand: Demand
    phrase: str = ""
    """The exact phrase to type, for Demand.TYPE."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The policy's no, with the reason and what would lift it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Permit:
    """The policy's leave to execute one action once. Only cockpit/engine/policy.py makes one (tests/arch)."""

    action: Action
    granted_at: datetime
    expires_at: datetime
    actor: str
