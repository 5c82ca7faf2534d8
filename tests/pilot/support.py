"""Start the screen on a FAKE range and drive it by keys."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from cockpit.model.incident import Role
from cockpit.ui.app import CockpitApp
from cockpit.ui.spans import plain
from cockpit.ui.widgets.line_table import LineTable
from tests.support.awaiting import until
from tests.support.fake_session import Range, a_range


class Screen:
    """The app under test, its range, and a hand on the keys."""

    def __init__(self, app: CockpitApp, range_: Range, pilot: Pilot[int]) -> None:
        self.app = app
        self.range = range_
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        """Press keys one after the other, as a person would."""
        await self.pilot.press(*keys)

    async def until(self, condition: Callable[[], bool], what: str = "the awaited state") -> None:
        """Wait for a state."""
        await until(condition, what=what)

    async def until_text(self, text: str) -> None:
        """Wait until a text is on the screen."""
        await until(lambda: text in self.text, what=f"{text!r} on the screen")

    def shows(self, name: str) -> bool:
        """Whether a pane is on the screen."""
        return name in self.app.main.deck.visible_names

    def active(self) -> str:
        """Name of the pane that has the keys, "" for none."""
        pane = self.app.main.active_pane
        return str(pane.id) if pane else ""

    def follows(self) -> bool:
        """Whether the log pane shows the newest line."""
        return self.app.main.panes.logs.log_view.window.following

    def zoomed(self) -> bool:
        """Whether one pane has all the room."""
        return self.app.main.deck.zoomed

    def ending(self) -> bool:
        """Whether the app is about to end."""
        return self.app._exit

    @property
    def text(self) -> str:
        """What is on the screen, line by line."""
        screen = self.app.screen
        width, height = screen.size
        strips = screen._compositor.render_strips() if screen.is_attached else []
        return "\n".join("".join(segment.text for segment in strip) for strip in strips[:height]) if width else ""


@asynccontextmanager
async def a_screen(
    role: Role = Role.OPERATOR,
    size: tuple[int, int] = (160, 48),
    range_: Range | None = None,
    **options: object,
) -> AsyncIterator[Screen]:
    """The screen with everything read once."""
    range_ = range_ or a_range(role)
    app = CockpitApp(lambda: range_.session, range_.facts, role, **options)  # type: ignore[arg-type]
    async with app.run_test(size=size) as pilot:
        screen = Screen(app, range_, pilot)
        try:
            await until(lambda: app.loaded and app.main.feed is not None, what="the session")
            await until(
                lambda: all(r.state.value != "pending" for r in range_.session.board.readings.values()),
                what="the first readings",
            )
            app.main.feed.tick() if app.main.feed else None
            await pilot.pause()
            yield screen
        finally:
            await app.close_session()


def rows_of(table: LineTable) -> list[str]:
    """The rows as text."""
    return ["  ".join(plain(cell) for cell in row.cells) for row in table.state.rows]
