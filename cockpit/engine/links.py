"""Where the links of a runbook lead: another runbook, a procedure, a heading, the web, or nowhere."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from cockpit.engine.document import anchor_line, procedure_at
from cockpit.engine.library import Library, load_runbook
from cockpit.engine.roots import SUFFIXES
from cockpit.model.errors import RunbookError
from cockpit.model.runbook import Procedure, Runbook, Step
from cockpit.runbook.inline import links

_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]+:|//", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Link:
    """A link as it is written: its words and its target."""

    text: str
    target: str

    @property
    def web(self) -> bool:
        """Whether it leads out of the files."""
        return _ELSEWHERE.match(self.target) is not None


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a link leads.

    Attributes:
        runbook: the document.
        procedure: the procedure to open, None for a document without any.
        line: 1-based line of the heading, 0 for the document as a whole.
    """

    runbook: Runbook
    procedure: Procedure | None
    line: int = 0


def step_links(step: Step) -> tuple[Link, ...]:
    """The links of a step and of the text under it, each target once."""
    found = {link.target: Link(link.text, link.target) for link in links(step.source)}
    if step.link and step.link not in found:
        found = {step.link: Link(step.title, step.link), **found}
    return tuple(found.values())


def index_links(book: Runbook) -> tuple[Link, ...]:
    """The links of an index page, in its order."""
    return tuple(Link(entry.title, entry.target) for entry in book.index)


def follow(library: Library, origin: Runbook, target: str) -> Destination:
    """Where a link of a runbook leads; reads the file when the library does not hold it, so call it off the loop.

    Raises:
        RunbookError: when it leads nowhere, to the web, or to what is no runbook.
    """
    if _ELSEWHERE.match(target):
        raise RunbookError(f"{target} leads out of the runbooks", "open it in a browser")
    parts = urlsplit(target)
    book = _document(library, origin, unquote(parts.path)) if parts.path else origin
    if not parts.fragment:
        return Destination(book, book.procedures[0] if book.procedures else None)
    line = anchor_line(book.text, unquote(parts.fragment))
    if line is None:
        raise RunbookError(f"the link is broken: {Path(book.path).name} has no heading #{parts.fragment}")
    return Destination(book, procedure_at(book, line), line)


def broken(origin: Runbook, target: str) -> bool:
    """Whether the reader found that a link of this runbook leads to no file."""
    return any(link.target == target for link in origin.broken_links)


def _document(library: Library, origin: Runbook, name: str) -> Runbook:
    folder = Path(origin.path).parent
    path = Path(os.path.normpath(folder / name.lstrip("/")))
    known = library.at(str(path)) or next((b for b in library.runbooks if _same(Path(b.path), path)), None)
    if known is not None:
        return known
    if path.is_dir():
        inside = next((path / n for n in ("README.md", "index.md") if (path / n).is_file()), None)
        if inside is None:
            raise RunbookError(f"{name} is a folder without an index page")
        path = inside
    if not path.is_file():
        raise RunbookError(f"the link is broken: {name} does not exist beside {Path(origin.path).name}")
    if path.suffix.lower() not in SUFFIXES:
        raise RunbookError(f"{name} is no Markdown file", "open it in an editor")
    return load_runbook(path)


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
