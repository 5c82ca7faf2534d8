"""The keys of a Redis under a pattern, a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key

from cockpit.model.errors import CockpitError
from cockpit.model.keys import KeyEntry, KeyPage, key_shown
from cockpit.model.ports import KeyBrowser
from cockpit.model.readings import SourceId
from cockpit.ui.look import Look
from cockpit.ui.present.keys import COLUMNS, ORDERS, how_far, in_order, key_row, preview_lines
from cockpit.ui.screens.sheet import Sheet
from cockpit.ui.screens.viewer import Viewer
from cockpit.ui.spans import Span, Tone, line, wrap_spans
from cockpit.ui.widgets.frame_title import FrameTitle
from cockpit.ui.widgets.line_table import LineTable
from cockpit.ui.widgets.lines import Lines

MOST = 50_000
"""Keys that are kept; beyond them the pattern must be narrowed."""
Delete = Callable[[SourceId, Sequence[str]], None]
"""Asks before it deletes those keys; None for an observer."""
_MOVES = {"j": 1, "down": 1, "k": -1, "up": -1}


class KeySheet(Sheet[None]):
    """Walks through keys; Enter looks at one.

    Args:
        source: the server.
        browser: reads it.
        pattern: the glob.
        look: shapes, and what is hidden.
        delete: asks for the road, None for an observer.
    """

    takes_keys_ahead = False

    def __init__(
        self, source: SourceId, browser: KeyBrowser, pattern: str, look: Look, delete: Delete | None = None
    ) -> None:
        super().__init__(look.shapes)
        self._source, self._browser, self._pattern = source, browser, pattern
        self._look, self._delete = look, delete
        self._entries: dict[str, KeyEntry] = {}
        self._page: KeyPage | None = None
        self._looked = 0
        self._order = 0
        self._reading = False
        self._trouble = ""
        self.finding = False
        self.frame = FrameTitle()
        self.head = Lines()
        self.body = LineTable(COLUMNS)

    @property
    def entries(self) -> list[KeyEntry]:
        """The keys that were found, in the order shown."""
        return in_order(list(self._entries.values()), ORDERS[self._order])

    def compose(self) -> ComposeResult:
        """Title, how far it has come, keys."""
        with Vertical(classes="sheet"):
            yield self.frame
            with Vertical(classes="framed joined"):
                yield self.head
            yield self.body

    def on_mount(self) -> None:
        """Read the first page."""
        self.frame.shapes = self.body.shapes = self.shapes
        self.body.styles.height = max(4, self.app.size.height * 7 // 10)
        self.body.empty = "reading" + self.shapes.ellipsis
        self.body.focus()
        self._draw()
        self._read(afresh=True)
        super().on_mount()

    def on_screen_resume(self) -> None:
        """After a question or a value: what was deleted is gone from the list."""
        if self._page is not None:
            self.run_worker(self._look_again(), exit_on_error=False)

    def pressed(self, key: str, event: Key) -> bool:
        """Move, page, filter, sort, open, copy, tag, delete, or close."""
        if self.finding:
            self._typed(key, event)
        elif key in ("escape", "q", "ctrl+c"):
            self._back()
        elif key == "D" and self._delete is not None:
            self._ask_to_delete(self._delete)
        elif key in _ACTS:
            _ACTS[key](self)
        else:
            self._moved(key)
        self._draw()
        return True

    def _back(self) -> None:
        if self.body.state.needle:
            self.body.filter("")
        elif self.body.state.tags:
            self.body.clear_tags()
        else:
            self.dismiss(None)

    def _typed(self, key: str, event: Key) -> None:
        """While what to filter by is typed."""
        needle = self.body.state.needle
        if key in ("enter", "down", "up"):
            self.finding = False
        elif key in ("escape", "ctrl+c"):
            self.finding = False
            self.body.filter("")
        elif key == "backspace":
            self.body.filter(needle[:-1])
        elif event.is_printable and event.character:
            self.body.filter(needle + event.character)

    def _moved(self, key: str) -> None:
        body = self.body
        if key in _MOVES:
            body.move(_MOVES[key])
        elif key in ("ctrl+d", "pagedown"):
            body.move(body.page())
        elif key in ("ctrl+u", "pageup"):
            body.move(-body.page())
        elif key in ("g", "home"):
            body.move_to(0)
        elif key in ("G", "end"):
            body.move_to(len(body.state.rows))

    def find(self) -> None:
        """Type what to filter by."""
        self.finding = True

    def sort(self) -> None:
        """Sort in the next way."""
        self._order = (self._order + 1) % len(ORDERS)
        self._fill()

    def more(self) -> None:
        """Read the next page."""
        if self._page is not None and self._page.cursor and len(self._entries) < MOST:
            self._read(afresh=False)

    def again(self) -> None:
        """Begin anew."""
        self._read(afresh=True)

    def copy(self) -> None:
        """Copy the names of the chosen keys."""
        names = [key_shown(str(name)) for name in self.body.state.chosen]
        if names:
            self.app.copy_to_clipboard("\n".join(names))

    def open(self) -> None:
        """Look at the key under the cursor."""
        row = self.body.current
        if row is not None:
            self.run_worker(self._preview(str(row.key)), exit_on_error=False)

    def _ask_to_delete(self, delete: Delete) -> None:
        names = [str(name) for name in self.body.state.chosen]
        if names:
            delete(self._source, names)

    def _read(self, *, afresh: bool) -> None:
        if not self._reading:
            self._reading = True
            self._draw()
            self.run_worker(self._load(afresh=afresh), exit_on_error=False)

    async def _load(self, *, afresh: bool) -> None:
        cursor = 0 if afresh or self._page is None else self._page.cursor
        try:
            page = await self._browser.page(self._pattern, cursor)
        except CockpitError as error:
            self._trouble = str(error)
        else:
            self._take(page, afresh=afresh)
        finally:
            self._reading = False
            if self.is_attached:
                self._fill()
                self._draw()

    def _take(self, page: KeyPage, *, afresh: bool) -> None:
        if afresh:
            self._entries, self._looked = {}, 0
        self._trouble = ""
        self._entries.update({entry.name: entry for entry in page.entries})
        self._looked += page.looked
        self._page = page

    async def _preview(self, name: str) -> None:
        try:
            found = await self._browser.preview(name)
        except CockpitError as error:
            self._trouble = str(error)
            self._draw()
            return
        if found is None:
            self._forget([name])
            return
        if self.is_attached and self.app.screen is self:
            self.app.push_screen(Viewer(self._look.text(key_shown(name)), preview_lines(found, self._look), self._look))

    async def _look_again(self) -> None:
        """Ask whether the chosen keys are there still."""
        names = [str(name) for name in self.body.state.chosen][:100]
        try:
            gone = [name for name in names if await self._browser.preview(name) is None]
        except CockpitError:
            return
        if gone and self.is_attached:
            self._forget(gone)

    def _forget(self, names: Sequence[str]) -> None:
        for name in names:
            self._entries.pop(name, None)
        self._fill()
        self._draw()

    def _fill(self) -> None:
        self.body.empty = self._look.text(self._trouble) or f"no key matches {self._look.text(self._pattern)}"
        self.body.set_rows([key_row(entry, self._look) for entry in self.entries])

    def _draw(self) -> None:
        """Title and head as they are now."""
        left = [Span(f"{self._source.name}  {self._look.text(self._pattern)}", Tone.TITLE)]
        needle = self.body.state.needle
        if self.finding or needle:
            left += [Span("  /", Tone.KEY), Span(needle, Tone.STRONG)]
        keys = [
            ("enter", "look"),
            ("space", "tag"),
            ("/", "filter"),
            ("s", f"by {ORDERS[self._order]}"),
            ("r", "again"),
        ]
        keys += [("D", "delete")] if self._delete is not None else []
        keys = [("enter", "keep"), ("esc", "end")] if self.finding else [*keys, ("esc", "close")]
        right = [span for key, word in keys for span in (Span(f" {key}", Tone.KEY), Span(f" {word} ", Tone.DIM))]
        self.frame.show(tuple(left), tuple(right), edge=Tone.FRAME_LIT)
        self._draw_head()

    def _draw_head(self) -> None:
        cells = max(20, self.app.size.width * 8 // 10 - 6)
        lines = []
        if self._page is not None:
            lines += wrap_spans(line(*how_far(self._page, len(self._entries), self._looked)), cells)
            lines += [part for note in self._page.notes for part in wrap_spans(line(note, Tone.WARN), cells)]
        if self._trouble:
            lines += wrap_spans(line(self._look.text(self._trouble), Tone.CRIT), cells)
        if len(self._entries) >= MOST:
            lines.append(line(f"no more than {MOST:,} keys are kept; narrow the pattern", Tone.WARN))
        if self._reading:
            lines.append(line("reading" + self.shapes.ellipsis, Tone.DIM))
        self.head.show(lines)
        self.query_one(".framed").styles.height = max(1, len(lines))
        self.head.styles.height = max(1, len(lines))


_ACTS: dict[str, Callable[[KeySheet], None]] = {
    "/": KeySheet.find,
    "s": KeySheet.sort,
    "m": KeySheet.more,
    "r": KeySheet.again,
    "y": KeySheet.copy,
    "enter": KeySheet.open,
    "space": lambda sheet: sheet.body.toggle_tag(),
    "*": lambda sheet: sheet.body.tag_all(),
}


def as_pattern(words: str) -> str:
    """What a person types as a glob: a plain word is a prefix."""
    words = words.strip()
    return words if any(mark in words for mark in "*?[") else f"{words}*"
