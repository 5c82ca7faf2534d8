"""What was done, as the record tells: each intent with its outcome, and what was not done and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cockpit.model.health import Json
from cockpit.model.incident import EntryKind, JournalEntry

_NO_OUTCOME = "it never reported back"


@dataclass(frozen=True, slots=True)
class Deed:
    """One change that was begun.

    Attributes:
        at: UTC time of the intent.
        actor: user@host.
        title: the step's title, "" from a pane.
        command: the exact text that was confirmed, secrets masked.
        source: where, for example `redis:kv`.
        effect: what the preview said that it would do.
        place: "file:line" of the step, else the pane.
        outcome: "succeeded", "failed", "refused" or "unknown".
        reason: what was said of it.
        seconds: how long it took, None when that is not known.
        results: what became of each target, when there were several.
        verified: what a later note says of an outcome that was unknown, "" when there is none.
        effects: what was different some seconds later.
    """

    at: datetime
    actor: str
    title: str
    command: str
    source: str
    effect: str
    place: str
    outcome: str
    reason: str
    seconds: float | None
    results: tuple[str, ...] = ()
    verified: str = ""
    effects: tuple[str, ...] = ()


def deeds(entries: Iterable[JournalEntry]) -> list[Deed]:
    """The changes that were begun, oldest first; one without an outcome is unknown."""
    entries = list(entries)
    outcomes = {text_of(e, "action"): e for e in entries if e.kind is EntryKind.OUTCOME}
    settled = {text_of(e, "action"): text_of(e, "text") for e in entries if e.kind is EntryKind.NOTE}
    return [
        _deed(entry, outcomes.get(text_of(entry, "action")), _concluded(entry, entries), settled)
        for entry in entries
        if entry.kind is EntryKind.INTENT
    ]


def _concluded(intent: JournalEntry, entries: list[JournalEntry]) -> list[JournalEntry]:
    """The entries about the step of an intent, from the intent on until the step is begun again."""
    step, found = text_of(intent, "step"), list[JournalEntry]()
    for entry in entries[entries.index(intent) + 1 :] if step else ():
        if text_of(entry, "step") != step:
            continue
        if entry.kind is EntryKind.INTENT:
            break
        found.append(entry)
    return found


def echoes(entries: Iterable[JournalEntry]) -> set[int]:
    """The sequences of entries that say of a step only what the outcome before them said."""
    after: dict[str, bool] = {}
    found: set[int] = set()
    for entry in entries:
        step = text_of(entry, "step")
        if step and entry.kind is EntryKind.OUTCOME:
            after[step] = True
        elif step and entry.kind is EntryKind.STEP and after.pop(step, False):
            found.add(entry.sequence)
    return found


def _deed(
    entry: JournalEntry, outcome: JournalEntry | None, concluded: list[JournalEntry], settled: dict[str, str]
) -> Deed:
    return Deed(
        at=entry.at,
        actor=entry.actor,
        title=next((text_of(e, "title") for e in concluded if text_of(e, "title")), ""),
        command=text_of(entry, "command"),
        source=text_of(entry, "source"),
        effect=text_of(entry, "effect"),
        place=text_of(entry, "reference") or text_of(entry, "origin"),
        outcome=text_of(outcome, "outcome") if outcome else "unknown",
        reason=text_of(outcome, "reason") if outcome else _NO_OUTCOME,
        seconds=_seconds(outcome.payload.get("seconds")) if outcome else None,
        results=_results(outcome),
        verified=settled.get(text_of(entry, "action"), ""),
        effects=_effects(concluded),
    )


def _results(outcome: JournalEntry | None) -> tuple[str, ...]:
    results = outcome.payload.get("results") if outcome else None
    if not isinstance(results, list) or len(results) < 2:
        return ()
    return tuple(
        f"{one.get('target')}: {one.get('outcome')}" + (f", {one['detail']}" if one.get("detail") else "")
        for one in results
        if isinstance(one, dict)
    )


def _effects(concluded: list[JournalEntry]) -> tuple[str, ...]:
    told = [entry.payload.get("effect") for entry in concluded]
    return tuple(str(line) for lines in told if isinstance(lines, list) for line in lines)


def _seconds(value: Json) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def text_of(entry: JournalEntry, key: str) -> str:
    """A value of an entry's payload as text, "" when there is none."""
    value = entry.payload.get(key)
    return "" if value is None else str(value)
