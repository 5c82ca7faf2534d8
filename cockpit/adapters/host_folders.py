"""The biggest folders of a file system: a walk of its own thread that stays on that file system and can be stopped."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cockpit.model.host import Folder, FolderSizes
from cockpit.model.text import clean

DEEP = 4
"""Levels of folders that are told apart below where the walk begins; what lies deeper counts for those above."""
MOST_FILES = 5_000_000
"""Files after which a walk ends."""
MOST_SECONDS = 120.0
"""Seconds after which a walk ends."""
SHOWN = 60
"""Folders that are told."""
_BLOCK = 512
"""Bytes of one of stat's blocks, on every system (POSIX, sys/stat.h)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When a walk ends before the end: after so many files, or seconds."""

    files: int = MOST_FILES
    seconds: float = MOST_SECONDS


class FolderWalk:
    """Counts what folders take on the disk; begins at once. Fulfils the port of the same name.

    Args:
        root: where to begin.
        limits: when to end.
    """

    def __init__(self, root: str, limits: Limits = Limits()) -> None:
        self._root = root
        self._limits = limits
        self._sizes: dict[str, int] = {root: 0}
        self._files = 0
        self._unreadable = 0
        self._stopped = ""
        self._done = threading.Event()
        self._cancelled = threading.Event()
        self._until = time.monotonic() + limits.seconds
        threading.Thread(target=self._run, name="folders", daemon=True).start()

    def progress(self) -> FolderSizes:
        """What was found so far, the biggest first."""
        sizes = sorted(self._sizes.copy().items(), key=lambda pair: (-pair[1], pair[0]))
        folders = tuple(Folder(clean(path), size) for path, size in sizes[:SHOWN])
        done = self._done.is_set()
        return FolderSizes(clean(self._root), folders, self._files, self._unreadable, done, self._stopped)

    def cancel(self) -> None:
        """End it soon; does not wait."""
        self._cancelled.set()

    def _run(self) -> None:
        try:
            self._walk(Path(self._root).stat().st_dev)
        except OSError as error:
            self._stopped = clean(f"{self._root} cannot be read: {error.strerror or error}")
        finally:
            self._done.set()

    def _walk(self, device: int) -> None:
        waiting: list[tuple[str, tuple[str, ...]]] = [(self._root, (self._root,))]
        linked: set[int] = set()
        while waiting and not self._ends():
            folder, above = waiting.pop()
            for entry in self._entries(folder):
                with contextlib.suppress(OSError):
                    found = entry.stat(follow_symlinks=False)
                    if found.st_dev != device or (found.st_nlink > 1 and self._seen(entry, found.st_ino, linked)):
                        continue
                    self._add(above, found.st_blocks * _BLOCK)
                    if entry.is_dir(follow_symlinks=False):
                        deeper = (*above, entry.path) if len(above) <= DEEP else above
                        waiting.append((entry.path, deeper))
                    else:
                        self._files += 1
                if self._ends():
                    return

    def _entries(self, folder: str) -> Iterator[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as entries:
                yield from entries
        except OSError:
            self._unreadable += 1

    def _seen(self, entry: os.DirEntry[str], inode: int, linked: set[int]) -> bool:
        """Whether a file of several names was counted under another; folders have several links and one name."""
        if entry.is_dir(follow_symlinks=False):
            return False
        known = inode in linked
        linked.add(inode)
        return known

    def _add(self, above: tuple[str, ...], size: int) -> None:
        for path in above:
            self._sizes[path] = self._sizes.get(path, 0) + size

    def _ends(self) -> bool:
        """Whether to end now, with the reason."""
        if self._cancelled.is_set():
            self._stopped = "it was ended"
        elif self._files >= self._limits.files:
            self._stopped = f"it ended after {self._files:,} files"
        elif time.monotonic() >= self._until:
            self._stopped = f"it ended after {self._limits.seconds:g} s"
        return bool(self._stopped)
