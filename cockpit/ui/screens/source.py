"""A runbook's text as it is written, with its lines' numbers."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.ui.look import Look
from cockpit.ui.screens.finding import FindingSheet
from cockpit.ui.spans import Line, Span, Tone, line, wrap
from cockpit.ui.widgets.table_state import Row

LINES_CAP = 20_000
"""Lines that are shown."""


class SourceScreen(FindingSheet[int]):
    """Returns the number of a line to edit, None when it was left.

    Args:
        title: the file, and where it stands.
        text: the file's text.
        look: shapes and what is hidden from this person.
        first, last: the lines to mark; 0 for none.
        start: the line to begin at.
        cells: cells of a line.
        editable: whether `E` asks for an editor.
    """

    def __init__(
        self, title: Line, text: str, look: Look, first: int, last: int, start: int, cells: int, *, editable: bool
    ) -> None:
        rows = source_rows(text.split("\n"), look, first, last, cells)
        super().__init__(title, rows, look, (start, 0), keys=(("E", "edit"),) if editable else ())
        self._editable = editable
        self._text = text

    def act(self, key: str) -> None:
        """Edit at the line, or copy it."""
        row = self.body.current
        number = row.key[0] if row is not None and isinstance(row.key, tuple) else 0
        if key == "E" and self._editable:
            self.dismiss(int(number))
        elif key == "y" and row is not None:
            self.app.copy_to_clipboard(row.text)
        elif key in ("v", "enter"):
            self.dismiss(None)


def source_rows(lines: Sequence[str], look: Look, first: int, last: int, cells: int) -> list[Row]:
    """Numbered lines, those from `first` to `last` marked; a long one goes on in rows without a number."""
    digits = len(str(len(lines)))
    room = max(20, cells - digits - 4)
    rows: list[Row] = []
    for number, text in enumerate(lines[:LINES_CAP], 1):
        marked = first <= number <= last
        tone = Tone.STRONG if marked else Tone.PLAIN
        shown = look.text(text)
        for part, piece in enumerate(wrap(shown, room) if len(shown) > room // 2 else [shown]):
            label = f"{number:>{digits}}" if not part else " " * digits
            mark = Span(f"{look.shapes.vertical} " if marked else "  ", Tone.ACCENT)
            rows.append(Row((number, part), ((Span(label, Tone.FAINT), Span(" "), mark, Span(piece, tone)),)))
    if len(lines) > LINES_CAP:
        more = f"{look.shapes.ellipsis} {len(lines) - LINES_CAP:,} more lines, which an editor shows"
        rows.append(Row("more", (line(more, Tone.WARN),)))
    return rows
