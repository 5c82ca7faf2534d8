"""The command palette: every key that is valid now, every procedure, and commands that take words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.widgets import Input

from cockpit.ui.fuzzy import score
from cockpit.ui.look import Look
from cockpit.ui.screens.sheet import Sheet
from cockpit.ui.spans import Span, Tone, line
from cockpit.ui.widgets.columns import Column
from cockpit.ui.widgets.frame_title import FrameTitle
from cockpit.ui.widgets.line_table import LineTable
from cockpit.ui.widgets.table_state import Row


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to choose.

    Attributes:
        id: what is returned when it is chosen.
        title: what it does.
        note: its key, or how it is typed.
        word: first word by which it is typed with arguments; "" when it takes none.
        danger: True when it leads to a change.
    """

    id: str
    title: str
    note: str = ""
    word: str = ""
    danger: bool = False


class Palette(Sheet[tuple[str, str] | None]):
    """Returns the chosen entry's id and the words typed after its first one; None when it was left.

    Args:
        entries: what there is to choose.
        look: shapes.
        find: ids of entries that fit a text by more than their title, best first; they stand below those that do by it.
    """

    def __init__(
        self, entries: Sequence[Entry], look: Look, find: Callable[[str], Sequence[str]] = lambda text: ()
    ) -> None:
        super().__init__(look.shapes)
        self._find = find
        self._entries = list(entries)
        self._filled_for = ""
        self.frame = FrameTitle()
        self.field: Input = Input(compact=True, select_on_focus=False)
        self.field.cursor_blink = False
        self.list = LineTable((Column("", 20, flex=1), Column("", 6, most=34, right=True)), show_header=False)
        self.list.can_focus = False
        self.list.lit = True

    def compose(self) -> ComposeResult:
        """Field and list."""
        with Vertical(classes="sheet"):
            yield self.frame
            with Vertical(classes="framed joined"):
                yield self.field
            yield self.list

    def on_mount(self) -> None:
        """Show all entries."""
        self.frame.shapes = self.list.shapes = self.shapes
        self.frame.show((Span("Command", Tone.TITLE),), (Span("esc", Tone.KEY), Span(" close", Tone.DIM)))
        self.list.styles.height = min(len(self._entries) + 1, max(6, self.app.size.height * 6 // 10))
        self.query_one(".framed").styles.height = 1
        self.list.empty = "nothing matches; backspace takes a letter back"
        self._fill("")
        self.field.focus()

    def edited(self) -> None:
        """Show what fits the text."""
        if self._filled_for != self.field.value:
            self._fill(self.field.value)

    def on_input_changed(self) -> None:
        """Show what fits a text that was pasted."""
        self.edited()

    def pressed(self, key: str, event: Key) -> bool:
        """Move, choose, or leave."""
        if key in ("escape", "ctrl+c"):
            self.dismiss(None)
        elif key in ("down", "ctrl+n", "tab"):
            self.list.move(1)
        elif key in ("up", "ctrl+p", "shift+tab"):
            self.list.move(-1)
        elif key == "enter":
            self._choose()
        else:
            return False
        return True

    def _choose(self) -> None:
        self.edited()
        row = self.list.current
        if row is None:
            return
        entry = self._entry(str(row.key))
        words = self.field.value.strip().partition(" ")
        spoken = entry.word and words[0].casefold() == entry.word
        self.dismiss((entry.id, words[2].strip() if spoken else ""))

    def _fill(self, text: str) -> None:
        self._filled_for = text
        first = text.strip().partition(" ")[0].casefold()
        spoken = [entry for entry in self._entries if entry.word and entry.word == first]
        if spoken and " " in text.strip():
            found = spoken
        else:
            scored = [(score(text, f"{e.word} {e.title}".strip()), n, e) for n, e in enumerate(self._entries)]
            fitting = [(-points, number, entry) for points, number, entry in scored if points is not None]
            found = [entry for _, _, entry in sorted(fitting, key=lambda item: item[:2])]
            known = {entry.id for entry in found}
            found += [self._entry(name) for name in self._find(text.strip()) if name not in known]
        self.list.set_rows([self._row(entry) for entry in found])
        self.list.move_to(0)

    def _row(self, entry: Entry) -> Row:
        tone = Tone.CHANGE if entry.danger else Tone.KEY
        return Row(entry.id, (line(entry.title), line(entry.note, tone)))

    def _entry(self, name: str) -> Entry:
        return next(entry for entry in self._entries if entry.id == name)
