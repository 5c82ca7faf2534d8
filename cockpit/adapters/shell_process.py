"""One `bash -c` from start to end: output capped, deadline kept, the whole process group ended."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import shutil
import signal
import tempfile
from asyncio import FIRST_COMPLETED
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cockpit.adapters.lines import LineSplitter, RawLine
from cockpit.adapters.shell_state import Report, report_of, reporting
from cockpit.engine.steps.live import Live, live
from cockpit.model.colours import OutputLine, Painter
from cockpit.model.errors import SourceUnreachable
from cockpit.model.operations import ShellCommand
from cockpit.model.text import clean

HEAD_LINES = 1_000
"""Lines kept from the start of the output."""
TAIL_LINES = 1_000
"""Lines kept from its end."""
KEPT_CHARACTERS = 1_000_000
"""Characters kept in all."""
GRACE = 2.0
"""Seconds between TERM and KILL."""
LAUNCHER = """exec 3<&0 </dev/null
( ( exec >/dev/null 2>&1; trap '' TERM HUP INT; read -r _ <&3
    kill -s TERM -- -$$; sleep 2; kill -s KILL -- -$$ ) & )
exec 3<&-; exec bash -c "$1"
"""
"""Starts the line beside a watcher in the same process group, whose leader the line itself then is.

The watcher waits at a pipe that only this program holds open. However this program ends, also by SIGKILL, the pipe
ends with it; then the group gets TERM, and KILL two seconds later. It is nobody's child, so that no program that
waits for its children waits for it, and the KILL that ends every line ends it too.
"""
_DRAIN = 0.5
_READ_SIZE = 65_536


@dataclass(frozen=True, slots=True)
class Finished:
    """What became of a command line.

    Attributes:
        exit_code: as bash gave it, negative for the number of the signal that ended bash itself.
        output: standard output and error in the order of arrival.
        cut: lines that were left out.
        timed_out: True when it had to be stopped at the deadline.
        stopped: True when it was stopped because a person asked for it.
        report: exit codes of the last pipeline and what the session keeps; None when the line did not come to that.
    """

    exit_code: int
    output: tuple[OutputLine, ...]
    cut: int
    timed_out: bool
    stopped: bool = False
    report: Report | None = None

    @property
    def lines(self) -> tuple[str, ...]:
        """The output without its colours."""
        return tuple(line.text for line in self.output)


async def run_line(
    command: ShellCommand, deadline: float, on_line: Callable[[OutputLine], None] | None = None
) -> Finished:
    """Run a command line to its end, or stop it at the deadline.

    It has no input and a session of its own; whatever is left of its process group is ended with it, also when
    this call is cancelled.

    Args:
        command: what to run.
        deadline: seconds; then the group gets TERM, and KILL two seconds later.
        on_line: called with each line as it appears, cleaned.

    Raises:
        SourceUnreachable: when it cannot be started.
    """
    under_way = live()
    output = _Output(on_line or (under_way.add if under_way else None))
    environment = environment_of(command)
    with tempfile.NamedTemporaryFile(prefix="cockpit-") as report:
        process, pipe, lifeline = await _started(command, reporting(command.line, report.name), environment)
        reading = asyncio.create_task(_read_all(pipe, output))
        try:
            in_time = await _ended(process, deadline, under_way)
            await _drained(reading)
        finally:
            _signal_group(process.pid, signal.SIGKILL)
            os.close(lifeline)
            await asyncio.shield(_drained(reading))
            reading.cancel()
        told = report_of(report, environment)
    stopped = not in_time and under_way is not None and under_way.stopping.is_set()
    timed_out = not in_time and not stopped
    return Finished(process.returncode or 0, output.lines(), output.cut, timed_out, stopped, told)


def environment_of(command: ShellCommand) -> dict[str, str]:
    """The variables that a line runs with."""
    own = {"COCKPIT_SSH": ssh_folder()} if command.host else {}
    return {**os.environ, **own, **dict(command.environment)}


@lru_cache(maxsize=1)
def ssh_folder() -> str:
    """A folder of this person alone for the sockets of shared ssh connections; gone when the program ends."""
    folder = tempfile.mkdtemp(prefix="cs-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


async def _started(
    command: ShellCommand, line: str, environment: dict[str, str]
) -> tuple[asyncio.subprocess.Process, int, int]:
    """The process, where to read its output, and its lifeline, which ends it when this program is gone.

    The output comes through a pipe of our own: asyncio's stays open while any grandchild holds it.
    """
    if shutil.which("bash") is None:
        raise SourceUnreachable("the command cannot be started: bash is not installed on this machine")
    reading_end, writing_end = os.pipe()
    watched, lifeline = os.pipe()
    try:
        process = await asyncio.create_subprocess_exec(
            "/bin/sh",
            "-c",
            LAUNCHER,
            "cockpit",
            line,
            stdin=watched,
            stdout=writing_end,
            stderr=writing_end,
            env=environment,
            cwd=_folder(command),
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        os.close(reading_end)
        os.close(lifeline)
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise SourceUnreachable(f"the command cannot be started: {clean(reason)}") from error
    finally:
        os.close(writing_end)
        os.close(watched)
    return process, reading_end, lifeline


def _folder(command: ShellCommand) -> Path | None:
    return Path(command.cwd).expanduser() if command.cwd else None


async def _read_all(pipe: int, output: _Output) -> None:
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(pipe, "rb", buffering=0)
    )
    try:
        while data := await reader.read(_READ_SIZE):
            output.feed(data)
        output.end()
    finally:
        transport.close()


async def _ended(process: asyncio.subprocess.Process, deadline: float, under_way: Live | None) -> bool:
    """Wait for the end; False when the process had to be stopped."""
    ending = asyncio.ensure_future(process.wait())
    stopping = asyncio.ensure_future(under_way.stopping.wait()) if under_way else None
    await asyncio.wait({ending, *([stopping] if stopping else [])}, timeout=deadline, return_when=FIRST_COMPLETED)
    if stopping is not None:
        stopping.cancel()
    if ending.done():
        return True
    _signal_group(process.pid, signal.SIGTERM)
    await asyncio.wait({ending}, timeout=GRACE)
    _signal_group(process.pid, signal.SIGKILL)
    await ending
    return False


async def _drained(reading: asyncio.Task[None]) -> None:
    """Wait a moment for output that is still in the pipe."""
    await asyncio.wait([reading], timeout=_DRAIN)


def _signal_group(leader: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


class _Output:
    """The first and the last lines of an output, in bounded memory."""

    def __init__(self, on_line: Callable[[OutputLine], None] | None) -> None:
        self._on_line = on_line
        self._splitter = LineSplitter()
        self._painter = Painter()
        self._head: list[OutputLine] = []
        self._tail: deque[OutputLine] = deque()
        self._characters = 0
        self.cut = 0

    def feed(self, data: bytes) -> None:
        for line in self._splitter.feed(data):
            self._add(line)

    def end(self) -> None:
        if last := self._splitter.flush():
            self._add(last)

    def lines(self) -> tuple[OutputLine, ...]:
        gap = [OutputLine(f"… {self.cut:,} lines left out here …")] if self.cut else []
        return (*self._head, *gap, *self._tail)

    def _add(self, raw: RawLine) -> None:
        line = raw.painted(self._painter)
        if self._on_line is not None:
            self._on_line(line)
        self._characters += len(line.text)
        if len(self._head) < HEAD_LINES and not self._tail and self._characters <= KEPT_CHARACTERS // 2:
            self._head.append(line)
            return
        self._tail.append(line)
        while len(self._tail) > TAIL_LINES or (len(self._tail) > 1 and self._characters > KEPT_CHARACTERS):
            self._characters -= len(self._tail.popleft().text)
            self.cut += 1
