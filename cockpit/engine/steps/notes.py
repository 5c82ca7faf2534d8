"""What the journal keeps of the steps of a run."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence

from cockpit.engine.records import answer_payload
from cockpit.engine.run import Run, StepRecord
from cockpit.model.answers import Answer
from cockpit.model.errors import JournalError
from cockpit.model.health import Json
from cockpit.model.incident import EntryKind, JournalEntry
from cockpit.model.masking import Masker
from cockpit.model.ports import Journal
from cockpit.model.runbook import Command, Step


class StepNotes:
    """Writes entries; reads and notes go on when the journal cannot be written (the screen says so).

    Args:
        journal: where they go; None for an observer.
        masker: hides secrets in what is noted.
        incident: gives the id of the current incident.
    """

    def __init__(self, journal: Journal | None, masker: Masker, incident: Callable[[], str]) -> None:
        self._journal = journal
        self._masker = masker
        self._incident = incident

    async def entries(self) -> Sequence[JournalEntry]:
        """What the journal holds; nothing when it cannot be read."""
        if self._journal is None:
            return ()
        try:
            return await self._journal.entries()
        except JournalError:
            return ()

    async def run(self, run: Run, event: str) -> None:
        """A run began, was taken up again, or was put away."""
        await self._write(
            EntryKind.RUN,
            {
                "run": run.id,
                "event": event,
                "path": run.runbook.path,
                "sha256": run.runbook.sha256,
                "title": run.procedure.title,
                "slug": run.procedure.slug,
            },
        )

    async def read(self, run: Run, step: Step, command: str, record: StepRecord, shown: Answer | None) -> None:
        """A read, with the beginning of what may be shown of its answer."""
        payload = {
            **self._of(run, step),
            "command": command,
            "state": record.state.value,
            "note": self._masker.secrets(record.note),
            "attempts": record.attempts,
            "answer": answer_payload(shown, self._masker),
        }
        await self._write(EntryKind.READ, payload)

    async def step(self, run: Run, step: Step, record: StepRecord, **more: Json) -> None:
        """What became of a step."""
        payload = {
            **self._of(run, step),
            "state": record.state.value,
            "note": self._masker.secrets(record.note),
            **more,
        }
        await self._write(EntryKind.STEP, payload)

    async def edit(self, run: Run, step: Step, before: Command, after: Command) -> None:
        """A command was changed in place: both texts."""
        old, new = self._masker.secrets(before.text), self._masker.secrets(after.text)
        payload: dict[str, Json] = {
            **self._of(run, step),
            "number": step.commands.index(before),
            "state": "edited",
            "before": old,
            "after": new,
            "risk": after.risk.value,
            "note": f"{old} → {new}",
        }
        await self._write(EntryKind.STEP, payload)

    async def effect(self, run: Run, step: Step, lines: tuple[str, ...]) -> None:
        """What was different some seconds after a change."""
        said = [self._masker.secrets(line) for line in lines]
        payload: dict[str, Json] = {
            **self._of(run, step),
            "state": "looked at afterwards",
            "effect": list(said),
            "note": "; ".join(said) or "nothing that is watched is different",
        }
        await self._write(EntryKind.STEP, payload)

    async def decision(self, run: Run, step: Step, branch: str) -> None:
        """Which way was taken."""
        await self._write(EntryKind.DECISION, {**self._of(run, step), "branch": branch})

    def _of(self, run: Run, step: Step) -> dict[str, Json]:
        """The run and the step, and the values that are known and hold nothing secret."""
        known = {**{name: str(value) for name, value in run.captured.items()}, **run.values}
        values: Mapping[str, Json] = {
            name: value for name, value in known.items() if value and self._masker.secrets(value) == value
        }
        return {"run": run.id, "step": step.id, "title": step.title, "values": dict(values)}

    async def _write(self, kind: EntryKind, payload: dict[str, Json]) -> None:
        if self._journal is not None:
            with contextlib.suppress(JournalError):
                await self._journal.append(kind, payload, self._incident())
