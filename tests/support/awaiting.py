"""Wait for a state instead of a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable


async def until(condition: Callable[[], bool], deadline: float = 20.0, what: str = "the awaited state") -> None:
    """Return as soon as the condition holds; fail the test when it does not within `deadline` seconds."""
    end = time.monotonic() + deadline
    while not condition():
        assert time.monotonic() < end, f"{what} did not come within {deadline:g} s"
        await asyncio.sleep(0.005)


def until_sync(condition: Callable[[], bool], deadline: float = 20.0, what: str = "the awaited state") -> None:
    """The same for a test without an event loop."""
    end = time.monotonic() + deadline
    while not condition():
        assert time.monotonic() < end, f"{what} did not come within {deadline:g} s"
        time.sleep(0.01)
