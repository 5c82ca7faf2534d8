from __future__ import annotations

import json
from datetime import timedelta

import pytest

from cockpit.engine.records import answer_payload, identity_payload, intent_payload, outcome_payload, refusal_payload
from cockpit.model.actions import Permit
from cockpit.model.answers import Answer
from cockpit.model.health import Json
from cockpit.model.identities import (
    BackendIdentity,
    BackendsIdentity,
    EndpointIdentity,
    Identity,
    KeyIdentity,
    KeysIdentity,
    RowsIdentity,
    ServiceIdentity,
)
from cockpit.model.masking import MASK, Masker
from cockpit.model.outcomes import Outcome, OutcomeKind, TargetResult
from tests.support.actions import an_action
from tests.support.clock import FixedClock

NOW = FixedClock().now()
MASKER = Masker(["hunter2"])


@pytest.mark.parametrize(
    ("identity", "expected"),
    [
        (BackendIdentity(7, NOW), {"pid": 7, "backend_start": NOW.isoformat()}),
        (BackendsIdentity((BackendIdentity(7, NOW),)), [{"pid": 7, "backend_start": NOW.isoformat()}]),
        (KeyIdentity("k", b"\x1b[31mv\xff"), {"key": "k", "value": "v\ufffd"}),
        (KeysIdentity((KeyIdentity("k", b"v"),)), [{"key": "k", "value": "v"}]),
        (ServiceIdentity("id", None), {"id": "id", "started_at": None}),
        (ServiceIdentity("id", NOW), {"id": "id", "started_at": NOW.isoformat()}),
        (RowsIdentity(3, "d"), {"rows": 3, "digest": "d"}),
        (EndpointIdentity("postgresql://u:hunter2@h/d"), {"address": f"postgresql://u:{MASK}@h/d"}),
    ],
)
def test_every_identity_can_be_written_down(identity: Identity, expected: Json) -> None:
    assert identity_payload(identity, MASKER) == expected


def test_an_intent_says_all_that_matters() -> None:
    payload = intent_payload(Permit(an_action(), NOW, NOW + timedelta(seconds=30), "op@test"), MASKER)
    assert payload["actor"] == "op@test"
    assert payload["effect"] == "will delete 1 key"
    assert payload["facts"] == {"owner": "worker-1:8821"}
    json.dumps(payload)


def test_an_outcome_is_masked_and_bounded() -> None:
    results = tuple(TargetResult(f"key {n}", OutcomeKind.SUCCEEDED, "hunter2") for n in range(80))
    answer = Answer(("a",), (("hunter2",), (None,)), ("token=abcdefgh",), status=200, exit_code=0, notice="n")
    payload = outcome_payload(
        an_action(), Outcome(OutcomeKind.FAILED, "hunter2 leaked", results, answer, 1.23456), MASKER
    )
    text = json.dumps(payload)
    assert "hunter2" not in text
    assert "abcdefgh" not in text
    assert payload["seconds"] == 1.235
    assert isinstance(payload["results"], list)
    assert len(payload["results"]) == 50


def test_a_refusal_says_by_whom() -> None:
    assert refusal_payload(an_action(), "no", "policy", MASKER)["refused_by"] == "policy"


def test_no_answer_is_no_payload() -> None:
    assert answer_payload(None, MASKER) is None
    assert answer_payload(Answer(), MASKER) == {}
