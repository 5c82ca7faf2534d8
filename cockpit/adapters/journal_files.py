"""The files beside the journal's database: the head record and the lock that its writers share."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

from cockpit.engine.chain import Head
from cockpit.model.errors import JournalError

LOCK_DEADLINE = 5.0
"""Seconds that a writer waits for another one."""
_LOCK_PAUSE = 0.005


def head_path(database: Path) -> Path:
    """Where the head record of a database is."""
    return database.with_name(database.name + ".head")


def read_head(database: Path) -> Head | None:
    """The head record; None when there is none.

    Raises:
        JournalError: when it cannot be read or is no head record.
    """
    path = head_path(database)
    try:
        found: object = json.loads(path.read_text("ascii"))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise trouble(database, "read", error) from error
    except ValueError as error:
        raise _damaged(path) from error
    match found:
        case {"sequence": int(sequence), "hash": str(own), "count": int(count)}:
            return Head(sequence, own, count)
        case _:
            raise _damaged(path)


def _damaged(path: Path) -> JournalError:
    return JournalError(f"the head record {path} is damaged", "move it and the journal away to begin a new one")


def write_head(database: Path, head: Head) -> None:
    """Replace the head record in one step and wait until it is on the disk; the caller holds the lock.

    Raises:
        OSError: when the disk refuses.
    """
    path = head_path(database)
    fresh = path.with_name(path.name + ".new")
    record = json.dumps({"sequence": head.sequence, "hash": head.hash, "count": head.count})
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="ascii") as file:  # noqa: PTH123  a descriptor with its mode set
        file.write(record + "\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Wait until the folder's list of names is on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def writers_lock(database: Path, deadline: float = LOCK_DEADLINE) -> Iterator[None]:
    """Hold the lock that all writers of this journal take in turn; blocks, so only for a thread of its own.

    Raises:
        JournalError: when another process does not let go in time.
        OSError: when the disk refuses.
    """
    descriptor = os.open(database.with_name(database.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(descriptor, database, deadline)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, database: Path, deadline: float) -> None:
    end = time.monotonic() + deadline
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                raise JournalError(
                    f"another process has held the journal {database} for {deadline:g} s", "end that process"
                ) from None
            time.sleep(_LOCK_PAUSE)
        else:
            return


def trouble(database: Path, verb: str, error: Exception) -> JournalError:
    """What to say when the journal could not be opened, read or written."""
    code = error.errno if isinstance(error, OSError) else None
    said = (error.strerror if isinstance(error, OSError) else str(error)) or type(error).__name__
    remedy = "put it elsewhere with [journal] path"
    if code == errno.ENOSPC or "full" in said:
        remedy = "make room on that disk"
    elif code in (errno.EACCES, errno.EPERM, errno.EROFS) or "readonly" in said:
        remedy = "let this user write there, or put it elsewhere with [journal] path"
    elif "not a database" in said or "malformed" in said:
        remedy = "move it away to begin a new one"
    elif "locked" in said or "busy" in said:
        remedy = "another program holds it open; end that program"
    return JournalError(f"the journal {database} could not be {_PAST[verb]}: {said}", remedy)


_PAST = {"open": "opened", "read": "read", "write": "written"}
