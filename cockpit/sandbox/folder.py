"""The one folder in which a range keeps everything."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cockpit.model.errors import SandboxError

LONGEST_FOLDER: Final = 107 - len("/pg/.s.PGSQL.65535.lock")
"""Characters of the folder's path at the most, so that every socket path fits into 107 bytes."""


@dataclass(frozen=True, slots=True)
class RangeFolder:
    """Where things are.

    Attributes:
        root: the folder itself.
    """

    root: Path

    @property
    def logs(self) -> Path:
        """One log file for each process and one for each service."""
        return self.root / "log"

    @property
    def config(self) -> Path:
        """The cockpit's configuration file for this range."""
        return self.root / "cockpit.toml"

    @property
    def journal(self) -> Path:
        """The cockpit's journal for this range."""
        return self.root / "journal" / "journal.sqlite3"

    @property
    def supervisor_socket(self) -> Path:
        """The supervisor's HTTP API."""
        return self.root / "ctl.sock"

    @property
    def webhook_secret(self) -> Path:
        """The secret with which the payment provider signs what it sends."""
        return self.root / "webhook-secret"

    @property
    def backups(self) -> Path:
        """The archives of the database."""
        return self.root / "backups"

    def log(self, name: str) -> Path:
        """The log file of a process or service."""
        return self.logs / f"{name}.log"


def make_folder() -> RangeFolder:
    """A new folder for one range, closed to others.

    For root it can be passed through, not read, by others (mode 0711), because PostgreSQL then runs as `nobody`.

    Raises:
        SandboxError: when no folder can be made.
    """
    for base in dict.fromkeys((tempfile.gettempdir(), "/tmp")):  # noqa: S108  only the short way out for long TMPDIRs
        if len(os.fsencode(base)) + len("/cockpit-12345678") > LONGEST_FOLDER or not _reachable(Path(base)):
            continue
        try:
            root = Path(tempfile.mkdtemp(prefix="cockpit-", dir=base)).resolve()
        except OSError:
            continue
        if os.geteuid() == 0:
            root.chmod(0o711)
        folder = RangeFolder(root)
        folder.logs.mkdir(mode=0o700)
        folder.journal.parent.mkdir(mode=0o700)
        return folder
    raise SandboxError("there is no place for the sandbox's folder", "set TMPDIR to a short path that can be written")


def _reachable(base: Path) -> bool:
    """Whether the server's account can pass through; only root's servers run as somebody else."""
    if os.geteuid() != 0:
        return True
    return all(folder.stat().st_mode & 0o001 for folder in (base.resolve(), *base.resolve().parents))
