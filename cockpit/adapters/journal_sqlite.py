"""The journal in an SQLite file: append-only, chained by hashes, on the disk before a change is made."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from cockpit.adapters.clock import SystemClock
from cockpit.adapters.journal_files import read_head, sync_folder, trouble, write_head, writers_lock
from cockpit.adapters.journal_reading import (
    BUSY_TIMEOUT,
    COLUMNS,
    ReadonlyJournal,
    as_entry,
    as_link,
    open_readonly,
    select,
)
from cockpit.adapters.pool import BlockingPool
from cockpit.engine.chain import GENESIS, START, Head, Link, canonical, forged
from cockpit.model.errors import JournalError
from cockpit.model.health import Json
from cockpit.model.incident import COCKPIT, EntryKind, JournalEntry, News, Verification
from cockpit.model.ports import Clock
from cockpit.model.text import clean

__all__ = ["ReadonlyJournal", "SqliteJournal", "open_readonly"]

APPEND_DEADLINE = 12.0
"""Seconds until an entry counts as not written."""
READ_DEADLINE = 30.0

_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS entries (
        sequence INTEGER PRIMARY KEY, at TEXT NOT NULL, actor TEXT NOT NULL, incident TEXT NOT NULL,
        kind TEXT NOT NULL, payload TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL UNIQUE)""",
    """CREATE TRIGGER IF NOT EXISTS entries_are_not_edited BEFORE UPDATE ON entries
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END""",
    """CREATE TRIGGER IF NOT EXISTS entries_are_not_deleted BEFORE DELETE ON entries
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END""",
)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Draft:
    """An entry before it has a place in the chain."""

    at: str
    actor: str
    incident: str
    kind: EntryKind
    payload: dict[str, Json]
    news: News | None = None


class SqliteJournal:
    """Fulfils `Journal`; several processes may share one file.

    Args:
        path: the database; its folder is made when it is missing.
        actor: user@host, written into every entry.
        clock: tells the time.

    Raises:
        JournalError: when it cannot be opened for writing.
    """

    def __init__(self, path: Path, actor: str, clock: Clock | None = None) -> None:
        self._path = path
        self._actor = clean(actor, 200)
        self._clock = clock or SystemClock()
        self._pool = BlockingPool("journal", 1)
        try:
            self._connection = _open(path)
        except (sqlite3.Error, OSError) as error:
            raise trouble(path, "open", error) from error

    async def append(self, kind: EntryKind, payload: dict[str, Json], incident: str = "") -> JournalEntry:
        """Write one entry and wait until it is on the disk.

        Raises:
            JournalError: when it is not.
        """
        entry = await self._written(_Draft(self._now(), self._actor, clean(incident, 200), kind, payload))
        assert entry is not None
        return entry

    async def append_news(
        self, kind: EntryKind, payload: dict[str, Json], news: News, incident: str = ""
    ) -> JournalEntry | None:
        """Write one entry in the cockpit's own name, unless the record says it already; None when it does.

        The look at the record and the entry are one transaction under the lock of all writers, so that of several
        cockpits on one journal only the first writes it.

        Raises:
            JournalError: when it cannot be written.
        """
        return await self._written(_Draft(self._now(), COCKPIT, clean(incident, 200), kind, payload, news))

    def _now(self) -> str:
        return self._clock.now().isoformat(timespec="microseconds")

    async def _written(self, draft: _Draft) -> JournalEntry | None:
        late = threading.Event()
        try:
            text = canonical(draft.payload)
        except (ValueError, TypeError) as error:
            reason = clean(str(error), 200)
            raise JournalError(f"a journal entry of kind {draft.kind.value} is no JSON: {reason}") from error
        try:
            return await self._run("write", APPEND_DEADLINE, lambda: self._append(draft, text, late))
        finally:
            late.set()

    async def entries(self, incident: str = "", after: int = 0) -> Sequence[JournalEntry]:
        """Entries with a sequence above `after`, of one incident or of all.

        Raises:
            JournalError: when they cannot be read.
        """
        return await self._run(
            "read", READ_DEADLINE, lambda: [as_entry(link) for link in select(self._connection, incident, after)]
        )

    async def verify(self) -> Verification:
        """Whether the chain holds.

        Raises:
            JournalError: when the check did not end in time.
        """
        return await self._run("read", READ_DEADLINE, open_readonly(self._path).verify)

    async def close(self) -> None:
        """Wait for what is under way and let go of the file; never raises."""
        try:
            await self._pool.run(self._connection.close, APPEND_DEADLINE)
        except (TimeoutError, sqlite3.Error):
            pass
        finally:
            self._pool.close()

    async def _run(self, verb: str, deadline: float, call: Callable[[], T]) -> T:
        try:
            return await self._pool.run(call, deadline)
        except TimeoutError as error:
            raise JournalError(
                f"the journal {self._path} did not answer within {deadline:g} s", "look at the disk it is on"
            ) from error
        except (sqlite3.Error, OSError) as error:
            raise trouble(self._path, verb, error) from error

    def _append(self, draft: _Draft, payload: str, late: threading.Event) -> JournalEntry | None:
        with writers_lock(self._path):
            with _transaction(self._connection):
                last = self._last_link()
                self._insist_on_head(last)
                if draft.news is not None and said_already(self._connection, draft, draft.news):
                    return None
                number, previous = (last.sequence + 1, last.hash) if last else (1, GENESIS)
                link = forged(number, draft.at, draft.actor, draft.incident, draft.kind.value, payload, previous)
                self._connection.execute(_INSERT, _values(link))
                if late.is_set():
                    raise TimeoutError
            write_head(self._path, Head(link.sequence, link.hash, link.sequence))
        return as_entry(link)

    def _last_link(self) -> Link | None:
        row = self._connection.execute(f"SELECT {COLUMNS} FROM entries ORDER BY sequence DESC LIMIT 1").fetchone()  # noqa: S608
        return None if row is None else as_link(row)

    def _insist_on_head(self, last: Link | None) -> None:
        """A new entry moves the head on, and so would hide that the tail was cut: then nothing is written."""
        head = read_head(self._path)
        known = GENESIS
        if head is not None and head.sequence:
            row = self._connection.execute("SELECT hash FROM entries WHERE sequence = ?", (head.sequence,)).fetchone()
            known = row[0] if row else ""
        if head is None and last is None:
            return
        if head is None or head.hash != known:
            raise JournalError(
                f"the journal {self._path} and its head record do not belong together",
                "see `cockpit journal verify`, then move both away to begin a new one",
            )


_INSERT = f"INSERT INTO entries ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608  our own constant


def said_already(connection: sqlite3.Connection, draft: _Draft, news: News) -> bool:
    """Whether the last entry about the same thing says the same, or there is none and a first one is not wanted."""
    alike = "".join(f" AND json_extract(payload, '$.{key}') = ?" for key in news.about)
    row = connection.execute(
        f"SELECT at, json_extract(payload, '$.{news.says}') FROM entries WHERE kind = ? AND json_valid(payload){alike} "  # noqa: S608  keys are our own constants
        "ORDER BY sequence DESC LIMIT 1",
        (draft.kind.value, *(draft.payload[key] for key in news.about)),
    ).fetchone()
    if row is None:
        return not news.first
    if news.within is not None:
        age = datetime.fromisoformat(draft.at) - datetime.fromisoformat(str(row[0]))
        if age.total_seconds() > news.within:
            return False
    return bool(row[1] == draft.payload[news.says])


def _values(link: Link) -> tuple[int | str, ...]:
    return (
        link.sequence,
        link.at,
        link.actor,
        link.incident,
        link.kind,
        link.payload,
        link.previous,
        link.hash,
    )


def _open(path: Path) -> sqlite3.Connection:
    """Open for writing; what is made is made for this user alone and is on the disk before it is used."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with writers_lock(path):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=False)
        try:
            _prepare(connection, path)
        except (sqlite3.Error, OSError, JournalError):
            connection.close()
            raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    with _transaction(connection):
        for statement in _SCHEMA:
            connection.execute(statement)
    [entries] = connection.execute("SELECT count(*) FROM entries").fetchone()
    if not entries and read_head(path) is None:
        write_head(path, START)
    sync_folder(path.parent)


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
