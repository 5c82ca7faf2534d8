"""Kill a cockpit in the middle of an action, and see what came of it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import psutil

from cockpit.adapters.journal_sqlite import open_readonly
from cockpit.config.load import load
from cockpit.model.incident import EntryKind, JournalEntry, Role
from cockpit.wiring.session import open_session

TOP = Path(__file__).parents[2]
DEADLINE = 60.0
"""Seconds that anything here may take."""


class Stage(Protocol):
    """A system on which one kind of action is carried out again and again, each time on a target of its own."""

    @property
    def kind(self) -> str:
        """What `tests.support.one_action` calls it."""
        ...

    @property
    def at(self) -> str:
        """Where the system is."""
        ...

    async def make_target(self) -> str:
        """The command of the next action; what it acts on is as it was before it."""
        ...

    async def ready(self) -> None:
        """Called when the target was looked at, and the action begins."""
        ...

    async def effects(self) -> int:
        """How often the last command has had its effect, once nothing is under way any more."""
        ...


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of one action.

    Attributes:
        command: what it was.
        said: the last word of the process that carried it out, "" when it was killed before one.
        took: seconds from its begin to its end.
        entries: what it has left in the journal.
        effects: how often the system was changed.
        told: what the next start says first.
    """

    command: str
    said: str
    took: float
    entries: tuple[JournalEntry, ...]
    effects: int
    told: tuple[str, ...]

    def has(self, kind: EntryKind) -> bool:
        """Whether the journal has such an entry."""
        return any(entry.kind is kind for entry in self.entries)

    @property
    def words(self) -> str:
        """Where it was cut off, and whether the change was made."""
        if not self.has(EntryKind.INTENT):
            return "before its intent"
        told = "after its outcome" if self.has(EntryKind.OUTCOME) else "between intent and outcome"
        return f"{told}, {'changed' if self.effects else 'not changed'}"


class Cockpit:
    """The process that carries actions out; see `tests.support.one_action`."""

    def __init__(self, process: asyncio.subprocess.Process, stage: Stage, folder: Path) -> None:
        self._process = process
        self._stage = stage
        self.journal = folder / "journal.sqlite"
        self._config = folder / "cockpit.toml"
        self._config.write_text(
            f'default = "sandbox"\n[journal]\npath = "{self.journal}"\n'
            '[environments.sandbox]\nlabel = "SANDBOX"\nprotected = false\nhost = false\n'
        )
        self._seen = self._number = 0

    async def carry_out(self, moment: float | None) -> Ended:
        """Carry one action out; kill it that many seconds after its begin, None lets it come to its end."""
        self._number += 1
        what = await self._stage.make_target()
        command = f"{what} (number {self._number:03})"
        order = {"kind": self._stage.kind, "at": self._stage.at, "what": what, "command": command}
        order["journal"] = str(self.journal)
        assert self._process.stdin is not None
        self._process.stdin.write(f"{json.dumps(order)}\n".encode())
        process = psutil.Process(int((await self._line()).removeprefix("pid ")))
        assert await self._line() == "ready"
        began_at = time.monotonic()
        await self._stage.ready()
        if moment is not None:
            await asyncio.sleep(max(0.0, moment - (time.monotonic() - began_at)))
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        said, line = "", await self._line()
        took = time.monotonic() - began_at
        while line != "gone":
            said, line = line, await self._line()
        effects = await self._stage.effects()
        return Ended(command, said, took, self._new_entries(), effects, await self._told())

    def _new_entries(self) -> tuple[JournalEntry, ...]:
        """What was added; nothing that was there before may be missing, and the chain holds."""
        journal = open_readonly(self.journal)
        verification = journal.verify()
        assert verification.intact, verification.problem
        entries = journal.entries()
        assert len(entries) >= self._seen, "an entry was lost"
        new, self._seen = entries[self._seen :], len(entries)
        return tuple(new)

    async def _told(self) -> tuple[str, ...]:
        """What a cockpit says that is started now."""
        session = open_session(load(self._config), None, Role.OPERATOR)
        await session.close()
        return session.unresolved

    async def _line(self) -> str:
        assert self._process.stdout is not None
        async with asyncio.timeout(DEADLINE):
            line = await self._process.stdout.readline()
        assert line, "the process that carries actions out has ended"
        return line.decode().strip()


@contextlib.asynccontextmanager
async def cockpit_for(stage: Stage, folder: Path) -> AsyncIterator[Cockpit]:
    """The process with a journal of its own in a folder."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.support.one_action",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=TOP,
        env={**os.environ, "PYTHONPATH": str(TOP)},
    )
    try:
        yield Cockpit(process, stage, folder)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        async with asyncio.timeout(DEADLINE):
            await process.wait()
