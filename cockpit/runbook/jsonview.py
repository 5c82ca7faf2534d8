"""What `cockpit runbook show --json` prints: the contract with other programs."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.model.health import Json
from cockpit.model.runbook import Command, CommandWarning, Note, Phase, Procedure, Runbook, Step


def runbook_json(runbook: Runbook) -> dict[str, Json]:
    """A runbook as JSON."""
    return {
        "path": runbook.path,
        "title": runbook.title,
        "sha256": runbook.sha256,
        "broken_links": [{"line": link.line, "target": link.target} for link in runbook.broken_links],
        "index": [
            {
                "title": entry.title,
                "target": entry.target,
                "line": entry.line,
                "signal": entry.signal,
                "severity": entry.severity,
            }
            for entry in runbook.index
        ],
        "notes": list(runbook.notes),
        "prose": [_note(note) for note in runbook.prose],
        "procedures": [procedure_json(procedure) for procedure in runbook.procedures],
    }


def procedure_json(procedure: Procedure) -> dict[str, Json]:
    """A procedure as JSON."""
    return {
        "title": procedure.title,
        "line": procedure.line,
        "slug": procedure.slug,
        "severity": procedure.severity or None,
        "symptoms": list(procedure.symptoms),
        "signals": list(procedure.signals),
        "alerts": list(procedure.alerts),
        "inputs": [
            {
                "name": item.name,
                "prompt": item.prompt,
                "from": item.source,
                "pattern": item.pattern,
                "default": item.default,
            }
            for item in procedure.inputs
        ],
        "notes": [_note(note) for note in procedure.notes],
        "phases": [_phase(phase) for phase in procedure.phases],
    }


def _note(note: Note) -> dict[str, Json]:
    return {"line": note.line, "text": note.text}


def _phase(phase: Phase) -> dict[str, Json]:
    return {
        "part": phase.part.value,
        "title": phase.title,
        "line": phase.line,
        "budget_seconds": phase.budget_seconds,
        "prose": list(phase.prose),
        "notes": [_note(note) for note in phase.notes],
        "steps": [_step(step) for step in phase.steps],
    }


def _step(step: Step) -> dict[str, Json]:
    return {
        "id": step.id,
        "line": step.line,
        "title": step.title,
        "kind": step.kind.value,
        "risk": step.risk.value,
        "details": list(step.details),
        "branches": [{"title": branch.title, "steps": list(branch.steps)} for branch in step.branches],
        "wait_seconds": step.wait_seconds,
        "link": step.link or None,
        "warnings": _warnings(step.warnings),
        "commands": [command_json(command) for command in step.commands],
    }


def _warnings(warnings: Sequence[CommandWarning]) -> list[Json]:
    return [{"rule": warning.rule, "message": warning.message} for warning in warnings]


def command_json(command: Command) -> dict[str, Json]:
    """A command as JSON."""
    return {
        "line": command.line,
        "kind": command.kind.value,
        "text": command.text,
        "risk": command.risk.value,
        "reason": command.reason,
        "placeholders": list(command.placeholders),
        "session": command.session,
        "streaming": command.streaming,
        "context": None
        if command.context is None
        else {"program": command.context.program, "text": command.context.text},
        "target": command.target,
        "expect": command.expect,
        "alternatives_group": command.alternatives_group,
        "unwrapped_from": command.unwrapped_from,
        "warnings": _warnings(command.warnings),
    }
