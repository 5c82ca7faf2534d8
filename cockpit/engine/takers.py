"""Which steps of the runbooks take a value that stands in a pane's row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cockpit.model.runbook import Input, Procedure, Runbook, Step

_NAMES = {
    "backends": frozenset({"pid", "backend", "backend_pid", "blocker"}),
    "locks": frozenset({"key", "lock", "lock_key"}),
    "containers": frozenset({"container", "service", "service_name", "app", "process"}),
}
"""What an input that names no source is called when it means such a row."""


@dataclass(frozen=True, slots=True)
class Taker:
    """A step that takes the value.

    Attributes:
        runbook, procedure, step: which.
        name: the input that takes it.
    """

    runbook: Runbook
    procedure: Procedure
    step: Step
    name: str


def takers(books: Iterable[tuple[Runbook, Procedure]], source: str, value: str) -> list[Taker]:
    """The steps that take the value of a row, in the order of the procedures.

    Args:
        books: procedures with their runbooks.
        source: what kind of row it is: backends, locks or containers.
        value: what the row gives.
    """
    found: list[Taker] = []
    for runbook, procedure in books:
        names = [item.name for item in _inputs(procedure) if _fits(item, source, value)]
        for step in procedure.steps:
            asked = {name for command in step.commands for name in command.placeholders}
            found += [Taker(runbook, procedure, step, name) for name in names if name in asked]
    return found


def _inputs(procedure: Procedure) -> Sequence[Input]:
    """What the procedure asks for; a placeholder that nobody described is an input without a source."""
    described = {item.name for item in procedure.inputs}
    names = [name for step in procedure.steps for command in step.commands for name in command.placeholders]
    return [*procedure.inputs, *(Input(name) for name in dict.fromkeys(names) if name not in described)]


def _fits(item: Input, source: str, value: str) -> bool:
    if item.source != source and (item.source or item.name.casefold() not in _NAMES.get(source, frozenset())):
        return False
    try:
        return not item.pattern or re.fullmatch(item.pattern, value) is not None
    except re.error:
        return False
