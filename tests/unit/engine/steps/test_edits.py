from __future__ import annotations

import pytest

from cockpit.engine.board import Board
from cockpit.engine.run import Run
from cockpit.engine.runner import Runner
from cockpit.engine.steps.edits import as_written, edited, undoing
from cockpit.model.errors import RunbookError
from cockpit.model.incident import EntryKind, StepState
from cockpit.model.masking import Masker
from cockpit.model.readings import SourceId, SourceKind
from cockpit.model.risk import Risk
from cockpit.model.runbook import Kind
from cockpit.runbook.reader import read_runbook
from tests.support.clock import FixedClock
from tests.support.edges import FakeJournal

pytestmark = pytest.mark.anyio
KV = SourceId(SourceKind.REDIS, "kv")

TEXT = """# Stuck

## Stuck

**Mitigation:**

1. Look at the lock

   ```redis
   GET lock:<job>
   ```

2. Release it
   <!-- step: {"undo":"relock"} -->

   ```redis
   DEL lock:<job>
   ```

3. Stop it for good
   <!-- step: {"undo":"none"} -->

   ```redis
   SET stop 1
   ```

4. Take a lock

   ```redis {"name":"relock"}
   SET lock:<job> me
   ```

5. Ask the database

   ```bash
   docker exec db psql -U app -c "SELECT 1 FROM jobs"
   ```

6. Turn a flag
   <!-- step: {"undo":"nowhere"} -->

   ```redis
   SET flag 1
   ```

**Rollback:**

7. Turn it back

   ```redis
   DEL flag
   ```
"""


class Scene:
    def __init__(self) -> None:
        self.clock = FixedClock()
        self.journal = FakeJournal(self.clock)
        self.runner = Runner((KV,), {}, Board(), self.journal, self.clock, Masker(), lambda: "", "ada@laptop")
        self.book = read_runbook(TEXT, "stuck.md")

    async def run(self) -> Run:
        return await self.runner.start(self.book, self.book.procedures[0])


async def test_an_edit_is_judged_again_and_both_texts_are_kept() -> None:
    scene = Scene()
    run = await scene.run()
    step = run.procedure.steps[0]
    new = await scene.runner.edit(run, step, step.commands[0], "DEL lock:<job> other:<job>")
    assert (new.kind, new.risk, new.placeholders) == (Kind.REDIS, Risk.CHANGE, ("job",))
    now = run.procedure.steps[0]
    assert now.commands == (new,)
    change = run.edit_of(now, new)
    assert change is not None
    assert (change.before, change.after) == ("GET lock:<job>", "DEL lock:<job> other:<job>")
    note = scene.journal.written[-1]
    assert note.kind is EntryKind.STEP
    assert (note.payload["before"], note.payload["after"]) == (change.before, change.after)
    assert (note.payload["state"], note.payload["risk"]) == ("edited", "change")
    assert scene.book.procedures[0].steps[0].commands[0].text == "GET lock:<job>", "the runbook itself is as it was"


async def test_a_second_edit_keeps_the_runbooks_own_text() -> None:
    scene = Scene()
    run = await scene.run()
    first = await scene.runner.edit(run, run.procedure.steps[0], run.procedure.steps[0].commands[0], "TTL x")
    second = await scene.runner.edit(run, run.procedure.steps[0], first, "DEL x")
    change = run.edit_of(run.procedure.steps[0], second)
    assert change is not None
    assert (change.before, change.after) == ("GET lock:<job>", "DEL x")
    draft = scene.runner.draft(run, run.procedure.steps[0], second)
    assert draft.command == "DEL x"
    assert "edited in place; the runbook says: GET lock:<job>" in draft.verdict.reason


async def test_an_empty_edit_is_refused() -> None:
    run = await Scene().run()
    with pytest.raises(RunbookError, match="cannot be empty"):
        edited(run.procedure.steps[0].commands[0], " \n ")


async def test_a_sql_text_stays_sql_however_it_looks() -> None:
    run = await Scene().run()
    command = edited(run.procedure.steps[4].commands[0], "rm -rf /")
    assert command.kind is Kind.SQL
    assert command.risk is not Risk.READ


async def test_as_written_takes_the_wrapper_and_its_risk() -> None:
    run = await Scene().run()
    unwrapped = run.procedure.steps[4].commands[0]
    assert unwrapped.kind is Kind.SQL
    written = as_written(unwrapped)
    assert (written.kind, written.unwrapped_from) == (Kind.SHELL, None)
    assert written.text.startswith("docker exec db psql")
    with pytest.raises(RunbookError, match="as it is written already"):
        as_written(run.procedure.steps[0].commands[0])


async def test_what_takes_a_step_back() -> None:
    run = await Scene().run()
    steps = run.procedure.steps

    def texts(number: int) -> list[str] | None:
        ways = undoing(run.procedure, steps[number - 1])
        return None if ways is None else [command.text for _, command in ways]

    assert texts(2) == ["SET lock:<job> me"]
    assert texts(3) is None
    assert texts(4) == ["DEL flag"], "the Rollback that follows"
    assert texts(7) == []
    with pytest.raises(RunbookError, match="no step has that name"):
        undoing(run.procedure, steps[5])


async def test_a_step_that_was_taken_back_is_open_again() -> None:
    scene = Scene()
    run = await scene.run()
    first, second = run.procedure.steps[:2]
    await scene.runner.tick(run, first)
    await scene.runner.undone(run, first, second)
    record = run.record(first)
    assert (record.state, record.by) == (StepState.PENDING, "ada@laptop")
    assert record.note == "taken back by Release it"
