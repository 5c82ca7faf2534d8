"""Runbooks on disk: which there are, and each of them read, with what could not be read kept as errors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote

from cockpit.engine.roots import SUFFIXES, Place, look_at, runbook_files
from cockpit.engine.search import Indexed, index_of
from cockpit.model.errors import RunbookError
from cockpit.model.runbook import Runbook
from cockpit.model.text import clean
from cockpit.runbook.reader import read_runbook

__all__ = ["SIZE_CAP", "SUFFIXES", "Library", "Unreadable", "find_runbooks", "load_runbook"]

SIZE_CAP = 8_000_000
"""Bytes of a file that is read; a larger one is refused."""


def load_runbook(path: Path) -> Runbook:
    """Read one file.

    Raises:
        RunbookError: when the file cannot be read or is larger than SIZE_CAP. Its contents never raise.
    """
    try:
        if path.stat().st_size > SIZE_CAP:
            raise RunbookError(f"{path} is larger than {SIZE_CAP:,} bytes", "it is hardly a runbook")
        text = path.read_bytes().decode("utf-8", "surrogateescape")
    except OSError as error:
        raise RunbookError(f"{path} cannot be read: {error.strerror or error}") from error
    book = read_runbook(text, str(path), lambda target: _exists(path.parent, target))
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return replace(book, text="\n".join(map(clean, lines)))


def _exists(folder: Path, target: str) -> bool:
    try:
        return (folder / unquote(target).lstrip("/")).exists()
    except (OSError, ValueError):
        return False


def find_runbooks(folders: Iterable[Path]) -> list[Path]:
    """The Markdown files in the given folders and below, and the files given themselves, without repetition."""
    found: dict[Path, None] = {}
    for folder in folders:
        found.update(dict.fromkeys([folder] if folder.is_file() else runbook_files(folder)))
    return list(found)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that could not be read, and why."""

    path: Path
    reason: str


@dataclass(slots=True)
class Library:
    """The runbooks of an environment; lives on the event loop.

    Attributes:
        runbooks: those that could be read and hold at least one procedure or not, in the order found.
        errors: those that could not be read.
        places: where they were looked for, as found at the last look; empty before the first.
        ahead: files that are still to be read.
        version: grows with every change.
    """

    runbooks: list[Runbook] = field(default_factory=list)
    errors: list[Unreadable] = field(default_factory=list)
    places: tuple[Place, ...] = ()
    ahead: int = 0
    version: int = 0
    _indexed: dict[str, tuple[Runbook, tuple[Indexed, ...]]] = field(default_factory=dict)

    @classmethod
    def load(cls, folders: Sequence[Path]) -> Library:
        """Read every runbook in the given folders; what cannot be read is kept in `errors`."""
        library = cls(places=tuple(look_at(folder) for folder in folders))
        for path in dict.fromkeys(path for place in library.places for path in place.files):
            try:
                library.runbooks.append(load_runbook(path))
            except RunbookError as error:
                library.errors.append(Unreadable(path, str(error)))
        return library

    @property
    def missing(self) -> tuple[Place, ...]:
        """The places where nothing can be read."""
        return tuple(place for place in self.places if place.trouble)

    def put(self, book: Runbook, indexed: tuple[Indexed, ...]) -> None:
        """Take in a runbook that was read, in place of what was known of its file."""
        self._indexed[book.path] = (book, indexed)
        for number, known in enumerate(self.runbooks):
            if known.path == book.path:
                self.runbooks[number] = book
                break
        else:
            self.runbooks.append(book)
        self._forget_error(Path(book.path))
        self.version += 1

    def refuse(self, path: Path, reason: str) -> None:
        """Note that a file does not read; what was known of it is given up, since it is no longer so."""
        self.drop(path)
        self.errors.append(Unreadable(path, clean(reason)))

    def drop(self, path: Path) -> None:
        """Forget a file."""
        self.runbooks[:] = [book for book in self.runbooks if book.path != str(path)]
        self._indexed.pop(str(path), None)
        self._forget_error(path)
        self.version += 1

    def arrange(self, order: Sequence[Path]) -> None:
        """Bring the runbooks into the order of their files."""
        numbers = {str(path): number for number, path in enumerate(order)}
        self.runbooks.sort(key=lambda book: numbers.get(book.path, len(numbers)))

    def indexed(self, book: Runbook) -> tuple[Indexed, ...]:
        """What a runbook is searched by; made once for each reading of its file."""
        known = self._indexed.get(book.path)
        if known is None or known[0] is not book:
            known = self._indexed[book.path] = (book, index_of(book))
        return known[1]

    def at(self, path: str) -> Runbook | None:
        """The runbook of that file as it is now, None when it is gone or does not read."""
        return next((book for book in self.runbooks if book.path == path), None)

    def named(self, name: str) -> Runbook | None:
        """The runbook of that path, file name or stem, None when there is none."""
        for runbook in self.runbooks:
            path = Path(runbook.path)
            if name in (runbook.path, path.name, path.stem):
                return runbook
        return None

    def _forget_error(self, path: Path) -> None:
        self.errors[:] = [error for error in self.errors if error.path != path]
