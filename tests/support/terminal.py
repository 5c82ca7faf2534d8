"""A real pseudo-terminal with a terminal emulator behind it, driven by keys: what a person would see and do."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

import pyte

KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "escape-alone": "\x1b[27u",  # in one piece, so that the next key is not taken for alt+key
    "tab": "\t",
    "backspace": "\x7f",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "f1": "\x1bOP",
    "f2": "\x1bOQ",
    "f3": "\x1bOR",
    "f5": "\x1b[15~",
    "f6": "\x1b[17~",
    "f7": "\x1b[18~",
    "f8": "\x1b[19~",
    "shift+tab": "\x1b[Z",
    "ctrl+c": "\x03",
    "ctrl+d": "\x04",
    "ctrl+u": "\x15",
    "space": " ",
}


class Terminal:
    """Starts a program in a terminal of its own and reads its screen.

    Args:
        command: program and arguments.
        columns, rows: size of the terminal.
        environment: variables to add to this process's own.
        cwd: working folder.
    """

    def __init__(
        self,
        command: Sequence[str],
        columns: int = 120,
        rows: int = 40,
        environment: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = bytearray()
        self.exit_code: int | None = None
        variables = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **(environment or {})}
        for misleading in ("COLUMNS", "LINES"):  # a worker of xdist carries them
            variables.pop(misleading, None)
        self.pid, self._master = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            if cwd is not None:
                os.chdir(cwd)
            os.execvpe(command[0], list(command), variables)
        os.set_blocking(self._master, False)

    @property
    def master(self) -> int:
        """File descriptor of this end, for what must read the bytes itself."""
        return self._master

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def feed(self, seconds: float = 0.05) -> None:
        """Take in what the program has written, waiting at most `seconds` for something to come."""
        ready, _, _ = select.select([self._master], [], [], seconds)
        while ready:
            try:
                data = os.read(self._master, 65536)
            except BlockingIOError:
                return
            except OSError:
                self._reap(block=True)
                return
            if not data:
                self._reap(block=True)
                return
            self.raw += data
            self._stream.feed(data)
            ready, _, _ = select.select([self._master], [], [], 0)

    @property
    def lines(self) -> list[str]:
        """The rows of the screen; the second half of a wide character is an empty cell.

        The emulator's own `display` fails on such a cell when its first half was overwritten.
        """
        rows, columns = range(self.screen.lines), range(self.screen.columns)
        return ["".join(self.screen.buffer[y][x].data for x in columns).rstrip() for y in rows]

    @property
    def text(self) -> str:
        """The whole screen."""
        return "\n".join(self.lines)

    def shows(self, pattern: str) -> bool:
        """Whether a row matches now."""
        return any(re.search(pattern, line) for line in self.lines)

    def wait(self, pattern: str, deadline: float = 30.0) -> str:
        """Wait until a row matches and return it; fail with the screen when none does in time."""
        end = time.monotonic() + deadline
        while time.monotonic() < end:
            self.feed()
            for line in self.lines:
                if re.search(pattern, line):
                    return line
            if self._gone():
                break
        state = f"exit {self.exit_code}" if self.exit_code is not None else "still running"
        raise AssertionError(f"{pattern!r} not on the screen within {deadline:g} s ({state}):\n{self.text}")

    def sent(self, pattern: bytes, since: int, deadline: float = 15.0) -> bytes:
        """Wait until the program has sent bytes that match, after the first `since`; return their first group."""
        end = time.monotonic() + deadline
        while time.monotonic() < end:
            found = re.search(pattern, bytes(self.raw[since:]))
            if found:
                return found[1]
            self.feed()
        raise AssertionError(f"{pattern!r} was not sent within {deadline:g} s:\n{self.text}")

    def settle(self, quiet: float = 0.2, deadline: float = 3.0) -> None:
        """Wait until nothing has been written for a moment: what was begun to be drawn is drawn."""
        end = time.monotonic() + deadline
        while time.monotonic() < end:
            before = len(self.raw)
            self.feed(quiet)
            if len(self.raw) == before:
                return

    def gone(self, pattern: str, deadline: float = 30.0) -> None:
        """Wait until no row matches."""
        end = time.monotonic() + deadline
        while time.monotonic() < end:
            self.feed()
            if not self.shows(pattern):
                return
        raise AssertionError(f"{pattern!r} still on the screen after {deadline:g} s:\n{self.text}")

    def press(self, *keys: str) -> None:
        """Press keys: names of KEYS, or text that is typed as it stands."""
        for key in keys:
            os.write(self._master, KEYS.get(key, key).encode())
            self.feed(0.02)

    def settings(self) -> list[object]:
        """How the terminal treats its input and output now (termios), as `stty -a` shows it."""
        return list(termios.tcgetattr(self._master))

    def press_at_once(self, *keys: str) -> None:
        """Press keys so fast that they arrive together."""
        os.write(self._master, b"".join(KEYS.get(key, key).encode() for key in keys))
        self.feed(0.02)

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size."""
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.screen.resize(rows, columns)
        os.kill(self.pid, signal.SIGWINCH)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program."""
        os.kill(self.pid, number)

    def hang_up(self) -> None:
        """Close the terminal under the program, as a closed window or a lost line does."""
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, self._master)
        os.close(nothing)

    def wait_exit(self, deadline: float = 30.0) -> int:
        """Wait for the program to end and return its exit code (negative: the signal that ended it)."""
        end = time.monotonic() + deadline
        while time.monotonic() < end:
            self.feed()
            if self._gone():
                assert self.exit_code is not None
                return self.exit_code
        raise AssertionError(f"still running after {deadline:g} s:\n{self.text}")

    def _gone(self) -> bool:
        self._reap(block=False)
        return self.exit_code is not None

    def _reap(self, block: bool) -> None:
        if self.exit_code is not None:
            return
        with contextlib.suppress(ChildProcessError):
            pid, status = os.waitpid(self.pid, 0 if block else os.WNOHANG)
            if pid:
                self.exit_code = os.waitstatus_to_exitcode(status)

    def close(self) -> None:
        """End the program, kindly first, and the terminal."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            end = time.monotonic() + 8
            if self._gone():
                break
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)
            while time.monotonic() < end and not self._gone():
                self.feed()
        with contextlib.suppress(OSError):
            os.close(self._master)
