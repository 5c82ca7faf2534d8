"""What a program of this interpreter starts and writes, told by the interpreter's own audit events."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_HOOK = """
import os, sys

def _listen(path):
    out = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    starts = {"subprocess.Popen", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.system", "os.spawn"}
    writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC

    def hook(event, arguments):
        if event in starts:
            os.write(out, f"start {event} {arguments!r}\\n".encode())
        elif event == "sqlite3.connect":
            os.write(out, f"write {arguments[0]!r}\\n".encode())
        elif event == "open" and isinstance(arguments[2], int) and arguments[2] & writing:
            os.write(out, f"write {arguments[0]!r}\\n".encode())
        elif event in ("os.mkdir", "os.rename", "os.remove", "os.kill"):
            os.write(out, f"write {event} {arguments!r}\\n".encode())

    sys.addaudithook(hook)

_listen(os.environ["AUDIT_FILE"])
"""
_OF_THE_MACHINE = ("/dev/", ".coverage", "<class 'int'>")


@dataclass(frozen=True, slots=True)
class Audit:
    """Has a program note what it does; see `variables`.

    Attributes:
        folder: an empty folder for hook and notes.
    """

    folder: Path

    def variables(self, pythonpath: str) -> dict[str, str]:
        """What to add to the program's environment, which otherwise has this PYTHONPATH."""
        (self.folder / "sitecustomize.py").write_text(_HOOK, "utf-8")
        return {
            "PYTHONPATH": f"{self.folder}:{pythonpath}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "AUDIT_FILE": str(self.folder / "notes"),
        }

    def starts(self) -> list[str]:
        """The processes that it started."""
        return self._notes("start ")

    def writes(self) -> list[str]:
        """The files that it opened for writing, made, moved or removed."""
        return [note for note in self._notes("write ") if not any(part in note for part in _OF_THE_MACHINE)]

    def _notes(self, kind: str) -> list[str]:
        text = (self.folder / "notes").read_text("utf-8")
        return [line.removeprefix(kind) for line in text.splitlines() if line.startswith(kind)]
