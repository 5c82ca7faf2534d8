"""Which procedures deal with a lock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cockpit.model.runbook import Procedure, Runbook

MOST = 3


def procedures_for(books: Iterable[Runbook], words: Sequence[str]) -> list[str]:
    """Titles of the procedures whose steps name it, then of those that ask which lock; at most MOST.

    Args:
        books: the runbooks.
        words: what the lock is called in commands.
    """
    named: list[str] = []
    asking: list[str] = []
    for book in books:
        for procedure in book.procedures:
            if _names(procedure, words):
                named.append(procedure.title)
            elif any(entry.source == "locks" for entry in procedure.inputs):
                asking.append(procedure.title)
    return list(dict.fromkeys([*named, *asking]))[:MOST]


def _names(procedure: Procedure, words: Sequence[str]) -> bool:
    return any(word in command.text for step in procedure.steps for command in step.commands for word in words if word)
