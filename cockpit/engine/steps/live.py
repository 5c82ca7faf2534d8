"""A command under way: what it has said so far, how it is stopped, and a change that waits to be kept or dropped.

Whoever starts a command puts a `Live` into the context; the adapter that runs it finds it there, and needs no other
way to the screen. Without one everything runs as it always does, to its end.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from cockpit.model.answers import Answer
from cockpit.model.colours import OutputLine
from cockpit.model.masking import Masker

KEPT = 200
"""Lines that a command under way keeps for the screen; its answer keeps more."""


@dataclass(frozen=True, slots=True)
class OpenChange:
    """A change that was made inside a transaction, which is open.

    Attributes:
        answer: what it has touched.
        began_at: seconds on the monotonic clock of the event loop at which the transaction was opened.
        limit: seconds after which it is rolled back by itself.
    """

    answer: Answer
    began_at: float
    limit: float

    def open_for(self) -> float:
        """Seconds that the transaction has been open."""
        return max(0.0, asyncio.get_running_loop().time() - self.began_at)


class Live:
    """Lives on the event loop; one for each command that runs.

    Args:
        masker: hides secrets in what is kept of the output.
    """

    def __init__(self, masker: Masker | None = None) -> None:
        self._masker = masker or Masker()
        self.lines: deque[OutputLine] = deque(maxlen=KEPT)
        self.total = 0
        self.stopping = asyncio.Event()
        self.open_change: OpenChange | None = None
        self._kept: asyncio.Future[bool] | None = None

    def add(self, line: OutputLine) -> None:
        """One more line of output; one that holds a secret is kept without it, and without its colours."""
        text = self._masker.secrets(line.text)
        self.lines.append(line if text == line.text else OutputLine(text))
        self.total += 1

    def stop(self) -> None:
        """Ask for the end: the command gets TERM, and KILL when that does not help; a transaction is rolled back."""
        self.stopping.set()
        self.decide(keep=False)

    async def settle(self, answer: Answer, began_at: float, limit: float) -> bool:
        """Wait until a person keeps or drops a change.

        Args:
            answer: what it has touched.
            began_at: see OpenChange.
            limit: seconds since then after which it is dropped.

        Returns:
            True to keep it; False when it shall be dropped or nobody decided in time.
        """
        loop = asyncio.get_running_loop()
        self._kept = loop.create_future()
        self.open_change = OpenChange(answer, began_at, limit)
        if self.stopping.is_set():
            self.decide(keep=False)
        try:
            async with asyncio.timeout_at(began_at + limit):
                return await self._kept
        except TimeoutError:
            return False
        finally:
            self.open_change = None

    def decide(self, *, keep: bool) -> None:
        """Keep the open change or drop it; does nothing when there is none."""
        if self._kept is not None and not self._kept.done():
            self._kept.set_result(keep)


_LIVE: ContextVar[Live | None] = ContextVar("cockpit_live", default=None)


def live() -> Live | None:
    """The command under way in this context, None when nobody looks."""
    return _LIVE.get()


@contextmanager
def watched(under_way: Live) -> Iterator[Live]:
    """Let what is started inside tell of itself through this."""
    token = _LIVE.set(under_way)
    try:
        yield under_way
    finally:
        _LIVE.reset(token)
