"""The upper list of the sidebar: procedures ranked by what fails, or those that fit what is typed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from cockpit.engine.search import Hit, Indexed, find
from cockpit.model.readings import ReadingState, SourceKind
from cockpit.ui.present.runbooks import hit_rows, shelf_rows
from cockpit.ui.spans import Span, Tone

if TYPE_CHECKING:
    from collections.abc import Hashable

    from cockpit.engine.library import Library
    from cockpit.engine.session import Session
    from cockpit.engine.suggest import Suggestion
    from cockpit.ui.screens.main import MainScreen

REACTION = 0.5
"""Seconds that a person needs to see that another row has come under the cursor."""
SHARE = 10.0
"""Between two rankings goes by at least this many times what the last one took, while files are being read."""
LEAST_WAIT = 0.1
"""Seconds between two rankings at the least."""
HITS_CAP = 300
"""Procedures that a search shows."""


class Shelf:
    """Ranks, searches and says what is under the cursor.

    Args:
        screen: the main screen.
        session: the session.
    """

    def __init__(self, screen: MainScreen, session: Session) -> None:
        self._screen = screen
        self._session = session
        self._ranked_for: tuple[object, ...] = ()
        self._cost = 0.0
        self._waiting = False
        self._needle = ""
        self._searching = False
        self._before: Hashable = None
        self._slid: tuple[Hashable, float] = (None, float("-inf"))
        self._picked = False
        self._hits: list[Hit] = []
        self.suggestions: tuple[Suggestion, ...] = ()

    @property
    def library(self) -> Library:
        """The runbooks."""
        return self._session.library

    @property
    def searching(self) -> bool:
        """Whether the list shows what fits a text."""
        return self._searching

    @property
    def still_reading(self) -> bool:
        """Whether a source has not given its first reading, or a file is still to be read."""
        pending = any(r.state is ReadingState.PENDING for r in self._session.board.readings.values())
        return pending or self.library.ahead > 0

    def library_changed(self) -> None:
        """Show the library anew, soon and once, however many files are read meanwhile."""
        if not self._waiting:
            self._waiting = True
            self._screen.set_timer(max(LEAST_WAIT, SHARE * self._cost), self._after_a_change)

    def bring_up(self) -> None:
        """Rank the procedures anew when the health, a lock or the library changed since the last time."""
        from cockpit.engine.suggest import rank

        board = self._session.board
        evidence = (board.health, self.library.version, *(r.value for r in board.of_kind(SourceKind.REDIS)))
        if _same(evidence, self._ranked_for):
            return
        self._ranked_for = evidence
        begun = time.perf_counter()
        self.suggestions = rank(self.library, board, self._session.clock)
        self._show()
        self._cost = time.perf_counter() - begun

    def title(self) -> tuple[Span, ...]:
        """Beside the word Runbooks: how many match, and what is not read yet or cannot be."""
        library = self.library
        if self._searching and self._needle:
            return (Span(f"  {len(self._hits)} of {len(self._index())} found", Tone.ACCENT),)
        matching = sum(1 for suggestion in self.suggestions if suggestion.matches)
        spans = [Span(f"  {matching} of {len(self.suggestions)} match", Tone.WARN if matching else Tone.DIM)]
        if library.ahead:
            read = len(library.runbooks) + len(library.errors)
            spans.append(Span(f"  reading {read}/{max(read, read + library.ahead)}", Tone.ACCENT))
        elif self.still_reading:
            spans.append(Span("  still reading", Tone.ACCENT))
        if library.errors:
            spans.append(Span(f"  {len(library.errors)} unreadable", Tone.WARN))
        return tuple(spans)

    # --- searching ---

    def begin_search(self) -> None:
        """From now on the list shows what fits the typed text."""
        row = self._screen.sidebar.runbooks.current
        self._searching, self._needle, self._before = True, "", row.key if row else None

    def search(self, needle: str) -> None:
        """Show what fits a text; everything while there is none."""
        if self._searching and needle != self._needle:
            self._needle = needle
            self._slid = (None, float("-inf"))
            self._picked = False
            self._show()
            self._screen.retitle_sidebar()

    def pick(self, step: int) -> None:
        """Go up or down in what was found; until then the best of it is what Enter opens."""
        self._picked = True
        self._screen.sidebar.runbooks.move(step)

    def end_search(self) -> None:
        """Show all again, with the cursor where it was."""
        if self._searching:
            self._searching, self._needle, self._hits = False, "", []
            self._show()
            if self._before is not None:
                self._screen.sidebar.runbooks.move_to_key(self._before)
            self._screen.retitle_sidebar()

    def about(self, text: str) -> list[tuple[str, str]]:
        """Identities of what a text finds, best first, beside what the list shows."""
        return [hit.found.key for hit in find(self._index(), text)][:HITS_CAP]

    # --- what is under the cursor ---

    def chosen(self) -> Indexed | None:
        """What Enter opens: the row that was there when the person last could have seen it."""
        table = self._screen.sidebar.runbooks
        key = table.current.key if table.current else None
        slid, at = self._slid
        if not table.state.pinned and slid is not None and self._screen.monotonic() - at < REACTION:
            key = slid
        return self.entry(key)

    def entry(self, key: Hashable) -> Indexed | None:
        """The procedure or index page of that identity, None when it is gone."""
        return next((entry for entry in self._index() if entry.key == key), None)

    def _index(self) -> list[Indexed]:
        return [entry for book in self.library.runbooks for entry in self.library.indexed(book)]

    def _after_a_change(self) -> None:
        self._waiting = False
        self.bring_up()

    def _show(self) -> None:
        table, look = self._screen.sidebar.runbooks, self._screen.look
        before = table.current.key if table.current else None
        table.empty = "no runbooks were found" if not self.library.ahead else "reading the runbooks"
        if self._searching and self._needle:
            table.empty = "nothing fits"
            self._hits = find(self._index(), self._needle)
            table.set_rows(hit_rows(self._hits[:HITS_CAP], look))
            if not self._picked:
                table.move_to(0)
            return
        pages = [entry for entry in self._index() if entry.procedure is None]
        table.set_rows(shelf_rows(self.suggestions, pages, self.library, self._screen.open_key, look))
        now = table.current.key if table.current else None
        still_there = any(row.key == before for row in table.state.rows)
        if table.has_focus and before is not None and now != before and still_there:
            self._slid = (before, self._screen.monotonic())
        self._screen.retitle_sidebar()


def _same(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    """Whether nothing was replaced; snapshots are compared by identity, which is fast."""
    return len(one) == len(other) and all(
        a is b or (isinstance(a, int) and a == b) for a, b in zip(one, other, strict=True)
    )
