"""When recurring jobs last finished."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class JobRun:
    """A job's last finished run: UTC time, None when it never ran; `problem` says why it is not known."""

    name: str
    last_run: datetime | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class JobsSnapshot:
    """The last runs of all configured jobs."""

    runs: tuple[JobRun, ...]

    def job(self, name: str) -> JobRun | None:
        """The run of the job of that name, or None."""
        return next((run for run in self.runs if run.name == name), None)
