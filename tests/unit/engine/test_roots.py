"""Places of runbooks, and the checkout in which they lie."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from cockpit.engine.checkout import checkout_of, modified
from cockpit.engine.roots import look_at


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "trunk")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text("# A\n")
    (tmp_path / "docs" / "b.md").write_text("# B\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "first")
    return tmp_path


def test_a_folder_of_a_checkout_says_branch_and_commit(repository: Path) -> None:
    place = look_at(repository / "docs")
    assert str(place.checkout) == f"trunk@{git(repository, 'rev-parse', 'HEAD')[:7]}"
    assert [path.name for path in place.files] == ["a.md", "b.md"]
    assert not place.trouble


def test_a_packed_branch_a_detached_head_and_a_worktree_are_read(repository: Path, tmp_path_factory: object) -> None:
    commit = git(repository, "rev-parse", "HEAD")[:7]
    git(repository, "pack-refs", "--all")
    assert str(checkout_of(repository)) == f"trunk@{commit}"
    beside = repository / "beside"
    git(repository, "worktree", "add", "-q", "-b", "side", str(beside))
    found = checkout_of(beside)
    assert found is not None
    assert str(found) == f"side@{commit}"
    assert modified(found, beside / "docs" / "a.md") is False
    git(repository, "checkout", "-q", "--detach")
    assert str(checkout_of(repository)) == f"detached@{commit}"


def test_a_changed_file_and_one_that_git_does_not_know_are_modified(repository: Path) -> None:
    checkout = checkout_of(repository / "docs")
    assert checkout is not None
    path = repository / "docs" / "a.md"
    assert modified(checkout, path) is False
    path.write_text("# Another\n")
    assert modified(checkout, path) is True
    new = repository / "docs" / "new.md"
    new.write_text("# New\n")
    assert modified(checkout, new) is True
    assert modified(checkout, Path("/elsewhere/x.md")) is None
    (repository / ".git" / "index").write_bytes(b"DIRC\0\0\0\4\0\0\0\0")
    assert modified(checkout, path) is None


def test_a_folder_without_a_checkout_has_none(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: nowhere\n")
    assert checkout_of(tmp_path) is None or checkout_of(tmp_path) != checkout_of(tmp_path / "x")


def test_a_place_may_be_missing_unreadable_or_one_file(tmp_path: Path) -> None:
    assert look_at(tmp_path / "gone").trouble == "does not exist"
    assert "does not exist" in str(look_at(tmp_path / "gone"))
    file = tmp_path / "one.txt"
    file.write_text("# One\n")
    assert list(look_at(file).files) == [file]
    closed = tmp_path / "closed"
    closed.mkdir()
    closed.chmod(0)
    if not os.access(closed, os.R_OK):
        assert "cannot be read" in look_at(closed).trouble


def test_hidden_folders_and_installed_packages_are_passed_over(tmp_path: Path) -> None:
    for name in (".hidden/x.md", "node_modules/y.md", "deep/er/z.MDX", ".w.md", "notes.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("# X\n")
    assert [path.name for path in look_at(tmp_path).files] == ["z.MDX"]
