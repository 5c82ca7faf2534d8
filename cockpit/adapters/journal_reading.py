"""The journal read without writing anything: for the command line, and while another process writes."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from cockpit.adapters.journal_files import head_path, read_head, trouble
from cockpit.engine.chain import Link, verify_chain
from cockpit.model.errors import JournalError
from cockpit.model.incident import EntryKind, JournalEntry, Verification

BUSY_TIMEOUT = 5.0
"""Seconds that SQLite waits for a lock of its own."""
COLUMNS = "sequence, at, actor, incident, kind, payload, previous, hash"
_ATTEMPTS = 3


class ReadonlyJournal:
    """A journal that is only read; never creates a file. A journal that does not exist yet is empty.

    Args:
        path: the database.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def entries(self, incident: str = "", after: int = 0) -> Sequence[JournalEntry]:
        """Entries with a sequence above `after`, of one incident or of all.

        Raises:
            JournalError: when it cannot be read.
        """
        if not self._path.exists() and not head_path(self._path).exists():
            return []
        return [as_entry(link) for link in self._links(incident, after)]

    def verify(self) -> Verification:
        """Whether the chain holds; what cannot be read does not hold."""
        try:
            # The head first: its writer notes it after the database, so it is never ahead of what is read next.
            head = read_head(self._path)
            if not self._path.exists():
                problem = "" if head is None else f"the database is missing; its head knows {head.sequence:,} entries."
                return Verification(head is None, 0, problem)
            return verify_chain(self._links("", 0), head)
        except JournalError as error:
            return Verification(False, 0, str(error))

    def _links(self, incident: str, after: int) -> list[Link]:
        for _ in range(_ATTEMPTS):
            at_rest = not self._journal_in_use()
            try:
                with closing(self._connect(at_rest)) as connection:
                    links = list(select(connection, incident, after))
            except sqlite3.Error as error:
                if at_rest and self._journal_in_use():
                    continue
                raise trouble(self._path, "read", error) from error
            if not at_rest or not self._journal_in_use():
                return links
        raise JournalError(f"the journal {self._path} kept changing while it was read", "try again")

    def _journal_in_use(self) -> bool:
        return self._path.with_name(self._path.name + "-wal").exists()

    def _connect(self, at_rest: bool) -> sqlite3.Connection:
        """Nobody has a database at rest open, and only `immutable` keeps SQLite from making files beside it."""
        mode = "mode=ro&immutable=1" if at_rest else "mode=ro"
        uri = f"{self._path.resolve().as_uri()}?{mode}"
        return sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT, isolation_level=None)


def open_readonly(path: Path) -> ReadonlyJournal:
    """The journal at `path`, to be read only; nothing is opened until it is asked."""
    return ReadonlyJournal(path)


def select(connection: sqlite3.Connection, incident: str, after: int) -> Iterator[Link]:
    """Stored entries in order.

    Raises:
        sqlite3.Error: when they cannot be read.
    """
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM entries WHERE sequence > ? AND (? = '' OR incident = ?) ORDER BY sequence",  # noqa: S608
        (after, incident, incident),
    )
    for row in rows:
        yield as_link(row)


def as_link(row: Sequence[object]) -> Link:
    """A row in the order of COLUMNS; a value of the wrong type becomes text, which its hash then denies."""
    sequence, *texts = row
    number = sequence if isinstance(sequence, int) else -1
    at, actor, incident, kind, payload, previous, own = (str(text) for text in texts)
    return Link(number, at, actor, incident, kind, payload, previous, own)


def as_entry(link: Link) -> JournalEntry:
    """An entry as the engine knows it.

    Raises:
        JournalError: when the stored entry makes no sense.
    """
    try:
        payload = json.loads(link.payload)
        at, kind = datetime.fromisoformat(link.at), EntryKind(link.kind)
    except ValueError as error:
        raise JournalError(f"entry {link.sequence} of the journal makes no sense", "cockpit journal verify") from error
    if not isinstance(payload, dict):
        raise JournalError(f"entry {link.sequence} of the journal makes no sense", "cockpit journal verify")
    return JournalEntry(link.sequence, at, link.actor, link.incident, kind, payload, link.previous, link.hash)
