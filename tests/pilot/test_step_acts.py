"""Steps that are no request and no query: waits, links, texts to copy, settings, lines of the shell."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.adapters.settings_files import SettingsFiles
from cockpit.adapters.shell import ShellReader
from cockpit.engine.runner import Runner
from cockpit.model.answers import Answer
from cockpit.model.incident import EntryKind, Role, StepState
from cockpit.model.operations import MetricQuery
from cockpit.model.readings import SourceId, SourceKind
from cockpit.ui.screens.ask import Ask
from cockpit.ui.spans import Span, Tone
from cockpit.ui.walk import Walk
from tests.pilot.support import Screen, a_screen
from tests.support.edges import FakeReader
from tests.support.fake_session import Range, a_range

pytestmark = pytest.mark.anyio

TEXT = """# Stuck

## Stuck

**Mitigation:**

1. Wait 5 minutes for the replica

2. Fix the code

   ```python
   print(1)
   ```

3. Check that `SHOP_TOKEN` and `SHOP_URL` are set in `.env`

4. Look around

   ```bash
   cd /
   pwd; no-such-program-here
   ```

5. Follow it

   ```bash
   echo started; tail -f /dev/null
   ```

6. Only after the look
   <!-- step: {"needs":"4"} -->

7. Say a secret

   ```bash
   printf '\\033[32mup\\033[0m\\n\\033[31mpass hunter22\\033[0m\\n'; tail -f /dev/null
   ```
"""
SHELL = SourceId(SourceKind.SHELL, "shell")


def a_range_with_a_shell(folder: Path, role: Role = Role.OPERATOR) -> Range:
    base = a_range(role, text=TEXT)
    session = base.session
    operator = role is Role.OPERATOR
    runner = Runner(
        (SHELL,) if operator else (),
        {SHELL: ShellReader()} if operator else {},
        session.board,
        session.journal,
        session.clock,
        session.masker,
        lambda: "",
        session.actor if operator else "",
        SettingsFiles(folder).places if operator else None,
    )
    return a_range(role, text=TEXT, runner=runner, journal=session.journal)


async def opened(screen: Screen) -> Walk:
    await screen.press("0", "enter")
    await screen.until(lambda: screen.app.main.walking)
    assert screen.app.main.steps is not None
    assert screen.app.main.steps.walk is not None
    return screen.app.main.steps.walk


def state(walk: Walk, number: int) -> StepState:
    return walk.run.record(walk.run.procedure.steps[number - 1]).state


async def test_a_wait_counts_down_is_prolonged_and_ended(tmp_path: Path) -> None:
    async with a_screen(range_=a_range_with_a_shell(tmp_path)) as screen:
        walk = await opened(screen)
        assert "enter begins to count down" in screen.app.main.card.body.text
        await screen.press("enter")
        await screen.until(lambda: "5:00 left" in screen.app.main.card.body.text)
        await screen.press("+")
        await screen.until(lambda: "6:00 left" in screen.app.main.card.body.text)
        await screen.press("x")
        await screen.until(lambda: state(walk, 1) is StepState.DONE)
        assert walk.run.record(walk.run.procedure.steps[0]).note.startswith("ended early after")
        assert " by ada@laptop" in screen.app.main.card.body.text


async def test_a_wait_ends_by_itself(tmp_path: Path) -> None:
    range_ = a_range_with_a_shell(tmp_path)
    async with a_screen(range_=range_) as screen:
        walk = await opened(screen)
        await screen.press("enter")
        await screen.until(lambda: bool(walk.run.waits))
        range_.session.clock.advance(301.0)  # type: ignore[attr-defined]
        for waiting in walk.run.waits.values():
            waiting._clock.advance(301.0)  # type: ignore[attr-defined]
        await screen.until(lambda: state(walk, 1) is StepState.DONE)
        assert "waited" in walk.run.record(walk.run.procedure.steps[0]).note


async def test_a_text_is_copied_and_the_step_ticked(tmp_path: Path) -> None:
    async with a_screen(range_=a_range_with_a_shell(tmp_path)) as screen:
        walk = await opened(screen)
        await screen.press("j", "enter")
        await screen.until(lambda: state(walk, 2) is StepState.DONE)
        assert screen.app.clipboard == "print(1)"


async def test_settings_are_told_by_presence_and_fingerprint_only(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("export SHOP_TOKEN='very-secret-value'\nOTHER=1\n", encoding="utf-8")
    range_ = a_range_with_a_shell(tmp_path)
    async with a_screen(range_=range_) as screen:
        walk = await opened(screen)
        await screen.press("j", "j", "enter")
        await screen.until(lambda: state(walk, 3) is StepState.FAILED)
        await screen.until_text("1 setting missing or empty: SHOP_URL")
        answer = walk.run.record(walk.run.procedure.steps[2]).answer
        assert answer is not None
        assert [row[0] for row in answer.rows] == ["SHOP_TOKEN", "SHOP_URL"]
        assert answer.rows[1][1] == "missing"
        assert "very-secret-value" not in screen.text + repr(answer)
        (tmp_path / ".env").write_text("SHOP_TOKEN=a\nSHOP_URL=b # comment\n", encoding="utf-8")
        range_.clock.advance(1.0)
        await screen.press(".")
        await screen.until(lambda: state(walk, 3) is StepState.DONE)


async def test_a_line_runs_after_its_session_lines_and_says_what_is_missing(tmp_path: Path) -> None:
    async with a_screen(range_=a_range_with_a_shell(tmp_path)) as screen:
        await opened(screen)
        await screen.press("j", "j", "j")
        said = screen.app.main.card.body.text
        assert "not installed on this machine: no-such-program-here" in said
        assert "in the same shell first: cd /" in said


async def test_what_does_not_end_is_followed_and_stopped(tmp_path: Path) -> None:
    async with a_screen(range_=a_range_with_a_shell(tmp_path)) as screen:
        walk = await opened(screen)
        await screen.press("j", "j", "j", "j", "enter")
        await screen.until_text("x stops it")
        await screen.until(lambda: "started" in screen.app.main.card.body.text.split("x stops it")[-1])
        await screen.press("x")
        await screen.until(lambda: state(walk, 5) is StepState.DONE)
        assert "stopped by you" in screen.app.main.card.body.text


async def test_what_must_come_first_is_said_and_can_be_overruled(tmp_path: Path) -> None:
    async with a_screen(range_=a_range_with_a_shell(tmp_path)) as screen:
        walk = await opened(screen)
        await screen.press("G", "k", "enter")
        await screen.until(lambda: "first: Look around" in screen.app.main.notice.text)
        assert state(walk, 6) is StepState.PENDING
        screen.range.clock.advance(1.0)
        await screen.press(".")
        await screen.until(lambda: state(walk, 6) is StepState.DONE)


def said(screen: Screen) -> list[Span]:
    return [span for row in screen.app.main.card.body.lines for span in row]


async def test_output_is_coloured_while_it_comes_and_a_secret_in_it_is_never_kept(tmp_path: Path) -> None:
    async with a_screen(range_=a_range_with_a_shell(tmp_path)) as screen:
        walk = await opened(screen)
        await screen.press("G", "enter")
        await screen.until(lambda: Span("up", Tone.OK) in said(screen) and Span("pass •••") in said(screen))
        step = walk.run.procedure.steps[6]
        kept = walk.run.live[step.id].lines
        assert [line.text for line in kept] == ["up", "pass •••"]
        assert [bool(line.stretches) for line in kept] == [True, False]
        await screen.press("x")
        await screen.until(lambda: state(walk, 7) is StepState.DONE)
        assert Span("up", Tone.OK) in said(screen)
        assert Span("pass •••") in said(screen)
        assert "hunter22" not in screen.text


async def test_an_observer_waits_for_nothing_and_looks_at_no_settings(tmp_path: Path) -> None:
    async with a_screen(Role.OBSERVER, range_=a_range_with_a_shell(tmp_path, Role.OBSERVER)) as screen:
        walk = await opened(screen)
        for _ in range(3):
            screen.range.clock.advance(1.0)
            await screen.press("enter", "j")
        assert not walk.run.waits
        assert {state(walk, number) for number in (1, 2, 3)} == {StepState.PENDING}
        assert EntryKind.STEP not in screen.range.journal.kinds()


QUERIES = """# Slow

## Slow

**Diagnosis:**

1. Ask for the rate

   ```promql
   rate(http_requests_total{job="<job>"}[5m])
   ```

2. Ask for the lines

   ```logql
   {app="api"} |= "error"
   ```
"""
PROM = SourceId(SourceKind.PROMETHEUS, "prom")


def a_range_with_metrics(reader: FakeReader | None, role: Role = Role.OPERATOR) -> Range:
    base = a_range(role, text=QUERIES)
    session, known = base.session, {PROM: reader} if reader else {}
    runner = Runner(
        tuple(known), known, session.board, session.journal, session.clock, session.masker, lambda: "", "ada"
    )
    return a_range(role, text=QUERIES, runner=runner, journal=session.journal)


@pytest.mark.parametrize("role", list(Role))
async def test_a_query_of_metrics_is_asked_where_there_is_a_prometheus_and_one_of_logs_is_copied(role: Role) -> None:
    reader = FakeReader(PROM, [Answer(("job", "value"), (("api", "0.2"),), value=0.2)])
    async with a_screen(role, range_=a_range_with_metrics(reader, role)) as screen:
        walk = await opened(screen)
        await screen.press("enter")
        await screen.until(lambda: isinstance(screen.app.screen, Ask))
        await screen.press(*"api", "enter")
        await screen.until(lambda: state(walk, 1) is StepState.DONE)
        assert reader.asked == [MetricQuery('rate(http_requests_total{job="api"}[5m])')]
        assert "0.2" in screen.app.main.card.body.text
        await screen.press("j")
        assert "LogQL is not asked from here; it is copied" in screen.app.main.card.body.text
        screen.range.clock.advance(1.0)
        await screen.press("enter")
        await screen.until(lambda: screen.app.clipboard == '{app="api"} |= "error"')


async def test_without_a_prometheus_a_query_of_metrics_is_copied_too() -> None:
    async with a_screen(range_=a_range_with_metrics(None)) as screen:
        walk = await opened(screen)
        assert "has no Prometheus to ask; it is copied" in screen.app.main.card.body.text
        await screen.press("enter")
        await screen.until(lambda: state(walk, 1) is StepState.DONE)
        assert screen.app.clipboard == 'rate(http_requests_total{job="<job>"}[5m])'
