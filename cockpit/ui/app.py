"""The application: paints its frame at once, opens the session behind it, and always gives the terminal back."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import App, AutopilotCallbackType
from textual.binding import BindingType
from textual.driver import Driver
from textual.events import Event, Key
from textual.screen import Screen

from cockpit.model.errors import CockpitError, ConfigError
from cockpit.model.incident import EnvironmentFacts, Role
from cockpit.ui.filters import AsciiOnly, Colourless
from cockpit.ui.keyline import KeyLine, Ready, TakesKeys
from cockpit.ui.screens.opening import OpeningScreen
from cockpit.ui.shapes import ASCII, UNICODE
from cockpit.ui.spans import Tone
from cockpit.ui.theme import THEMES, theme_name

if TYPE_CHECKING:
    from cockpit.engine.session import Session
    from cockpit.model.runbook import Procedure, Runbook
    from cockpit.ui.screens.main import MainScreen
    from cockpit.ui.wall import WallWish

CLOSING = 6.0
"""Seconds that letting go of sources and journal may take."""
_WORK = "work"
"""The mode whose screen is the main one; Textual cannot take a default screen off its stack."""
FILLING = 30.0
"""Seconds for which a runbook that the command line asks for is waited for."""
_SIGNALS = {
    signal.SIGTERM: 128 + signal.SIGTERM,
    signal.SIGHUP: 128 + signal.SIGHUP,
    signal.SIGINT: 0,
}
"""Exit codes of those that end the cockpit; SIGINT is what ctrl+c sends where the terminal does not take it."""
FAILED, FAULT = 64, 70
"""Exit codes: the session could not be opened; the cockpit itself failed."""


class CockpitApp(App[int], inherit_bindings=False):
    """One cockpit on one environment.

    Args:
        open_session: builds the session; called on a thread after the first picture.
        facts: the environment, for the first picture.
        role: operator or observer.
        runbook: a runbook to open first, by file or name; "" for none.
        alert: an alert's name; the procedure that names it is opened first.
        labels: values for inputs of these names.
        theme: "light", "dark" or "" for the dark one.
        ascii_only: True draws with ASCII shapes only.
        elsewhere: builds the session of another environment by its name; None where there is no other.
        greeting: what to say first, "" for nothing.
        wall: for a screen that nobody sits at; None for all others.

    Attributes:
        keys: those that were pressed and wait for their turn.
        session: what is shown, None until it is open.
        farewell: what to say once the terminal was given back.
        failure: a fault of the cockpit itself that ended it.
        following: the session to show next, None when the person leaves for good.
        parting: what to say there first.
    """

    CSS_PATH = Path("cockpit.tcss")
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = []
    TITLE = "cockpit"

    def __init__(
        self,
        open_session: Callable[[], Session],
        facts: EnvironmentFacts,
        role: Role,
        *,
        runbook: str = "",
        alert: str = "",
        labels: Mapping[str, str] | None = None,
        theme: str = "",
        ascii_only: bool = False,
        elsewhere: Callable[[str], Session] | None = None,
        greeting: str = "",
        wall: WallWish | None = None,
    ) -> None:
        super().__init__()
        self._wall = wall
        self._filters = [*([Colourless()] if self.no_color else self._filters), AsciiOnly(self)]
        for known in THEMES:
            self.register_theme(known)
        self.theme = theme_name(theme, wall=wall is not None)
        self.set_class(ascii_only, "ascii")
        self.keys = KeyLine()
        self._facts = facts
        self._role = role
        self._opening = OpeningScreen(facts, role, ASCII if ascii_only else UNICODE, self._begin)
        self._main: MainScreen | None = None
        self.session: Session | None = None
        self.farewell = ""
        self.failure: Exception | None = None
        self.following: Session | None = None
        self.parting = ""
        self._elsewhere = elsewhere
        self._greeting = greeting
        self._open_session = open_session
        self._runbook = runbook
        self._alert = alert
        self._labels = dict(labels or {})

    @property
    def main(self) -> MainScreen:
        """The screen that the person works on.

        Raises:
            RuntimeError: when it is not loaded yet.
        """
        if self._main is None:
            raise RuntimeError("the main screen is not loaded yet")
        return self._main

    @property
    def loaded(self) -> bool:
        """Whether the main screen stands in place of the first picture."""
        return self._main is not None

    def get_default_screen(self) -> Screen[None]:
        """The first picture."""
        return self._opening

    def on_mount(self) -> None:
        """Take signals from now on; the rest begins when the first picture is painted."""
        self._listen_to_signals()

    def _begin(self) -> None:
        self.run_worker(self._open(), exit_on_error=True)

    async def on_event(self, event: Event) -> None:
        """Put a key into the line, from which keys are taken in order; everything else goes Textual's way."""
        if isinstance(event, Key):
            self.app_focus = True
            self.keys.put(event)
            await self.deliver_key()
        else:
            await super().on_event(event)

    @on(Ready)
    async def deliver_key(self) -> None:
        """Give the key that was pressed first to what is on the screen now; those behind it follow one by one."""
        if not self.keys or not self.screen_stack:
            return
        screen = self.screen
        if isinstance(screen, TakesKeys) and screen.ready:
            await screen.take_key(self.keys.next())
            if self.keys:
                self.call_next(self.deliver_key)

    async def _open(self) -> None:
        """Load the main screen and build the session off the loop, since both import much; then start to read."""
        loop = asyncio.get_running_loop()
        pool = ThreadPoolExecutor(1, thread_name_prefix="open")
        try:
            self._main = main = await loop.run_in_executor(pool, self._load)
            building = loop.run_in_executor(pool, self._build)
            self.add_mode(_WORK, lambda: main)
            await self.switch_mode(_WORK)
            self.session = session = await building
            if session.theme:
                self.theme = theme_name(session.theme, wall=self._wall is not None)
            main.attach(session)
            if self._greeting:
                main.say(self._greeting, Tone.OK)
        except CockpitError as error:
            self.leave(FAILED, f"cockpit: {error}")
            return
        finally:
            pool.shutdown(wait=False)
        session.start()
        await self._open_first(session)

    def _load(self) -> MainScreen:
        from cockpit.ui.screens.main import MainScreen

        return MainScreen(self._facts, self._role, self.keys, self._wall)

    def _build(self) -> Session:
        session = self._open_session()
        from cockpit.engine.suggest import rank

        rank(session.library, session.board, session.clock)
        return session

    async def _open_first(self, session: Session) -> None:
        if (self._runbook or self._alert) and session.librarian is not None:
            await session.librarian.filled(FILLING)
        found = self._first(session)
        if found is not None and self.main.steps is not None:
            await self.main.steps.open(*found, self._labels)
        elif self._runbook or self._alert:
            self.main.say(f"no procedure for {self._runbook or self._alert} was found", Tone.WARN)

    def _first(self, session: Session) -> tuple[Runbook, Procedure] | None:
        """The procedure that the command line asks for."""
        from cockpit.engine.library import load_runbook

        runbooks = session.library.runbooks
        if self._runbook:
            named = session.library.named(self._runbook)
            if named is None and Path(self._runbook).is_file():
                named = load_runbook(Path(self._runbook))
            runbooks = [named] if named else []
        for runbook in runbooks:
            for procedure in runbook.procedures:
                if self._runbook or (self._alert and self._alert in procedure.alerts):
                    return runbook, procedure
        return None

    def leave(self, code: int, farewell: str = "") -> None:
        """Give the terminal back and end with that exit code; `farewell` is said after it."""
        self.farewell = farewell
        self.exit(return_code=code)

    async def go_elsewhere(self, environment: str, parting: str) -> None:
        """Build the session of another environment, and leave this one for it.

        Args:
            environment: its name in the configuration.
            parting: what to say there first.

        Raises:
            ConfigError: when it cannot be built; this one stays then.
        """
        build = self._elsewhere
        if build is None:
            raise ConfigError("there is no way to another environment from here", "start the cockpit with --env")
        pool = ThreadPoolExecutor(1, thread_name_prefix="elsewhere")
        try:
            self.following = await asyncio.get_running_loop().run_in_executor(pool, build, environment)
        finally:
            pool.shutdown(wait=False)
        self.parting = parting
        self.exit()

    async def run_async(
        self,
        *,
        headless: bool = False,
        inline: bool = False,
        inline_no_clear: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
        auto_pilot: AutopilotCallbackType | None = None,
    ) -> int | None:
        """Run to the end; the session is closed after the terminal was given back."""
        try:
            return await super().run_async(
                headless=headless,
                inline=inline,
                inline_no_clear=inline_no_clear,
                mouse=mouse,
                size=size,
                auto_pilot=auto_pilot,
            )
        finally:
            await self.close_session()

    async def close_session(self) -> None:
        """Stop reading and let go of everything, within a few seconds."""
        session, self.session = self.session, None
        if session is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(session.close(), CLOSING)

    def _listen_to_signals(self) -> None:
        """End on a signal as on a key: the terminal comes back, children are stopped.

        Python's own answer to SIGINT is to cancel what is awaited at that moment, which may swallow it.
        """
        loop = asyncio.get_running_loop()
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            for number, code in _SIGNALS.items():
                loop.add_signal_handler(number, self.leave, code)

    def get_driver_class(self) -> type[Driver]:
        """Textual's choice, but for a terminal one that survives the loss of it."""
        chosen = super().get_driver_class()
        if chosen.__name__ != "LinuxDriver":
            return chosen
        from cockpit.ui.driver import TerminalDriver

        return TerminalDriver

    def terminal_lost(self) -> None:
        """The terminal is gone: end as on SIGHUP."""
        self.leave(128 + signal.SIGHUP)

    def _handle_exception(self, error: Exception) -> None:
        """A fault of the cockpit itself: give the terminal back and say one sentence, without any values."""
        self.failure = self.failure or error
        self.farewell = f"cockpit: it failed by a fault of its own ({type(error).__name__}); the journal is safe."
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """Textual prints a traceback with local values here, and they may hold secrets."""
        self._return_code = FAULT
        self._close_messages_no_wait()
