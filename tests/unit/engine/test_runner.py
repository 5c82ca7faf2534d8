from __future__ import annotations

from datetime import timedelta

import pytest

from cockpit.engine.board import Board
from cockpit.engine.run import Run
from cockpit.engine.runner import Runner
from cockpit.model.answers import Answer
from cockpit.model.errors import RunbookError, SourceUnreachable
from cockpit.model.incident import EntryKind, StepState
from cockpit.model.masking import Masker
from cockpit.model.operations import RedisCommand, SqlStatement
from cockpit.model.outcomes import Outcome, OutcomeKind
from cockpit.model.ports import Reader
from cockpit.model.readings import SourceId, SourceKind
from cockpit.model.runbook import Branch, Step
from cockpit.runbook.reader import read_runbook
from tests.support.clock import FixedClock
from tests.support.edges import FakeJournal, FakeReader

pytestmark = pytest.mark.anyio
KV, MAIN, API = (
    SourceId(SourceKind.REDIS, "kv"),
    SourceId(SourceKind.POSTGRES, "main"),
    SourceId(SourceKind.HTTP, "api"),
)

TEXT = """---
runbook:
  title: Stuck
  inputs:
    job: {prompt: "Which job?", pattern: "[a-z]+"}
---
# Stuck

## Stuck

**Diagnosis:**

1. Who holds it

   ```redis {"name":"holder","target":"kv","capture":"owner"}
   GET lock:cron:<job>
   ```

2. How old

   ```sql {"target":"main","expect":"row.age < duration('1h')"}
   SELECT now() - max(finished_at) AS age FROM cron_runs WHERE job = :'job'
   ```

**Mitigation:**

3. Release
   <!-- step: {"verify":"free","when":"inputs.job == 'nightly'"} -->

   ```redis {"timeout":"7s"}
   DEL lock:cron:<job>
   ```

4. Elsewhere

   ```redis {"target":"other"}
   GET x
   ```

**Verify:**

5. It is free

   ```redis {"name":"free","until":"value == null","every":"10ms","timeout":"5s"}
   GET lock:cron:<job>
   ```
"""


class Scene:
    """A runner over fake readers, and a run of the text above."""

    def __init__(self, **answers: list[Answer | BaseException]) -> None:
        self.clock = FixedClock()
        self.journal = FakeJournal(self.clock)
        self.kv = FakeReader(KV, answers.get("kv", [Answer(value="w:1")]))
        self.main = FakeReader(MAIN, answers.get("main", [Answer()]))
        readers: dict[SourceId, Reader] = {KV: self.kv, MAIN: self.main}
        self.runner = Runner((API, MAIN, KV), readers, Board(), self.journal, self.clock, Masker(), lambda: "INC-1")
        self.runbook = read_runbook(TEXT, "stuck.md")
        self.changes = 0

    async def run(self, **values: str) -> Run:
        run = await self.runner.start(self.runbook, self.runbook.procedures[0])
        run.values.update(values)
        return run

    def progress(self) -> None:
        self.changes += 1

    async def read(self, run: Run, step: Step):  # type: ignore[no-untyped-def]
        return await self.runner.read(run, step, step.commands[0], self.progress)


def steps(run: Run) -> tuple[Step, ...]:
    assert len(run.procedure.steps) == 5
    return run.procedure.steps


async def test_a_read_asks_its_source_with_the_value_bound() -> None:
    scene = Scene()
    run = await scene.run(job="nightly")
    record = await scene.read(run, steps(run)[0])
    assert (record.state, record.attempts, scene.kv.asked) == (
        StepState.DONE,
        1,
        [RedisCommand(("GET", "lock:cron:nightly"))],
    )
    assert run.captured == {"owner": "w:1"}
    assert scene.journal.kinds() == [EntryKind.RUN, EntryKind.READ]
    assert scene.journal.written[-1].payload["command"] == "GET lock:cron:nightly"
    assert scene.changes >= 2


async def test_a_command_says_what_it_still_needs() -> None:
    scene = Scene()
    run = await scene.run()
    (wanted,) = scene.runner.missing(run, steps(run)[0].commands[0])
    assert (wanted.name, wanted.prompt) == ("job", "Which job?")
    record = await scene.read(run, steps(run)[0])
    assert record.state is StepState.FAILED
    assert "job" in record.note
    assert scene.kv.asked == []


@pytest.mark.parametrize(
    ("age", "state"), [(timedelta(minutes=5), StepState.DONE), (timedelta(hours=5), StepState.FAILED)]
)
async def test_what_is_expected_decides(age: timedelta, state: StepState) -> None:
    scene = Scene(main=[Answer(("age",), (("x",),), records=({"age": age},))])
    run = await scene.run(job="nightly")
    assert (await scene.read(run, steps(run)[1])).state is state
    assert isinstance(scene.main.asked[0], SqlStatement)
    assert dict(scene.main.asked[0].parameters) == {"job": "nightly"}


async def test_an_expectation_that_cannot_be_judged_is_unknown() -> None:
    scene = Scene(main=[Answer(("other",), (("x",),), records=({"other": 1},))])
    run = await scene.run(job="nightly")
    assert (await scene.read(run, steps(run)[1])).state is StepState.UNKNOWN


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (Answer(exit_code=1), StepState.FAILED),
        (Answer(status=503), StepState.FAILED),
        (Answer(status=200), StepState.DONE),
        (SourceUnreachable("kv is down"), StepState.FAILED),
    ],
)
async def test_without_expectation_an_error_is_a_failure(answer: Answer | BaseException, state: StepState) -> None:
    scene = Scene(kv=[answer])
    run = await scene.run(job="nightly")
    assert (await scene.read(run, steps(run)[0])).state is state
    assert run.captured == {}, "nothing was answered that could be captured"


async def test_until_goes_on_until_it_holds_and_shows_each_attempt() -> None:
    scene = Scene(kv=[Answer(value="w:1"), Answer(value="w:1"), Answer(value=None)])
    run = await scene.run(job="nightly")
    record = await scene.read(run, steps(run)[4])
    assert (record.state, record.attempts) == (StepState.DONE, 3)
    assert scene.changes >= 4


async def test_until_gives_up_at_its_deadline() -> None:
    scene = Scene(kv=[Answer(value="w:1")])
    run = await scene.run(job="nightly")
    scene.clock.advance(0)

    def hurry() -> None:
        scene.clock.advance(2)

    record = await scene.runner.read(run, steps(run)[4], steps(run)[4].commands[0], hurry)
    assert record.state is StepState.FAILED
    assert "gave up after" in record.note


async def test_a_change_is_never_read() -> None:
    scene = Scene()
    run = await scene.run(job="nightly")
    record = await scene.read(run, steps(run)[2])
    assert record.state is StepState.FAILED
    assert "needs a confirmation" in record.note
    assert scene.kv.asked == []


async def test_a_change_becomes_a_draft_that_knows_where_it_came_from() -> None:
    scene = Scene()
    run = await scene.run(job="nightly")
    step = steps(run)[2]
    draft = scene.runner.draft(run, step, step.commands[0])
    assert (draft.source, draft.operation, draft.timeout) == (KV, RedisCommand(("DEL", "lock:cron:nightly")), 7.0)
    assert (draft.command, draft.origin.step_id) == ("DEL lock:cron:nightly", step.id)
    assert draft.origin.reference.startswith("stuck.md:")


async def test_after_a_change_its_verify_step_runs_by_itself() -> None:
    scene = Scene(kv=[Answer(value="w:1"), Answer(value=None)])
    run = await scene.run(job="nightly")
    step = steps(run)[2]
    done = Outcome(OutcomeKind.SUCCEEDED, "deleted.")
    record = await scene.runner.conclude(run, step, done, scene.progress)
    assert (record.state, record.verified) == (StepState.DONE, True)
    assert run.record(steps(run)[4]).state is StepState.DONE


@pytest.mark.parametrize(
    ("kind", "state"), [(OutcomeKind.FAILED, StepState.FAILED), (OutcomeKind.REFUSED, StepState.REFUSED)]
)
async def test_what_did_not_happen_is_not_verified(kind: OutcomeKind, state: StepState) -> None:
    scene = Scene()
    run = await scene.run(job="nightly")
    record = await scene.runner.conclude(run, steps(run)[2], Outcome(kind, "no."), scene.progress)
    assert (record.state, record.verified, scene.kv.asked) == (state, None, [])


async def test_an_unknown_outcome_is_verified_and_stays_unknown() -> None:
    scene = Scene(kv=[Answer(value=None)])
    run = await scene.run(job="nightly")
    record = await scene.runner.conclude(run, steps(run)[2], Outcome(OutcomeKind.UNKNOWN, "?"), scene.progress)
    assert (record.state, record.verified) == (StepState.UNKNOWN, True)


async def test_conditions_on_a_step() -> None:
    scene = Scene()
    run = await scene.run(job="nightly")
    assert scene.runner.applies(run, steps(run)[2]) is True
    run.values["job"] = "other"
    assert scene.runner.applies(run, steps(run)[2]) is False
    run.values.clear()
    assert scene.runner.applies(run, steps(run)[2]) is None
    assert scene.runner.applies(run, steps(run)[0]) is True


async def test_a_source_that_does_not_exist_is_named() -> None:
    scene = Scene()
    run = await scene.run(job="nightly")
    with pytest.raises(RunbookError, match="wants the source redis 'other', and this environment has kv"):
        scene.runner.source(steps(run)[3].commands[0])


async def test_ticks_skips_and_decisions_move_the_run_on() -> None:
    scene = Scene()
    run = await scene.run(job="nightly")
    first, second, third, *rest = steps(run)
    await scene.runner.tick(run, first, "looked")
    await scene.runner.skip(run, second, "no time")
    branch, other = Branch("this", (third.id,)), Branch("that", tuple(step.id for step in rest))
    decision = Step("d", 1, "Which?", third.kind, branches=(branch, other))
    await scene.runner.decide(run, decision, branch)
    assert [run.record(step).state for step in rest] == [StepState.NOT_APPLICABLE] * 2
    assert run.next_step == third
    await scene.runner.tick(run, third)
    assert run.finished
    assert EntryKind.DECISION in scene.journal.kinds()


async def test_a_journal_that_cannot_be_written_does_not_stop_reading() -> None:
    scene = Scene()
    scene.journal.broken = True
    run = await scene.run(job="nightly")
    assert (await scene.read(run, steps(run)[0])).state is StepState.DONE


async def test_what_cannot_run_by_itself_says_so() -> None:
    scene = Scene()
    runbook = read_runbook("# P\n\n**Diagnosis:**\n\n1. Look\n\n   ```python\n   up\n   ```\n", "p.md")
    command = runbook.procedures[0].steps[0].commands[0]
    with pytest.raises(RunbookError, match="does not run by itself"):
        scene.runner.source(command)
