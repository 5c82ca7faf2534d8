"""Wait for a state instead of a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def until(condition: Callable[[], bool], deadline: float = 20.0, what: str = "the awaited state") -> None:
    """Return as soon as the condition holds; fail the test when it does not within `deadline` seconds."""
    end = time.monotonic() + deadline
    while not condition():
        assert time.monotonic() < end, f"{what} did not come within {deadline:g} s"
        await asyncio.sleep(0.005)


async def until_answered(
    ask: Callable[[], Awaitable[T | None]], deadline: float = 20.0, what: str = "the awaited answer"
) -> T:
    """Ask again and again until there is an answer, and return it; None and False are none."""
    end = time.monotonic() + deadline
    while True:
        answer = await ask()
        if answer is not None and answer is not False:
            return answer
        assert time.monotonic() < end, f"{what} did not come within {deadline:g} s"
        await asyncio.sleep(0.05)


def until_sync(condition: Callable[[], bool], deadline: float = 20.0, what: str = "the awaited state") -> None:
    """The same for a test without an event loop."""
    end = time.monotonic() + deadline
    while not condition():
        assert time.monotonic() < end, f"{what} did not come within {deadline:g} s"
        time.sleep(0.01)
