"""Permits for operations on real systems."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cockpit.model.actions import Action, Origin, Permit, Preview
from cockpit.model.identities import EndpointIdentity, Identity
from cockpit.model.operations import Operation
from cockpit.model.readings import SourceId
from cockpit.model.risk import Risk, RiskVerdict

_AT = datetime(2026, 3, 14, 3, 0, tzinfo=UTC)


def permit_for(
    source: SourceId, operation: Operation, identity: Identity | None = None, *, timeout: float = 20.0
) -> Permit:
    """Leave to execute an operation as it was prepared."""
    action = Action(
        id="a-1",
        environment="SANDBOX",
        protected=False,
        source=source,
        command="as prepared",
        verdict=RiskVerdict(Risk.CHANGE, "it changes something"),
        origin=Origin("services"),
        timeout=timeout,
        operation=operation,
        identity=identity or EndpointIdentity("here"),
        preview=Preview("will change something"),
        target="it",
        prepared_at=_AT,
    )
    return Permit(action, _AT, _AT + timedelta(minutes=1), "ada@laptop")
