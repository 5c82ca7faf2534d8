from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.engine.confirmation import LOOK_LIFETIME
from cockpit.engine.policy import MANY, Policy
from cockpit.model.actions import Demand, Permit, Refusal, Requirement
from cockpit.model.incident import EnvironmentFacts, Role
from cockpit.model.risk import Risk, RiskVerdict
from tests.support.actions import an_action
from tests.support.clock import FixedClock

OPEN = EnvironmentFacts("staging", "STAGING", protected=False)
GUARDED = EnvironmentFacts("prod", "PROD", protected=True)


def policy(facts: EnvironmentFacts = OPEN, role: Role = Role.OPERATOR, clock: FixedClock | None = None) -> Policy:
    return Policy(role, facts, clock or FixedClock(), "op@test")


def test_a_change_asks_for_a_yes_and_gets_a_permit() -> None:
    action = an_action("STAGING")
    assert policy().requirement(action) == Requirement(Demand.YES)
    permit = policy().permit(action, "y")
    assert isinstance(permit, Permit)
    assert (permit.action, permit.actor) == (action, "op@test")


@pytest.mark.parametrize("given", ["", "Y", "yes", "\r", "lock:cron:x"])
def test_anything_but_the_confirming_key_gets_none(given: str) -> None:
    assert isinstance(policy().permit(an_action("STAGING"), given), Refusal)


def test_high_risk_wants_the_name_of_the_target() -> None:
    action = replace(an_action("STAGING"), verdict=RiskVerdict(Risk.HIGH, "drops a table"))
    assert policy().requirement(action) == Requirement(Demand.TYPE, action.target)
    assert isinstance(policy().permit(action, "y"), Refusal)
    assert isinstance(policy().permit(action, action.target), Permit)


def test_many_targets_want_their_number() -> None:
    action = an_action("STAGING")
    action = replace(action, preview=replace(action.preview, count=MANY + 1))
    assert policy().requirement(action) == Requirement(Demand.TYPE, str(MANY + 1))


def test_a_protected_environment_is_closed_until_it_is_unlocked_and_closes_by_itself() -> None:
    clock = FixedClock()
    subject, action = policy(GUARDED, clock=clock), an_action("PROD")
    assert isinstance(subject.requirement(action), Refusal)
    assert subject.unlock("prod", timedelta(minutes=10)) is not None
    assert subject.unlock("PROD", timedelta(hours=9)) is not None
    assert subject.unlock("PROD", timedelta(minutes=10)) is None
    assert subject.requirement(action) == Requirement(Demand.TYPE, action.target)
    clock.advance(600)
    assert subject.unlocked_until is None
    assert isinstance(subject.permit(action, action.target), Refusal)


def test_a_protected_environment_can_be_closed_early() -> None:
    subject = policy(GUARDED)
    subject.unlock("PROD", timedelta(minutes=10))
    subject.lock()
    assert isinstance(subject.requirement(an_action("PROD")), Refusal)


def test_an_action_for_another_environment_is_refused() -> None:
    assert isinstance(policy().permit(an_action("PROD"), "y"), Refusal)


@given(
    risk=st.sampled_from(list(Risk)),
    given_text=st.sampled_from(["y", "STAGING", "lock:cron:recalculate", ""]),
    count=st.one_of(st.none(), st.integers(0, 1000)),
    protected=st.booleans(),
)
def test_an_observer_never_gets_a_permit(risk: Risk, given_text: str, count: int | None, protected: bool) -> None:
    facts = replace(OPEN, protected=protected)
    subject = policy(facts, Role.OBSERVER)
    action = an_action("STAGING")
    action = replace(action, verdict=RiskVerdict(risk, ""), preview=replace(action.preview, count=count))
    assert isinstance(subject.unlock("STAGING", timedelta(minutes=1)), Refusal)
    assert isinstance(subject.requirement(action), Refusal)
    assert isinstance(subject.permit(action, given_text), Refusal)


def test_what_was_looked_at_too_long_ago_gets_no_permit() -> None:
    clock = FixedClock()
    action = an_action("STAGING")
    clock.advance(LOOK_LIFETIME)
    assert isinstance(policy(clock=clock).permit(action, "y"), Permit)
    clock.advance(1)
    refusal = policy(clock=clock).permit(action, "y")
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "lock:cron:recalculate was looked at 31 s ago; look again before you decide"
