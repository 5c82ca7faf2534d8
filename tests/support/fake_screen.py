"""The screen on a FAKE range as a program of its own, for tests in a terminal: `python -m tests.support.fake_screen`.

Words on the command line: observer, crash (`?` then fails inside the cockpit), ascii, light, foreign (a log and a
session with letters beyond ASCII).
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace

from cockpit.model.activity import ActivitySnapshot
from cockpit.model.incident import Role
from cockpit.model.logs import Level, LogBatch, LogLine
from cockpit.ui.app import CockpitApp
from cockpit.ui.screens.main import MainScreen
from tests.support.clock import FixedClock
from tests.support.fake_session import API_LOG, MAIN, START, a_backend, a_range, an_activity

FOREIGN_LOG = LogBatch((LogLine("api", "Größe: 日本 ▁▂▃ ✓ café", Level.WARN, START),))


class RunningClock(FixedClock):
    """Its monotonic time runs, so that a confirmation can arm."""

    def monotonic(self) -> float:
        return time.monotonic()


def foreign_activity() -> ActivitySnapshot:
    """The usual sessions and one whose query is not in ASCII."""
    usual = an_activity()
    return replace(usual, backends=(*usual.backends, a_backend(4750, query="SELECT 'Größe', '日本'")))


def main() -> int:
    role = Role.OBSERVER if "observer" in sys.argv else Role.OPERATOR
    ascii_only, theme = "ascii" in sys.argv, "light" if "light" in sys.argv else ""
    answers = {API_LOG: FOREIGN_LOG, MAIN: foreign_activity()} if "foreign" in sys.argv else {}
    range_ = a_range(role, clock=RunningClock(START), answers=answers, ascii=ascii_only, theme=theme)
    app = CockpitApp(lambda: range_.session, range_.facts, role, theme=theme, ascii_only=ascii_only)

    def fail(_: MainScreen) -> None:
        password = "hunter22"
        raise ValueError(password)

    if "crash" in sys.argv:
        MainScreen.open_help = fail  # type: ignore[method-assign, assignment]
    app.run()
    executed = sum(len(executor.executed) for executor in range_.executors.values())
    sys.stdout.write(f"{app.farewell}\nexecuted {executed}\n")
    return app.return_code or 0


if __name__ == "__main__":
    sys.exit(main())
