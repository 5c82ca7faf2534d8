"""When recurring jobs last finished."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class JobRun:
    """What is known of a job's runs.

    Attributes:
        name: the job.
        last_run: UTC time at which it last finished, None when it never ran or that is not asked for.
        problem: why something is not known, "" when all is.
        result: how the last run ended, as the job table or key says, cleaned; "" when not asked for.
        contended: how often a run found the lock held within the last `contended_over` seconds, by a counter; None
            when there is no counter, or it has been seen only once.
        contended_over: seconds that this number covers.
        enabled: what its feature flag says, None when not asked for.
        asked: False when there is no question for the last run.
    """

    name: str
    last_run: datetime | None
    problem: str = ""
    result: str = ""
    contended: int | None = None
    contended_over: float = 0.0
    enabled: bool | None = None
    asked: bool = True


@dataclass(frozen=True, slots=True)
class JobsSnapshot:
    """The last runs of all configured jobs."""

    runs: tuple[JobRun, ...]

    def job(self, name: str) -> JobRun | None:
        """The run of the job of that name, or None."""
        return next((run for run in self.runs if run.name == name), None)
