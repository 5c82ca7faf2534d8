"""Which level of an escalation is due or comes next. Nothing is sent: people are called by people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cockpit.engine.incident_plan import EscalationPolicy, IncidentPlan, Level
from cockpit.model.incident import Incident


@dataclass(frozen=True, slots=True)
class Pending:
    """A level that has not answered yet.

    Attributes:
        level: which.
        left: seconds until it is due; negative ones since it has been.
    """

    level: Level
    left: float

    @property
    def due(self) -> bool:
        """Whether it is to be called now."""
        return self.left <= 0


def policy_for(plan: IncidentPlan, severity: str, runbook: Iterable[str] = ()) -> EscalationPolicy | None:
    """The policy that holds; of several that fit, the one that names the runbook, then the duty, then the severity.

    Args:
        plan: what is configured.
        severity: of the incident.
        runbook: names of the runbook that is open, in any case; none when none is.
    """
    names = {name.casefold() for name in runbook if name}

    def fits(policy: EscalationPolicy) -> bool:
        return (
            (not policy.severities or severity in policy.severities)
            and policy.duty in ("", plan.duty)
            and (not policy.runbook or policy.runbook.casefold() in names)
        )

    fitting = [policy for policy in plan.policies if fits(policy)]
    said = [(bool(policy.runbook), bool(policy.duty), bool(policy.severities)) for policy in fitting]
    return fitting[said.index(max(said))] if fitting else None


def pending(policy: EscalationPolicy | None, incident: Incident | None, now: datetime) -> list[Pending]:
    """The levels that have not answered, those that are due for longest first.

    Args:
        policy: that holds, None for none.
        incident: under way, None for none.
        now: UTC now.
    """
    if policy is None or incident is None:
        return []
    elapsed = (now - incident.started_at).total_seconds()
    left = [Pending(level, level.after - elapsed) for level in policy.levels if level.name not in incident.answered]
    return sorted(left, key=lambda one: one.left)


def next_level(waiting: Iterable[Pending]) -> Pending | None:
    """What to show: the highest level that is due, else the first that is to come; None when all have answered."""
    waiting = list(waiting)
    due = [one for one in waiting if one.due]
    return due[-1] if due else next(iter(waiting), None)
