"""What changed in a checkout, by the real git program."""

from __future__ import annotations

import os
import subprocess
import threading
from pathlib import Path

import pytest

from cockpit.adapters.changes_git import GitChanges, GitPlan
from cockpit.model.changes import Change
from cockpit.model.errors import SourceError, SourceRefused, SourceUnreachable
from cockpit.model.readings import SourceId, SourceKind

pytestmark = pytest.mark.anyio
HERE = SourceId(SourceKind.CHANGES, "shop")
NOON = 1_772_000_000


def git(folder: Path, *words: str, at: int = NOON) -> str:
    """Run git as somebody would who works in that folder."""
    who = {"GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com"}
    who |= {"GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com"}
    who |= {"GIT_AUTHOR_DATE": f"{at} +0000", "GIT_COMMITTER_DATE": f"{at} +0000"}
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    command = ["git", "-C", str(folder), *words]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=30, check=True, env={**os.environ, **who, **settings}
    ).stdout.strip()


def commit(folder: Path, subject: str, at: int = NOON) -> str:
    """Commit one more line of a file."""
    with (folder / "app.py").open("a") as file:
        file.write(f"{subject}\n")
    git(folder, "add", "app.py", at=at)
    git(folder, "commit", "-q", "-m", subject, at=at)
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    return folder


def source(folder: Path, tags: str = "", marker: str = "", deadline: float = 10.0) -> GitChanges:
    return GitChanges(HERE, GitPlan(folder, tags, marker), deadline=deadline)


async def changes_of(folder: Path, tags: str = "", marker: str = "") -> tuple[Change, ...]:
    reader = source(folder, tags, marker)
    found = await reader.fetch()
    await reader.close()
    return found.changes


async def test_commits_are_told_newest_first_with_who_and_when(checkout: Path) -> None:
    first = commit(checkout, "Take orders", NOON)
    second = commit(checkout, "Charge twice", NOON + 60)
    found = await changes_of(checkout)
    assert [(c.id, c.kind, c.what, c.who) for c in found] == [
        (second, "commit", "Charge twice", "Ada"),
        (first, "commit", "Take orders", "Ada"),
    ]
    assert found[0].at.timestamp() == NOON + 60


async def test_the_branch_and_its_commit_are_named(checkout: Path) -> None:
    head = commit(checkout, "Take orders")
    reader = source(checkout)
    assert (await reader.fetch()).origin == f"{checkout} main@{head[:7]}"
    git(checkout, "checkout", "-q", head)
    assert (await reader.fetch()).origin == f"{checkout} detached@{head[:7]}"
    assert reader.server is None
    assert reader.id == HERE
    await reader.close()


async def test_a_merge_a_tag_and_the_move_of_a_checkout_are_kinds_of_their_own(checkout: Path) -> None:
    commit(checkout, "Take orders")
    git(checkout, "checkout", "-q", "-b", "feature", at=NOON + 10)
    (checkout / "other.py").write_text("x")
    git(checkout, "add", "other.py")
    git(checkout, "commit", "-q", "-m", "Add a thing", at=NOON + 20)
    git(checkout, "checkout", "-q", "main", at=NOON + 30)
    git(checkout, "merge", "-q", "--no-ff", "-m", "Merge the thing", "feature", at=NOON + 40)
    git(checkout, "tag", "-a", "v1.2", "-m", "The release", at=NOON + 50)
    git(checkout, "tag", "nightly")
    found = await changes_of(checkout, tags="v*")
    by_what = {change.what: change.kind for change in found}
    assert by_what["Merge the thing"] == "merge"
    assert by_what["v1.2 The release"] == "deployment"
    assert next(kind for what, kind in by_what.items() if what.startswith("nightly")) == "tag"
    moved = [what for what, kind in by_what.items() if kind == "move"]
    assert any(what.startswith("checkout: moving from main to feature") for what in moved)
    assert not any(what.startswith("commit") for what in moved)


async def test_the_marker_of_a_deployment_says_when_and_what(checkout: Path) -> None:
    head = commit(checkout, "Take orders")
    assert all(change.kind != "deployment" for change in await changes_of(checkout, marker="DEPLOYED"))
    (checkout / "DEPLOYED").write_text(f"{head}\nby the pipeline\n")
    os.utime(checkout / "DEPLOYED", (NOON + 500, NOON + 500))
    newest = (await changes_of(checkout, marker="DEPLOYED"))[0]
    assert (newest.kind, newest.what, newest.at.timestamp()) == ("deployment", head, NOON + 500)
    assert dict(newest.facts)["commit"] == head


async def test_a_commit_is_told_in_full(checkout: Path) -> None:
    commit(checkout, "Take orders")
    commit(checkout, "Charge twice\n\nBecause once is not enough.")
    reader = source(checkout)
    text = "\n".join(await reader.whole((await reader.fetch()).changes[0]))
    assert "Because once is not enough." in text
    assert "app.py" in text
    assert "Ada <ada@example.com>" in text
    assert await reader.whole(Change("x", (await reader.fetch()).changes[0].at, "row", "no commit")) == ()
    await reader.close()


async def test_a_checkout_without_commits_has_no_changes(checkout: Path) -> None:
    reader = source(checkout)
    found = await reader.fetch()
    assert found.changes == ()
    assert found.origin == f"{checkout} no commit yet"
    await reader.close()


async def test_subjects_and_names_are_cleaned(checkout: Path) -> None:
    commit(checkout, "Take \x1b]52;c;aGk=\x07orders \u202e")
    assert (await changes_of(checkout))[0].what == "Take orders"


@pytest.mark.parametrize("made", [True, False])
async def test_what_is_no_checkout_is_said(tmp_path: Path, made: bool) -> None:
    folder = tmp_path / "plain"
    if made:
        folder.mkdir()
    reader = source(folder)
    with pytest.raises(SourceUnreachable, match="is no git checkout" if made else "cannot be entered"):
        await reader.fetch()
    await reader.close()


async def test_a_folder_of_another_user_is_said_with_the_remedy(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(checkout, "Take orders")
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    monkeypatch.setenv("HOME", str(checkout.parent))
    for path in (checkout, checkout / ".git"):
        os.chown(path, 12345, 12345)
    reader = source(checkout)
    with pytest.raises(SourceRefused, match=r"belongs to another user; git config --global --add safe.directory"):
        await reader.fetch()
    await reader.close()


async def test_nothing_that_the_folder_configures_is_run(checkout: Path, tmp_path: Path) -> None:
    trap = tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/sprung\ncat\n")
    trap.chmod(0o755)
    commit(checkout, "Take orders")
    for key in ("core.fsmonitor", "core.pager", "diff.external", "gpg.program", "diff.evil.textconv"):
        git(checkout, "config", key, str(trap))
    git(checkout, "config", "log.showSignature", "true")
    (checkout / ".gitattributes").write_text("*.py diff=evil\n")
    reader = source(checkout)
    await reader.whole((await reader.fetch()).changes[0])
    await reader.close()
    assert not (tmp_path / "sprung").exists()


async def test_variables_that_lead_git_elsewhere_are_not_passed_on(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(checkout, "Take orders")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    assert [change.what for change in await changes_of(checkout)] == ["Take orders"]


async def test_a_git_that_hangs_or_is_missing_is_said(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = tmp_path / "bin"
    slow.mkdir()
    (slow / "git").write_text("#!/bin/sh\nexec sleep 30\n")
    (slow / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow}:/usr/bin:/bin")
    reader = source(checkout, deadline=0.2)
    with pytest.raises(SourceUnreachable, match="did not answer within"):
        await reader.fetch()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SourceUnreachable, match="there is no git program here"):
        await reader.fetch()
    (slow / "git").write_text("#!/bin/sh\necho broken index >&2\nexit 128\n")
    monkeypatch.setenv("PATH", f"{slow}:/usr/bin:/bin")
    with pytest.raises(SourceError, match="broken index"):
        await reader.fetch()
    await reader.close()


async def test_threads_that_are_all_busy_are_said_too(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()
    reader = source(checkout, deadline=-0.9)
    monkeypatch.setattr(reader, "_read", lambda: released.wait(20))
    with pytest.raises(SourceUnreachable, match="did not answer"):
        await reader.fetch()
    released.set()
    await reader.close()
