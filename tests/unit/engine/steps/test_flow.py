from __future__ import annotations

import pytest

from cockpit.engine.board import Board
from cockpit.engine.run import Run
from cockpit.engine.runner import Runner
from cockpit.engine.steps.effects import difference, world
from cockpit.engine.steps.flow import after_failure, unmet
from cockpit.engine.steps.settings import Expected, expected, fingerprint, presence
from cockpit.engine.steps.waiting import Waiting
from cockpit.model.answers import Answer
from cockpit.model.errors import SourceUnreachable
from cockpit.model.incident import StepState
from cockpit.model.masking import MASK, Masker
from cockpit.model.operations import HttpRequest, Operation
from cockpit.model.outcomes import Outcome, OutcomeKind
from cockpit.model.readings import Reading, ReadingState, SourceId, SourceKind
from cockpit.runbook.reader import read_runbook
from tests.support.clock import FixedClock
from tests.support.edges import FakeJournal, FakeReader
from tests.support.fake_session import an_activity, the_locks, the_services

pytestmark = pytest.mark.anyio
KV = SourceId(SourceKind.REDIS, "kv")
API = SourceId(SourceKind.HTTP, "api")
TOKEN = "tok-9f8e7d6c5b4a"

TEXT = """# Break glass

## Break glass

**Mitigation:**

1. Obtain a token

   ```http {"name":"glass","capture":"token = body.token","secret":"true","lifetime":"15m"}
   POST /glass
   ```

2. Use it

   ```http {"needs":"glass"}
   POST /write
   Authorization: Bearer <token>
   ```

3. Look
   <!-- step: {"on_fail":"goto:5"} -->

   ```redis {"retries":"2","every":"10ms"}
   GET a
   ```

4. Go on anyway

   ```redis {"on_fail":"continue"}
   GET b
   ```

5. The end

   ```redis {"capture":"short","secret":"true"}
   GET c
   ```

6. Nothing names this
   <!-- step: {"needs":"nowhere"} -->
"""


class Scene:
    def __init__(self, *answers: Answer | BaseException) -> None:
        self.clock = FixedClock()
        self.journal = FakeJournal(self.clock)
        self.masker = Masker()
        self.kv = FakeReader(KV, list(answers) or [Answer(value="w")])
        self.runner = Runner(
            (KV, API), {KV: self.kv}, Board(), self.journal, self.clock, self.masker, lambda: "", "ada"
        )
        self.book = read_runbook(TEXT, "glass.md")

    async def run(self) -> Run:
        return await self.runner.start(self.book, self.book.procedures[0])

    async def obtained(self) -> Run:
        run = await self.run()
        step = run.procedure.steps[0]
        answer = Answer(status=200, body={"token": TOKEN}, lines=(f'{{"token":"{TOKEN}"}}',))
        outcome = Outcome(OutcomeKind.SUCCEEDED, "HTTP 200", answer=answer)
        await self.runner.conclude(run, step, outcome, lambda: None, step.commands[0])
        return run


async def test_a_secret_is_kept_used_and_never_shown() -> None:
    scene = Scene()
    run = await scene.obtained()
    step, using = run.procedure.steps[:2]
    assert run.captured == {"token": TOKEN}
    record = run.record(step)
    assert TOKEN not in repr(record)
    assert record.answer is not None
    assert record.answer.notice == "the answer holds a secret and is not shown"
    assert TOKEN not in repr([entry.payload for entry in scene.journal.written])
    assert MASK in scene.runner.text(run, using.commands[0])
    assert scene.runner.draft(run, step, step.commands[0]).secret
    operation: Operation = scene.runner.draft(run, using, using.commands[0]).operation
    assert isinstance(operation, HttpRequest)
    assert ("Authorization", f"Bearer {TOKEN}") in operation.headers


async def test_a_secret_is_forgotten_when_its_time_is_over() -> None:
    scene = Scene()
    run = await scene.obtained()
    assert await scene.runner.drop_expired(run) == ()
    scene.clock.advance(901.0)
    assert await scene.runner.drop_expired(run) == ("token",)
    assert (run.captured, run.tokens) == ({}, {})
    (wanted,) = scene.runner.missing(run, run.procedure.steps[1].commands[0])
    assert wanted.name == "token"


async def test_a_secret_too_short_to_hide_is_not_kept() -> None:
    scene = Scene(Answer(value="abc"))
    run = await scene.run()
    step = run.procedure.steps[4]
    record = await scene.runner.read(run, step, step.commands[0], lambda: None)
    assert run.captured == {}
    assert "too short" in record.note or "this short" in record.note


async def test_what_a_step_needs_is_named_until_it_is_done() -> None:
    scene = Scene()
    run = await scene.run()
    first, second, *_, last = run.procedure.steps
    assert unmet(run, second) == ("Obtain a token",)
    await scene.runner.tick(run, first)
    assert unmet(run, second) == ()
    assert unmet(run, last) == ("a step named 'nowhere', which the runbook does not have",)


async def test_a_failure_leads_where_the_author_says() -> None:
    run = await Scene().run()
    steps = run.procedure.steps
    assert after_failure(run, steps[2]) == steps[4]
    assert after_failure(run, steps[3]) == steps[4]
    assert after_failure(run, steps[4]) is None


async def test_a_read_is_tried_again_as_often_as_written() -> None:
    scene = Scene(SourceUnreachable("down"), SourceUnreachable("down"), Answer(value="w"))
    run = await scene.run()
    step = run.procedure.steps[2]
    record = await scene.runner.read(run, step, step.commands[0], lambda: None)
    assert (record.state, record.attempts, len(record.tries)) == (StepState.DONE, 3, 3)
    assert "down" in record.tries[0]
    assert record.tries[2].endswith("(w)")


async def test_an_until_is_stopped_by_a_person() -> None:
    scene = Scene(SourceUnreachable("down"))
    run = await scene.run()
    step = run.procedure.steps[2]

    def stop() -> None:
        if step.id in run.live:
            run.live[step.id].stop()

    record = await scene.runner.read(run, step, step.commands[0], stop)
    assert record.state is StepState.FAILED
    assert record.note.startswith("stopped after 1 attempts")


def test_the_difference_names_what_changed_came_and_went() -> None:
    board = Board()
    for source, value in (
        (SourceId(SourceKind.POSTGRES, "main"), an_activity()),
        (KV, the_locks()),
        (SourceId(SourceKind.PROCESSES, "shop"), the_services()),
    ):
        board.publish(Reading(source, ReadingState.FRESH, value))
    before = world(board)
    assert before["connections of main"] == "42"
    assert before["sessions waiting in main"] == "2"
    assert before["lock lock:cron:recalculate"] == "held by worker-1:8821"
    assert before["service api"] == "running healthy"
    after = {**before, "connections of main": "40", "check new": "ok"}
    del after["service web"]
    assert difference(before, after) == (
        "connections of main: 42 → 40",
        "service web: running → gone",
        "check new: not there → ok",
    )
    assert difference(before, before) == ()


def test_settings_are_compared_by_fingerprints_of_one_run() -> None:
    salt = b"salt"
    wanted = Expected(("A_KEY", "B_KEY", "C_KEY"), ())
    answer = presence(wanted, {".env": {"A_KEY": "x", "B_KEY": ""}, "prod": {"A_KEY": "y", "B_KEY": "z"}}, salt)
    assert answer.rows[0] == ("A_KEY", f"present {fingerprint('x', salt)}", f"present {fingerprint('y', salt)}")
    assert answer.rows[1][1] == "empty"
    assert answer.rows[2] == ("C_KEY", "missing", "missing")
    assert "not the same everywhere: A_KEY" in answer.notice
    assert "2 settings missing or empty: B_KEY, C_KEY" in answer.notice
    assert fingerprint("x", salt) != fingerprint("x", b"other")
    assert len(fingerprint("x", salt)) == 6


def test_names_and_files_are_found_in_the_words_of_a_step() -> None:
    book = read_runbook("# P\n\n**Diagnosis:**\n\n1. Check `PORT` and DATABASE_URL in `.env.production`\n", "p.md")
    assert expected(book.procedures[0].steps[0]) == Expected(("DATABASE_URL", "PORT"), (".env.production",))


async def test_a_wait_is_over_when_its_time_is() -> None:
    clock = FixedClock()
    waiting = Waiting(clock, 5.0)
    beats = 0

    def beat() -> None:
        nonlocal beats
        beats += 1
        clock.advance(2.0)
        waiting.prolong(0.5) if beats == 1 else None

    await waiting.over(beat)
    assert (beats, waiting.left(), waiting.ended_early) == (3, 0.0, False)
