"""The log pane's body: a window on log lines, drawn line by line, and only those that changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from textual.events import Click, MouseScrollDown, MouseScrollUp, Resize
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from cockpit.engine.log_buffer import Kept, LogBuffer
from cockpit.model.logs import LogLine
from cockpit.ui.shapes import UNICODE, Shapes
from cockpit.ui.spans import Line, Span, Tone, line, slid, width, wrap_spans
from cockpit.ui.theme import paint_for
from cockpit.ui.widgets.log_window import LogWindow
from cockpit.ui.widgets.painting import strip_of

Paint = Callable[[LogLine], tuple[Line, Line]]
"""What stands in front of a line and does not move, and the line."""
_LEAST_CELLS = 20
_AGAIN = 0.05
"""Seconds between two portions of lines that a new filter judges."""


class _Row(NamedTuple):
    number: int
    part: int
    under_cursor: bool
    tagged: bool


class RingLog(Widget, can_focus=True):
    """Follows the newest lines until the person moves up; what is on the screen then stays where it is.

    Args:
        draw: turns a line into spans.
    """

    class Changed(Message):
        """Follow, level, stream or search changed."""

    class AtEdge(Message):
        """The person wants to go beyond what there is.

        Attributes:
            step: -1 for older lines, 1 for newer ones.
        """

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    def __init__(self, draw: Paint, *, name: str | None = None) -> None:
        super().__init__(id=name)
        self.window = LogWindow(LogBuffer(1))
        self.shapes: Shapes = UNICODE
        self.wrapped = False
        self.empty = "no lines yet"
        self._draw = draw
        self._slid = 0
        self._rows: list[_Row] = []
        self._lines: dict[int, Kept] = {}
        self._parts: dict[int, list[Line]] = {}
        self._judging = False

    def attach(self, buffer: LogBuffer) -> None:
        """Look at this ring."""
        self.window = LogWindow(buffer)
        self.look_again()

    def look_again(self) -> None:
        """Take in what is new; redraws only the lines of the screen that changed."""
        self.window.catch_up(self.size.height)
        if self.window.filtering and not self._judging:
            self._judging = True
            self.set_timer(_AGAIN, self._judge_on)
        self._arrange()

    def redraw(self) -> None:
        """Draw every line anew: the way they are written has changed."""
        self._parts.clear()
        self._arrange()
        self.refresh()

    def move(self, by: int) -> None:
        """Move the cursor by a number of lines; beyond the end is to follow again."""
        window = self.window
        if (by < 0 and window.at_first()) or (by > 0 and window.past is not None and window.at_last()):
            self.post_message(self.AtEdge(1 if by > 0 else -1))
        window.move(by, self._whole())
        self._told()

    def move_to_end(self) -> None:
        """Follow the newest lines again."""
        self.window.follow()
        self._told()

    def move_to_start(self) -> None:
        """Go to the oldest line."""
        if self.window.at_first():
            self.post_message(self.AtEdge(-1))
        self.window.move(-len(self.window), self._whole())
        self._told()

    def page(self) -> int:
        """Half of the lines that fit."""
        return max(1, self.size.height // 2)

    def slide(self, by: int) -> None:
        """Show what is cut on the right, or go back to the left."""
        self._slid = max(0, self._slid + by)
        self.redraw()

    def wrap(self) -> bool:
        """Break long lines, or no longer; how it is now."""
        self.wrapped, self._slid = not self.wrapped, 0
        self.redraw()
        return self.wrapped

    def toggle_tag(self) -> None:
        """Tag the line under the cursor, or no longer, and go on."""
        self.window.toggle_tag()
        if not self.window.following:
            self.window.move(1, self._whole())
        self._told()

    def clear_tags(self) -> None:
        """Take all tags off."""
        self.window.tags.clear()
        self._told()

    def tag_all(self) -> None:
        """Tag every line that is shown by the filters."""
        self.window.tags = {kept.number: kept for kept in self.window.all_shown}
        self._told()

    def find(self, needle: str) -> bool:
        """Search upwards from where the person stands; False when there is none."""
        self._parts.clear()
        found = self.window.seek(needle, self._whole())
        self.refresh()
        self._told()
        return found

    def find_next(self, step: int) -> bool:
        """Go to the next match, downwards for 1 and upwards for -1; False when there is none."""
        found = self.window.find(step, self._whole())
        self._told()
        return found

    def go_to_next(self, fits: Callable[[LogLine], bool], step: int) -> bool:
        """Go to the next line that fits; False when there is none."""
        found = self.window.go_to_next(fits, step, self._whole())
        self._told()
        return found

    def lines(self) -> Sequence[LogLine]:
        """The lines on the screen."""
        return [kept.line for kept in self.window.shown(self.size.height)]

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        paint = paint_for(self)
        if y >= len(self._rows):
            content = line(f" {self.empty}", Tone.FAINT) if not self._rows and y == 0 else ()
            return strip_of(content, self.size.width, paint)
        row = self._rows[y]
        colours = paint.colours
        background = (colours.cursor if self.has_focus else colours.cursor_faded) if row.under_cursor else ""
        mark = Span(self.shapes.tag, Tone.ACCENT) if row.tagged else Span(" ")
        return strip_of((mark, *self._parts[row.number][row.part]), self.size.width, paint, background)

    def on_resize(self, event: Resize) -> None:
        """Show as many lines as fit now."""
        self.redraw()

    def on_focus(self) -> None:
        """The cursor is drawn brighter."""
        self.refresh()

    def on_blur(self) -> None:
        """The cursor is drawn fainter."""
        self.refresh()

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Move on by three lines."""
        event.stop()
        self._scroll(3)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Move back by three lines."""
        event.stop()
        self._scroll(-3)

    def on_click(self, event: Click) -> None:
        """Take the keys, and stand on the line."""
        self.focus()
        if event.y < len(self._rows):
            self.window.go_to(self._lines[self._rows[event.y].number], self._whole())
            self._told()

    def _scroll(self, by: int) -> None:
        before = self.window.shown(self.size.height)
        self.window.scroll(by, self._whole())
        if list(before) == list(self.window.shown(self.size.height)) and (by < 0 or self.window.past is not None):
            self.post_message(self.AtEdge(1 if by > 0 else -1))
        self._told()

    def _judge_on(self) -> None:
        self._judging = False
        self.look_again()
        if not self.window.filtering:
            self.post_message(self.Changed())

    def _whole(self) -> int:
        """How many lines are on the screen in full."""
        return max(1, len({row.number for row in self._rows})) if self.wrapped else max(1, self.size.height)

    def _told(self) -> None:
        self._arrange()
        self.post_message(self.Changed())

    def _arrange(self) -> None:
        """Work out what stands in which row, and ask for those rows to be drawn that are not as they were."""
        before, height = self._rows, self.size.height
        shown = self.window.shown(height)
        self._lines = {kept.number: kept for kept in shown}
        self._parts = {number: parts for number, parts in self._parts.items() if number in self._lines}
        cursor, tags = self.window.match, self.window.tags
        rows: list[_Row] = []
        order = list(reversed(shown))
        for kept in order:
            if len(rows) >= height:
                break
            parts = self._parts_of(kept)
            found = [_Row(kept.number, n, kept.number == cursor, kept.number in tags) for n in range(len(parts))]
            rows = found + rows
        if self.wrapped and cursor in self._lines and not any(row.under_cursor for row in rows[-height:]):
            rows = self._from_cursor(shown, height)
        self._rows = rows[-height:] if height else []
        if not before or not self._rows or len(before) != len(self._rows):
            self.refresh()
            return
        changed = [y for y, row in enumerate(self._rows) if row != before[y]]
        if len(changed) > height // 2:
            self.refresh()
        elif changed:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in changed))

    def _from_cursor(self, shown: Sequence[Kept], height: int) -> list[_Row]:
        cursor, tags = self.window.match, self.window.tags
        start = next(n for n, kept in enumerate(shown) if kept.number == cursor)
        rows = [
            _Row(kept.number, n, kept.number == cursor, kept.number in tags)
            for kept in shown[start:]
            for n in range(len(self._parts_of(kept)))
        ]
        return rows[:height]

    def _parts_of(self, kept: Kept) -> list[Line]:
        """The rows that a line takes, made once as long as it is on the screen."""
        parts = self._parts.get(kept.number)
        if parts is None:
            head, body = self._draw(kept.line)
            if self.wrapped:
                first = width(head)
                room = max(_LEAST_CELLS, self.size.width - first - 2)
                broken = wrap_spans(body, room) or [()]
                indent = (Span(" " * first),)
                parts = [(*(head if n == 0 else indent), *part) for n, part in enumerate(broken)]
            else:
                parts = [(*head, *slid(body, self._slid, self.shapes.ellipsis))]
            self._parts[kept.number] = parts
        return parts
