"""Keeps the library true to the disk: reads it in the background, looks for changes, and reads again what changed."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from cockpit.engine.library import Library, load_runbook
from cockpit.engine.roots import Mark, Place, look_at
from cockpit.engine.search import Indexed, index_of
from cockpit.model.errors import RunbookError
from cockpit.model.runbook import Runbook

EVERY = 3.0
"""Seconds between two looks at the disk."""
LOOK_DEADLINE = 5.0
"""Seconds for a look at one place."""
READ_DEADLINE = 10.0
"""Seconds for reading one file."""
BREATH = 0.001
"""Seconds between two files, in which keys and panes have the processor for themselves."""
SWITCH = 0.0005
"""Seconds after which Python takes the processor from the reading thread when a key waits; its default is ten times
that, and each of the several turns that a key takes would wait so long."""

MANY = 20
"""Files from which on Python's search for unreachable objects is held back while they are read.

The shipped runbooks are more: without it each full search took 150 ms from a key, every few key presses.
"""

T = TypeVar("T")


class Blocking(Protocol):
    """Runs calls that block, on threads of its own."""

    async def run(self, call: Callable[[], T], deadline: float) -> T:
        """Run a call off the loop.

        Raises:
            TimeoutError: when the deadline passed.
        """
        ...

    def close(self) -> None:
        """Let the threads end."""
        ...


class Librarian:
    """Fills a library and keeps it filled; lives on the event loop, blocks only on its own threads.

    Args:
        library: what to fill.
        paths: the configured folders and files.
        pool: runs what blocks.
        urgent: words of what fails now; files whose names share them are read first.

    Attributes:
        library: what it fills.
        pool: what it blocks on; others may use it for files as well.
        changed: called on the loop whenever the library has changed.
    """

    def __init__(
        self,
        library: Library,
        paths: Sequence[Path],
        pool: Blocking,
        urgent: Callable[[], frozenset[str]] = frozenset,
    ) -> None:
        self.library = library
        self._paths = tuple(paths)
        self.pool = pool
        self.changed: Callable[[], None] = _nobody
        self._urgent = urgent
        self._marks: dict[Path, Mark] = {}
        self._asked: dict[Path, Place] = {}
        self._busy: set[Path] = set()
        self._wake = asyncio.Event()
        self._through = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to read and to look; needs a running event loop."""
        self._task = asyncio.create_task(self._work(), name="librarian")

    async def stop(self) -> None:
        """Stop; does not wait for a call that hangs."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        self.pool.close()

    def poke(self) -> None:
        """Look at the disk as soon as possible."""
        self._wake.set()

    async def filled(self, deadline: float) -> bool:
        """Wait until everything was read once; False when the deadline, in seconds, passed before."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(deadline):
                await self._through.wait()
        return self._through.is_set()

    async def once(self) -> None:
        """Look at every place and read what is new or changed there."""
        places = tuple([await self._look(path) for path in self._paths])
        listed = {path: mark for place in places for path, mark in place.files.items()}
        hanging = [place.path for place in places if place.path in self._busy]
        if places != self.library.places:
            self.library.places = places
            self._tell()
        for path in [path for path in self._marks if path not in listed]:
            if not any(path == place or place in path.parents for place in hanging):
                del self._marks[path]
                self.library.drop(path)
                self._tell()
        ahead = [path for path, mark in listed.items() if self._marks.get(path) != mark]
        if ahead:
            await self._read_all(ahead, listed)
            self.library.arrange(list(listed))
            self._tell()
        self._through.set()

    async def _work(self) -> None:
        while True:
            await self.once()
            self._wake.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(EVERY):
                    await self._wake.wait()

    async def _look(self, path: Path) -> Place:
        """A look at a place; one that hangs is not asked again before it has answered."""
        if path in self._busy:
            return self._asked[path]
        self._busy.add(path)
        before = self._asked.get(path, Place(path))

        def look() -> Place:
            try:
                return look_at(path)
            finally:
                self._busy.discard(path)

        try:
            place = await self.pool.run(look, LOOK_DEADLINE)
        except TimeoutError:
            place = Place(path, f"has not answered for {LOOK_DEADLINE:g} s", before.checkout, before.files)
        except OSError as error:
            place = Place(path, f"cannot be read: {error.strerror or error}")
        self._asked[path] = place
        return place

    async def _read_all(self, ahead: list[Path], marks: dict[Path, Mark]) -> None:
        words: frozenset[str] = frozenset()
        left = list(reversed(ahead))
        with _short_turns(len(ahead)):
            while left:
                self.library.ahead = len(left)
                if (now := self._urgent()) != words:
                    words = now
                    left.sort(key=lambda path: sum(1 for word in words if word in path.stem.casefold()))
                path = left.pop()
                await self._read(path)
                self._marks[path] = marks[path]
                self._tell()
                await asyncio.sleep(BREATH)
        self.library.ahead = 0

    def _tell(self) -> None:
        self.library.version += 1
        self.changed()

    async def _read(self, path: Path) -> None:
        def read() -> tuple[Runbook, tuple[Indexed, ...]]:
            book = load_runbook(path)
            return book, index_of(book)

        try:
            self.library.put(*await self.pool.run(read, READ_DEADLINE))
        except RunbookError as error:
            self.library.refuse(path, str(error))
        except TimeoutError:
            self.library.refuse(path, f"{path} was not read within {READ_DEADLINE:g} s")


def _nobody() -> None:
    """Nobody listens yet."""


@contextlib.contextmanager
def _short_turns(files: int) -> Iterator[None]:
    """Let the event loop have the processor sooner than Python's default while a thread computes.

    A full search for unreachable objects stops every thread, for a tenth of a second once many files are held. While
    many are read there is none; afterwards what was read is kept out of later ones, since it stays.
    """
    before, thresholds = sys.getswitchinterval(), gc.get_threshold()
    sys.setswitchinterval(min(before, SWITCH))
    if files >= MANY:
        gc.set_threshold(thresholds[0], thresholds[1], 1_000_000)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
        if files >= MANY:
            gc.freeze()
            gc.set_threshold(*thresholds)
