"""The first picture: where this is, who looks, and the frames of what is still being loaded.

It stands for the moment in which the rest of the program is imported, so it needs almost nothing of it
(tests/arch holds it to that). Keys that are pressed meanwhile wait for the main screen.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from textual.app import ComposeResult
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from cockpit.model.incident import EnvironmentFacts, Role
from cockpit.ui.deck import ALL, places
from cockpit.ui.measures import LEAST_CELLS, LEAST_LINES, SIDEBAR_FROM, TABS_BELOW, sidebar_cells
from cockpit.ui.shapes import Shapes
from cockpit.ui.spans import EMPTY, Line, Span, Tone
from cockpit.ui.theme import paint_for
from cockpit.ui.widgets.header_bar import HeaderBar
from cockpit.ui.widgets.lines import Lines
from cockpit.ui.widgets.painting import strip_of

_TITLES = {name: f"{number} {name.capitalize()}" for number, name in enumerate(ALL, 1)} | {"locks": "3 Cron locks"}


class Frames(Widget):
    """Draws the empty frames where the panes will be.

    Args:
        shapes: Unicode or ASCII.
    """

    def __init__(self, shapes: Shapes) -> None:
        super().__init__(id="frames")
        self._shapes = shapes

    def render_line(self, y: int) -> Strip:
        """One line through all frames."""
        width, height = self.size
        spans: list[Span] = []
        for _, name, top, cells, lines in self._frames(width, height):
            if top <= y < top + lines:
                spans += self._through(name, y - top, cells, lines)
        return strip_of(tuple(spans), width, paint_for(self))

    def _frames(self, width: int, height: int) -> list[tuple[int, str, int, int, int]]:
        """Left edge, title, top, width and height of each frame, from left to right."""
        beside = sidebar_cells(width) if width >= SIDEBAR_FROM else 0
        regions = places(width - beside, height, ALL[0], width < TABS_BELOW)
        found = [(region.x + beside, _TITLES[name], region.y, *region.size) for name, region in regions.items()]
        if beside:
            found.append((0, "0 Runbooks", 0, beside, height))
        return sorted(found)

    def _through(self, title: str, y: int, cells: int, lines: int) -> Line:
        shapes = self._shapes
        if y == 0:
            number, _, name = title.partition(" ")
            rule = shapes.horizontal * max(0, cells - len(title) - 5)
            text = (Span(f"{number} ", Tone.KEY), Span(name))
            left, right = shapes.top_left + shapes.horizontal, f" {rule}{shapes.top_right}"
            return (Span(f"{left} ", Tone.FRAME), *text, Span(right, Tone.FRAME))
        if y == lines - 1:
            return (Span(f"{shapes.bottom_left}{shapes.horizontal * (cells - 2)}{shapes.bottom_right}", Tone.FRAME),)
        return (Span(f"{shapes.vertical}{' ' * (cells - 2)}{shapes.vertical}", Tone.FRAME),)


class OpeningScreen(Screen[None], inherit_bindings=False):
    """Header, empty frames and an empty footer.

    Args:
        facts: the environment.
        role: operator or observer.
        shapes: Unicode or ASCII.
        painted: called once when the picture is on the terminal.
    """

    def __init__(self, facts: EnvironmentFacts, role: Role, shapes: Shapes, painted: Callable[[], object]) -> None:
        super().__init__(id="opening")
        self._painted = painted
        self._header = HeaderBar(facts, role)
        self._tabs = Lines(name="tabs")
        self._frames = Frames(shapes)
        self._footer = Lines(raised=True, name="footer")

    def compose(self) -> ComposeResult:
        """Top to bottom."""
        yield self._header
        yield self._tabs
        yield self._frames
        yield self._footer

    def on_mount(self) -> None:
        """Say where this is; a window that is too small gets nothing, and the main screen says so."""
        width, height = self.app.size
        large = width >= LEAST_CELLS and height >= LEAST_LINES
        self._header.display = self._frames.display = large
        self._tabs.set_class(width < TABS_BELOW and large, "shown")
        self._header.bring_up(None, datetime.now(UTC))
        self._footer.show([EMPTY])
        self.call_after_refresh(self._painted)
