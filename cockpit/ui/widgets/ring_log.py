"""The log pane's body: a window on the ring of log lines, drawn line by line."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.events import Click, MouseScrollDown, MouseScrollUp, Resize
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from cockpit.engine.log_buffer import LogBuffer
from cockpit.model.logs import LogLine
from cockpit.ui.spans import EMPTY, Line, Tone, line
from cockpit.ui.theme import paint_for
from cockpit.ui.widgets.log_window import LogWindow
from cockpit.ui.widgets.painting import strip_of

Paint = Callable[[LogLine], Line]


class RingLog(Widget, can_focus=True):
    """Follows the newest lines until the person moves up; what is on the screen then stays where it is.

    Args:
        draw: turns a line into spans.
    """

    class Changed(Message):
        """Follow, level, stream or search changed."""

    def __init__(self, draw: Paint, *, name: str | None = None) -> None:
        super().__init__(id=name)
        self.window = LogWindow(LogBuffer(1))
        self._draw = draw
        self._drawn: tuple[int, ...] = ()

    def attach(self, buffer: LogBuffer) -> None:
        """Look at this ring."""
        self.window = LogWindow(buffer)
        self.look_again()

    def look_again(self) -> None:
        """Take in what is new in the ring; redraws only when something on the screen changed."""
        self.window.catch_up(self.size.height)
        if self.window.visible(self.size.height) != self._drawn:
            self.refresh()

    def move(self, by: int) -> None:
        """Move by a number of lines; to the end is to follow again."""
        self.window.move(by, self.size.height)
        self._told()

    def move_to_end(self) -> None:
        """Follow the newest lines again."""
        self.window.follow()
        self._told()

    def move_to_start(self) -> None:
        """Go to the oldest line."""
        self.window.move(-len(self.window), self.size.height)
        self._told()

    def page(self) -> int:
        """Half of the lines that fit."""
        return max(1, self.size.height // 2)

    def find(self, needle: str) -> bool:
        """Search upwards from the newest line; False when there is none."""
        self.window.needle = needle
        found = bool(needle) and self.window.find(-1, self.size.height)
        self._told()
        return found

    def find_next(self, step: int) -> bool:
        """Go to the next match, downwards for 1 and upwards for -1; False when there is none."""
        found = self.window.find(step, self.size.height)
        self._told()
        return found

    def lines(self) -> Sequence[LogLine]:
        """The lines on the screen."""
        return [self.window.line(index) for index in self.window.visible(self.size.height)]

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        paint = paint_for(self)
        if y == 0:
            self._drawn = self.window.visible(self.size.height)
        if y >= len(self._drawn):
            content = line(" no lines yet", Tone.FAINT) if not self._drawn and y == 0 else EMPTY
            return strip_of(content, self.size.width, paint)
        number = self._drawn[y]
        background = paint.colours.cursor_faded if number == self.window.match else ""
        return strip_of(self._draw(self.window.line(number)), self.size.width, paint, background)

    def on_resize(self, event: Resize) -> None:
        """Show as many lines as fit now."""
        self.refresh()

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Move on by three lines."""
        event.stop()
        self.move(3)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Move back by three lines."""
        event.stop()
        self.move(-3)

    def on_click(self, event: Click) -> None:
        """Take the keys."""
        self.focus()

    def _told(self) -> None:
        self.refresh()
        self.post_message(self.Changed())
