"""Where the open run stands, and what time its author gave that part."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cockpit.engine.run import Run


@dataclass(frozen=True, slots=True)
class Stage:
    """The phase that the run is in.

    Attributes:
        title: the phase's heading without its time box.
        elapsed: seconds since the run came to it.
        budget: seconds that the author gave it.
    """

    title: str
    elapsed: float
    budget: float

    @property
    def over(self) -> bool:
        """Whether it has taken longer than it should."""
        return self.elapsed > self.budget


class StageClock:
    """Remembers since when a run has been in its phase."""

    def __init__(self) -> None:
        self._run = ""
        self._line = -1
        self._since: datetime | None = None

    def stage(self, run: Run | None, now: datetime) -> Stage | None:
        """The phase of the next step; None when there is no run, it is finished, or the phase has no budget."""
        following = run.next_step if run else None
        if run is None or following is None:
            return None
        phase = next((one for one in run.procedure.phases if following in one.steps), None)
        if phase is None:
            return None
        if (run.id, phase.line) != (self._run, self._line) or self._since is None:
            self._run, self._line, self._since = run.id, phase.line, now
        if phase.budget_seconds is None:
            return None
        return Stage(phase.title.partition("(")[0].strip(), (now - self._since).total_seconds(), phase.budget_seconds)


def runbook_names(run: Run | None) -> tuple[str, ...]:
    """The names by which a policy may mean the open runbook: its title, its procedure's, the file's."""
    if run is None:
        return ()
    path = PurePath(run.runbook.path)
    return run.runbook.title, run.procedure.title, run.procedure.slug, path.name, path.stem
