"""A filtered window on log lines: which are shown, where the person stands, and what is sought."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from cockpit.engine.log_buffer import Kept, LogBuffer
from cockpit.engine.log_filter import LogFilter, LogWish
from cockpit.model.logs import Level, LogLine
from cockpit.ui.widgets.log_choice import LogChoice

if TYPE_CHECKING:
    from cockpit.engine.log_past import LogPast


class LogWindow:
    """Keeps the lines that pass the filters, in the order of time.

    Attributes:
        needle: what is sought, whatever the case; "" for nothing.
        frozen: whether new lines are kept out by the person.
        missed: how many were kept out.
        past: the stretch of the past that is shown instead of the ring, None for the ring.

    Args:
        buffer: the ring.
    """

    def __init__(self, buffer: LogBuffer) -> None:
        self.needle = ""
        self.frozen = False
        self.missed = 0
        self.past: LogPast | None = None
        self.tags: dict[int, Kept] = {}
        self._buffer = buffer
        self._choice = LogChoice()
        self._seen = buffer.first
        self._kept: list[Kept] = []
        self._origin: tuple[Kept | None, Kept | None] = (None, None)
        self._cursor: Kept | None = None
        self._bottom: Kept | None = None

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def following(self) -> bool:
        """Whether the newest line is shown."""
        return self._cursor is None and self.past is None

    @property
    def wish(self) -> LogWish:
        """Which lines are shown."""
        return self._choice.wish

    @property
    def least(self) -> Level:
        """Lines below this level are left out."""
        return self._choice.wish.least

    @property
    def streams(self) -> list[str]:
        """Names of the logs that have said something."""
        return self._buffer.streams

    @property
    def dropped(self) -> int:
        """Lines that were passed over before they got here."""
        return self._buffer.dropped

    @property
    def match(self) -> int | None:
        """Number of the line under the cursor, None while the newest is followed."""
        return self._cursor.number if self._cursor else None

    @property
    def current(self) -> Kept | None:
        """The line under the cursor, else the newest."""
        return self._cursor or (self._kept[-1] if self._kept else None)

    # --- what is shown ---

    def ask(self, wish: LogWish, height: int = 0) -> None:
        """Show other lines; the line under the cursor, or the one nearest to it, stays in sight."""
        self._choice.ask(wish, self._source())
        self._rebuild(0)
        if self._cursor is not None:
            self.go_to(self._cursor, height)

    def filter(self, least: Level, stream: str) -> None:
        """Show only lines of at least that level, of one log or of all ("")."""
        hidden = frozenset(name for name in self.streams if stream not in ("", name))
        self.ask(replace(self.wish, least=least, hidden=hidden))

    def with_filter(self, added: LogFilter, height: int = 0) -> None:
        """Show what one filter more leaves."""
        self.ask(self.wish.with_filter(added), height)

    @property
    def filtering(self) -> bool:
        """Whether lines are left that were not judged by the filters yet."""
        return self._choice.unfinished

    def catch_up(self, height: int) -> None:
        """Take in new lines; while following, the window moves with them.

        They are kept out as long as they would push what the person looks at out of the ring.
        """
        if self._choice.judge_more():
            self._rebuild(0)
        if self.past is not None or self.frozen or self._looks_beyond_the_ring(height):
            self.missed = self._buffer.end - self._seen
            return
        self.missed = 0
        fresh = self._buffer.arrived_since(self._seen)
        self._seen = self._buffer.end
        if fresh:
            self._choice.judge(fresh)
            self._rebuild_from(min(fresh))
            self._let_go()

    def _looks_beyond_the_ring(self, height: int) -> bool:
        oldest, shown = self._buffer.oldest, self.shown(height) if self._cursor is not None else ()
        return bool(shown) and oldest is not None and shown[0] < oldest

    def freeze(self, frozen: bool) -> None:
        """Stop taking new lines in, or go on."""
        self.frozen = frozen
        self.missed = 0

    def visible(self, height: int) -> tuple[int, ...]:
        """Numbers of the lines on the screen, oldest first."""
        return tuple(kept.number for kept in self.shown(height))

    def shown(self, height: int) -> Sequence[Kept]:
        """The lines on the screen, oldest first."""
        end = len(self._kept) if self._bottom is None else self._position(self._bottom) + 1
        end = max(end, min(height, len(self._kept)))
        return self._kept[max(0, end - height) : end]

    def line(self, number: int) -> LogLine:
        """The line of that number; it must be one of those that are shown."""
        return next(kept.line for kept in self._kept if kept.number == number)

    @property
    def all_shown(self) -> Sequence[Kept]:
        """All lines that pass, oldest first; not to be changed."""
        return self._kept

    # --- where the person stands ---

    def follow(self) -> None:
        """Show the newest lines of the ring."""
        self.leave_past()
        self._bottom = self._cursor = None

    def move(self, by: int, height: int) -> None:
        """Move the cursor; down from the last line is to follow."""
        if not self._kept:
            return
        here = len(self._kept) - 1 if self._cursor is None else self._position(self._cursor)
        there = here + by
        if there >= len(self._kept) and self.past is None:
            self.follow()
            return
        self._stand(max(0, min(len(self._kept) - 1, there)), height)

    def scroll(self, by: int, height: int) -> None:
        """Move what is on the screen, and the cursor only as far as it must."""
        if not self._kept:
            return
        bottom = len(self._kept) - 1 if self._bottom is None else self._position(self._bottom)
        there = max(min(height, len(self._kept)) - 1, bottom + by)
        if there >= len(self._kept) - 1 and by > 0 and self.past is None:
            self.follow()
            return
        there = min(len(self._kept) - 1, there)
        self._bottom = self._kept[there]
        cursor = there if self._cursor is None else self._position(self._cursor)
        self._cursor = self._kept[max(there - height + 1, min(there, cursor), 0)]

    def go_to(self, kept: Kept, height: int) -> None:
        """Put the cursor on a line, or on the first one after it; in the middle when it was out of sight."""
        if self._kept:
            self._stand(self._position(kept), height, middle=True)

    def go_to_time(self, at: datetime, height: int) -> bool:
        """Put the cursor on the first line of a UTC time or later; False when all are older."""
        index = bisect_left(self._kept, at, key=lambda kept: kept.at)
        if index >= len(self._kept):
            return False
        self._stand(index, height, middle=True)
        return True

    def at_first(self) -> bool:
        """Whether the cursor is on the oldest line that is shown."""
        return not self._kept or (self._cursor is not None and self._cursor <= self._kept[0])

    def at_last(self) -> bool:
        """Whether the cursor is on the newest line that is shown."""
        return not self._kept or self._cursor is None or self._cursor >= self._kept[-1]

    # --- the past ---

    def enter_past(self, past: LogPast) -> None:
        """Show a stretch of the past instead of the ring."""
        self.past = past
        self.tags.clear()
        self._choice.forget()
        self._cursor = None
        self.past_grew(0)
        self._cursor = self._kept[0] if self._kept else None

    def past_grew(self, height: int) -> None:
        """Take in what was read at its ends; cursor and screen stay where they are."""
        if self.past is None:
            return
        self._choice.keep_only(self.past.ordered)
        self._choice.judge(self.past.ordered)
        self._rebuild(0)

    def leave_past(self) -> None:
        """Show the ring again."""
        if self.past is not None:
            self.past = None
            self.tags.clear()
            self._cursor = self._bottom = None
            self._seen = self._buffer.end
            self.missed = 0
            self.ask(self.wish)

    # --- tags ---

    def toggle_tag(self) -> None:
        """Tag the line under the cursor, or no longer."""
        kept = self.current
        if kept is not None and self.tags.pop(kept.number, None) is None:
            self.tags[kept.number] = kept

    def tag_range(self) -> None:
        """Tag every shown line between the nearest tagged one and the cursor."""
        kept = self.current
        if kept is None or not self.tags:
            self.toggle_tag()
            return
        here = self._position(kept)
        other = min((self._position(tag) for tag in self.tags.values()), key=lambda index: abs(index - here))
        for one in self._kept[min(here, other) : max(here, other) + 1]:
            self.tags[one.number] = one

    def chosen(self) -> list[Kept]:
        """The tagged lines in the order of time, else the one under the cursor."""
        kept = self.current
        return sorted(self.tags.values()) or ([kept] if kept else [])

    # --- finding ---

    def seek(self, needle: str, height: int) -> bool:
        """Search upwards from where the person stood when the search began, that line included."""
        if not self.needle:
            self._origin = (self._cursor, self._bottom)
        self.needle = needle
        if not needle:
            return False
        self._cursor, self._bottom = self._origin
        wanted, kept = needle.casefold(), self.current
        if kept is not None and wanted in kept.line.text.casefold():
            self.go_to(kept, height)
            return True
        return self.find(-1, height)

    def find(self, step: int, height: int) -> bool:
        """Go to the next line that contains the needle; False when there is none."""
        wanted = self.needle.casefold()
        return bool(wanted) and self.go_to_next(lambda line: wanted in line.text.casefold(), step, height)

    def go_to_next(self, fits: Callable[[LogLine], bool], step: int, height: int) -> bool:
        """Go to the next line that fits, not counting the one under the cursor; False when there is none."""
        index = len(self._kept) - 1 if self._cursor is None else self._position(self._cursor) + step
        while 0 <= index < len(self._kept):
            if fits(self._kept[index].line):
                self._stand(index, height, middle=True)
                return True
            index += step
        return False

    # --- how ---

    def _source(self) -> Sequence[Kept]:
        return self._buffer.ordered if self.past is None else self.past.ordered

    def _stand(self, index: int, height: int, *, middle: bool = False) -> None:
        """Put the cursor on a line and bring it into sight."""
        last = len(self._kept) - 1
        bottom = last if self._bottom is None else self._position(self._bottom)
        bottom = max(bottom, min(height, len(self._kept)) - 1)
        if index > bottom:
            bottom = index + (height // 2 if middle else 0)
        elif index <= bottom - height:
            bottom = index + (height // 2 if middle else height - 1)
        self._cursor = self._kept[index]
        self._bottom = self._kept[max(0, min(last, bottom))]

    def _position(self, kept: Kept) -> int:
        """Where a line, or the first after it, stands among those that are shown."""
        return min(max(0, len(self._kept) - 1), bisect_left(self._kept, kept))

    def _rebuild_from(self, kept: Kept) -> None:
        start = bisect_left(self._source(), kept)
        self._rebuild(max(0, start - self.wish.context))

    def _rebuild(self, start: int) -> None:
        """Choose anew which lines are shown, from a position of the source on."""
        source = self._source()
        if start <= 0:
            del self._kept[:]
        elif start < len(source):
            del self._kept[bisect_left(self._kept, source[start]) :]
        self._kept += self._choice.chosen(source, max(0, start))

    def _let_go(self) -> None:
        """Forget lines that fell out of the ring."""
        oldest = self._buffer.oldest
        if oldest is None:
            return
        gone = bisect_right(self._kept, oldest) - 1
        if gone > 0:
            del self._kept[:gone]
        self._choice.keep_few(self._buffer.ordered)
