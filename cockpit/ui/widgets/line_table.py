"""The table of every live pane: drawn line by line, and only the lines that changed."""

from __future__ import annotations

from collections.abc import Sequence

from textual.events import Blur, Click, Focus, MouseScrollDown, MouseScrollUp, Resize
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from cockpit.ui.shapes import UNICODE, Shapes
from cockpit.ui.spans import Line, Span, Tone, fit, line, slid, width
from cockpit.ui.theme import Paint, paint_for
from cockpit.ui.widgets.columns import GAP, Column, share_out, with_room_of_empty
from cockpit.ui.widgets.painting import strip_of
from cockpit.ui.widgets.table_state import Row, TableState


class LineTable(Widget, can_focus=True):
    """Rows with a cursor.

    Args:
        columns: what to show of each row.
        show_header: False leaves the line of headings out.
        name: its id.
        pin_on_focus: False lets the cursor stay on the first row, whichever that is, until a person moves it.
    """

    lit: bool
    """True draws the cursor as the one that keys act on, also while a field beside the table has the focus."""

    class Moved(Message):
        """The cursor is on another row."""

        def __init__(self, table: LineTable) -> None:
            super().__init__()
            self.table = table

        @property
        def control(self) -> LineTable:
            """The table."""
            return self.table

    class Chosen(Moved):
        """A row was double-clicked."""

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        show_header: bool = True,
        name: str | None = None,
        pin_on_focus: bool = True,
    ) -> None:
        super().__init__(id=name)
        self.state = TableState()
        self.shapes: Shapes = UNICODE
        self.sorted_column = -1
        self.sorted_up = False
        self.empty = ""
        self._columns = tuple(columns)
        self._needed = [0] * len(self._columns)
        self._widths: tuple[int, ...] = ()
        self._header = 1 if show_header else 0
        self._top = 0
        self._dimmed = False
        self._slid = 0
        self.lit = False
        self._pin_on_focus = pin_on_focus

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns."""
        return self._columns

    @columns.setter
    def columns(self, columns: Sequence[Column]) -> None:
        if tuple(columns) != self._columns:
            self._columns = tuple(columns)
            self._needed = [0] * len(self._columns)
            self._share_out()
            self.refresh()

    @property
    def current(self) -> Row | None:
        """The row under the cursor."""
        return self.state.current

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show these rows; the cursor keeps its row and its place on the screen."""
        before, offset, top = self._visible(), self.state.cursor - self._top, self._top
        tags, cursor, count = set(self.state.tags), self.state.cursor, len(self.state.rows)
        key = self.current.key if self.current else None
        self.state.replace(rows)
        self._top = self.state.cursor - offset if self.state.cursor != cursor else self._top
        self._show_cursor()
        changed_shape = count != len(self.state.rows) or tags != self.state.tags or not before
        if self._measure(rows) or changed_shape or top != self._top:
            self.refresh()
        else:
            self._refresh_difference(before, cursor, key)
        if key != (self.current.key if self.current else None):
            self.post_message(self.Moved(self))

    def dim(self, dimmed: bool) -> None:
        """Draw the rows faintly, because they cannot be trusted any more; or normally."""
        if dimmed != self._dimmed:
            self._dimmed = dimmed
            self.refresh()

    def move(self, by: int) -> None:
        """Move the cursor by a number of rows."""
        self.move_to(self.state.cursor + by)

    def move_to(self, index: int) -> None:
        """Put the cursor on the row of that number, or the nearest possible."""
        before = self.state.cursor
        self.state.to(index)
        self._after_move(before)

    def move_to_key(self, key: object) -> None:
        """Put the cursor on the row of that identity when it is there."""
        before = self.state.cursor
        if self.state.to_key(key):
            self._after_move(before)

    def page(self) -> int:
        """Half of the rows that fit."""
        return max(1, self._room() // 2)

    def slide(self, by: int) -> bool:
        """Show what is cut on the right, or come back, by that many cells; False when there is no more that way."""
        furthest = max((self._hidden_cells(row) for row in self._visible()), default=0)
        target = max(0, min(self._slid + by, max(furthest, 0)))
        if target == self._slid:
            return False
        self._slid = target
        self.refresh()
        return True

    def _hidden_cells(self, row: Row) -> int:
        """Cells of the widest cut column that its place does not hold."""
        parts = zip(self._columns, self._widths, row.cells, strict=False)
        return max((width(content) - cells for column, cells, content in parts if column.flex and cells), default=0)

    def _why_empty(self) -> str:
        if self.state.needle and self.state.total:
            return f"nothing here matches {self.state.needle}"
        return self.empty

    def toggle_tag(self) -> None:
        """Tag the row under the cursor or take its tag off, and go one down."""
        self.state.toggle_tag()
        self._refresh_row(self.state.cursor)
        self.move(1)

    def tag_all(self) -> None:
        """Tag every row that is shown."""
        self.state.tags = {row.key for row in self.state.rows if not row.heading}
        self.refresh()

    def clear_tags(self) -> None:
        """Take all tags off."""
        self.state.tags.clear()
        self.refresh()

    def filter(self, needle: str) -> None:
        """Show only rows that contain the text."""
        before = self.current
        self.state.filter(needle)
        self._show_cursor()
        self.refresh()
        if before is not self.current:
            self.post_message(self.Moved(self))

    def sort_mark(self, column: int, *, ascending: bool = False) -> None:
        """Mark the heading of the column that the rows are sorted by, -1 for none."""
        self.sorted_column = column
        self.sorted_up = ascending
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        cells, paint = self.size.width, paint_for(self)
        if self._header and y == 0:
            return strip_of(self._heading(), cells, paint)
        index = self._top + y - self._header
        rows = self.state.rows
        if index >= len(rows):
            text = self._why_empty() if not rows and y == self._header else ""
            return strip_of(line(f" {text}", Tone.FAINT), cells, paint)
        return self._row_strip(index, rows[index], cells, paint)

    def on_resize(self, event: Resize) -> None:
        """Share the new width out."""
        self._share_out()
        self._show_cursor()
        self.refresh()

    def on_focus(self, event: Focus) -> None:
        """Show the cursor as the one that keys act on; from now on it belongs to the row that is seen there."""
        self.state.pinned = self.state.pinned or (self._pin_on_focus and bool(self.state.rows))
        self._refresh_row(self.state.cursor)

    def on_blur(self, event: Blur) -> None:
        """Show the cursor as a resting one."""
        self._refresh_row(self.state.cursor)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Move on by three rows."""
        event.stop()
        self.move(3)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Move back by three rows."""
        event.stop()
        self.move(-3)

    def on_click(self, event: Click) -> None:
        """Put the cursor where the mouse points; a double click chooses."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        index = self._top + offset.y - self._header
        if 0 <= index < len(self.state.rows) and offset.y >= self._header:
            self.move_to(index)
            if event.chain == 2:
                self.post_message(self.Chosen(self))

    def _row_strip(self, index: int, row: Row, cells: int, paint: Paint) -> Strip:
        colours = paint.colours
        background = ""
        if index == self.state.cursor and (self.state.pinned or self.has_focus or self.lit) and not row.heading:
            background = colours.cursor if self.has_focus or self.lit else colours.cursor_faded
        elif row.key in self.state.tags:
            background = colours.raised
        thumb = self._thumb()
        body = cells - (1 if thumb else 0)
        mark = Span(self.shapes.tag if row.key in self.state.tags else " ", Tone.ACCENT)
        whole = fit(row.cells[0], max(0, body - 1), ellipsis=self.shapes.ellipsis) if row.heading else ()
        spans = (mark, *(whole or self._cells(row)))
        strip = strip_of(spans, body, paint, background, dimmed=self._dimmed)
        if not thumb:
            return strip
        shape = "┃" if thumb[0] <= index < thumb[1] else " "
        return Strip.join([strip, strip_of(line(shape, Tone.FAINT), 1, paint)])

    def _cells(self, row: Row) -> Line:
        spans: list[Span] = []
        parts = zip(self._columns, self._widths, row.cells, strict=False)
        shown = [(column, cells, content) for column, cells, content in parts if cells]
        places = with_room_of_empty([(cells, content, column.right) for column, cells, content in shown])
        for (column, _, content), cells in zip(shown, places, strict=True):
            if cells:
                if spans:
                    spans.append(Span(" " * GAP))
                text = slid(content, self._slid, self.shapes.ellipsis) if column.flex else content
                spans.extend(fit(text, cells, right=column.right, ellipsis=self.shapes.ellipsis))
        return tuple(spans)

    def _heading(self) -> Line:
        titles = []
        for index, column in enumerate(self._columns):
            sorted_here = self.shapes.ascending if self.sorted_up else self.shapes.descending
            mark = sorted_here if index == self.sorted_column else ""
            titles.append(line(column.title + mark, Tone.DIM if mark else Tone.FAINT))
        return (Span(" "), *self._cells(Row("heading", tuple(titles))))

    def _measure(self, rows: Sequence[Row]) -> bool:
        """Let columns grow for their content; never let them shrink, so that nothing jumps about."""
        needed = list(self._needed)
        for index, column in enumerate(self._columns):
            if column.most:
                cells = (row.cells[index] for row in rows if not row.heading and index < len(row.cells))
                widest = max((sum(len(span.text) for span in cell) for cell in cells), default=0)
                if widest > needed[index]:
                    needed[index] = max((width(r.cells[index]) for r in rows if not r.heading), default=0)
        if needed == self._needed:
            return False
        self._needed = needed
        return self._share_out()

    def _share_out(self) -> bool:
        before = self._widths
        self._widths = share_out(self._columns, self._needed, max(0, self.size.width - 2))
        return before != self._widths

    def _room(self) -> int:
        return max(1, self.size.height - self._header)

    def _visible(self) -> tuple[Row, ...]:
        return self.state.rows[self._top : self._top + self._room()]

    def _thumb(self) -> tuple[int, int] | None:
        """First and last row number beside which the scroll mark is drawn; None when all rows fit."""
        total, room = len(self.state.rows), self._room()
        if total <= room:
            return None
        length = max(1, room * room // total)
        start = self._top + (room - length) * self._top // max(1, total - room)
        return start, start + length

    def _show_cursor(self) -> None:
        room, cursor = self._room(), self.state.cursor
        highest = max(0, len(self.state.rows) - room)
        first = cursor if cursor >= room or not all(row.heading for row in self.state.rows[:cursor]) else 0
        self._top = max(0, min(self._top, first, highest))
        if cursor >= self._top + room:
            self._top = cursor - room + 1

    def _after_move(self, before: int) -> None:
        top = self._top
        self._show_cursor()
        if before == self.state.cursor:
            return
        if top != self._top:
            self.refresh()
        else:
            self._refresh_row(before)
            self._refresh_row(self.state.cursor)
        self.post_message(self.Moved(self))

    def _refresh_row(self, index: int) -> None:
        y = index - self._top + self._header
        if 0 <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def _refresh_difference(self, before: tuple[Row, ...], cursor: int, key: object) -> None:
        after = self._visible()
        for number, (old, new) in enumerate(zip(before, after, strict=True)):
            if old is not new and old != new:
                self._refresh_row(self._top + number)
        if cursor != self.state.cursor or key != (self.current.key if self.current else None):
            self._refresh_row(cursor)
            self._refresh_row(self.state.cursor)
