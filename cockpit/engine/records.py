"""What actions, outcomes and steps look like in the journal: plain JSON with secrets masked."""

from __future__ import annotations

from datetime import UTC, datetime

from cockpit.model.actions import Action, Permit
from cockpit.model.answers import Answer
from cockpit.model.health import Json
from cockpit.model.identities import (
    BackendIdentity,
    BackendsIdentity,
    EndpointIdentity,
    Identity,
    KeyIdentity,
    KeysIdentity,
    ProcessIdentity,
    RowsIdentity,
    ServiceIdentity,
    ServicesIdentity,
)
from cockpit.model.keys import key_shown
from cockpit.model.masking import Masker
from cockpit.model.outcomes import Outcome
from cockpit.model.text import clean_bytes

KEPT_LINES = 50
"""Lines or rows of an answer that the journal keeps."""


def intent_payload(permit: Permit, masker: Masker) -> dict[str, Json]:
    """An intent: who is about to do what to which target, and what it took."""
    return {
        **action_payload(permit.action, masker),
        "actor": permit.actor,
        "granted_at": permit.granted_at.isoformat(),
    }


def action_payload(action: Action, masker: Masker) -> dict[str, Json]:
    """What names an action."""
    return {
        "action": action.id,
        "environment": action.environment,
        "source": str(action.source),
        "command": masker.secrets(action.command),
        "target": masker.secrets(action.target),
        "identity": identity_payload(action.identity, masker),
        "risk": action.verdict.risk.value,
        "reason": action.verdict.reason,
        "effect": masker.secrets(action.preview.effect),
        "facts": {fact.label: masker.secrets(fact.value) for fact in action.preview.facts},
        "targets": [masker.secrets(target) for target in action.preview.targets[:KEPT_LINES]],
        "origin": action.origin.place,
        "reference": action.origin.reference,
        "step": action.origin.step_id,
    }


def identity_payload(identity: Identity, masker: Masker) -> Json:
    """An identity as JSON."""
    match identity:
        case BackendIdentity(pid, start):
            return {"pid": pid, "backend_start": start.isoformat()}
        case BackendsIdentity(backends):
            return [identity_payload(backend, masker) for backend in backends]
        case KeyIdentity(key, value):
            return {"key": masker.secrets(key_shown(key)), "value": masker.secrets(clean_bytes(value, 200))}
        case KeysIdentity(keys):
            return [identity_payload(key, masker) for key in keys]
        case ServiceIdentity(service, started):
            return {"id": service, "started_at": _iso(started)}
        case ServicesIdentity(services):
            return [identity_payload(service, masker) for service in services]
        case ProcessIdentity(pid, created):
            return {"pid": pid, "created": datetime.fromtimestamp(created, UTC).isoformat()}
        case RowsIdentity(count, digest):
            return {"rows": count, "digest": digest}
        case EndpointIdentity(address):
            return {"address": masker.secrets(address)}


def outcome_payload(action: Action, outcome: Outcome, masker: Masker) -> dict[str, Json]:
    """An outcome: how it ended, for each target, and how long it took."""
    return {
        "action": action.id,
        "step": action.origin.step_id,
        "command": masker.secrets(action.command),
        "target": masker.secrets(action.target),
        "outcome": outcome.kind.value,
        "reason": masker.secrets(outcome.reason),
        "results": [
            {"target": masker.secrets(r.target), "outcome": r.kind.value, "detail": masker.secrets(r.detail)}
            for r in outcome.results[:KEPT_LINES]
        ],
        "answer": None if action.secret else answer_payload(outcome.answer, masker),
        "seconds": round(outcome.duration, 3),
    }


def refusal_payload(action: Action, reason: str, by: str, masker: Masker) -> dict[str, Json]:
    """A refusal: by the policy, by the identity check, or by the operator."""
    return {**action_payload(action, masker), "refused_by": by, "why": masker.secrets(reason)}


def answer_payload(answer: Answer | None, masker: Masker) -> Json:
    """The beginning of an answer, masked."""
    if answer is None:
        return None
    lines = [masker.secrets(line) for line in answer.lines[:KEPT_LINES]]
    rows: list[Json] = [
        [None if cell is None else masker.secrets(cell) for cell in row] for row in answer.rows[:KEPT_LINES]
    ]
    kept: dict[str, Json] = {
        "columns": list(answer.columns),
        "rows": rows,
        "lines": list(lines),
        "status": answer.status,
        "exit_code": answer.exit_code,
        "notice": masker.secrets(answer.notice),
    }
    return {key: value for key, value in kept.items() if value not in ("", [], None)}


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
