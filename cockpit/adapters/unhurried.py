"""Long work on a thread that leaves the interpreter to the keys in between."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")

SLICE = 200
"""Lines that are parsed in one go: about a millisecond."""
PAUSE = 0.0005
"""Seconds of rest after each; a thread that never rests makes every key wait several times for the interpreter."""


def unhurried(items: Iterable[T]) -> Iterator[T]:
    """The items, with a short rest now and then; for threads only."""
    for number, item in enumerate(items, 1):
        yield item
        if number % SLICE == 0:
            time.sleep(PAUSE)
