"""What changed lately: the list, and one change in full."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.engine.changes import Noted, all_changes, change_readings
from cockpit.model.errors import CockpitError
from cockpit.ui.look import Look
from cockpit.ui.present.changes import COLUMNS, change_detail, change_rows, changes_title, trouble_rows
from cockpit.ui.screens.finding import FindingSheet
from cockpit.ui.screens.viewer import Viewer
from cockpit.ui.spans import EMPTY, Span, Tone, line
from cockpit.ui.widgets.table_state import Row

if TYPE_CHECKING:
    from cockpit.engine.session import Session

NOTHING = (
    "no source of changes is configured: name one in [[environments.X.changes]]",
    "with git, sql, redis or docker",
)


class ChangesSheet(FindingSheet[None]):
    """The changes of all sources, the newest first; Enter shows one in full.

    Args:
        session: the session.
        look: shapes and what is hidden.
    """

    def __init__(self, session: Session, look: Look) -> None:
        board, now = session.board, session.clock.now()
        readings, self._noted = change_readings(board), all_changes(board)
        rows = [*trouble_rows(readings, look), *change_rows(self._noted, now, look)]
        if not rows:
            texts = ("nothing has changed that is known here",) if readings else NOTHING
            rows = [Row(("none", text), (line(text, Tone.DIM),), heading=True) for text in texts]
        title = (Span("What changed lately  ", Tone.TITLE), *changes_title(self._noted, now))
        super().__init__(title, rows, look, columns=COLUMNS, keys=(("enter", "whole"), ("y", "copy")))
        self._session = session
        self._look = look

    def act(self, key: str) -> None:
        """Show a change in full, copy it, or close."""
        row = self.body.current
        chosen = next((noted for noted in self._noted if row is not None and noted.key == row.key), None)
        if key == "8":
            self.dismiss(None)
        elif chosen is not None and row is not None and key == "enter":
            cells = min(104, self.app.size.width - 10)
            self.app.push_screen(ChangeSheet(chosen, self._session, self._look, cells))
        elif chosen is not None and row is not None and key == "y":
            self.app.copy_to_clipboard(row.text)


class ChangeSheet(Viewer):
    """One change; its whole text is asked for when it is opened.

    Args:
        noted: the change.
        session: the session.
        look: shapes and what is hidden.
        cells: cells of a line.
    """

    def __init__(self, noted: Noted, session: Session, look: Look, cells: int) -> None:
        self._reader = session.change_readers.get(noted.source)
        self._facts = change_detail(noted, (), session.clock.now(), look, cells)
        waiting = [EMPTY, line("the whole text is being read", Tone.DIM)] if self._reader is not None else []
        super().__init__(f"{noted.change.kind} told by {noted.source.name}", [*self._facts, *waiting], look)
        self._noted = noted
        self._session = session
        self._look = look
        self._cells = cells

    def on_mount(self) -> None:
        """Ask."""
        super().on_mount()
        if self._reader is not None:
            self.run_worker(self._load(), exit_on_error=False)

    async def _load(self) -> None:
        lines = self._facts
        if self._reader is not None:
            try:
                whole = await self._reader.whole(self._noted.change)
                lines = change_detail(self._noted, whole, self._session.clock.now(), self._look, self._cells)
            except CockpitError as error:
                lines = [*self._facts, EMPTY, line(str(error), Tone.WARN)]
        if self.is_attached:
            self.replace_lines(lines)
