"""What the world looked like just before a change and some seconds after it: what is different."""

from __future__ import annotations

from collections.abc import Mapping

from cockpit.engine.board import Board
from cockpit.model.activity import ActivitySnapshot
from cockpit.model.locks import LocksSnapshot
from cockpit.model.services import ServicesSnapshot

AFTER = 10.0
"""Seconds after a change at which it is looked again."""


def world(board: Board) -> dict[str, str]:
    """What is known now of checks, connections, waiters, locks and services, each under a name."""
    found = {f"check {result.name}": result.verdict.value for result in board.health.results}
    for source, reading in board.readings.items():
        found.update(_facts(source.name, reading.value))
    return found


def difference(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """One line for each fact that changed, came or went; the order is that of before."""
    lines: list[str] = []
    for name in dict.fromkeys((*before, *after)):
        was, now = before.get(name), after.get(name)
        if was != now:
            lines.append(f"{name}: {was or 'not there'} → {now or 'gone'}")
    return tuple(lines)


def _facts(source: str, value: object) -> dict[str, str]:
    match value:
        case ActivitySnapshot():
            return {
                f"connections of {source}": str(value.connections),
                f"sessions waiting in {source}": str(value.waiting),
            }
        case LocksSnapshot():
            return {
                f"lock {lock.key}": f"held by {lock.owner}" if lock.raw_value is not None else "free"
                for lock in value.locks
            }
        case ServicesSnapshot():
            return {
                f"service {service.name}": " ".join(part for part in (service.state, service.health) if part)
                for service in value.services
            }
        case _:
            return {}
