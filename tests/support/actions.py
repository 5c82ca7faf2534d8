"""Actions to test with."""

from __future__ import annotations

from cockpit.model.actions import Action, Draft, Origin, Prepared, Preview, PreviewFact
from cockpit.model.identities import KeyIdentity
from cockpit.model.operations import DeleteKeys
from cockpit.model.readings import SourceId, SourceKind
from cockpit.model.risk import Risk, RiskVerdict
from tests.support.clock import FixedClock

KV = SourceId(SourceKind.REDIS, "kv")
LOCK = KeyIdentity("lock:cron:recalculate", b"worker-1:8821")
CHANGE = RiskVerdict(Risk.CHANGE, "DEL has the flag write")


def a_prepared() -> Prepared:
    """A lock that is about to be released."""
    preview = Preview("will delete 1 key", (PreviewFact("owner", "worker-1:8821"),), count=1)
    return Prepared(DeleteKeys((LOCK,)), LOCK, preview, LOCK.key)


def a_draft() -> Draft:
    """The same before it was looked at."""
    return Draft(KV, DeleteKeys((LOCK,)), f"DEL {LOCK.key}", CHANGE, Origin("locks"), timeout=5.0)


def an_action(environment: str = "SANDBOX", number: int = 1) -> Action:
    """The same as a person would confirm it."""
    draft, prepared = a_draft(), a_prepared()
    return Action(
        id=f"a-{number}",
        environment=environment,
        protected=False,
        source=draft.source,
        command=draft.command,
        verdict=draft.verdict,
        origin=draft.origin,
        timeout=draft.timeout,
        operation=prepared.operation,
        identity=prepared.identity,
        preview=prepared.preview,
        target=prepared.target,
        prepared_at=FixedClock().now(),
    )
