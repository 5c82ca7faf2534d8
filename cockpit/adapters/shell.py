"""Command lines for bash, run in a process group of their own and never left behind."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

from cockpit.adapters.shell_process import Finished, run_line
from cockpit.adapters.shell_terminal import terminal_line
from cockpit.adapters.ssh_end import ssh_judged
from cockpit.engine.terminal import LentTerminal
from cockpit.model.actions import NO_PREVIEW, Permit, Prepared, Preview, PreviewFact
from cockpit.model.answers import Answer
from cockpit.model.colours import OutputLine
from cockpit.model.errors import SourceError, SourceRefused, SourceUnreachable
from cockpit.model.identities import EndpointIdentity, Identity
from cockpit.model.operations import Operation, ShellCommand
from cockpit.model.outcomes import Outcome, OutcomeKind
from cockpit.model.readings import SourceId, SourceKind
from cockpit.model.text import clean, clean_block

NOT_FOUND = 127
"""Exit code with which bash says that it did not find a program (POSIX, 2.8.2)."""


class ShellReader:
    """Fulfils `Reader` for shell lines.

    It runs whatever it is handed: the risk is judged before, and it is never built for an observer.

    Args:
        name: the source's name.
        on_line: called on the event loop with each line of output, cleaned, as it appears.
    """

    def __init__(self, name: str = "shell", on_line: Callable[[OutputLine], None] | None = None) -> None:
        self._id = SourceId(SourceKind.SHELL, name)
        self._on_line = on_line

    @property
    def id(self) -> SourceId:
        """The source it reads from."""
        return self._id

    async def read(self, operation: Operation, timeout: float) -> Answer:  # noqa: ASYNC109  the port's own word
        """Run the line and give back its output, whatever its exit code.

        Raises:
            SourceUnreachable: when it did not end in time, or cannot be started.
            SourceRefused: when the operation is no shell command.
        """
        command = _shell_command(operation, self._id)
        finished = await run_line(command, timeout, self._on_line)
        if finished.timed_out:
            raise SourceUnreachable(f"the command did not end within {timeout:g} s and was stopped")
        return _answer(finished)


class ShellExecutor:
    """Fulfils `Executor` for shell lines; never built for an observer.

    Args:
        name: the source's name.
        on_line: called on the event loop with each line of output, cleaned, as it appears.
        terminal: lends the terminal to what needs it for itself.
    """

    def __init__(
        self,
        name: str = "shell",
        on_line: Callable[[OutputLine], None] | None = None,
        terminal: LentTerminal | None = None,
    ) -> None:
        self._id = SourceId(SourceKind.SHELL, name)
        self._on_line = on_line
        self._terminal = terminal or LentTerminal()

    @property
    def id(self) -> SourceId:
        """The source it changes."""
        return self._id

    async def prepare(self, operation: Operation) -> Prepared:
        """Say where the line would run; there is no honest preview of what it would do.

        Raises:
            SourceError: when bash or the working folder does not exist.
        """
        command = _shell_command(operation, self._id)
        folder = _checked(command)
        here = f"{clean(socket.gethostname())}, in {clean(str(folder))}"
        facts = [PreviewFact("runs on", f"{clean(command.host)} by ssh, from {here}" if command.host else here)]
        if command.terminal:
            facts.append(PreviewFact("terminal", "this terminal is given to it until it ends"))
        if command.environment:
            facts.append(PreviewFact("variables", ", ".join(clean(name) for name, _ in command.environment)))
        targets = tuple(clean_block(command.line).splitlines())
        preview = Preview(NO_PREVIEW.effect, tuple(facts), targets if len(targets) > 1 else ())
        return Prepared(command, _identity(command), preview, clean(command.host or socket.gethostname()))

    async def identify(self, operation: Operation) -> Identity | None:
        """This machine and the working folder, None when that folder is gone.

        Raises:
            SourceRefused: when the operation is no shell command.
        """
        command = _shell_command(operation, self._id)
        return _identity(command) if _folder(command).is_dir() else None

    async def execute(self, permit: Permit) -> Outcome:
        """Run the line once. A line that had to be stopped has an unknown outcome."""
        started = time.monotonic()
        timeout = permit.action.timeout
        try:
            command = _shell_command(permit.action.operation, self._id)
            if command.terminal:
                return await self._handed_over(command, started)
            finished = await run_line(command, timeout, self._on_line)
        except SourceError as error:
            return Outcome(OutcomeKind.FAILED, error.what, duration=time.monotonic() - started)
        kind, reason = _judged(command, finished, timeout)
        return Outcome(kind, reason, answer=_answer(finished), duration=time.monotonic() - started)

    async def _handed_over(self, command: ShellCommand, started: float) -> Outcome:
        """Let the line have the terminal; what is typed there is not seen here."""
        with terminal_line(command) as words:
            code = await self._terminal.run(words)
        kind = OutcomeKind.SUCCEEDED if code == 0 else OutcomeKind.FAILED
        ended = _exit_words(code).removeprefix("the command ") if code else "ended with exit code 0"
        reason = f"it had the terminal and {ended}"
        return Outcome(kind, reason, duration=time.monotonic() - started)


def _shell_command(operation: Operation, source: SourceId) -> ShellCommand:
    if not isinstance(operation, ShellCommand):
        raise SourceRefused(f"{source} runs command lines only")
    return operation


def _folder(command: ShellCommand) -> Path:
    return Path(command.cwd).expanduser() if command.cwd else Path.cwd()


def _checked(command: ShellCommand) -> Path:
    if shutil.which("bash") is None:
        raise SourceUnreachable("bash is not installed on this machine", "install it, or run the step by hand")
    folder = _folder(command)
    if not folder.is_dir():
        raise SourceUnreachable(f"there is no folder {clean(str(folder))} to run the command in")
    return folder


def _identity(command: ShellCommand) -> EndpointIdentity:
    there = f" to {command.host}" if command.host else ""
    return EndpointIdentity(f"{socket.gethostname()}:{os.path.realpath(_folder(command))}{there}")


def _judged(command: ShellCommand, finished: Finished, timeout: float) -> tuple[OutcomeKind, str]:
    if finished.timed_out:
        return (
            OutcomeKind.UNKNOWN,
            f"it did not end within {timeout:g} s and was stopped; what it did until then stands",
        )
    if finished.stopped:
        return OutcomeKind.UNKNOWN, "it was stopped by you; what it did until then stands"
    if finished.exit_code == 0:
        return OutcomeKind.SUCCEEDED, _early_failure(finished) or "the command ended with exit code 0"
    by_ssh = ssh_judged(command, finished.exit_code, finished.lines)
    if by_ssh is not None:
        return by_ssh
    last = next((line for line in reversed(finished.lines) if line.strip()), "")
    said = _exit_words(finished.exit_code)
    return OutcomeKind.FAILED, f"{said}: {last}" if last else said


def _exit_words(code: int) -> str:
    if code == NOT_FOUND:
        return "a program was not found (exit code 127)"
    number = -code if code < 0 else code - 128
    if code < 0 or code > 128:
        try:
            return f"the command was ended by {signal.Signals(number).name}"
        except ValueError:
            pass
    return f"the command ended with exit code {code}"


def _early_failure(finished: Finished) -> str:
    """What to say when a part of the pipeline failed before its last one, "" when none did."""
    codes = finished.report.codes if finished.report else ()
    if finished.exit_code != 0 or not any(codes[:-1]):
        return ""
    return f"the last part of the pipeline succeeded, an earlier one did not: exit codes {_listed(codes)}"


def _listed(codes: tuple[int, ...]) -> str:
    return ", ".join(str(code) for code in codes)


def _answer(finished: Finished) -> Answer:
    report, lines = finished.report, finished.lines
    coloured = any(line.stretches for line in finished.output)
    codes = report.codes if report and len(report.codes) > 1 else ()
    notice = _early_failure(finished)
    if finished.stopped:
        notice = "stopped by you"
    elif finished.exit_code:
        notice = _exit_words(finished.exit_code) + (f"; exit codes of the parts {_listed(codes)}" if codes else "")
    return Answer(
        lines=lines,
        value="\n".join(lines),
        exit_code=0 if finished.stopped else finished.exit_code,
        cut=finished.cut,
        notice=notice,
        codes=codes,
        carried=report.state if report else None,
        colours=tuple(line.stretches for line in finished.output) if coloured else (),
    )
