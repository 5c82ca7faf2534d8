"""The cockpit with a wall clock that a test can set: `python -m tests.support.jumping_clock FILE ARGUMENTS...`.

FILE holds the seconds by which the wall clock is wrong; the monotonic clock goes on as it always does.
"""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from pathlib import Path

from cockpit.adapters.clock import SystemClock


def main() -> None:
    """Replace the clock, then be the cockpit."""
    wrong_by = Path(sys.argv.pop(1))
    right = SystemClock.now

    def now(self: SystemClock) -> datetime:
        return right(self) + timedelta(seconds=float(wrong_by.read_text()))

    SystemClock.now = now  # type: ignore[method-assign]
    from cockpit.cli import main as cockpit

    cockpit()


if __name__ == "__main__":
    main()
