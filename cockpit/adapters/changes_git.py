"""The last changes of a checkout: commits, merges, tags, moves of the checkout itself, and a marker of deployments.

The git program is asked, since packed objects want its own reader. It belongs to a folder that others may write,
so it is called in a way in which nothing that the folder's configuration names is run: no pager, hooks, monitor of
the file system, foreign diff, signature check or fetch. git itself refuses a folder of another user (safe.directory,
git-config(1)), and that is told.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TypeVar

from cockpit.adapters.plain_source import PlainSource
from cockpit.adapters.pool import BlockingPool
from cockpit.model.changes import Change, ChangesSnapshot, newest_first
from cockpit.model.errors import SourceError, SourceGarbled, SourceRefused, SourceUnreachable
from cockpit.model.readings import SourceId
from cockpit.model.text import clean, clean_block

T = TypeVar("T")

MOST = 60
"""Commits, tags and moves that are read, of each."""
OUTPUT_CAP = 400_000
"""Characters of a commit's text that are kept."""
_FIELD, _RECORD = "%x1f", "%x1e"
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_MOVES = ("pull", "checkout", "reset", "merge", "rebase (finish)", "clone")
"""What brings another state into a checkout; a commit made here is in the log already."""
_TAME = (
    *("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.pager=cat"),
    *("-c", "log.showSignature=false", "-c", "protocol.allow=never", "-c", "diff.external="),
)


@dataclass(frozen=True, slots=True)
class GitPlan:
    """What to read of a checkout.

    Attributes:
        path: the checkout.
        tags: pattern of the tags that mark a deployment, "" for none; other tags are shown as tags.
        marker: a file that each deployment writes anew, "" for none; its first line says what was deployed.
    """

    path: Path
    tags: str = ""
    marker: str = ""


class GitChanges(PlainSource):
    """Fulfils `Source[ChangesSnapshot]` and `ChangeReader` for a checkout.

    Args:
        source: its id.
        plan: what to read.
        deadline: seconds for one fetch.
    """

    def __init__(self, source: SourceId, plan: GitPlan, *, deadline: float = 10.0) -> None:
        super().__init__(source)
        self._plan = plan
        self._deadline = deadline
        self._pool = BlockingPool(f"git-{source.name}", 2)

    async def fetch(self) -> ChangesSnapshot:
        """The newest commits, tags, moves and the marker.

        Raises:
            SourceError: when git cannot read the checkout.
        """
        return await self._run(self._read)

    async def whole(self, change: Change) -> Sequence[str]:
        """The message of a commit and the files that it touched.

        Raises:
            SourceError: when git cannot tell.
        """
        commit = dict(change.facts).get("commit", "")
        if not _COMMIT.fullmatch(commit):
            return ()
        shown = ("show", "--stat=100", "--format=fuller", "--no-ext-diff", "--no-textconv", "--no-color", "-M", commit)
        text = await self._run(lambda: self._git(*shown, "--"))
        return clean_block(text, OUTPUT_CAP).rstrip("\n").split("\n")

    async def close(self) -> None:
        """End the threads."""
        self._pool.close()

    async def _run(self, call: Callable[[], T]) -> T:
        try:
            return await self._pool.run(call, self._deadline + 1)
        except TimeoutError as error:
            raise SourceUnreachable(f"git did not answer within {self._deadline:g} s for {self._plan.path}") from error

    def _read(self) -> ChangesSnapshot:
        branch = self._git("symbolic-ref", "--short", "-q", "HEAD", may_fail=True).strip()
        found = [*self._commits(), *self._tags(), *self._moves(), *self._marker()]
        head = self._git("rev-parse", "--short", "-q", "--verify", "HEAD", may_fail=True).strip()
        where = f"{branch or 'detached'}@{head}" if head else "no commit yet"
        return ChangesSnapshot(newest_first(found, MOST), clean(f"{self._plan.path} {where}"))

    def _commits(self) -> list[Change]:
        fields = _FIELD.join(("%H", "%ct", "%an", "%P", "%s"))
        text = self._git("log", f"-{MOST}", f"--format={fields}{_RECORD}", "HEAD", "--", may_fail=True)
        changes = []
        for commit, at, author, parents, subject in _records(text, 5):
            merge = " " in parents
            facts = (("commit", commit), *((("parents", parents),) if merge else ()))
            changes.append(
                Change(commit, _time(at), "merge" if merge else "commit", clean(subject).strip(), _who(author), facts)
            )
        return changes

    def _tags(self) -> list[Change]:
        fields = "%1f".join(("%(refname:short)", "%(creatordate:unix)", "%(taggername)", "%(objectname)", "%(subject)"))
        ordered = ("--sort=-creatordate", f"--count={MOST}", f"--format={fields}%1e", "refs/tags")
        changes = []
        for name, at, tagger, target, subject in _records(self._git("for-each-ref", *ordered), 5):
            deployed = bool(self._plan.tags) and fnmatchcase(name, self._plan.tags)
            what = clean(f"{name} {subject}" if subject else name)
            kind = "deployment" if deployed else "tag"
            changes.append(Change(f"tag {name}", _time(at), kind, what, _who(tagger), (("commit", target),)))
        return changes

    def _moves(self) -> list[Change]:
        """When the checkout was brought to another state: that is when a change arrived here."""
        fields = _FIELD.join(("%H", "%gd", "%gs", "%gn"))
        asked = ("log", "-g", f"-{MOST}", "--date=unix", f"--format={fields}{_RECORD}", "HEAD", "--")
        changes = []
        for commit, selector, action, who in _records(self._git(*asked, may_fail=True), 4):
            at = re.search(r"@\{(\d+)\}", selector)
            if at is not None and action.startswith(_MOVES):
                what = clean(f"{action} → {commit[:7]}")
                changes.append(
                    Change(f"{commit} {at[1]}", _time(at[1]), "move", what, _who(who), (("commit", commit),))
                )
        return changes

    def _marker(self) -> list[Change]:
        if not self._plan.marker:
            return []
        path = self._plan.path / self._plan.marker
        try:
            at = path.stat().st_mtime
            with path.open("rb") as file:
                said = clean(file.read(400).decode("utf-8", "replace").partition("\n")[0], 200)
        except OSError:
            return []
        moment = datetime.fromtimestamp(at, UTC)
        facts = (("marker", clean(str(path))), ("commit", said if _COMMIT.fullmatch(said) else ""))
        return [Change(f"marker {moment.isoformat()}", moment, "deployment", said or path.name, "", facts)]

    def _git(self, *arguments: str, may_fail: bool = False) -> str:
        """What git prints; "" when it fails and may, as in a repository without commits."""
        command = ["git", *_TAME, "-C", str(self._plan.path), *arguments]
        try:
            done = subprocess.run(  # noqa: S603  a fixed program with fixed words and a checked commit
                command,
                capture_output=True,
                stdin=subprocess.DEVNULL,
                timeout=self._deadline,
                check=False,
                env=_environment(),
                start_new_session=True,
            )
        except FileNotFoundError as error:
            raise SourceUnreachable("there is no git program here", "install git") from error
        except subprocess.TimeoutExpired as error:
            raise SourceUnreachable(f"git did not answer within {self._deadline:g} s for {self._plan.path}") from error
        except OSError as error:
            raise SourceUnreachable(f"git cannot be run: {clean(str(error))}") from error
        if done.returncode == 0:
            return done.stdout.decode("utf-8", "replace")
        said = done.stderr.decode("utf-8", "replace")
        refusal = _refusal(said, self._plan.path)
        if refusal is None and may_fail:
            return ""
        raise refusal or SourceError(f"git failed for {self._plan.path}: {clean(said.strip(), 300)}")


def _refusal(said: str, path: Path) -> SourceError | None:
    """Why git cannot read a folder at all, None when it is something else."""
    if "dubious ownership" in said:
        remedy = f"git config --global --add safe.directory {path}"
        return SourceRefused(f"git does not read {path}, which belongs to another user", remedy)
    if "not a git repository" in said:
        return SourceUnreachable(f"{path} is no git checkout", "correct `git` in [[environments.X.changes]]")
    if "cannot change to" in said:
        return SourceUnreachable(f"{path} cannot be entered", "correct `git` in [[environments.X.changes]]")
    return None


def _environment() -> dict[str, str]:
    """The variables that git may see: none that leads it to another repository or to a program."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "SSH_"))}
    quiet = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_PAGER": "cat", "GIT_NO_LAZY_FETCH": "1"}
    return {**kept, **quiet, "LC_ALL": "C"}


def _records(text: str, fields: int) -> list[list[str]]:
    records = (record.strip("\n").split("\x1f") for record in text.split("\x1e"))
    return [record for record in records if len(record) == fields]


def _who(name: str) -> str:
    return clean(name, 100)


def _time(seconds: str) -> datetime:
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise SourceGarbled(f"git gave {clean(seconds, 40)!r} as a time") from error
