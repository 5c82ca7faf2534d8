"""The shell session of a run: which session lines go before a command, what is carried on, what needs the terminal."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from functools import lru_cache

from cockpit.engine.run import Run
from cockpit.model.answers import ShellState
from cockpit.model.operations import Operation, ShellCommand
from cockpit.model.runbook import Command, Kind, Step
from cockpit.runbook import placeholders, programs, shell_syntax
from cockpit.runbook.kinds import recognise
from cockpit.runbook.words import words
from cockpit.runbook.wrappers import innermost

LINES = frozenset({Kind.SHELL, Kind.DOCKER, Kind.LOGS})
"""Kinds that run as a line of bash."""
_TERMINAL = frozenset(programs.STREAMING) - {"tcpdump", "ngrep"} | frozenset({"top", "crontab", "visudo", "fdisk"})
_BUILTIN = words(
    """
    . : [ [[ alias bg break builtin case cd command continue declare dirs do done echo elif else enable eval exec
    exit export false fg fi for function getopts hash help history if in jobs kill let local logout mapfile popd printf
    pushd pwd read readarray readonly return select set shift shopt source suspend test then time times trap true type
    typeset ulimit umask unalias unset until wait while { }
    """
)


def opens_session(command: Command) -> bool:
    """Whether it is a line that opens another session (`ssh host`, `psql`), so that it has a prompt of its own."""
    return command.kind is Kind.SHELL and recognise(command.text).opens is not None


def before(run: Run, command: Command) -> tuple[Command, ...]:
    """The session lines of a command's step that stand before it and have not run yet.

    Those for another machine go along each time: nothing is kept there.
    """
    step = step_of(run, command)
    if step is None or command.kind not in LINES or command.session:
        return ()
    earlier = step.commands[: step.commands.index(command)]
    lines = [line for line in earlier if line.session and line.context == command.context and not opens_session(line)]
    return tuple(line for line in lines if command.context is not None or (step.id, line.line) not in run.prelude)


def whole(run: Run, command: Command) -> Command:
    """The command together with the session lines that go before it; it has the highest risk among them.

    A session line that fails keeps what follows it from running: `cd` to a folder that is not there must not let
    the next line loose on another one.
    """
    lines = before(run, command)
    if not lines:
        return command
    worst = max((*lines, command), key=lambda part: part.risk.rank)
    parts = [f"set -a; {{ {line.text}\n}} || exit; set +a" for line in lines]
    names = dict.fromkeys(name for part in (*lines, command) for name in part.placeholders)
    return replace(
        command,
        text="\n".join([*parts, command.unwrapped_from or command.text]),
        unwrapped_from=None,
        placeholders=tuple(names),
        risk=worst.risk,
        reason=worst.reason if worst is command else f"{worst.text} goes before it, and {worst.reason}",
    )


def in_session(run: Run, command: Command, operation: Operation) -> Operation:
    """The operation with the folder and the variables that earlier lines of the run have left."""
    if not isinstance(operation, ShellCommand):
        return operation
    operation = replace(operation, terminal=takes_terminal(command))
    if command.session and not opens_session(command):
        operation = replace(operation, line=f"set -a; {operation.line}")
    if run.shell is None or operation.host:
        return operation
    environment = (*run.shell.variables, *operation.environment)
    return replace(operation, cwd=operation.cwd or run.shell.cwd, environment=environment)


def carried(before: ShellState | None, after: ShellState) -> ShellState:
    """The state of the session after one more line: variables that it did not touch stay."""
    earlier = dict(before.variables) if before else {}
    return ShellState(after.cwd, tuple({**earlier, **dict(after.variables)}.items()))


def step_of(run: Run, command: Command) -> Step | None:
    """The step that a command of the run stands in, None when it stands in none (run as written)."""
    return next((step for step in run.procedure.steps if any(c is command for c in step.commands)), None)


@lru_cache(maxsize=1024)
def takes_terminal(command: Command) -> bool:
    """Whether it needs the terminal for itself: an editor, a full-screen program, a prompt."""
    if command.kind not in LINES:
        return False
    if command.annotations.interactive or opens_session(command):
        return True
    if not command.streaming:
        return False
    parts = shell_syntax.read(placeholders.mask(command.text))
    cores = [innermost(part)[0] for part in parts.commands if not part.piped_into]
    return any(core.program in _TERMINAL and "-b" not in core.texts for core in cores)


def programs_of(command: Command) -> tuple[str, ...]:
    """The programs that a command needs on this machine, in order; none for one that runs elsewhere."""
    if command.kind not in LINES:
        return ()
    if command.context is not None:
        return ("ssh",) if command.context.program == "ssh" else ()
    return _programs(command.unwrapped_from or command.text)


@lru_cache(maxsize=1024)
def _programs(text: str) -> tuple[str, ...]:
    parts = shell_syntax.read(placeholders.mask(text))
    if not parts.understood or "function_definition" in parts.compound:
        return ()
    first = [part.words[0] for part in parts.commands if part.words]
    names = [word.text for word in first if not word.dynamic and re.fullmatch(r"[\w.+-]+", word.text)]
    return tuple(name for name in dict.fromkeys(names) if name not in _BUILTIN)


def not_installed(run: Run, command: Command) -> tuple[str, ...]:
    """The programs that a command needs and that are not found on the way that bash would look for them."""
    carried = dict(run.shell.variables) if run.shell else {}
    if any("PATH" in line.text or line.text.lstrip().startswith((".", "source")) for line in before(run, command)):
        return ()
    return tuple(name for name in programs_of(command) if shutil.which(name, path=carried.get("PATH")) is None)
