"""A session on FAKE systems of every kind, which keep what they were asked: nothing is run anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cockpit.engine.policy import Policy
from cockpit.engine.road import Road
from cockpit.engine.runner import Runner
from cockpit.engine.steps.settings import Expected
from cockpit.model.actions import Permit, Prepared, Preview
from cockpit.model.answers import Answer
from cockpit.model.identities import EndpointIdentity, Identity
from cockpit.model.incident import EnvironmentFacts, Role
from cockpit.model.operations import Operation
from cockpit.model.outcomes import Outcome, OutcomeKind
from cockpit.model.readings import SourceId, SourceKind
from tests.support.fake_session import API, KV, MAIN, SHELL, Range, a_range

DOCKER = SourceId(SourceKind.DOCKER, "host1")
EVERY = (API, MAIN, KV, SHELL, DOCKER)


@dataclass
class AnySystem:
    """FAKE: answers every read and prepares every change.

    Attributes:
        id: the source.
        read_of: what it was asked to read.
        looked_at: what it was asked to look at before a change.
        executed: what it was asked to do.
    """

    id: SourceId
    read_of: list[Operation] = field(default_factory=list)
    looked_at: list[Operation] = field(default_factory=list)
    executed: list[Permit] = field(default_factory=list)

    async def read(self, operation: Operation, timeout: float) -> Answer:  # noqa: ASYNC109  the port's signature
        self.read_of.append(operation)
        return Answer(lines=("as it should be",), value="as it should be")

    async def prepare(self, operation: Operation) -> Prepared:
        self.looked_at.append(operation)
        return Prepared(operation, EndpointIdentity(str(self.id)), Preview("will do it"), str(self.id))

    async def identify(self, operation: Operation) -> Identity | None:
        return EndpointIdentity(str(self.id))

    async def execute(self, permit: Permit) -> Outcome:
        self.executed.append(permit)
        return Outcome(OutcomeKind.SUCCEEDED, "done.")


def a_range_of_everything(text: str) -> tuple[Range, Mapping[SourceId, AnySystem]]:
    """A session in which a step of each kind finds its system, and those systems."""
    systems = {source: AnySystem(source) for source in EVERY}
    facts = EnvironmentFacts("sandbox", "SANDBOX", False, "", "shop", base_url="https://shop.example")
    base = a_range(text=text, facts=facts)
    session = base.session
    assert session.journal is not None

    async def places(_wanted: Expected) -> Mapping[str, Mapping[str, str]]:
        return {}

    runner = Runner(
        EVERY, dict(systems), session.board, session.journal, session.clock, session.masker, lambda: "", "ada", places
    )
    policy = Policy(Role.OPERATOR, session.environment, session.clock, "ada@laptop")
    road = Road(policy, dict(systems), session.journal, session.clock, session.masker, lambda: "", lambda _: None)
    return a_range(text=text, facts=facts, runner=runner, road=road, journal=session.journal, clock=base.clock), systems
