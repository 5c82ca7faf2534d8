"""The git checkout in which a folder lies, told from the files of `.git` alone: no program is run for it.

Running git in a folder that somebody else wrote may run what its configuration names; reading files cannot.
The layout is the one of gitrepository-layout(5), the index the one of gitformat-index(5), versions 2 and 3.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

INDEX_CAP = 50_000_000
"""Bytes of an index that is read."""
SMALL_FILE = 1_000_000
"""Bytes of any other file of a checkout that is read."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """A working tree and where it stands.

    Attributes:
        top: the folder that holds `.git`.
        git: the folder with HEAD and index.
        branch: the branch's name, "" when no branch is checked out.
        commit: the first seven digits of the commit, "" before the first one.
    """

    top: Path
    git: Path
    branch: str
    commit: str

    def __str__(self) -> str:
        """For example main@1a2b3c4."""
        return f"{self.branch or 'detached'}@{self.commit or 'no commit'}"


def checkout_of(folder: Path) -> Checkout | None:
    """The checkout in which a folder lies, None when there is none that can be read."""
    for top in (folder, *folder.parents):
        git = _git_folder(top / ".git")
        if git is not None:
            head = _line(git / "HEAD")
            name = head.removeprefix("ref: ") if head.startswith("ref: ") else ""
            commit = _commit(git, name) if name else head
            return Checkout(top, git, name.removeprefix("refs/heads/"), commit[:7]) if head else None
    return None


def modified(checkout: Checkout, path: Path) -> bool | None:
    """Whether a file's bytes differ from those that git last took in; None when that cannot be told.

    A file that git does not know counts as modified.
    """
    try:
        name = path.resolve().relative_to(checkout.top.resolve()).as_posix().encode()
        index = checkout.git / "index"
        if index.stat().st_size > INDEX_CAP:
            return None
        known = _known_digests(index.read_bytes(), name)
        if known is None:
            return None
        body = path.read_bytes()
    except (OSError, ValueError):
        return None
    # git names a file's content by this digest; nothing here rests on its strength.
    blob = hashlib.sha1(b"blob %d\0%b" % (len(body), body), usedforsecurity=False).digest()
    return blob not in known


def _git_folder(path: Path) -> Path | None:
    """`.git` itself, or where a worktree's `.git` file points."""
    if path.is_dir():
        return path
    pointer = _line(path)
    if not pointer.startswith("gitdir: "):
        return None
    found = path.parent / pointer.removeprefix("gitdir: ")
    return found if found.is_dir() else None


def _commit(git: Path, name: str) -> str:
    shared = git / _line(git / "commondir") if (git / "commondir").is_file() else git
    for folder in (git, shared):
        found = _line(folder / name)
        if found:
            return found
    for entry in _text(shared / "packed-refs").splitlines():
        digest, _, ref = entry.partition(" ")
        if ref == name:
            return digest
    return ""


def _known_digests(index: bytes, name: bytes) -> set[bytes] | None:
    """The digests under which the index knows a path, empty when it does not; None for a layout that is not read."""
    if index[:4] != b"DIRC" or int.from_bytes(index[4:8], "big") not in (2, 3):
        return None
    found: set[bytes] = set()
    position = 12
    for _ in range(int.from_bytes(index[8:12], "big")):
        flags = int.from_bytes(index[position + 60 : position + 62], "big")
        begin = position + (64 if flags & 0x4000 else 62)
        end = index.find(b"\0", begin)
        if end < 0:
            return None
        if index[begin:end] == name:
            found.add(index[position + 40 : position + 60])
        position += (end - position) // 8 * 8 + 8
    return found


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(SMALL_FILE).decode("utf-8", "replace")
    except OSError:
        return ""


def _line(path: Path) -> str:
    return _text(path).partition("\n")[0].strip()
