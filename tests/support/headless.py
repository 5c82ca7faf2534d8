"""Cockpits without a screen, in a process of their own: `python -m tests.support.headless operate|follow CONFIG N`.

Prints one line when all of them are at work, and ends when its input does.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from cockpit.config.load import Loaded, load
from cockpit.engine.session import Session
from cockpit.model.incident import Role
from cockpit.wiring.following import chosen, live_incidents, open_following
from cockpit.wiring.session import open_session
from tests.support.awaiting import until


def sessions(what: str, loaded: Loaded, number: int) -> list[Session]:
    """The sessions, not started yet."""
    if what == "operate":
        return [open_session(loaded, None, Role.OPERATOR)]
    live = chosen(live_incidents(loaded), "INC-1")
    return [open_following(loaded, live) for _ in range(number)]


async def work(opened: list[Session], declaring: bool) -> None:
    """Start them, say so when each has a picture, and stop them when the input ends."""
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(sys.stdin, over.set)
    for session in opened:
        session.start()
    if declaring:
        await opened[0].incident.declare("P1", "Cron stuck")
    for session in opened:
        following = session.following
        if following is not None:
            await until(lambda one=following, at=session: one.outlook(at.clock.now()).behind is not None, 60.0)  # type: ignore[misc]
    print("at work", flush=True)  # noqa: T201  the test reads it
    await over.wait()
    for session in opened:
        await session.close()


def main() -> None:
    """Run what the arguments name."""
    what, config, number = sys.argv[1], sys.argv[2], int(sys.argv[3])
    opened = sessions(what, load(Path(config)), number)
    asyncio.run(work(opened, what == "operate"))


if __name__ == "__main__":
    main()
