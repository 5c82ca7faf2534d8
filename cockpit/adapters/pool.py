"""A bounded pool of daemon threads for calls that block: file systems, the Docker SDK, psutil."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


class BlockingPool:
    """Runs blocking calls on a few threads of its own, each call with a deadline.

    The threads are daemons: the standard library's executor joins its threads when the program ends, so that
    one call that hangs in a dead file system or socket would hold the whole program.

    Args:
        name: shown as the threads' name.
        threads: how many calls may run at once; more wait in line.
    """

    def __init__(self, name: str, threads: int) -> None:
        self._name = name
        self._size = threads
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._started = 0
        self._closed = False

    async def run(self, call: Callable[[], T], deadline: float) -> T:
        """Run `call` on one of the threads.

        A call that passes its deadline is left behind: its thread stays busy until it returns.

        Args:
            call: what to run; whatever it raises is raised here.
            deadline: seconds, waiting in line included.

        Raises:
            TimeoutError: when the deadline passed, or the pool is closed.
        """
        if self._closed:
            raise TimeoutError(f"{self._name} is closed")
        future: Future[T] = Future()
        self._jobs.put(lambda: _settle(future, call))
        if self._started < self._size:
            self._started += 1
            threading.Thread(target=self._work, name=f"{self._name}-{self._started}", daemon=True).start()
        async with asyncio.timeout(deadline):
            return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Let the threads end as soon as they are idle; does not wait for them."""
        if not self._closed:
            self._closed = True
            for _ in range(self._started):
                self._jobs.put(None)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()


def _settle(future: Future[T], call: Callable[[], T]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        value = call()
    except BaseException as error:
        future.set_exception(error)
    else:
        future.set_result(value)
