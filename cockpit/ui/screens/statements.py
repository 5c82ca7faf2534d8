"""The statements that took longest altogether, by pg_stat_statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.model.errors import CockpitError
from cockpit.model.inspection import Statements
from cockpit.model.readings import SourceId
from cockpit.ui.look import Look
from cockpit.ui.present.backend import statements_lines
from cockpit.ui.screens.viewer import Viewer
from cockpit.ui.spans import Tone, line

if TYPE_CHECKING:
    from cockpit.engine.session import Session

MOST = 50


class StatementsSheet(Viewer):
    """Asks once, when it is opened.

    Args:
        source: the database.
        session: the session.
        look: shapes, and what is hidden.
    """

    def __init__(self, source: SourceId, session: Session, look: Look) -> None:
        super().__init__(f"statements of {source.name}, longest altogether first", [line("being read", Tone.DIM)], look)
        self._look = look
        self._inspector = session.inspectors.get(source)

    def on_mount(self) -> None:
        """Ask."""
        super().on_mount()
        self.run_worker(self._load(), exit_on_error=False)

    async def _load(self) -> None:
        found = Statements(missing="nothing here can look closer at this database")
        if self._inspector is not None:
            try:
                found = await self._inspector.statements(MOST)
            except CockpitError as error:
                found = Statements(missing=str(error))
        if self.is_attached:
            self.replace_lines(statements_lines(found, self._look, min(104, self.app.size.width - 10)))
