"""The line to the terminal, when the terminal may go away at any moment."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import IO, TYPE_CHECKING

from textual.drivers.linux_driver import LinuxDriver

from cockpit.ui.thrift import Thrift

if TYPE_CHECKING:
    from textual.app import App


class LossTolerantOutput:
    """A file whose writes never fail: once the terminal is gone, they go nowhere.

    Textual writes on a thread of its own. A write that failed would end that thread, and with nobody taking from
    its bounded queue the event loop would wait for ever: no key, no signal, no end.

    Args:
        file: the terminal.
        lost: called once, on the writing thread, when the terminal is found to be gone.
    """

    def __init__(self, file: IO[str], lost: Callable[[], None]) -> None:
        self._file = file
        self._lost = lost
        self._gone = False

    def write(self, text: str) -> int:
        """Write to the terminal while there is one."""
        if not self._gone:
            try:
                self._file.write(text)
            except (OSError, ValueError):
                self._give_up()
        return len(text)

    def flush(self) -> None:
        """Push out what was written, while there is a terminal."""
        if not self._gone:
            try:
                self._file.flush()
            except (OSError, ValueError):
                self._give_up()

    def fileno(self) -> int:
        """The terminal's file descriptor."""
        return self._file.fileno()

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return self._file.isatty()

    def _give_up(self) -> None:
        self._gone = True
        self._lost()


class TerminalDriver(LinuxDriver):
    """Textual's driver for terminals, with an output that outlives its terminal."""

    def __init__(
        self,
        app: App[object],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._loop_of_app = asyncio.get_running_loop()
        self._file: IO[str] = LossTolerantOutput(self._file, self._terminal_lost)  # type: ignore[assignment]
        self._lent = False
        self._thrift = Thrift()

    def write(self, data: str) -> None:
        """Write to the terminal, unless another program has it: nobody would empty Textual's bounded queue then."""
        if not self._lent:
            super().write(self._thrift.shorten(data))

    def suspend_application_mode(self) -> None:
        """Leave the terminal to another program."""
        super().suspend_application_mode()
        self._lent = True

    def resume_application_mode(self) -> None:
        """Take the terminal back."""
        self._lent = False
        self._thrift.forget()
        super().resume_application_mode()

    def _terminal_lost(self) -> None:
        """End the app from the writing thread: nobody can see it any more."""
        leave = getattr(self._app, "terminal_lost", None)
        if leave is not None:
            with contextlib.suppress(RuntimeError):
                self._loop_of_app.call_soon_threadsafe(leave)
