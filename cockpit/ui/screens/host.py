"""The host looked at closely: a process, who listens where, the biggest folders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.model.errors import CockpitError
from cockpit.model.host import HostProcess, Sockets
from cockpit.model.ports import FolderWalk
from cockpit.ui.look import Look
from cockpit.ui.present.host_closer import (
    LISTENERS,
    folder_lines,
    listener_rows,
    process_lines,
    socket_title,
)
from cockpit.ui.screens.finding import FindingSheet
from cockpit.ui.screens.viewer import Viewer
from cockpit.ui.spans import EMPTY, Tone, line

if TYPE_CHECKING:
    from cockpit.engine.session import Session

PACE = 0.5
"""Seconds between two looks at how far a walk has come."""


class ProcessSheet(Viewer):
    """Asks once, when it is opened; never for the environment.

    Args:
        process: as the pane had it.
        session: the session.
        look: shapes, and what is hidden.
        cells: cells of a line.
    """

    def __init__(self, process: HostProcess, session: Session, look: Look, cells: int) -> None:
        self._facts = process_lines(process, None, session.clock.now(), look, cells)
        super().__init__(f"process {process.pid} {look.text(process.name)}", self._facts, look)
        self._process = process
        self._session = session
        self._look = look
        self._cells = cells

    def on_mount(self) -> None:
        """Ask."""
        super().on_mount()
        self.run_worker(self._load(), exit_on_error=False)

    async def _load(self) -> None:
        host, process = self._session.host, self._process
        if host is None:
            return
        try:
            detail = await host.process(process.pid, process.created)
            lines = process_lines(process, detail, self._session.clock.now(), self._look, self._cells)
        except CockpitError as error:
            lines = [*self._facts, EMPTY, line(str(error), Tone.WARN)]
        if self.is_attached:
            self.replace_lines(lines)


class SocketsSheet(FindingSheet[None]):
    """Who listens where.

    Args:
        sockets: all of them.
        port: the one that is asked for, None for all.
        look: shapes, and what is hidden.
    """

    def __init__(self, sockets: Sockets, port: int | None, look: Look) -> None:
        rows = listener_rows(sockets, port, look)
        super().__init__(socket_title(sockets, port), rows, look, columns=LISTENERS, keys=(("y", "copy"),))

    def act(self, key: str) -> None:
        """Copy a row."""
        if key == "y" and self.body.current is not None:
            self.app.copy_to_clipboard(self.body.current.text)


class FoldersSheet(Viewer):
    """The biggest folders of a file system; the walk ends with the sheet.

    Args:
        walk: what measures.
        mount: where it began.
        look: shapes, and what is hidden.
    """

    def __init__(self, walk: FolderWalk, mount: str, look: Look) -> None:
        super().__init__(f"biggest folders of {look.text(mount)}", [line("measuring", Tone.DIM)], look)
        self._walk = walk
        self._look = look
        self._over = False

    def on_mount(self) -> None:
        """Look again and again how far it has come."""
        super().on_mount()
        self.set_interval(PACE, self._bring_up)

    def on_unmount(self) -> None:
        """Nobody looks any more."""
        self._walk.cancel()

    def _bring_up(self) -> None:
        if not self._over:
            found = self._walk.progress()
            self._over = found.done
            self.replace_lines(folder_lines(found, self._look, min(104, self.app.size.width - 10)))
