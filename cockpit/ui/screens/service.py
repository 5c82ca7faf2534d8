"""A service in full, section by section, and its log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.events import Key

from cockpit.model.errors import CockpitError
from cockpit.model.readings import SourceId
from cockpit.model.services import Section, Service, ServiceEvent
from cockpit.ui.look import Look
from cockpit.ui.present.service_sections import event_section, section_lines
from cockpit.ui.present.services import service_detail, usage_lines
from cockpit.ui.screens.viewer import Viewer
from cockpit.ui.spans import Line, Span, Tone, line

if TYPE_CHECKING:
    from cockpit.engine.session import Session


class ServiceSheet(Viewer):
    """Shows one service as it was at the key press, and what its engine tells when it is asked.

    Args:
        source: the engine or supervisor.
        service: the service.
        session: the session.
        look: shapes, and what is hidden.
        events: what was heard of its source.
    """

    own_keys = (("tab", "next part"), ("r", "ask again"), ("l", "log"))

    def __init__(
        self, source: SourceId, service: Service, session: Session, look: Look, events: Sequence[ServiceEvent]
    ) -> None:
        self._service = service
        self._events = events
        self._sections: tuple[Section, ...] = ()
        self._chosen = 0
        self._state = "being asked for"
        self._session = session
        self._inspector = session.service_inspectors[source]
        self._look = look
        super().__init__(look.text(service.name), (), look)
        self._content = self._drawn()

    def on_mount(self) -> None:
        """Show what is known, and ask for the rest."""
        super().on_mount()
        self.run_worker(self._load(), exit_on_error=False)

    def pressed(self, key: str, event: Key) -> bool:
        """Another part, another look, the log; all else as in every viewer."""
        if self.finding:
            return super().pressed(key, event)
        count = len(self._sections) or 1
        if key in ("tab", "shift+tab"):
            self._choose((self._chosen + (1 if key == "tab" else -1)) % count)
        elif key.isdigit() and key != "0":
            self._choose(min(int(key), count) - 1)
        elif key == "r":
            self._state = "being asked for again"
            self._fill_in()
            self.run_worker(self._load(), exit_on_error=False)
        elif key == "l":
            self._open_log()
        else:
            return super().pressed(key, event)
        return True

    def _choose(self, number: int) -> None:
        self._chosen = number
        self._fill_in()
        self.body.move_to(0)
        self._retitle()

    def _open_log(self) -> None:
        from cockpit.ui.screens.service_log import follow

        follow(self.app, self._inspector, self._service, self._session.clock, self._look)

    async def _load(self) -> None:
        chosen = self._sections[self._chosen].title if self._sections else ""
        try:
            found = await self._inspector.sections(self._service.id)
            self._state = ""
        except CockpitError as error:
            self._state = str(error)
            found = self._sections
        events = event_section(self._events, self._service)
        self._sections = (*(s for s in found if s.title != "events"), *([events] if events else []))
        self._chosen = next((n for n, section in enumerate(self._sections) if section.title == chosen), 0)
        if self.is_attached:
            self._fill_in()

    def _fill_in(self) -> None:
        self.replace_lines(self._drawn())

    def _drawn(self) -> list[Line]:
        lines: list[Line] = []
        if self._sections:
            lines += [self._tabs(), ()]
        if self._state:
            lines += [line(self._look.text(self._state), Tone.DIM), ()]
        if self._sections:
            lines += section_lines(self._sections[self._chosen], self._look)
            used = usage_lines(self._service) if self._chosen == 0 else []
            lines += [(), *used] if used else []
        else:
            lines += service_detail(self._service, self._session.clock.now(), self._look)
        return lines

    def _tabs(self) -> Line:
        spans: list[Span] = []
        for number, section in enumerate(self._sections):
            here = number == self._chosen
            spans.append(Span(f"{number + 1} ", Tone.KEY))
            spans.append(Span(f"{section.title}   ", Tone.TITLE if here else Tone.DIM))
        return tuple(spans)
