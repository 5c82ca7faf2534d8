"""A backend in full: what the pane knows at once, and what the database is asked for when it is opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.events import Key

from cockpit.model.activity import ActivitySnapshot, Backend
from cockpit.model.errors import CockpitError
from cockpit.model.identities import BackendIdentity
from cockpit.model.inspection import BackendLock, Plan, StatementStatistics
from cockpit.model.readings import SourceId
from cockpit.ui.look import Look
from cockpit.ui.present.backend import Closer, backend_detail
from cockpit.ui.screens.viewer import Viewer
from cockpit.ui.spans import Span

if TYPE_CHECKING:
    from cockpit.engine.session import Session

_NOBODY = "nothing here can look closer at this database"


class BackendSheet(Viewer):
    """Shows one backend as it was at the key press; `e` asks for the plan of its statement.

    Args:
        source: its database.
        snapshot: in which it was seen.
        backend: the backend.
        session: the session.
        look: shapes, and what is hidden.
        cells: width of the text.
    """

    own_keys = (("e", "explain"),)

    def __init__(
        self,
        source: SourceId,
        snapshot: ActivitySnapshot,
        backend: Backend,
        session: Session,
        look: Look,
        cells: int,
    ) -> None:
        self._closer = Closer()
        self._about = (backend, snapshot, look, cells)
        super().__init__(f"backend {backend.pid}", self._drawn(), look)
        self._look = look
        self._inspector = session.inspectors.get(source)

    def on_mount(self) -> None:
        """Show what is known, and ask for the rest."""
        super().on_mount()
        self.run_worker(self._load(), exit_on_error=False)

    def pressed(self, key: str, event: Key) -> bool:
        """Explain here; all else as in every viewer."""
        if key == "e" and not self.finding:
            self._tell(replace(self._closer, plan=Plan((), "being asked for")))
            self.run_worker(self._explain(), exit_on_error=False)
            return True
        return super().pressed(key, event)

    async def _load(self) -> None:
        backend = self._about[0]
        if self._inspector is None:
            self._tell(replace(self._closer, locks=_NOBODY, statistics=_NOBODY))
            return
        self._tell(replace(self._closer, query=await self._inspector.formatted(backend.query)))
        self._tell(replace(self._closer, locks=await self._locks(backend)))
        self._tell(replace(self._closer, statistics=await self._statistics(backend)))

    async def _locks(self, backend: Backend) -> Sequence[BackendLock] | str:
        assert self._inspector is not None
        try:
            return await self._inspector.locks(BackendIdentity(backend.pid, backend.backend_start))
        except CockpitError as error:
            return str(error)

    async def _statistics(self, backend: Backend) -> StatementStatistics | str:
        assert self._inspector is not None
        if backend.query_id is None:
            return (
                "the server gives this statement no identifier: PostgreSQL 14 and later do with "
                "compute_query_id = on, or when pg_stat_statements is loaded"
            )
        try:
            found = await self._inspector.statistics(backend.query_id)
        except CockpitError as error:
            return str(error)
        return found or "pg_stat_statements has not seen this statement end yet"

    async def _explain(self) -> None:
        backend = self._about[0]
        if self._inspector is None:
            self._tell(replace(self._closer, plan=Plan((), _NOBODY)))
            return
        try:
            plan = await self._inspector.explain(backend.query, backend.database)
        except CockpitError as error:
            plan = Plan((), str(error))
        self._tell(replace(self._closer, plan=plan))
        self.body.move_to(len(self._content))

    def _tell(self, closer: Closer) -> None:
        self._closer = closer
        if self.is_attached:
            self.replace_lines(self._drawn())

    def _drawn(self) -> list[tuple[Span, ...]]:
        backend, snapshot, look, cells = self._about
        return backend_detail(backend, snapshot, look, cells, self._closer)
