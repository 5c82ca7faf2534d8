"""Runbooks on disk: which there are, and each of them read, with what could not be read kept as errors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from cockpit.model.errors import RunbookError
from cockpit.model.runbook import Runbook
from cockpit.runbook.reader import read_runbook

SUFFIXES = frozenset({".md", ".markdown", ".mdx"})
"""File names that are taken for runbooks."""
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
    return read_runbook(text, str(path), lambda target: _exists(path.parent, target))


def _exists(folder: Path, target: str) -> bool:
    try:
        return (folder / unquote(target).lstrip("/")).exists()
    except (OSError, ValueError):
        return False


def find_runbooks(folders: Iterable[Path]) -> list[Path]:
    """The Markdown files in the given folders and below, and the files given themselves, without repetition."""
    found: dict[Path, None] = {}
    for folder in folders:
        if folder.is_file():
            found[folder] = None
            continue
        for path in sorted(folder.rglob("*")):
            hidden = any(part.startswith(".") or part == "node_modules" for part in path.relative_to(folder).parts)
            if path.suffix.lower() in SUFFIXES and path.is_file() and not hidden:
                found[path] = None
    return list(found)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that could not be read, and why."""

    path: Path
    reason: str


@dataclass(slots=True)
class Library:
    """The runbooks of an environment.

    Attributes:
        runbooks: those that could be read and hold at least one procedure or not, in the order found.
        errors: those that could not be read.
    """

    runbooks: list[Runbook] = field(default_factory=list)
    errors: list[Unreadable] = field(default_factory=list)

    @classmethod
    def load(cls, folders: Sequence[Path]) -> Library:
        """Read every runbook in the given folders; what cannot be read is kept in `errors`."""
        library = cls()
        for path in find_runbooks(folders):
            try:
                library.runbooks.append(load_runbook(path))
            except RunbookError as error:
                library.errors.append(Unreadable(path, str(error)))
        return library

    def named(self, name: str) -> Runbook | None:
        """The runbook of that path, file name or stem, None when there is none."""
        for runbook in self.runbooks:
            path = Path(runbook.path)
            if name in (runbook.path, path.name, path.stem):
                return runbook
        return None
