"""One thing at a time: while it goes on, keys wait, and none is lost or given to the wrong one."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from itertools import dropwhile
from typing import TYPE_CHECKING, TypeVar

from textual.events import Key

from cockpit.ui.keyline import Ready
from cockpit.ui.screens.sheet import Sheet
from cockpit.ui.spans import Tone

if TYPE_CHECKING:
    from cockpit.ui.screens.main import MainScreen

T = TypeVar("T")
_AHEAD = 200
"""Keys that are kept while one thing goes on."""


class Turn:
    """Whose turn it is on the main screen, and the keys that came before it was over.

    Args:
        screen: the main screen.

    Attributes:
        taken_by: what goes on, in the words in which a second thing is refused; "" when nothing does.
    """

    def __init__(self, screen: MainScreen) -> None:
        self.taken_by = ""
        self._screen = screen
        self._ahead: deque[Key] = deque(maxlen=_AHEAD)
        self._handed_on: list[Key] = []
        self._answered = False

    def take(self, what: str, start: Callable[[], Awaitable[None]], *, asks: bool = True) -> None:
        """Begin one thing; while another goes on it is refused, not stacked.

        Keys that come meanwhile go to its question. When it ends without one (`asks` is True) they are dropped up to
        the first Escape, since they were meant for it; behind that, behind an answered question, and where nothing is
        asked, they act when it has ended.
        """
        if self.taken_by:
            self._screen.say(f"{self.taken_by} comes first", Tone.WARN)
            return
        self.taken_by, self._answered = what, not asks

        async def work() -> None:
            try:
                await start()
            finally:
                self._end()

        self._screen.launch(work())

    def _end(self) -> None:
        self.taken_by = ""
        waiting = [*self._handed_on, *(self._ahead if self._answered else _behind_escape(self._ahead))]
        self._handed_on.clear()
        self._ahead.clear()
        if waiting:
            self._screen.keys.put_first(waiting)
            self._screen.post_message(Ready())

    @property
    def keeps(self) -> int:
        """How many keys wait for the end of what goes on."""
        return len(self._ahead)

    def keep(self, key: Key) -> bool:
        """Keep a key for later; False when nothing goes on."""
        if self.taken_by:
            self._ahead.append(key)
        return bool(self.taken_by)

    async def ask(self, sheet: Sheet[T]) -> T | None:
        """Show a sheet and wait for what it returns; keys that ran ahead of it are typed into it.

        A confirmation gets none of them: nobody has read it yet. The key that closed its outcome acts here afterwards.
        """
        self._answered = False
        answer = self._screen.app.push_screen(sheet, wait_for_dismiss=True)
        ahead, self._ahead = list(self._ahead), deque(maxlen=_AHEAD)
        if sheet.takes_keys_ahead:
            self._screen.keys.put_first(ahead)
        given = await answer
        self._answered = True
        self._handed_on += [sheet.handed_on] if sheet.handed_on is not None else []
        return given


def _behind_escape(keys: Iterable[Key]) -> list[Key]:
    """What was pressed to leave a question that never came, and all that followed."""
    return list(dropwhile(lambda key: key.key != "escape", keys))
