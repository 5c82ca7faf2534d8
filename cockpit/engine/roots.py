"""The places where an environment keeps its runbooks, and what is found there at a look."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cockpit.engine.checkout import Checkout, checkout_of
from cockpit.model.text import clean

SUFFIXES = frozenset({".md", ".markdown", ".mdx"})
"""File names that are taken for runbooks."""
FILES_CAP = 5_000
"""Files of one place that are read."""

Mark = tuple[int, int]
"""A file's time of change in nanoseconds and its size in bytes; another mark means that it was written to."""


@dataclass(frozen=True, slots=True)
class Place:
    """A configured folder or file, as it was found.

    Attributes:
        path: what the configuration names, made absolute.
        trouble: why nothing can be read there, "" when it can.
        checkout: the git checkout in which it lies, None outside of one.
        files: the runbooks there with their marks, in the order in which they are listed.
        more: how many files were left out because there are too many.
    """

    path: Path
    trouble: str = ""
    checkout: Checkout | None = None
    files: Mapping[Path, Mark] = field(default_factory=dict)
    more: int = 0

    def __str__(self) -> str:
        """The place and where it stands, for a list."""
        words = [clean(str(self.path))]
        if self.checkout is not None:
            words.append(clean(str(self.checkout)))
        if self.trouble:
            words.append(self.trouble)
        elif self.more:
            words.append(f"{self.more:,} files more than the {FILES_CAP:,} that are read")
        return "  ".join(words)


def look_at(path: Path) -> Place:
    """Find the runbooks of a place; reads folders only, no runbook."""
    try:
        if path.is_file():
            return Place(path, checkout=checkout_of(path.parent), files={path: _mark(path)})
        if not path.is_dir():
            return Place(path, "does not exist")
        os.scandir(path).close()
    except OSError as error:
        return Place(path, f"cannot be read: {error.strerror or error}")
    files: dict[Path, Mark] = {}
    more = 0
    for found in runbook_files(path):
        if len(files) >= FILES_CAP:
            more += 1
            continue
        try:
            files[found] = _mark(found)
        except OSError:
            continue  # It vanished between the two looks.
    return Place(path, checkout=checkout_of(path), files=files, more=more)


def runbook_files(folder: Path) -> Iterator[Path]:
    """The Markdown files in a folder and below, by name; hidden folders and installed packages are passed over."""
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "node_modules")
        for name in sorted(names):
            path = Path(here, name)
            if not name.startswith(".") and path.suffix.lower() in SUFFIXES and path.is_file():
                yield path


def _mark(path: Path) -> Mark:
    found = path.stat()
    return found.st_mtime_ns, found.st_size
