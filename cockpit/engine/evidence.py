"""What conditions may refer to: the checks and locks as they are now, and what a run has gathered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from cockpit.engine.board import Board
from cockpit.engine.conditions import Lookup, Names
from cockpit.model.answers import Answer, Fact
from cockpit.model.health import Json
from cockpit.model.locks import LocksSnapshot
from cockpit.model.ports import Clock
from cockpit.model.readings import SourceKind


def live_names(board: Board, clock: Clock) -> dict[str, Fact | Lookup]:
    """`now`, `check(name)` and `lock(name)` from the latest readings."""

    def check(name: str) -> dict[str, Fact]:
        result = board.health.named(name)
        if result is None:
            return {}
        return {"verdict": result.verdict.value, "value": result.value, "message": result.message}

    def lock(name: str) -> dict[str, Fact]:
        for reading in board.of_kind(SourceKind.REDIS):
            if isinstance(reading.value, LocksSnapshot):
                for found in reading.value.locks:
                    if name in (found.key, found.job.name if found.job else None):
                        return {
                            "key": found.key,
                            "held": found.raw_value is not None,
                            "state": found.state.value,
                            "owner": found.owner,
                            **({} if found.age is None else {"age": timedelta(seconds=found.age)}),
                            **({} if found.ttl is None else {"ttl": timedelta(seconds=found.ttl)}),
                        }
        return {}

    return {"now": clock.now(), "check": check, "lock": lock}


def answer_names(answer: Answer) -> dict[str, Fact]:
    """`row`, `rows`, `value`, `status`, `body`, `exit_code`, `output` of one answer; what it lacks is absent."""
    names: dict[str, Fact] = {"output": "\n".join(answer.lines)}
    if answer.columns:
        names["rows"] = list(answer.records)
        if answer.records:
            names["row"] = answer.records[0]
    names["value"] = answer.value
    if answer.status is not None:
        names["status"] = answer.status
        names["body"] = answer.body
    if answer.exit_code is not None:
        names["exit_code"] = answer.exit_code
    return names


def run_names(values: dict[str, str], captured: dict[str, Json]) -> dict[str, Fact]:
    """`inputs`, and each input and captured value under its own name."""
    inputs: dict[str, Json] = dict(values)
    return {"inputs": inputs, **inputs, **captured}


def merge(*parts: Mapping[str, Fact | Lookup]) -> Names:
    """All names together; later parts win."""
    merged: dict[str, Fact | Lookup] = {}
    for part in parts:
        merged.update(part)
    return merged
