"""What one service writes, followed while the sheet is open."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from cockpit.model.errors import SourceError
from cockpit.model.logs import Level, LogBatch, LogLine
from cockpit.model.ports import Clock, ServiceInspector, Source
from cockpit.model.services import Service
from cockpit.ui.look import Look
from cockpit.ui.screens.viewer import Viewer
from cockpit.ui.spans import Line, Span, Tone, line

if TYPE_CHECKING:
    from textual.app import App

KEPT = 5_000
"""Lines held; older ones go."""
PACE = 0.4
"""Seconds between two looks."""
_TONES = {Level.ERROR: Tone.CRIT, Level.WARN: Tone.WARN, Level.DEBUG: Tone.FAINT}


def follow(app: App[int], inspector: ServiceInspector, service: Service, clock: Clock, look: Look) -> None:
    """Open the log of a service, or say that it has none."""
    source = inspector.log(service.id, service.name)
    if source is None:
        text = "nobody says where this service writes its log"
        app.push_screen(Viewer(f"log of {look.text(service.name)}", [line(text, Tone.DIM)], look))
    else:
        app.push_screen(FollowedLog(source, service.name, clock, look))


class FollowedLog(Viewer):
    """Follows one log; moving up lets go of its end, `G` takes hold of it again.

    Args:
        source: read again and again, and closed with the sheet.
        name: of the service.
        clock: tells when something happened to the log itself.
        look: shapes, and what is hidden.
    """

    own_keys = (("G", "follow"),)

    def __init__(self, source: Source[LogBatch], name: str, clock: Clock, look: Look) -> None:
        super().__init__(f"log of {look.text(name)}", [line("being read", Tone.DIM)], look)
        self._source = source
        self._clock = clock
        self._look = look
        self._held: deque[Line] = deque(maxlen=KEPT)
        self._trouble = ""

    def on_mount(self) -> None:
        """Begin to follow."""
        super().on_mount()
        self.run_worker(self._follow(), exit_on_error=False)

    async def _follow(self) -> None:
        try:
            while self.is_attached:
                await self._look_once()
                await asyncio.sleep(PACE)
        finally:
            await self._source.close()

    async def _look_once(self) -> None:
        before = self._trouble
        try:
            batch = await self._source.fetch()
        except SourceError as error:
            batch, self._trouble = LogBatch(()), str(error)
        else:
            self._trouble = ""
        if batch.notice:
            self._held.append(self._remark(f"it was {batch.notice}"))
        if batch.dropped:
            self._held.append(self._remark(f"{batch.dropped:,} lines were passed over"))
        if self._trouble and self._trouble != before:
            self._held.append(self._remark(self._trouble))
        self._held.extend(self._shown(entry) for entry in batch.lines)
        if (batch.lines or batch.notice or batch.dropped or self._trouble != before) and self.is_attached:
            self._bring_up()
        elif not self._held and self.is_attached:
            self.replace_lines([line("nothing was written yet", Tone.DIM)])

    def _bring_up(self) -> None:
        following = self.body.state.cursor >= len(self.body.state.rows) - 1
        self.replace_lines(list(self._held))
        if following:
            self.body.move_to(len(self._held))

    def _remark(self, text: str) -> Line:
        return (Span(f"{self._clock.now():%H:%M:%S}  ", Tone.DIM), Span(f"-- {self._look.text(text)}", Tone.ACCENT))

    def _shown(self, entry: LogLine) -> Line:
        stamp = Span(f"{entry.at:%H:%M:%S}  ", Tone.DIM)
        return (stamp, Span(self._look.text(entry.text), _TONES.get(entry.level, Tone.PLAIN)))
