from __future__ import annotations

import asyncio
import os
from pathlib import Path

import psutil
import pytest

from cockpit.adapters import shell_process
from cockpit.adapters.shell import ShellExecutor, ShellReader
from cockpit.engine.steps.live import Live, watched
from cockpit.model.actions import NO_PREVIEW
from cockpit.model.colours import Colour, OutputLine, Stretch
from cockpit.model.errors import SourceRefused, SourceUnreachable
from cockpit.model.operations import HttpRequest, ShellCommand
from cockpit.model.outcomes import OutcomeKind
from tests.support.awaiting import until
from tests.support.permits import permit_for

pytestmark = pytest.mark.anyio


def sleeping(marker: str) -> list[int]:
    """Pids of the sleep processes with that argument."""
    return [
        process.pid
        for process in psutil.process_iter(["cmdline", "status"])
        if process.info["cmdline"] == ["sleep", marker] and process.info["status"] != psutil.STATUS_ZOMBIE
    ]


async def test_a_line_runs_in_its_folder_with_its_variables(tmp_path: Path) -> None:
    command = ShellCommand('pwd; printf "%s" "$JOB"; exit 3', (("JOB", "a'b $(c)"),), str(tmp_path))
    answer = await ShellReader().read(command, 10)

    assert answer.lines == (str(tmp_path), "a'b $(c)")
    assert (answer.exit_code, answer.notice) == (3, "the command ended with exit code 3")


async def test_output_and_errors_come_in_order_live_and_harmless() -> None:
    seen: list[OutputLine] = []
    line = r"echo one; echo two >&2; printf '\033]52;c;x\a\033[31mthree\xff'"
    answer = await ShellReader(on_line=seen.append).read(ShellCommand(line), 10)

    assert answer.lines == ("one", "two", "three�")
    assert [line.text for line in seen] == list(answer.lines)
    assert answer.colours == ((), (), (Stretch(0, 6, Colour.RED),))


async def test_what_is_typed_at_the_cockpit_is_not_read_by_a_line() -> None:
    typed, keyboard = os.pipe()
    os.write(keyboard, b"typed\n")
    own_input = os.dup(0)
    os.dup2(typed, 0)
    try:
        answer = await ShellReader().read(ShellCommand("cat; echo end"), 10)
    finally:
        os.dup2(own_input, 0)
        for descriptor in (own_input, typed, keyboard):
            os.close(descriptor)

    assert answer.lines == ("end",)


async def test_a_flood_keeps_its_start_and_its_end() -> None:
    answer = await ShellReader().read(ShellCommand("seq 1 50000"), 30)

    assert answer.cut == 50_000 - shell_process.HEAD_LINES - shell_process.TAIL_LINES
    assert (answer.lines[0], answer.lines[-1]) == ("1", "50000")
    assert f"… {answer.cut:,} lines left out here …" in answer.lines


async def test_a_flood_of_long_lines_is_bounded_too() -> None:
    answer = await ShellReader().read(
        ShellCommand("for i in $(seq 400); do head -c 9000 /dev/zero | tr '\\0' x; echo; done"), 30
    )

    assert sum(map(len, answer.lines)) <= shell_process.KEPT_CHARACTERS + 100
    assert answer.cut > 0


async def test_a_line_that_does_not_end_is_stopped_with_all_its_children() -> None:
    with pytest.raises(SourceUnreachable, match="did not end within"):
        await ShellReader().read(ShellCommand("sleep 86401 & sleep 86401"), 0.5)

    await until(lambda: not sleeping("86401"))


async def test_a_line_that_ignores_term_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell_process, "GRACE", 0.1)
    permit = permit_for(
        ShellExecutor().id, ShellCommand("trap '' TERM; echo on; while :; do sleep 86402; done"), timeout=1
    )

    outcome = await ShellExecutor().execute(permit)

    assert outcome.kind is OutcomeKind.UNKNOWN
    assert "was stopped" in outcome.reason
    assert outcome.answer is not None
    assert outcome.answer.lines == ("on",)
    await until(lambda: not sleeping("86402"))


async def test_a_background_process_does_not_outlive_its_line() -> None:
    answer = await ShellReader().read(ShellCommand("sleep 86403 & echo done"), 10)

    assert answer.lines == ("done",)
    await until(lambda: not sleeping("86403"))


async def test_a_cancelled_line_leaves_nothing_behind() -> None:
    task = asyncio.create_task(ShellReader().read(ShellCommand("sleep 86404"), 60))
    await until(lambda: bool(sleeping("86404")))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    await until(lambda: not sleeping("86404"))


@pytest.mark.parametrize(
    ("line", "kind", "reason"),
    [
        ("true", OutcomeKind.SUCCEEDED, "exit code 0"),
        ("echo bad; echo; exit 4", OutcomeKind.FAILED, "exit code 4: bad"),
        ("exit 250", OutcomeKind.FAILED, "exit code 250"),
        ("no-such-program-here", OutcomeKind.FAILED, "a program was not found (exit code 127)"),
        ("kill -9 $$", OutcomeKind.FAILED, "ended by SIGKILL"),
        ("bash -c 'kill -15 $$'", OutcomeKind.FAILED, "ended by SIGTERM"),
    ],
)
async def test_the_outcome_says_how_the_line_ended(line: str, kind: OutcomeKind, reason: str) -> None:
    executor = ShellExecutor()
    outcome = await executor.execute(permit_for(executor.id, ShellCommand(line)))

    assert outcome.kind is kind
    assert reason in outcome.reason


async def test_preparation_says_where_it_would_run_and_runs_nothing(tmp_path: Path) -> None:
    executor = ShellExecutor()
    command = ShellCommand("touch made\ntouch more", (("JOB", "secret"),), str(tmp_path))

    prepared = await executor.prepare(command)

    assert prepared.preview.effect == NO_PREVIEW.effect
    assert prepared.preview.targets == ("touch made", "touch more")
    facts = {fact.label: fact.value for fact in prepared.preview.facts}
    assert str(tmp_path) in facts["runs on"]
    assert facts["variables"] == "JOB"
    assert await executor.identify(prepared.operation) == prepared.identity
    assert list(tmp_path.iterdir()) == []


async def test_a_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    executor = ShellExecutor()
    command = ShellCommand("true", cwd=str(tmp_path / "gone"))

    assert await executor.identify(command) is None
    with pytest.raises(SourceUnreachable, match="no folder"):
        await executor.prepare(command)
    with pytest.raises(SourceUnreachable, match="cannot be started"):
        await ShellReader().read(command, 5)
    outcome = await executor.execute(permit_for(executor.id, command))
    assert outcome.kind is OutcomeKind.FAILED


async def test_without_bash_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(SourceUnreachable, match="bash is not installed"):
        await ShellExecutor().prepare(ShellCommand("true"))


async def test_only_shell_commands_are_taken() -> None:
    request = HttpRequest("GET", "/")

    with pytest.raises(SourceRefused):
        await ShellReader().read(request, 1)
    outcome = await ShellExecutor().execute(permit_for(ShellExecutor().id, request))
    assert outcome.kind is OutcomeKind.FAILED


async def test_nothing_that_watches_over_a_line_is_left_or_seen_by_it() -> None:
    line = "wait; ls /proc/$$/fd | tr '\\n' ' '; : marker-86409"
    answer = await ShellReader().read(ShellCommand(line), 10)

    assert answer.exit_code == 0
    assert answer.lines[0].split()[:3] == ["0", "1", "2"]

    def left() -> list[int]:
        found = psutil.process_iter(["cmdline", "status"])
        return [
            process.pid
            for process in found
            if "marker-86409" in " ".join(process.info["cmdline"] or ())
            and process.info["status"] != psutil.STATUS_ZOMBIE
        ]

    await until(lambda: not left())


async def test_every_part_of_a_pipeline_tells_its_exit_code() -> None:
    failed = await ShellReader().read(ShellCommand("false | true | sh -c 'exit 3'"), 10)
    hidden = await ShellReader().read(ShellCommand("false | true"), 10)

    assert (failed.exit_code, failed.codes) == (3, (1, 0, 3))
    assert failed.notice == "the command ended with exit code 3; exit codes of the parts 1, 0, 3"
    assert (hidden.exit_code, hidden.codes) == (0, (1, 0))
    assert hidden.notice == "the last part of the pipeline succeeded, an earlier one did not: exit codes 1, 0"


async def test_a_line_tells_what_it_leaves_to_the_next(tmp_path: Path) -> None:
    line = f"cd '{tmp_path}'; export TOKEN=$'two\\nlines' ; KEPT=no; sleep 9 & echo done"
    left = (await ShellReader().read(ShellCommand(line), 10)).carried

    assert left is not None
    assert (left.cwd, left.variables) == (str(tmp_path), (("TOKEN", "two\nlines"),))
    assert "two" not in repr(left)
    assert (await ShellReader().read(ShellCommand("exec true"), 10)).carried is None
    assert (await ShellReader().read(ShellCommand("if true"), 10)).carried is None


async def test_a_line_is_stopped_by_a_person_and_says_so() -> None:
    under_way = Live()
    with watched(under_way):
        reading = asyncio.create_task(ShellReader().read(ShellCommand("echo one; sleep 86412; echo two"), 60))
        await until(lambda: under_way.total == 1)
        under_way.stop()
        answer = await reading

    assert (answer.lines[0], answer.notice) == ("one", "stopped by you")
    assert "two" not in answer.lines
    assert sleeping("86412") == []


async def test_a_change_that_a_person_stops_has_an_unknown_outcome() -> None:
    under_way, executor = Live(), ShellExecutor()
    prepared = await executor.prepare(ShellCommand("echo one; sleep 86413"))
    with watched(under_way):
        task = asyncio.create_task(executor.execute(permit_for(executor.id, prepared.operation, prepared.identity)))
        await until(lambda: under_way.total == 1)
        under_way.stop()
        outcome = await task

    assert (outcome.kind, outcome.reason) == (
        OutcomeKind.UNKNOWN,
        "it was stopped by you; what it did until then stands",
    )


async def test_a_million_lines_are_capped_and_stop_nothing() -> None:
    under_way = Live()
    with watched(under_way):
        answer = await ShellReader().read(ShellCommand("seq 1000000"), 60)

    assert under_way.total == 1_000_000
    assert (len(under_way.lines), len(answer.lines), answer.cut) == (200, 2_001, 998_000)
