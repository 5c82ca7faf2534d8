"""A text to read: a row in full, an answer in full, the help."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key

from cockpit.ui.look import Look
from cockpit.ui.screens.sheet import Sheet
from cockpit.ui.spans import Line, Span, Tone, plain, wrap_spans
from cockpit.ui.widgets.columns import Column
from cockpit.ui.widgets.frame_title import FrameTitle
from cockpit.ui.widgets.line_table import LineTable
from cockpit.ui.widgets.table_state import Row

SLIDE = 16
"""Cells by which one key press moves a text that is cut."""
_MOVES = {"j": 1, "down": 1, "k": -1, "up": -1}


class Viewer(Sheet[None]):
    """Shows lines; moves, finds, copies, closes.

    Args:
        title: what it is.
        lines: the text.
        look: shapes.
    """

    own_keys: ClassVar[tuple[tuple[str, str], ...]] = ()
    """Keys of a kind of viewer with a word for each, besides those of all."""

    def __init__(self, title: str, lines: Sequence[Line], look: Look) -> None:
        super().__init__(look.shapes)
        self._title = title
        self._content = list(lines)
        self._needle = ""
        self.finding = False
        self._wrapped = False
        self.body = LineTable((Column("", 10, flex=1),), show_header=False)
        self.frame = FrameTitle()

    def compose(self) -> ComposeResult:
        """Title and text."""
        with Vertical(classes="sheet"):
            yield self.frame
            yield self.body

    def on_mount(self) -> None:
        """Show the text."""
        self.frame.shapes = self.body.shapes = self.shapes
        self.replace_lines(self._content)
        self.body.focus()
        self._retitle()

    def on_resize(self) -> None:
        """Wrap to the new width."""
        if self._wrapped:
            self._fill()

    def replace_lines(self, lines: Sequence[Line]) -> None:
        """Show other lines; the cursor keeps its number."""
        self._content = list(lines)
        self._fill()

    def _fill(self) -> None:
        cells = max(10, self.body.size.width - 3)
        shown = [part for spans in self._content for part in (wrap_spans(spans, cells) if self._wrapped else [spans])]
        self.body.set_rows([Row(number, (marked(spans, self._needle),)) for number, spans in enumerate(shown)])
        self.body.styles.height = min(len(shown) + 1, max(4, self.app.size.height * 8 // 10))

    def _retitle(self) -> None:
        """The title: what is sought and how often it is there, and the keys."""
        left = [Span(self._title, Tone.TITLE)]
        if self.finding or self._needle:
            left += [Span("  /", Tone.KEY), Span(self._needle, Tone.STRONG), *self._count()]
        keys = [*self.own_keys, ("/", "find"), ("w", "wrap"), ("y", "copy"), ("esc", "close")]
        if self.finding:
            keys = [("enter", "keep"), ("esc", "end")]
        elif self._needle:
            keys = [("n N", "next"), *keys]
        right = [span for key, word in keys for span in (Span(f" {key}", Tone.KEY), Span(f" {word} ", Tone.DIM))]
        self.frame.show(tuple(left), tuple(right), edge=Tone.FRAME_LIT)

    def _matches(self) -> list[int]:
        wanted = self._needle.casefold()
        rows = self.body.state.rows
        return [n for n, row in enumerate(rows) if wanted and wanted in plain(row.cells[0]).casefold()]

    def _count(self) -> Line:
        matches = self._matches()
        if not self._needle:
            return ()
        if not matches:
            return (Span("  no match", Tone.WARN),)
        here = sum(1 for n in matches if n <= self.body.state.cursor)
        return (Span(f"  {max(1, here)} of {len(matches)}", Tone.DIM),)

    def _find(self, needle: str) -> None:
        """Mark what matches and stand on the first match from here on."""
        self._needle = needle
        self._fill()
        matches = self._matches()
        if matches:
            self.body.move_to(next((n for n in matches if n >= self.body.state.cursor), matches[0]))

    def _next(self, step: int) -> None:
        """Go to the next match, round the end."""
        cursor, matches = self.body.state.cursor, self._matches()
        if step > 0:
            ahead = [n for n in matches if n > cursor] or matches
            self.body.move_to(ahead[0] if ahead else cursor)
        else:
            behind = [n for n in matches if n < cursor] or matches
            self.body.move_to(behind[-1] if behind else cursor)

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join(plain(spans) for spans in self._content)

    def pressed(self, key: str, event: Key) -> bool:
        """Move, find, wrap, copy, or close."""
        if self.finding:
            self._typed(key, event)
        elif not self._found(key):
            self._moved(key)
        self._retitle()
        return True

    def _typed(self, key: str, event: Key) -> None:
        """While what to find is typed."""
        if key in ("enter", "down", "up"):
            self.finding = False
        elif key in ("escape", "ctrl+c"):
            self.finding = False
            self._find("")
        elif key == "backspace":
            self._find(self._needle[:-1])
        elif event.is_printable and event.character:
            self._find(self._needle + event.character)

    def _found(self, key: str) -> bool:
        """Keys that find and those that change how the text is laid out; False for others."""
        if key == "/":
            self.finding = True
            self._find("")
        elif key in ("n", "N"):
            self._next(1 if key == "n" else -1)
        elif key == "escape" and self._needle:
            self._find("")
        elif key == "w":
            self._wrapped = not self._wrapped
            self.body.slide(-100_000)
            self._fill()
        elif key in ("left", "right"):
            self.body.slide(SLIDE if key == "right" else -SLIDE)
        else:
            return False
        return True

    def _moved(self, key: str) -> None:
        body = self.body
        if key in ("escape", "q", "enter", "ctrl+c"):
            self.dismiss(None)
        elif key in _MOVES:
            body.move(_MOVES[key])
        elif key in ("ctrl+d", "pagedown", "space"):
            body.move(body.page())
        elif key in ("ctrl+u", "pageup"):
            body.move(-body.page())
        elif key in ("g", "home"):
            body.move_to(0)
        elif key in ("G", "end"):
            body.move_to(len(body.state.rows))
        elif key == "y":
            self.app.copy_to_clipboard(self.text)


def marked(spans: Line, needle: str) -> Line:
    """The line with every place that matches in the tone of what was found."""
    text, wanted = plain(spans), needle.casefold()
    if not wanted or wanted not in text.casefold() or len(text.casefold()) != len(text):
        return spans
    folded, places, start = text.casefold(), [], text.casefold().find(wanted)
    while start >= 0:
        places.append((start, start + len(wanted)))
        start = folded.find(wanted, start + len(wanted))
    kept: list[Span] = []
    at = 0
    for span in spans:
        end = at + len(span.text)
        edges = sorted({at, end, *(edge for place in places for edge in place if at < edge < end)})
        for first, last in pairwise(edges):
            inside = any(begin <= first < stop for begin, stop in places)
            kept.append(Span(text[first:last], Tone.FOUND if inside else span.tone))
        at = end
    return tuple(kept)
