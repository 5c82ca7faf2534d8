"""A lock in full: what the pane knows at once, and what is asked for when it is opened."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from cockpit.engine.contention import mentions
from cockpit.engine.lock_runbooks import procedures_for
from cockpit.model.answers import Answer
from cockpit.model.errors import CockpitError
from cockpit.model.locks import AdvisoryLock
from cockpit.ui.look import Look
from cockpit.ui.present.lock_detail import Closer, lock_detail
from cockpit.ui.present.locks import Seen
from cockpit.ui.screens.viewer import Viewer

if TYPE_CHECKING:
    from cockpit.engine.session import Session

MOST_LINES = 20
MOST_RUNS = 10


class LockSheet(Viewer):
    """Shows one lock as it was at the key press.

    Args:
        seen: the lock and what is known of its job.
        session: the session.
        look: shapes, and what is hidden.
        now: UTC time of the key press.
    """

    def __init__(self, seen: Seen, session: Session, look: Look, now: datetime) -> None:
        self._seen, self._session, self._now = seen, session, now
        self._closer = Closer(
            lines=mentions(session.logs, _words(seen), MOST_LINES),
            runbooks=procedures_for(session.library.runbooks, _words(seen)[:1]),
        )
        super().__init__(seen.name, lock_detail(seen, now, look, self._closer), look)
        self._look = look

    def on_mount(self) -> None:
        """Show what is known, and ask for the rest."""
        super().on_mount()
        if self._seen.plan is not None:
            self.run_worker(self._load(self._seen.plan.name), exit_on_error=False)

    async def _load(self, job: str) -> None:
        history: Answer | str = "no question for them is configured; add history = {sql = ...}"
        asked = self._session.job_history
        if asked is not None and asked.knows(job):
            try:
                history = await asked.runs(job, MOST_RUNS)
            except CockpitError as error:
                history = str(error)
        self._closer = replace(self._closer, history=history)
        if self.is_attached:
            self.replace_lines(lock_detail(self._seen, self._now, self._look, self._closer))


def _words(seen: Seen) -> list[str]:
    """What log lines and runbooks call it."""
    if isinstance(seen.lock, AdvisoryLock):
        return [seen.lock.name, str(seen.lock.objid)] if seen.lock.objid > 99 else [seen.lock.name]
    owner = [seen.lock.owner] if len(seen.lock.owner) > 3 else []
    return [seen.lock.key, *owner, *([seen.plan.name] if seen.plan else [])]
