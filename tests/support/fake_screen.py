"""The screen on a FAKE range as a program of its own, for tests in a terminal: `python -m tests.support.fake_screen`.

Words on the command line: observer, crash (`?` then fails inside the cockpit).
"""

from __future__ import annotations

import sys
import time

from cockpit.model.incident import Role
from cockpit.ui.app import CockpitApp
from tests.support.clock import FixedClock
from tests.support.fake_session import START, a_range


class RunningClock(FixedClock):
    """Its monotonic time runs, so that a confirmation can arm."""

    def monotonic(self) -> float:
        return time.monotonic()


def main() -> int:
    role = Role.OBSERVER if "observer" in sys.argv else Role.OPERATOR
    range_ = a_range(role, clock=RunningClock(START))
    app = CockpitApp(lambda: range_.session, range_.facts, role)

    def fail() -> None:
        password = "hunter22"
        raise ValueError(password)

    if "crash" in sys.argv:
        app.main.open_help = fail  # type: ignore[method-assign]
    app.run()
    executed = sum(len(executor.executed) for executor in range_.executors.values())
    sys.stdout.write(f"{app.farewell}\nexecuted {executed}\n")
    return app.return_code or 0


if __name__ == "__main__":
    sys.exit(main())
