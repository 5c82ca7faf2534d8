"""Start a range in a process of its own, for the TUI, for `cockpit sandbox` and for tests."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Final

from cockpit.model.errors import SandboxError
from cockpit.sandbox.info import RangeInfo, parse_info
from cockpit.sandbox.process import python_command, python_environment

_START_DEADLINE: Final = 90.0
_STOP_DEADLINE: Final = 30.0
_ENDINGS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class RangeProcess:
    """A running range. It ends when `stop` is called and when this process ends, however it does.

    Args:
        process: the process; its standard input is the pipe whose closing ends it.
    """

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process

    @property
    def pid(self) -> int:
        """Process id of the range's own process."""
        return self.process.pid

    @property
    def running(self) -> bool:
        """Whether it still runs."""
        return self.process.poll() is None

    def stop(self) -> None:
        """End the range and wait until its processes and its folder are gone; harmless when it ended before."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.stdout.close()
        try:
            self.process.wait(_STOP_DEADLINE)
        except subprocess.TimeoutExpired:
            # The range's own watchdog clears away what is left.
            self.process.kill()
            self.process.wait()


def start_range_process(
    scenario: str | None, runbooks: Path, *, keep: bool = False, docker_host: str = ""
) -> tuple[RangeProcess, RangeInfo]:
    """Start a range and block until it is there, with its fault.

    Args:
        scenario: name of the fault, None for a healthy range.
        runbooks: folder or file that the range's configuration names.
        keep: leave its folder behind.
        docker_host: address of a Docker Engine to show as well, "" for none.

    Raises:
        SandboxError: when it does not start; nothing is left behind then.
    """
    arguments = [
        *([scenario] if scenario is not None else []),
        f"--runbooks={runbooks}",
        *(["--keep"] if keep else []),
        *([f"--docker-host={docker_host}"] if docker_host else []),
    ]
    process = subprocess.Popen(  # noqa: S603  our own module
        [*python_command("cockpit.sandbox.range_process"), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **dict(python_environment())},
        start_new_session=True,
    )
    running = RangeProcess(process)
    try:
        return running, parse_info(_first_line(process))
    except BaseException:
        running.stop()
        raise


def _first_line(process: subprocess.Popen[bytes]) -> str:
    """The first line that the process says.

    Raises:
        SandboxError: when it says none in time.
    """
    assert process.stdout is not None
    end, said = time.monotonic() + _START_DEADLINE, b""
    while b"\n" not in said:
        ready, _, _ = select.select([process.stdout], [], [], max(0.0, end - time.monotonic()))
        if not ready:
            raise SandboxError(f"the sandbox did not start within {_START_DEADLINE:.0f} s")
        piece = os.read(process.stdout.fileno(), 65536)
        if not piece:
            break
        said += piece
    return said.decode("utf-8", "replace").partition("\n")[0]


def serve(scenario: str | None, runbooks: Path, keep: bool, announce: Callable[[RangeInfo], None]) -> int:
    """Run a range in the foreground until SIGINT, SIGTERM or SIGHUP, and clean up.

    Call it in the main thread.

    Args:
        scenario: name of the fault, None for a healthy range.
        runbooks: folder or file that the range's configuration names.
        keep: leave its folder behind.
        announce: called once with where everything is.

    Returns:
        0 when it was asked to end, 1 when the range ended by itself.

    Raises:
        SandboxError: when it does not start.
    """
    asked = threading.Event()
    with _on_endings(asked):
        running, info = start_range_process(scenario, runbooks, keep=keep)
        try:
            if not asked.is_set():
                announce(info)
            while running.running and not asked.wait(0.2):
                pass
            return 0 if asked.is_set() else 1
        finally:
            running.stop()


@contextlib.contextmanager
def _on_endings(asked: threading.Event) -> Iterator[None]:
    def note(_number: int, _frame: FrameType | None) -> None:
        asked.set()

    before = {number: signal.signal(number, note) for number in _ENDINGS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
